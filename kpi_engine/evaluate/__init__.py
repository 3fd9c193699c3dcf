"""Queries -> values, on any engine that keeps to the protocol.

``preparation`` finds out what the facts are like and loads the small tables, ``answers`` runs the passes, ``cell`` and
``derived`` make a number out of each row of aggregates, ``cells`` knows which cells there are, ``evaluation`` stamps
them, ``explanation`` takes one apart again. `PRECEDENCE` in ``status`` is the one place that says which status wins.
"""

from kpi_engine.evaluate.evaluation import evaluate
from kpi_engine.evaluate.explanation import Cell, Explanation, RowBehind, explain
from kpi_engine.evaluate.request import DatedValue, Engine, Request, TooManyPeriods
from kpi_engine.evaluate.status import PRECEDENCE, Status
from kpi_engine.evaluate.value import Value, fingerprint
from kpi_engine.query.plan import essential_columns, missing_columns, needed_columns

__all__ = [
    "PRECEDENCE",
    "Cell",
    "DatedValue",
    "Engine",
    "Explanation",
    "Request",
    "RowBehind",
    "Status",
    "TooManyPeriods",
    "Value",
    "essential_columns",
    "evaluate",
    "explain",
    "fingerprint",
    "missing_columns",
    "needed_columns",
]
