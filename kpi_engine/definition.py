"""The grammar of a KPI: a closed union of kinds. Definitions hold no logic; `rules` judges them, `query` reads them.

A user's own KPI in YAML has this same grammar::

    - id: big_wins
      names: {en: Big wins, zh-CN: 大单数, zh-TW: 大單數}
      question: How many deals over 10,000 did we win?
      formula: deals won in the period with an amount of at least 10,000
      kind: count
      table: deals
      time: closed_on
      where:
        - {column: outcome, is: won}
        - {column: amount, at_least: 10000}
      unit: count
      better: higher

No expression is ever evaluated as code: filters are typed predicates, and the formula of a `derived` KPI is parsed into
names, numbers, ``+ - * /``, ``previous(x)``, ``prior_year(x)`` and ``assumption("name")`` and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from kpi_engine.message import Message

Scalar = bool | int | float | str

Words = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)


class Unit(StrEnum):
    """What a value is counted in. Percentages are stored as shares: 0.82, not 82."""

    COUNT = "count"
    MONEY = "money"
    PERCENT = "percent"
    DAYS = "days"
    HOURS = "hours"
    POINTS = "points"
    TIMES = "times"


class Better(StrEnum):
    """Which direction is good."""

    HIGHER = "higher"
    LOWER = "lower"
    RANGE = "range"


class Compare(StrEnum):
    """How two values are compared: percentages in percentage points, amounts in per cent of the absolute base."""

    DIFFERENCE = "difference"
    PERCENT = "percent"


def _usual_comparison(given: Mapping[str, Any]) -> Compare:
    return Compare.DIFFERENCE if given.get("unit") is Unit.PERCENT else Compare.PERCENT


class NoData(StrEnum):
    """What no rows at all mean: nothing is known, or a true zero (counts and sums of events)."""

    UNKNOWN = "unknown"
    ZERO = "zero"


class Names(_Strict):
    """The KPI's name in the languages that ship."""

    en: Words
    zh_cn: Words = Field(alias="zh-CN")
    zh_tw: Words = Field(alias="zh-TW")


EXACTLY_ONE_OPERATOR = Message(
    "a condition needs exactly one of is, is_not, in, not_in, at_least, at_most, above, below, filled"
)


class Predicate(_Strict):
    """One condition on one column; exactly one operator.

    Like SQL, a positive condition on a missing value is neither true nor false: such a row is counted as `excluded`.
    `is_not` and `not_in` hold for a missing value (an order without a status is not a cancelled one), and `filled`
    asks for just that. Money and real columns are compared in their own unit (`at_least: 10000` is ten thousand).
    Dates are written ``2017-03-01`` and instants ``2017-03-01T08:00:00Z``.
    """

    column: str
    is_: Scalar | None = Field(default=None, alias="is")
    is_not: Scalar | None = None
    in_: tuple[Scalar, ...] | None = Field(default=None, alias="in")
    not_in: tuple[Scalar, ...] | None = None
    at_least: int | float | str | None = None
    at_most: int | float | str | None = None
    above: int | float | str | None = None
    below: int | float | str | None = None
    filled: bool | None = None

    OPERATORS: ClassVar[tuple[str, ...]] = (
        "is_",
        "is_not",
        "in_",
        "not_in",
        "at_least",
        "at_most",
        "above",
        "below",
        "filled",
    )

    @model_validator(mode="after")
    def _exactly_one_operator(self) -> Predicate:
        given = [name for name in self.OPERATORS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(EXACTLY_ONE_OPERATOR)
        return self

    @property
    def operator(self) -> str:
        """The name of the one operator given, as the attribute is called."""
        return next(name for name in self.OPERATORS if getattr(self, name) is not None)


class CountOf(_Strict):
    """How many rows, or how many different values of one column."""

    count: Literal["rows"] | str = "rows"
    """`rows`, or the column whose distinct values are counted."""
    where: tuple[Predicate, ...] = ()


class SumOf(_Strict):
    """The sum of a money, real or integer column, less another where `minus` is given (missing counts as 0 there)."""

    sum: str
    minus: str | None = None
    where: tuple[Predicate, ...] = ()


def _aggregate_tag(value: object) -> str:
    is_sum = "sum" in value if isinstance(value, Mapping) else isinstance(value, SumOf)
    return "SumOf" if is_sum else "CountOf"


Aggregate = Annotated[
    Annotated[CountOf, Tag("CountOf")] | Annotated[SumOf, Tag("SumOf")], Discriminator(_aggregate_tag)
]


class _Definition(_Strict):
    """What every KPI states, whatever its kind."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{1,62}$")
    """The variant is part of the id: win_rate and win_rate_value are two KPIs."""
    names: Names
    question: Words
    """The question that the number answers."""
    formula: Words
    """The formula in words."""
    unit: Unit
    better: Better = Better.HIGHER
    compare: Compare = Field(default_factory=_usual_comparison)
    """Not stated: percentages by difference, everything else in per cent."""
    no_data: NoData = NoData.UNKNOWN
    minimum_n: int = Field(default=0, ge=0)
    """Below it the value is shown as `insufficient_n`: counts instead of a judgement."""
    maturity_days: int = Field(default=0, ge=0)
    """A period younger than this is `not_mature`."""
    history_days: int = Field(default=0, ge=0)
    """A period that begins less than this after the first fact is `history_truncated`."""
    source: str = ""
    """Where the definition comes from."""


class _OnFacts(_Definition):
    table: str
    """The fact table."""
    time: str
    """The date or instant column that places a row in a period."""
    where: tuple[Predicate, ...] = ()
    """Conditions on every row."""
    dimensions: tuple[str, ...] = ()
    """Further columns by which the KPI may be split."""


class Count(_OnFacts):
    """Rows, or distinct values of a column; `first_per` counts only each group's first row ever (new customers).

    A group is one value of the `first_per` column in one connection; its first row is the earliest by `time` (ties:
    the smallest id) of the rows that pass `where`, and belongs to that row's owner and period. Rows whose `first_per`
    or `time` is missing belong to no group and are excluded.
    """

    kind: Literal["count"]
    distinct: str | None = None
    first_per: str | None = None


class Sum(_OnFacts):
    """The sum of a column."""

    kind: Literal["sum"]
    sum: str
    minus: str | None = None


class Mean(_OnFacts):
    """The arithmetic mean of a column over the rows that have it."""

    kind: Literal["mean"]
    mean: str


class Percentile(_OnFacts):
    """A percentile of a column (linear interpolation between order statistics, Hyndman and Fan's type 7)."""

    kind: Literal["percentile"]
    of: str
    percentile: float = Field(gt=0, lt=1)


class Requires(_Strict):
    """What must be known of a cell's rows before its value may be believed.

    Of the rows that pass the KPI's `where`, those that pass `rows` are judged, and those of them that also pass `have`
    are usable. A judged row that is not usable (`have` false or unknown) has no measure: it leaves numerator,
    denominator and n, and is counted in `excluded`. Where fewer than `share` of a cell's judged rows are usable, the
    cell has no value and its status is `not_applicable`. A cell without judged rows is judged by the other rules only.

    A CRM that sets lost deals to 0 would show 100 % of the value as won: `requires` says that this is not known.
    """

    rows: tuple[Predicate, ...] = ()
    """Which rows are judged; none: all of them."""
    have: tuple[Predicate, ...] = Field(min_length=1)
    share: float = Field(default=1.0, gt=0, le=1)


class Ratio(_OnFacts):
    """Sum or count over sum or count, both kept; never a mean of ratios. n is the number of rows in the denominator."""

    kind: Literal["ratio"]
    numerator: Aggregate
    denominator: Aggregate
    requires: Requires | None = None


class Snapshot(_OnFacts):
    """What stood at the end of the period (or now, in a running one): rows open at that moment.

    `time` is the date from which a row stands; it stands until `until`, or still does while `until` is missing and
    `standing` holds. Each of the two is compared with the period's bound of its own type, so one may be a date and the
    other an instant. The measure is the amount of today: CRMs keep no history of amounts by default.
    """

    kind: Literal["snapshot"]
    until: str
    standing: tuple[Predicate, ...]
    measure: Aggregate
    weight_percent: str | None = None
    """A real column in per cent that weights the sum (a win probability)."""


class Duration(_OnFacts):
    """Time from `start` to `time` of the rows that ended in the period. Negative durations are excluded and counted."""

    kind: Literal["duration"]
    start: str
    """A column of the same type as `time`: days between dates, seconds between instants."""
    statistic: Literal["mean"] | float = 0.5
    """`mean`, or a percentile: 0.5 is the median."""


class Derived(_Definition):
    """Arithmetic on other KPIs of the same scope and period.

    An operand without a value leaves the result without one. A divisor of zero *or less* is `zero_denominator`: growth
    from a negative base, or a share of a negative whole, says nothing. `previous` and `prior_year` shift the period
    of everything inside them, and of a running period as many days of the earlier one as have passed (like with like);
    the period `all` has neither, and is `not_applicable` there.
    """

    kind: Literal["derived"]
    expression: str
    """Names of KPIs, numbers, + - * /, previous(x), prior_year(x), assumption("name")."""


Definition = Annotated[
    Count | Sum | Mean | Percentile | Ratio | Snapshot | Duration | Derived, Field(discriminator="kind")
]
"""A KPI of any kind. Conversion, model and external kinds join this union when they are built."""


class Family(_Strict):
    """One YAML file of definitions."""

    kpis: tuple[Definition, ...]
