"""What Zoho says about the fields of a module, as far as writing needs it: who may write them, and what they hold."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from adapters.zoho.asking import Answer, Api, answered
from connector.contract import Effect

Fields: TypeAlias = Mapping[str, "Described"]
"""API name -> the field."""


@dataclass(frozen=True, slots=True)
class Described:
    """One field. What Zoho leaves out (it does: `json_type`, `length`) is None."""

    api_name: str
    id: str
    label: str
    type: str
    json_type: str | None = None
    length: int | None = None
    decimals: int | None = None
    writable: bool = True
    unique: bool = False
    custom: bool = False
    shown: bool = True


def read_fields(module: str, *, api: Api) -> Generator[Effect, Any, dict[str, Described]]:
    """Ask for the fields of a module; none where Zoho has nothing to say about it (204)."""
    answer: Answer = yield api.get("settings/fields", {"module": module}, decode=answered("fields"))
    described = map(_described, answer.rows)
    return {each.api_name: each for each in described if each.api_name}


def _described(raw: Mapping[str, Any]) -> Described:
    return Described(
        api_name=_text(raw.get("api_name")),
        id=_text(raw.get("id")),
        label=_text(raw.get("field_label") or raw.get("display_label")),
        type=_text(raw.get("data_type")),
        json_type=_text(raw.get("json_type")) or None,
        length=_number(raw.get("length")),
        decimals=_number(raw.get("decimal_place")),
        writable=_writable(raw),
        unique=bool(raw.get("unique")),
        custom=raw.get("custom_field") is True,
        shown=raw.get("visible") is not False,
    )


def _writable(raw: Mapping[str, Any]) -> bool:
    if raw.get("read_only") is True or raw.get("field_read_only") is True:
        return False
    allowed = raw.get("operation_type")
    return not isinstance(allowed, dict) or allowed.get("api_update") is not False


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int) else ""


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
