"""A sentence that stands in a report.

The same value as any other `Message`, under a name of its own, by which the sentences of reports are told from those of
the command line: they have their own catalogue (`report.po`), in traditional Chinese too.
"""

from __future__ import annotations

from kpi_engine.message import Message

Sentence = Message
