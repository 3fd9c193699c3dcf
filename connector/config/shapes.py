"""What the fields that we write are like, should a CRM have to make them: type, decimals, and a label for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from connector.config.model import FieldSource, FieldsTarget
from connector.config.read import Config
from connector.contract import FieldShape
from connector.errors import Message
from connector.language import REPORTS, translator
from kpi_engine.definition import Count, CountOf, Definition, Snapshot, Unit
from kpi_engine.period import Grain

_PERIODS: Final[Mapping[Grain, Message]] = {
    Grain.WEEK: Message("week"),
    Grain.MONTH: Message("month"),
    Grain.QUARTER: Message("quarter"),
    Grain.YEAR: Message("year"),
    Grain.ALL: Message("all time"),
}
_PARTS: Final[Mapping[str, Message]] = {
    "numerator": Message("numerator"),
    "denominator": Message("denominator"),
    "n": Message("number of records"),
    "ci_low": Message("lower bound"),
    "ci_high": Message("upper bound"),
    "status": Message("status"),
    "as_of": Message("as of"),
    "data_as_of": Message("data as of"),
    "target": Message("target"),
    "target_low": Message("least target"),
    "target_high": Message("greatest target"),
    "gap": Message("gap"),
    "attainment": Message("attainment"),
    "progress": Message("progress"),
    "expected": Message("expected by now"),
    "pace": Message("pace"),
    "trailing": Message("up to now"),
    "rag": Message("traffic light"),
    "gap_status": Message("status of the target"),
}
_TEXTS: Final = frozenset(("status", "rag", "gap_status"))
_INSTANTS: Final = frozenset(("as_of", "data_as_of"))
_SHARES: Final = frozenset(("attainment", "progress"))
_DECIMALS: Final = 2
_REPORT_DECIMALS: Final = 4
"""A report's numbers are money, shares and days in one field."""


def field_shapes(config: Config, target: FieldsTarget) -> dict[str, FieldShape]:
    """The fields of a target on records."""
    known = {definition.id: definition for definition in config.definitions}
    return {name: _field_shape(config, source, known[source.kpi]) for name, source in target.fields.items()}


def _field_shape(config: Config, source: FieldSource, definition: Definition) -> FieldShape:
    label = _in_language(config, _label(config, source, definition))
    match source.show:
        case part if part in _TEXTS:
            return FieldShape(label, "text")
        case part if part in _INSTANTS:
            return FieldShape(label, "instant")
        case part if part in _SHARES:
            return FieldShape(label, "percent", _DECIMALS)
        case "n":
            return FieldShape(label, "integer")
        case "numerator" | "denominator" | "pace":
            return FieldShape(label, "number", _DECIMALS)
        case part:
            return _in_its_unit(label, part, definition)


def _in_its_unit(label: str, part: str, definition: Definition) -> FieldShape:
    if definition.unit is Unit.MONEY:
        return FieldShape(label, "money", _DECIMALS)
    if definition.unit is Unit.PERCENT:
        return FieldShape(label, "percent", _DECIMALS)
    if part == "value" and _is_whole(definition):
        return FieldShape(label, "integer")
    return FieldShape(label, "number", _DECIMALS)


def _is_whole(definition: Definition) -> bool:
    counts = isinstance(definition, Snapshot) and isinstance(definition.measure, CountOf)
    return isinstance(definition, Count) or counts


def _label(config: Config, source: FieldSource, definition: Definition) -> Message:
    """ "Won amount (EUR), previous month", "Win rate: target, year"."""
    what = Message("{name}", name=_kpi_name(config, definition))
    if source.show != "value":
        what = Message("{kpi}: {part}", kpi=what, part=_PARTS[source.show])
    if definition.unit is Unit.MONEY and source.show not in _TEXTS | _INSTANTS | _SHARES | {"n", "pace"}:
        what = Message("{kpi} ({currency})", kpi=what, currency=config.organisation.currency)
    return Message("{kpi}, {period}", kpi=what, period=_period(source))


def _period(source: FieldSource) -> Message:
    word = _PERIODS[source.period]
    if source.periods_back == 0 or source.period is Grain.ALL:
        return word
    if source.periods_back == 1:
        return Message("previous {period}", period=word)
    return Message("{count} {period}s back", count=source.periods_back, period=word)


def _kpi_name(config: Config, definition: Definition) -> str:
    return str(getattr(definition.names, config.organisation.language.lower().replace("-", "_")))


def _in_language(config: Config, message: Message) -> str:
    return message.render(translator(config.organisation.language, REPORTS))


_REPORT: Final[Mapping[str, tuple[Message, FieldShape]]] = {
    "key": (Message("key"), FieldShape("", "text", unique=True)),
    "kpi": (Message("KPI id"), FieldShape("", "text")),
    "kpi_name": (Message("KPI"), FieldShape("", "text")),
    "scope": (Message("scope"), FieldShape("", "text")),
    "scope_id": (Message("scope id"), FieldShape("", "text")),
    "scope_name": (Message("of whom or what"), FieldShape("", "text")),
    "period": (Message("period"), FieldShape("", "text")),
    "period_start": (Message("period from"), FieldShape("", "date")),
    "period_end": (Message("period before"), FieldShape("", "date")),
    "value": (Message("value"), FieldShape("", "number", _REPORT_DECIMALS)),
    "unit": (Message("unit"), FieldShape("", "text")),
    # a module of Zoho's has a field "Currency" of its own, and no two fields of a module have one label
    "currency": (Message("{kpi}: {part}", kpi=Message("KPI"), part=Message("currency")), FieldShape("", "text")),
    "n": (Message("number of records"), FieldShape("", "integer")),
    "ci_low": (Message("lower bound"), FieldShape("", "number", _REPORT_DECIMALS)),
    "ci_high": (Message("upper bound"), FieldShape("", "number", _REPORT_DECIMALS)),
    "excluded": (Message("records left out"), FieldShape("", "integer")),
    "status": (Message("status"), FieldShape("", "text")),
}


def report_shapes(config: Config) -> dict[str, FieldShape]:
    """The fields of a report record; `key` holds its id."""
    return {
        name: FieldShape(_capital(_in_language(config, label)), shape.type, shape.decimals, shape.unique)
        for name, (label, shape) in _REPORT.items()
    }


def report_label(config: Config) -> str:
    """What the module of the report is called."""
    return _in_language(config, Message("KPI Reports"))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
