"""Check: everything that would go wrong, before it does: all problems at once, each with its remedy.

`work` goes through it all, `trial` reads each module to its end, `column` holds cells against the mapping, `rehearsal`
tries the write-back without writing, `fix` writes formats that were found into the settings, `summary` tells many
findings of one kind in one line.
"""

from connector.check.fix import fixed
from connector.check.report import CheckReport, Proposal
from connector.check.summary import Kind, needed, summed_up
from connector.check.work import check

__all__ = ["CheckReport", "Kind", "Proposal", "check", "fixed", "needed", "summed_up"]
