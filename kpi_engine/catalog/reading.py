"""From plain data to definitions: pydantic's findings said in our words, each with its line, all of them at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from kpi_engine.definition import Definition, Family
from kpi_engine.document import Document, Steps, read_document
from kpi_engine.errors import NO_HINT, DefinitionError, DocumentError, Problem, did_you_mean
from kpi_engine.message import Message

Finding = Mapping[str, Any]

_FOLLOWS_FROM_ANOTHER = "default_factory_not_called"
_LONGEST_EXCERPT = 60


def read_definitions(text: str, *, name: str) -> tuple[Definition, ...]:
    """The definitions of one file; `name` is how errors call it.

    Raises:
        DefinitionError: with everything in the file that is no YAML or does not fit the grammar.
    """
    try:
        document = read_document(text, name=name)
    except DocumentError as exc:
        raise DefinitionError(exc.problems) from exc
    try:
        family = Family.model_validate(document.data)
    except ValidationError as exc:
        raise DefinitionError([*document.problems, *_problems(exc, document)]) from exc
    if document.problems:
        raise DefinitionError(document.problems)
    return family.kpis


def _problems(exc: ValidationError, document: Document) -> list[Problem]:
    found: dict[tuple[Steps, str], Problem] = {}
    for finding in exc.errors(include_url=False):
        if finding["type"] == _FOLLOWS_FROM_ANOTHER:
            continue
        path, models = _place(finding["loc"])
        # A value of several possible types has one finding for each of them: the first stands for all.
        key = (path, str(finding["loc"][-1]) if finding["type"] == "missing" else "")
        found.setdefault(key, _problem(finding, path, models=models, document=document))
    return list(found.values())


def _problem(finding: Finding, path: Steps, *, models: Iterable[type[BaseModel]], document: Document) -> Problem:
    message, hint = _sentence(finding, models)
    match finding["type"]:
        case "missing":
            path = path[:-1]
        case "union_tag_invalid":
            path = (*path, "kind")
    return Problem(document.where(path), message, hint)


def _sentence(finding: Finding, models: Iterable[type[BaseModel]]) -> tuple[Message, Message]:
    """What is wrong, and what to do about it."""
    last = finding["loc"][-1] if finding["loc"] else ""
    match finding["type"]:
        case "missing":
            return Message("{key} is missing", key=last), NO_HINT
        case "extra_forbidden":
            return Message("unknown key {key}", key=last), did_you_mean(str(last), _keys(models))
        case "enum" | "literal_error":
            return _not_among(finding["input"], finding["ctx"]["expected"])
        case "union_tag_invalid":
            return _not_among(finding["ctx"]["tag"], finding["ctx"]["expected_tags"])
        case "union_tag_not_found":
            return Message("{key} is missing", key="kind"), did_you_mean("", _kinds())
        case "string_pattern_mismatch":
            hint = Message("use small letters, digits and underscores, a letter first, at most 63")
            return Message("{word} cannot be an id", word=_excerpt(finding["input"])), hint
        case "value_error":
            return finding["ctx"]["error"].args[0], NO_HINT
        case _:
            return _wrong_type(finding), NO_HINT


_WANTED = {
    "string_type": Message("a text"),
    "string_too_short": Message("a text that is not empty"),
    "int_type": Message("a whole number"),
    "int_parsing": Message("a whole number"),
    "int_from_float": Message("a whole number"),
    "float_type": Message("a number"),
    "float_parsing": Message("a number"),
    "finite_number": Message("a finite number"),
    "bool_type": Message("true or false"),
    "bool_parsing": Message("true or false"),
    "tuple_type": Message("a list"),
    "too_short": Message("a list with at least one entry"),
    "model_type": Message("a group of keys"),
    "model_attributes_type": Message("a group of keys"),
}

_OF_ANY_TYPE = Message("a text, a number, true or false")


def _wrong_type(finding: Finding) -> Message:
    among_several = finding["loc"] and finding["loc"][-1] in ("bool", "int")
    wanted = _OF_ANY_TYPE if among_several else _WANTED.get(finding["type"])
    if wanted is None:
        return Message("{value}: {reason}", value=_excerpt(finding["input"]), reason=finding["msg"])
    return Message("{value} is not {wanted}", value=_excerpt(finding["input"]), wanted=wanted)


def _not_among(given: object, expected: str) -> tuple[Message, Message]:
    words = re.findall(r"'([^']*)'", expected)
    return Message("{value} is not known here", value=_excerpt(given)), did_you_mean(str(given), words)


def _excerpt(value: object) -> str:
    return repr(value)[:_LONGEST_EXCERPT]


# Where a finding lies. Pydantic's path also names the members of unions that it tried; no such key stands in the file.


def _place(loc: Iterable[str | int]) -> tuple[Steps, frozenset[type[BaseModel]]]:
    """The path in the file, and the models whose keys may stand around its last step."""
    path: list[str | int] = []
    around: frozenset[type[BaseModel]] = frozenset({Family})
    inside = around
    for step in loc:
        if _is_member(inside, step):
            inside = frozenset(model for model in inside if step in _tags(model)) or inside
        elif isinstance(step, int):
            path.append(step)
        elif inside:
            path.append(step)
            around, inside = inside, _inside(inside, step)
    return tuple(path), around


def _is_member(models: frozenset[type[BaseModel]], step: str | int) -> bool:
    """Whether the step chooses a member of a union, and is no key: a kind, or the name of one of our models."""
    return len(models) > 1 and any(step == model.__name__ or step in _tags(model) for model in models)


def _tags(model: type[BaseModel]) -> tuple[object, ...]:
    return get_args(model.model_fields["kind"].annotation) if "kind" in model.model_fields else ()


def _inside(models: Iterable[type[BaseModel]], key: str) -> frozenset[type[BaseModel]]:
    """The models that the value of a key may be."""
    annotations = (
        field.annotation for model in models for name, field in model.model_fields.items() if key in (name, field.alias)
    )
    return frozenset(found for annotation in annotations for found in _models(annotation))


def _models(annotation: object) -> Iterable[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _keys(models: Iterable[type[BaseModel]]) -> set[str]:
    return {field.alias or name for model in models for name, field in model.model_fields.items()}


def _kinds() -> list[str]:
    return [str(tag) for model in _models(Definition) for tag in _tags(model)]
