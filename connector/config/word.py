"""What single settings may say: a month, a day of the week, a currency, a name; and how one is refused."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from connector.errors import Message, did_you_mean
from connector.formats.date import MONTH_NAMES

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,62}")


class Wrong(ValueError):
    """A value that a validator refuses, in a sentence that can be translated."""

    def __init__(self, message: Message, *, hint: Message = Message("")) -> None:
        super().__init__(str(message))
        self.message = message
        self.hint = hint


class Section(BaseModel):
    """Unknown settings are errors, and nothing changes after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, use_attribute_docstrings=True)


def _month(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    found = [at for at, name in enumerate(MONTH_NAMES, start=1) if name.startswith(value.lower()) and len(value) >= 3]
    if not found:
        raise Wrong(Message("is not a month"), hint=Message("a number from 1 to 12, or a name such as april"))
    return found[0]


def _weekday(value: Any) -> Any:
    if isinstance(value, str) and value.lower() in WEEKDAYS:
        return WEEKDAYS.index(value.lower())
    raise Wrong(Message("is not a day of the week"), hint=did_you_mean(str(value).lower(), WEEKDAYS))


def _currency(value: str) -> str:
    if not re.fullmatch("[A-Z]{3}", value):
        raise Wrong(Message("is not an ISO 4217 code"), hint=Message("three capital letters, such as EUR"))
    return value


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise Wrong(Message("must be letters, digits, - and _, beginning with a letter"))
    return value


Currency = Annotated[str, AfterValidator(_currency)]
Name = Annotated[str, AfterValidator(_name)]
Month = Annotated[int, BeforeValidator(_month), Field(ge=1, le=12)]
Weekday = Annotated[int, BeforeValidator(_weekday)]
FiniteFloat = Annotated[float, Field(allow_inf_nan=False)]
