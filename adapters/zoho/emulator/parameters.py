"""Reading what a request asks for: modules, whole numbers, dates, lists of ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from adapters.zoho.emulator.answers import Refusal, invalid_data, invalid_module
from adapters.zoho.emulator.calls import Call
from adapters.zoho.emulator.meta import ModuleMeta
from adapters.zoho.emulator.state import State, stamp


def module_of(state: State, name: str) -> ModuleMeta:
    """A module that the records API knows.

    Raises:
        Refusal: there is none.
    """
    found = state.modules().get(name)
    if found is None or not found.api_supported:
        raise invalid_module()
    return found


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
    if not text.isdecimal() or int(text) < 1:
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
    """An instant as it is stored; None where it is no ISO 8601 with an offset.

    >>> moment_of("2025-03-01T09:00:00+08:00")
    '2025-03-01T01:00:00+00:00'
    >>> moment_of("2025-03-01")
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if found.tzinfo is None else stamp(found)


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
