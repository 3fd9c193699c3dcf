"""Init: `draft` looks at a folder of exports and drafts the settings, for a person to correct.

`look` reads the files, `tables` says which holds which facts, `columns` which column fills which, `links` how they hang
together, `span` from when to when they reach, `questions` what no file tells, `text` and `sheet` write it down.
"""

from connector.init.draft import InitReport, init
from connector.init.questions import Answers, Question, listed

__all__ = ["Answers", "InitReport", "Question", "init", "listed"]
