"""Targets files -> targets -> gaps. The files are the admin's; what is frozen of a baseline is the store's (ADR 10).

``files`` finds them, ``text_file``, ``workbook`` and ``yaml_file`` turn each into lines, ``entry`` makes a target of a
line (``subject`` whose, ``goal`` what, ``baseline`` from where), ``book`` looks at all of them together, ``standing``
at the values, ``gaps`` writes how each stands, ``checking`` says what is odd (``reach`` what asks for too much),
``listing`` names things; ``sheet`` writes one to fill in, ``taking`` takes one in.
"""

from connector.targets.book import Book, read_book, sums
from connector.targets.checking import TargetCheck, check_targets
from connector.targets.entry import Entry
from connector.targets.gaps import GapReport, update_gaps
from connector.targets.sheet import Template, template, write_csv, write_xlsx
from connector.targets.standing import Standing
from connector.targets.taking import TakingReport, take

__all__ = [
    "Book",
    "Entry",
    "GapReport",
    "Standing",
    "TakingReport",
    "TargetCheck",
    "Template",
    "check_targets",
    "read_book",
    "sums",
    "take",
    "template",
    "update_gaps",
    "write_csv",
    "write_xlsx",
]
