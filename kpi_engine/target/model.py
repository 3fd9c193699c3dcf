"""What a target says: one KPI, one scope, one period, and a goal that is a number or a range. No logic, no look-ups.

Percentages are shares (0.9 is 90 %) and money is in units of its currency, as in KPI values. Sources are the numbered
sections of the project's KPI reference: 3.1 gap and attainment, 3.6 what makes a target SMART, 3.8 status colours.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kpi_engine.definition import Better, Unit
from kpi_engine.message import Message
from kpi_engine.period import Grain
from kpi_engine.target.change import Change

Number = Annotated[float, Field(allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class AtLeast(_Strict):
    """Reach the value or more: the goal of a KPI of which more is better."""

    kind: Literal["at_least"] = "at_least"
    value: Number


class AtMost(_Strict):
    """Reach the value or less: the goal of a KPI of which less is better."""

    kind: Literal["at_most"] = "at_most"
    value: Number


RANGE_NEEDS_A_BOUND = Message("a range needs a lower or an upper bound")
RANGE_UPSIDE_DOWN = Message("the lower bound is above the upper one")
RANGE_NEEDS_TOLERANCE = Message("this range needs a tolerance: it has no width to measure a miss by")


class Within(_Strict):
    """Stay inside [low, high]; with one side open it is a guard-rail, the form of *maintain* targets (3.1).

    `tolerance` is the distance from the range at which nothing of the target is attained any more. Not stated: half
    the range's width; with one side open the size of the bound itself, which makes attainment actual / bound below a
    lower bound, and 2 - actual / bound above an upper one.
    """

    kind: Literal["within"] = "within"
    low: Number | None = None
    high: Number | None = None
    tolerance: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _has_a_width(self) -> Within:
        if self.low is None and self.high is None:
            raise ValueError(RANGE_NEEDS_A_BOUND)
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(RANGE_UPSIDE_DOWN)
        if self.tolerance is None and self._natural_width == 0:
            raise ValueError(RANGE_NEEDS_TOLERANCE)
        return self

    @property
    def width(self) -> float:
        """How far outside the range nothing is attained any more; above zero.

        >>> Within(low=2, high=6).width, Within(low=0.9).width, Within(low=0.9, tolerance=0.05).width
        (2.0, 0.9, 0.05)
        """
        return self._natural_width if self.tolerance is None else self.tolerance

    @property
    def _natural_width(self) -> float:
        if self.low is not None and self.high is not None:
            return (self.high - self.low) / 2
        return abs(self.low if self.low is not None else self.high or 0.0)


class ByChange(_Strict):
    """A change from the baseline, in the KPI's good direction; `in_force` makes a number of it once that is frozen."""

    kind: Literal["by_change"] = "by_change"
    change: Change
    better: Better


Goal = Annotated[AtLeast | AtMost | Within | ByChange, Field(discriminator="kind")]


class Baseline(_Strict):
    """Where the KPI stood before: a number that never moves again, whatever happens to the facts behind it (3.6, M)."""

    value: Number
    period: Grain | None = None
    start: date | None = None
    as_of: str = ""
    """The moment of the facts that it was taken from, ISO text; for a stated one whatever the person wrote."""


class Benchmark(_Strict):
    """How others do: for whoever reads the targets, never computed with."""

    value: Number
    source: str = Field(min_length=1)
    on: date | None = None


THRESHOLDS_OUT_OF_ORDER = Message("amber must begin below green")


class Thresholds(_Strict):
    """Where colours begin, half-open: at `green` and above green, from `amber` up to it amber, below red (3.8)."""

    green: Number = 1.0
    amber: Number = 0.9

    @model_validator(mode="after")
    def _in_order(self) -> Thresholds:
        if self.amber >= self.green:
            raise ValueError(THRESHOLDS_OUT_OF_ORDER)
        return self


class Target(_Strict):
    """One row: what one KPI of one scope should be in one period."""

    id: str = Field(min_length=1)
    kpi: str
    unit: Unit
    goal: Goal
    period: Grain
    start: date | None = None
    """The period's first day; None for `all`."""
    end: date | None = None
    """The day after its last."""
    connection: str = ""
    """Empty for scopes over all connections, like in KPI values."""
    scope: str = "organisation"
    scope_id: str = ""
    currency: str = ""
    baseline: Baseline | None = None
    thresholds: Thresholds = Thresholds()
    attainment: Literal["mirror", "inverse"] = "mirror"
    """How attainment of an `AtMost` is counted: 2 - actual / target, or target / actual (3.1)."""
    benchmark: Benchmark | None = None
    objective: str = ""
    """What the target serves."""
    parent: str = ""
    """The id of the target that this one is a part of; empty: found by the team tree."""
    version: int = Field(default=1, ge=1)
    """Raised when a target is moved; its baseline is then taken anew."""
    review: Grain | None = None
    """How often people look at it together."""
    note: str = ""

    @cached_property
    def cell(self) -> tuple[str, str, str, str, str, str]:
        """The key of the KPI value that it is about: connection, KPI, scope, scope id, period, period start."""
        start = self.start.isoformat() if self.start else ""
        return self.connection, self.kpi, self.scope, self.scope_id, self.period.value, start
