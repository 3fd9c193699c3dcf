"""What the settings file may say: one frozen model per section, with nothing in it that is not used.

`docs/config.md` is made from these models and the sentences under their fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, field_validator, model_validator

from connector.config.word import Currency, FiniteFloat, Month, Name, Section, Weekday, Wrong
from connector.errors import Message, did_you_mean
from kpi_engine.period import Grain


class Organisation(Section):
    """Whose numbers these are, and how that company counts time and money."""

    name: str = ""
    """How reports call the company."""
    timezone: str
    """IANA time zone in which days, weeks and months are cut: `Europe/Berlin`, `Asia/Shanghai`."""
    currency: Currency
    """ISO 4217 code of the money in reports, and of records that name none."""
    fiscal_year_starts: Month = Field(default=1, examples=["january"])
    """The month in which the fiscal year begins: `1` to `12`, or a name such as `april`."""
    week_starts: Weekday = Field(default=0, examples=["monday"])
    """The first day of the week: `monday` … `sunday`."""
    holidays: str | None = None
    """Public holidays of a country or region: `CN`, `DE-BY`, `US-CA`. Moved working days (调休) are known."""
    extra_holidays: tuple[date, ...] = ()
    """Days off that the public calendar does not know."""
    extra_working_days: tuple[date, ...] = ()
    """Days worked although the calendar says otherwise."""
    language: Literal["en", "zh-CN", "zh-TW"] = "en"
    """Language of messages and KPI names. With `zh-TW` KPI names, reports and labels in the CRM are traditional,
    messages are English."""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, OSError, ValueError) as error:
            hint = did_you_mean(value, available_timezones()) or Message("a name such as Europe/Berlin")
            raise Wrong(Message("is not an IANA time zone"), hint=hint) from error
        return value


class Credits(Section):
    """How much of what a vendor allows in any 24 hours is ours to spend."""

    a_day: int | None = Field(default=None, ge=1)
    """Credits in any 24 hours; left out: what the vendor allows, without the reserve."""
    reserve: float = Field(default=0.25, ge=0, le=0.9)
    """The share of the vendor's credits that is left to people's own work and to other programs."""

    def allowed(self, vendors: int | None) -> int | None:
        """What may be spent in any 24 hours, where the vendor allows that many; None where nobody says.

        >>> Credits().allowed(4000), Credits(a_day=100).allowed(4000), Credits().allowed(None)
        (3000, 100, None)
        """
        if self.a_day is not None:
            return self.a_day
        return None if vendors is None else int(vendors * (1 - self.reserve))


class ConnectionSettings(Section):
    """One CRM account, folder or set of files to pull from."""

    adapter: str
    """Which adapter speaks to it; `crm-kpi adapter list` names those installed."""
    settings: Mapping[str, Any] = Field(default_factory=dict)
    """The adapter's own settings, described on its page."""
    mapping: Mapping[str, Any] = Field(default_factory=dict)
    """Fact table -> which module and fields it is filled from; overrides the adapter's default field by field."""
    credits: Credits = Credits()
    """How much of what the vendor allows in any 24 hours is ours to spend."""
    accept_missing: Mapping[str, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    """Module -> how many records the vendor may count that never arrive, such as `Deals: 12`: an administrator has seen
    that permissions or approvals hide them, and counts the module as complete."""


class DatedNumber(Section):
    """A number that holds from a day on, until the next one."""

    valid_from: date = Field(alias="from")
    """The first day on which it holds."""
    value: FiniteFloat
    """The number; shares as 0.35, not 35."""


class Kpis(Section):
    """Which KPIs are computed, for which periods and for whom."""

    enabled: tuple[str, ...] | None = None
    """Ids of the KPIs to compute; left out: all that ship and all of your own files."""
    files: tuple[str, ...] = ()
    """Files with KPIs of your own, in the grammar of docs/kpis.md."""
    since: date | None = None
    """The first day computed; left out: the first fact."""
    until: date | None = None
    """The first day not computed any more; left out: today."""
    scopes: Mapping[str, tuple[Grain, ...]] = Field(
        default={
            "organisation": (Grain.MONTH, Grain.QUARTER, Grain.YEAR, Grain.ALL),
            "team": (Grain.MONTH, Grain.QUARTER, Grain.YEAR),
            "owner": (Grain.MONTH, Grain.QUARTER, Grain.YEAR),
            "account": (Grain.YEAR, Grain.ALL),
        }
    )
    """Scope (`organisation`, `team`, `owner`, `account` or a dimension of the KPIs) -> its periods."""


class Targets(Section):
    """Where the targets are: what each KPI should be, for whom, by when."""

    files: tuple[str, ...] = ("targets/*.csv", "targets/*.xlsx", "targets/*.yaml")
    """Files with targets (YAML, CSV, XLSX), or patterns of names. A pattern may match nothing, a file must exist."""
    decimal: Literal[".", ","] = "."
    """What stands before the decimals of numbers in these files, where they are written as text."""
    thousands: Literal["", ",", ".", " ", "'"] = ""
    """What stands between their thousands; left out: nothing may, because 1,200 could be read in two ways."""
    green: FiniteFloat = 1.0
    """Where green begins, as a share of the target; a target may say otherwise."""
    amber: FiniteFloat = 0.9
    """Where amber begins; everything below is red."""
    stale_after_days: int = Field(default=3, ge=0)
    """Facts that are older than the report by more days are not judged."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Targets:
        if self.decimal == self.thousands:
            raise Wrong(Message("decimal and thousands are the same sign"))
        if self.amber >= self.green:
            raise Wrong(Message("amber must begin below green"))
        return self


ValuePart = Literal["value", "numerator", "denominator", "n", "ci_low", "ci_high", "status", "as_of", "data_as_of"]
GapPart = Literal[
    "target",
    "target_low",
    "target_high",
    "gap",
    "attainment",
    "progress",
    "expected",
    "pace",
    "trailing",
    "rag",
    "gap_status",
]


class FieldSource(Section):
    """Which number goes into a field of a record."""

    kpi: str
    """Id of the KPI."""
    period: Grain
    """The period's length; the one that contains the moment of the data is written."""
    periods_back: int = Field(default=0, ge=0, le=120)
    """`0` writes the running period, `1` the last full one, and so on."""
    show: Literal[ValuePart, GapPart] = "value"
    """Which part of the KPI value is written, or of the gap to its target."""


class _Target(Section):
    name: Name
    """What plans and messages call it."""
    connection: str
    """The connection that is written to."""
    options: Mapping[str, Any] = Field(default_factory=dict)
    """The adapter's own options for this target, such as the output file."""


class FieldsTarget(_Target):
    """KPI values as fields of existing records: the number on the account that the rep opens."""

    kind: Literal["fields"]
    """`fields`: values are written into fields of existing records."""
    module: str
    """The vendor's module (for files: the table) whose records get the fields."""
    scope: str
    """The KPI scope whose ids are those records: `account`, `owner`, `team`."""
    fields: Mapping[str, FieldSource] = Field(min_length=1)
    """The vendor's field -> the number in it. No other field is ever written."""


class RecordsTarget(_Target):
    """KPI values as report records of their own, one per value."""

    kind: Literal["records"]
    """`records`: one report record per value."""
    module: str = "KPI_Reports"
    """The vendor's module that holds the report records; it is made where it is missing."""
    kpis: tuple[str, ...] | None = None
    """Only these KPIs; left out: all that are computed."""
    scopes: tuple[str, ...] | None = None
    """Only these scopes; left out: all."""
    periods: tuple[Grain, ...] | None = None
    """Only these periods; left out: all."""


Target = Annotated[FieldsTarget | RecordsTarget, Field(discriminator="kind")]


class WriteBack(Section):
    """Where values go, and how much may change at once without a person looking."""

    max_changed_share: float = Field(default=0.5, gt=0, le=1)
    """`run` stops before writing when a larger share of the fields would change: a person applies that plan."""
    targets: tuple[Target, ...] = ()
    """The places that values are written to."""


def _in_order(numbers: tuple[DatedNumber, ...]) -> tuple[DatedNumber, ...]:
    days = [number.valid_from for number in numbers]
    twice = next((day for at, day in enumerate(days) if day in days[:at]), None)
    if twice:
        raise Wrong(Message("two values begin on {day}", day=twice), hint=Message("a value holds until the next one"))
    return tuple(sorted(numbers, key=lambda number: number.valid_from))


Assumption = Annotated[tuple[DatedNumber, ...], Field(min_length=1), AfterValidator(_in_order)]


class SettingsFile(Section):
    """The whole file."""

    organisation: Organisation
    """Whose numbers these are, and how that company counts time and money."""
    store: str = "crm-kpi.sqlite"
    """The local database: an SQLite file, made when it does not exist."""
    connections: Mapping[Name, ConnectionSettings] = Field(min_length=1)
    """What is pulled from: a name of your choice -> adapter, settings and mapping."""
    assumptions: Mapping[str, Assumption] = Field(default_factory=dict)
    """Numbers that no CRM holds (`gross_margin`), each with the day from which it holds."""
    kpis: Kpis = Kpis()
    """Which KPIs are computed, for which periods and for whom."""
    targets: Targets = Targets()
    """What each KPI should be, for whom, by when."""
    write_back: WriteBack = WriteBack()
    """Where values go, and how much may change at once without a person looking."""
