"""One reader: the language of sentences, the locale of numbers and dates, and the clock of the company."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_interval, format_skeleton

from connector.language import MESSAGES, REPORTS, catalogue
from connector.report import number
from connector.report.sentence import Sentence
from kpi_engine.definition import Definition
from kpi_engine.message import Message
from kpi_engine.period import Grain

LOCALES = {"en": "en", "zh-CN": "zh_Hans_CN", "zh-TW": "zh_Hant_TW"}
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Reader:
    """Says sentences, numbers, dates and periods."""

    language: str = "en"
    timezone: str = "UTC"
    fiscal_year_starts: int = 1
    locale: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "locale", LOCALES[self.language])

    @cached_property
    def translate(self) -> Callable[[str], str]:
        """The report's catalogue first, then that of messages: words of the engine may be in either."""
        catalogues = catalogue(self.language, REPORTS)
        catalogues.add_fallback(catalogue(self.language, MESSAGES))
        return catalogues.gettext

    @cached_property
    def _babel(self) -> Locale:
        return Locale.parse(self.locale)

    def say(self, message: Message) -> str:
        """The sentence in the reader's language."""
        return message.render(self.translate)

    def kpi(self, definition: Definition) -> str:
        """What the KPI is called."""
        names = definition.names
        return {"zh-CN": names.zh_cn, "zh-TW": names.zh_tw}.get(self.language, names.en)

    def listed(self, words: Iterable[str]) -> str:
        """Words in a row, with the comma that the language has for it."""
        return self.say(Sentence(", ")).join(words)

    # Numbers -----------------------------------------------------------------------------------------------------

    def value(self, value: float, unit: str, currency: str = "") -> str:
        """A value in its unit."""
        if unit == "points":
            return self.say(Sentence("{number} points", number=number.shown(value, unit, currency, self.locale)))
        return number.shown(value, unit, currency, self.locale)

    def change(self, value: float, unit: str, currency: str = "") -> str:
        """A difference with its sign; of percentages in percentage points."""
        text = number.shown_change(value, unit, currency, self.locale)
        return self.say(Sentence("{number} pp", number=text)) if unit == "percent" else text

    def interval(self, low: float, high: float, unit: str, *, currency: str = "") -> str:
        """The two ends of a 95 % interval."""
        return number.shown_interval(low, high, unit, currency=currency, locale=self.locale)

    def tick(self, value: float, unit: str) -> str:
        """A number beside a chart, without its unit."""
        return number.shown_tick(value, unit, self.locale)

    def unit(self, unit: str, currency: str = "") -> str:
        """What numbers beside a chart are counted in; empty where it goes without saying."""
        match unit:
            case "money":
                return number.currency_name(currency, self.locale)
            case "days":
                return self.say(Sentence("days"))
            case "hours":
                return self.say(Sentence("hours"))
            case "points":
                return self.say(Sentence("points"))
            case _:
                return ""

    def count(self, count: int) -> str:
        """A number of things."""
        return number.shown(count, "count", "", self.locale)

    def share(self, share: float) -> str:
        """A share in whole per cent."""
        return f"{self.count(round(share * 100))}%"

    # Time --------------------------------------------------------------------------------------------------------

    def day(self, day: date) -> str:
        """A date."""
        return format_date(day, "medium", locale=self._babel)

    def days(self, start: date, end: date) -> str:
        """From a day up to, not including, another."""
        return str(format_interval(start, end - _DAY, "yMMMd", locale=self._babel))

    def moment(self, instant: datetime) -> str:
        """An instant on the company's clocks."""
        local = instant.astimezone(ZoneInfo(self.timezone))
        return f"{self.day(local.date())} {format_datetime(local, 'HH:mm', locale=self._babel)}"

    def period(self, grain: str, start: date | None, end: date | None) -> str:
        """What a period is called; quarters and years of a fiscal calendar by their months, which leave no doubt."""
        if start is None or end is None:
            return self.say(Sentence("whole time"))
        match grain:
            case Grain.MONTH:
                return self._by_skeleton("yMMM", start)
            case Grain.QUARTER if self.fiscal_year_starts == 1:
                return self._by_skeleton("yQQQ", start)
            case Grain.YEAR if start.month == 1:
                return self._by_skeleton("y", start)
            case Grain.QUARTER | Grain.YEAR:
                return str(format_interval(start, end - _DAY, "yMMM", locale=self._babel))
            case _:
                return self.days(start, end)

    def _by_skeleton(self, skeleton: str, day: date) -> str:
        return format_skeleton(skeleton, datetime(day.year, day.month, day.day), locale=self._babel)  # noqa: DTZ001  # a date
