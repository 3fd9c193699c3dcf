"""What stands in the way of a judgement. Never 0 %: a missing number is one of these."""

from __future__ import annotations

from enum import StrEnum

from kpi_engine.evaluate import Status


class GapStatus(StrEnum):
    """One per gap; those of the KPI value keep their names."""

    OK = "ok"
    TARGET_NOT_SET = "target_not_set"
    NOT_STARTED = "not_started"
    BASELINE_MISSING = "baseline_missing"
    STALE = "stale"
    NOT_COMPUTED = "not_computed"
    NO_DATA = "no_data"
    ZERO_DENOMINATOR = "zero_denominator"
    INSUFFICIENT_N = "insufficient_n"
    NOT_MATURE = "not_mature"
    HISTORY_TRUNCATED = "history_truncated"
    MISSING_FX = "missing_fx"
    INCOMPLETE = "incomplete"
    NOT_APPLICABLE = "not_applicable"
    ERROR = "error"


FROM_VALUE = {status.value: GapStatus(status.value) for status in Status}
"""The status of a KPI value -> that of its gap."""
