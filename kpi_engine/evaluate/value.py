"""The result: one `Value` per KPI, scope, scope id and period; the columns of `kpi_values`, in their order."""

from __future__ import annotations

import hashlib
import json
from typing import NamedTuple

from kpi_engine.definition import Definition
from kpi_engine.evaluate.status import Status


class Value(NamedTuple):
    """A number and everything that it needs to be read rightly. A tuple, because there are millions of them."""

    connection: str
    """Empty for values over all connections."""
    kpi: str
    scope: str
    scope_id: str
    """Empty for the organisation, ``(none)`` for rows that have no owner, team, account or dimension value."""
    period: str
    """The grain."""
    period_start: str
    """ISO date; empty for the grain `all`, like `period_end`."""
    period_end: str
    """Exclusive."""
    numerator: int | None
    """As aggregated: rows, or sums in ten-thousandths, days or seconds."""
    denominator: int | None
    n: int | None
    """The rows that the value rests on."""
    value: float | None
    """In its unit; percentages as shares, money in units of its currency."""
    unit: str
    currency: str
    ci_low: float | None
    """95 % interval."""
    ci_high: float | None
    status: Status
    excluded: int
    """Rows that belong here but could not be used; for the organisation an upper bound, as rows without a time and
    quarantined records could belong to any period."""
    as_of: str
    data_as_of: str
    definition: str
    """`fingerprint` of the definition."""
    assumptions: str
    """JSON, name -> value; empty where none was used."""


FINGERPRINT_LENGTH = 12


def fingerprint(definition: Definition) -> str:
    """A short hash that changes whenever the definition does.

    >>> from kpi_engine.definition import Count
    >>> names = {"en": "Calls", "zh-CN": "电话", "zh-TW": "電話"}
    >>> one = Count(kind="count", id="calls", names=names, question="?", formula="-", unit="count",
    ...     table="activities", time="done_at")
    >>> fingerprint(one) == fingerprint(one.model_copy()), len(fingerprint(one))
    (True, 12)
    >>> fingerprint(one) == fingerprint(one.model_copy(update={"minimum_n": 5}))
    False
    """
    canonical = json.dumps(definition.model_dump(mode="json", by_alias=True), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:FINGERPRINT_LENGTH]
