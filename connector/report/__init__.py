"""The report: KPIs, targets and gaps as one HTML file, a workbook, CSV and JSON. Reads the store, changes nothing.

``document`` gathers what there is for one audience, ``page`` is one place of it, ``wording`` and ``view`` put it into
the reader's words, and one module a format (``as_html`` …) writes it.
"""

from connector.report.audience import Audience
from connector.report.writing import FORMATS, ReportFiles, report

__all__ = ["FORMATS", "Audience", "ReportFiles", "report"]
