"""Reading what a request asks for: modules, whole numbers, dates, lists of ids."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime

from adapters.zoho.emulator.answers import Refusal, invalid_data, invalid_module
from adapters.zoho.emulator.calls import Call
from adapters.zoho.emulator.meta import ModuleMeta
from adapters.zoho.emulator.state import State, stamp

MOST_FIELDS = 50
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", re.ASCII)


def module_of(state: State, name: str) -> ModuleMeta:
    """A module that the records API knows.

    Raises:
        Refusal: there is none.
    """
    found = state.modules().get(name)
    if found is None or not found.api_supported:
        raise invalid_module()
    return found


def module_asked(state: State, query: Mapping[str, str]) -> str:
    """The module whose metadata a query is about.

    Raises:
        Refusal: it names none, or none that there is.
    """
    name = query.get("module")
    if not name:
        text = "One of the expected parameter is missing"
        raise Refusal(400, "REQUIRED_PARAM_MISSING", text, details={"param_name": "module"})
    if name not in state.modules():
        details = {"param_name": "module"}
        raise Refusal(400, "INVALID_MODULE", "the module name given seems to be invalid", details=details)
    return name


def module_scope(operation: str) -> Callable[[Call], str]:
    """The scope for records of the module in the path."""

    def scope(call: Call) -> str:
        return f"ZohoCRM.modules.{call.parameters['module']}.{operation}"

    return scope


def whole(query: Mapping[str, str], name: str, *, default: int, most: int | None = None) -> int:
    """A whole number from 1.

    Raises:
        Refusal: it is none, or too great.
    """
    text = query.get(name)
    if text is None:
        return default
    if not _WHOLE.fullmatch(text) or int(text) < 1:
        raise invalid_data(param_name=name, expected_data_type="integer")
    if most is not None and int(text) > most:
        raise Refusal(400, "LIMIT_EXCEEDED", "limit exceeded", details={"limit": most, "param_name": name})
    return int(text)


def denied(query: Mapping[str, str], name: str) -> bool:
    """Whether the query says no; Zoho's Python SDK writes it `False`.

    >>> denied({"wf_trigger": "False"}, "wf_trigger"), denied({}, "wf_trigger")
    (True, False)
    """
    return query.get(name, "").lower() == "false"


def moment_of(text: str) -> str | None:
    """An instant as it is stored; None where it is not written as Zoho writes them: to the second, with an offset.

    >>> moment_of("2025-03-01T09:00:00+08:00")
    '2025-03-01T01:00:00+00:00'
    >>> moment_of("2025-03-01T09:00:00.5+08:00")
    """
    try:
        return stamp(datetime.fromisoformat(text)) if _MOMENT.fullmatch(text) else None
    except (ValueError, OverflowError):
        return None


def day_of(text: str) -> str | None:
    """A day as it is stored; None where it is none.

    >>> day_of("2025-03-01"), day_of("2025-W09-6")
    ('2025-03-01', None)
    """
    try:
        return date.fromisoformat(text).isoformat() if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def header_moment(headers: Mapping[str, str], name: str) -> str | None:
    """The instant in a header, None without it.

    Raises:
        Refusal: it is no instant.
    """
    text = headers.get(name)
    if text is None:
        return None
    found = moment_of(text)
    if found is None:
        raise invalid_data(header=name, expected_data_type="datetime")
    return found


def listed(text: str | None) -> list[str]:
    """The parts of a comma list."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def demanded_fields(state: State, module: str, query: Mapping[str, str]) -> list[str]:
    """The fields that a list is asked for, without those that the module has not.

    Raises:
        Refusal: it is asked for none, or for too many.
    """
    asked = listed(query.get("fields"))
    if not asked:
        text = "One of the expected parameter is missing"
        raise Refusal(400, "REQUIRED_PARAM_MISSING", text, details={"param_name": "fields"})
    if len(asked) > MOST_FIELDS:
        details = {"limit": MOST_FIELDS, "param_name": "fields"}
        raise Refusal(400, "LIMIT_EXCEEDED", "the limit of fields is exceeded", details=details)
    known = state.fields(module)
    return [name for name in asked if name in known and known[name].api_shown]
