"""Stored rows as Zoho shows them: lookups with names, instants in the org's zone, booleans, arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from adapters.zoho.emulator.meta import FieldMeta
from adapters.zoho.emulator.state import VISIBLE, State, quoted

__all__ = ["VISIBLE", "answer_columns", "answer_rows", "lookup_names", "selected", "zoned"]

Column = Sequence[Any]
"""The values of one field, record by record."""
SHOWN_ANYWAY = frozenset({"$se_module"})
"""No field, and yet in the answers: of which module the record is that an activity hangs on."""
_AT_ONCE = 500
"""Ids in one question for names."""


def answer_rows(state: State, module: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """Records as JSON objects.

    Args:
        state: Where names are looked up.
        module: Api name.
        names: Fields of the module, in the order of the columns of `rows`; `id` among them where it is wanted.
        rows: Stored values.
    """
    stored = list(zip(*rows, strict=True))
    if not stored:
        return []
    columns = answer_columns(state, module, dict(zip(names, stored, strict=True)))
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def answer_columns(
    state: State, module: str, stored: Mapping[str, Column], *, addresses: bool = True
) -> dict[str, Column]:
    """The same, column by column; what is no field is left out.

    Args:
        state: Where names are looked up.
        module: Api name.
        stored: Stored values of each field.
        addresses: Whether people have their address beside their name.
    """
    known = state.fields(module)
    return {
        name: _answered(state, known[name], values, beside=stored, addresses=addresses)
        for name, values in stored.items()
        if known[name].api_shown or name in SHOWN_ANYWAY
    }


def selected(state: State, module: str, names: Iterable[str]) -> list[str]:
    """The columns that an answer with these fields needs: `id` first, what lookups need beside them last."""
    known = state.fields(module)
    wanted = ["id", *(name for name in dict.fromkeys(names) if name != "id")]
    if any(known[name].lookup == "se_module" for name in wanted):
        wanted.append("$se_module")
    return wanted


def _answered(
    state: State, field: FieldMeta, values: Column, *, beside: Mapping[str, Column], addresses: bool
) -> Column:
    """One column of the answer."""
    if field.private:
        return [None] * len(values)
    if field.is_lookup:
        return _lookups(state, field, values, beside=beside, addresses=addresses)
    if field.data_type == "boolean":
        return [None if value is None else bool(value) for value in values]
    if field.data_type == "datetime":
        speak = zoned(str(state.setting("zone", "UTC")))
        return [None if value is None else speak(value) for value in values]
    if field.is_array:
        return [[] if value is None and field.data_type == "tags" else _array(value) for value in values]
    return values


def _array(value: str | None) -> Any:
    return None if value is None else orjson.loads(value)


def _lookups(
    state: State, field: FieldMeta, values: Column, *, beside: Mapping[str, Column], addresses: bool
) -> list[Any]:
    if field.lookup == "se_module":
        return _polymorphic(state, values, beside.get("$se_module") or [None] * len(values))
    # many records point to the same one: it is written once for all of them
    if field.lookup == "Users":
        users = state.user_names
        shown = {each: _user(each, users, address=addresses) for each in set(values) if each is not None}
    else:
        names = lookup_names(state, field.lookup or "", values)
        shown = {each: {"name": names.get(each), "id": each} for each in set(values) if each is not None}
    return [shown.get(value) for value in values]


def _user(user: str, users: Mapping[str, tuple[str, str]], *, address: bool) -> dict[str, Any]:
    name, email = users.get(user, (None, None))
    return {"name": name, "id": user, "email": email} if address else {"name": name, "id": user}


def _polymorphic(state: State, values: Sequence[Any], modules: Sequence[Any]) -> list[Any]:
    """A lookup whose module each record says itself."""
    found: dict[str, Mapping[str, str]] = {}
    for module in {each for each in modules if each in state.modules()}:
        of_module = [value for value, each in zip(values, modules, strict=True) if each == module]
        found[module] = lookup_names(state, module, of_module)
    return [
        None if value is None else {"name": found.get(module, {}).get(value), "id": value}
        for value, module in zip(values, modules, strict=True)
    ]


def lookup_names(state: State, module: str, ids: Iterable[str | None]) -> Mapping[str, str]:
    """What records are called, by id; those that are gone are missing."""
    if module not in state.modules():
        return {}
    wanted = list({each for each in ids if each is not None})
    names: dict[str, str] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        marks = ", ".join("?" * len(part))
        display = quoted(state.modules()[module].name_field)
        names.update(state.db.execute(f"SELECT id, {display} FROM {quoted(module)} WHERE id IN ({marks})", part))  # noqa: S608
    return names


_ZONES: dict[str, Callable[[str], str]] = {}


def zoned(zone: str) -> Callable[[str], str]:
    """Turns stored instants into the org's zone, `2025-03-01T02:00:00-06:00`.

    >>> zoned("America/Chicago")("2025-03-01T08:00:00+00:00")
    '2025-03-01T02:00:00-06:00'
    >>> zoned("Asia/Kolkata")("2025-03-01T08:00:00+00:00")
    '2025-03-01T13:30:00+05:30'
    """
    return _ZONES.get(zone) or _ZONES.setdefault(zone, _speaker(ZoneInfo(zone)))


def _speaker(zone: ZoneInfo) -> Callable[[str], str]:
    """Each hour is worked out once: a clock changes at full hours, and so do most offsets."""
    hours: dict[str, tuple[str, str] | None] = {}

    def speak(text: str) -> str:
        hour = text[:13]
        if hour not in hours:
            hours[hour] = _local_hour(hour, zone)
        found = hours[hour]
        if found is None:
            return datetime.fromisoformat(text).astimezone(zone).isoformat()
        return f"{found[0]}{text[13:19]}{found[1]}"

    return speak


def _local_hour(hour: str, zone: ZoneInfo) -> tuple[str, str] | None:
    """The hour there and its offset; None where the offset is no whole number of hours."""
    local = datetime.fromisoformat(f"{hour}:00:00+00:00").astimezone(zone)
    offset = local.utcoffset() or timedelta()
    if offset.total_seconds() % 3600:
        return None
    text = local.isoformat()
    return text[:13], text[19:]
