"""pydantic's complaints as problems of ours: the line, one plain sentence, and what to do about it.

What the person wrote is never repeated: it may be a secret that came from the environment.
"""

from __future__ import annotations

import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from connector.errors import Message, Problem, did_you_mean
from kpi_engine.document import Document, Steps, at

_A_GROUP = Message("must be a group of settings, each on a line of its own")
_A_DATE = Message("must be a date such as 2017-03-01")
_A_LIST = Message("must be a list")
_WHOLE = Message("must be a whole number")
_NUMBER = Message("must be a number")
_TRUTH = Message("must be true or false")
_EMPTY = Message("must not be empty")
_SENTENCES: Mapping[str, Message] = {
    "missing": Message("is missing"),
    "extra_forbidden": Message("is not a known setting"),
    "string_type": Message("must be a text"),
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": Message("must be a finite number"),
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "date_type": _A_DATE,
    "date_parsing": _A_DATE,
    "date_from_datetime_parsing": _A_DATE,
    "date_from_datetime_inexact": _A_DATE,
    "tuple_type": _A_LIST,
    "list_type": _A_LIST,
    "set_type": _A_LIST,
    "frozen_set_type": _A_LIST,
    "mapping_type": _A_GROUP,
    "dict_type": _A_GROUP,
    "model_type": _A_GROUP,
    "model_attributes_type": _A_GROUP,
    "too_short": _EMPTY,
    "string_too_short": _EMPTY,
    "string_too_long": Message("must have at most {max_length} characters"),
    "greater_than": Message("must be above {gt}"),
    "greater_than_equal": Message("must be at least {ge}"),
    "less_than": Message("must be below {lt}"),
    "less_than_equal": Message("must be at most {le}"),
    "string_pattern_mismatch": Message("does not have the form {pattern}"),
    "literal_error": Message("must be one of {expected}"),
    "enum": Message("must be one of {expected}"),
    "union_tag_invalid": Message("{discriminator} must be one of {expected_tags}"),
    "union_tag_not_found": Message("needs {discriminator}"),
}
"""pydantic's name of an error -> our sentence; a test fails when a model can raise one that is not here."""

_SHAPE = frozenset(name for name in _SENTENCES if name.endswith("_type"))


def faults(
    error: ValidationError, document: Document, *, model: type[BaseModel], prefix: Steps = (), inside: Steps = ()
) -> tuple[Problem, ...]:
    """Each thing that pydantic found, at its line.

    Args:
        error: what pydantic raised.
        document: the file that was read.
        model: the model that the file's part is described by, for naming the settings it knows.
        prefix: where in the document that model begins.
        inside: where in the model the validated part begins, when it was not the whole model.
    """
    placed = [(_place(document.data, (*prefix, *inside), details["loc"]), details) for details in error.errors()]
    return tuple(
        _problem(document, way, details, known=known_settings(model, (*inside, *details["loc"][:-1])))
        for way, details in placed
        if not _overshadowed(way, details, placed)
    )


def _overshadowed(way: Steps, details: ErrorDetails, placed: Iterable[tuple[Steps, ErrorDetails]]) -> bool:
    """In a union ("a text, or a group") the wrong branch says "must be a text" beside the fault that matters."""
    if details["type"] not in _SHAPE:
        return False
    return any(other[: len(way)] == way and each["type"] not in _SHAPE for other, each in placed)


def _place(data: Any, prefix: Steps, loc: tuple[int | str, ...]) -> Steps:
    """pydantic's `loc` without the names of union branches, which no file contains."""
    value, way = at(data, prefix), list(prefix)
    for index, step in enumerate(loc):
        inner = at(value, (step,))
        last = index == len(loc) - 1
        if inner is None and not (last and isinstance(value, dict) and step != "[key]"):
            continue
        value = inner
        way.append(step)
    return tuple(way)


def _problem(document: Document, way: Steps, details: ErrorDetails, *, known: Iterable[str]) -> Problem:
    message, hint = sentence(details)
    if details["type"] == "extra_forbidden":
        hint = did_you_mean(str(way[-1]), known)
    elif details["type"] in _SHAPE and details["input"] is None:
        message = Message("is empty")
    return document.problem(way, message, hint=hint)


def sentence(details: ErrorDetails) -> tuple[Message, Message]:
    """Our sentence for it; a validator that raised an error with a message and a hint is quoted."""
    context: dict[str, Any] = details.get("ctx", {})
    raised = context.get("error")
    message = getattr(raised, "message", None)
    if isinstance(message, Message):
        return message, getattr(raised, "hint", Message(""))
    if isinstance(raised, Exception):
        return Message("{reason}", reason=str(raised)), Message("")
    known = _SENTENCES.get(details["type"])
    if known is None:
        return Message("{reason}", reason=details["msg"]), Message("")
    return Message(known.template, **context), Message("")


def known_settings(model: type[BaseModel], loc: Iterable[int | str]) -> tuple[str, ...]:
    """The names that are allowed at a place inside a model, as they are written in the file."""
    models: list[type[BaseModel]] = [model]
    for step in loc:
        inner = [found for each in models for found in _below(each, step)]
        models = inner or models
    return tuple(dict.fromkeys(name for each in models for name in _names(each)))


def _names(model: type[BaseModel]) -> Iterator[str]:
    return (info.alias or name for name, info in model.model_fields.items())


def _below(model: type[BaseModel], step: int | str) -> Iterator[type[BaseModel]]:
    for name, info in model.model_fields.items():
        if step in (name, info.alias):
            yield from models_in(info.annotation)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that an annotation such as `Mapping[str, A | B]` leads to."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from models_in(argument)
