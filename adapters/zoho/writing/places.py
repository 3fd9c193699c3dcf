"""Where values are written: is it there, can it hold them, and, once a person agreed, made where it is missing."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, Final

from adapters.zoho.asking import Answer, Api, answered
from adapters.zoho.writing.cells import unfit
from adapters.zoho.writing.described import Described, Fields, read_fields
from adapters.zoho.writing.making import label_fields, make_fields, make_module
from adapters.zoho.writing.naming import KEY, api_name, may_be_made
from adapters.zoho.writing.target import options_of
from connector.contract import Effect, FieldShape, Place, PlaceTalk, WriteTarget
from connector.errors import Message

_TEXT: Final = FieldShape("", "text")
_CURRENCY: Final = "Currency"
"""Records have it where the organisation has several currencies."""


def places(target: WriteTarget, *, make: bool, api: Api) -> PlaceTalk:
    """The module and the fields that a target needs, each once; with `make` what is missing is made first.

    Raises:
        ConfigError: the target asks for what Zoho cannot do.
        RejectedError: Zoho refuses to make something: an edition's limit, a missing right.
    """
    options = options_of(target)
    shapes = {api_name(target, name): shape_of(target, name) for name in _needed(target)}
    module = yield from _find_module(target.module, api=api)
    state: Any = "there"
    if module is None and make and target.kind == "records":
        label = target.label or target.module
        yield from make_module(target.module, label, profiles=options.profiles, api=api)
        module = yield from _find_module(target.module, api=api)
        state = "made"
    wrong = _wrong_module(target, module)
    if wrong is not None:
        yield wrong
        return
    if module is None:
        yield Place(target.module, "", "missing")
        yield from (Place(target.module, name, "missing") for name in shapes)
        return
    yield Place(target.module, "", state)
    yield from _fields(target.module, shapes, make=make, api=api)


def _needed(target: WriteTarget) -> tuple[str, ...]:
    return (*target.fields, KEY) if target.kind == "records" else target.fields


def shape_of(target: WriteTarget, name: str) -> FieldShape:
    """What one of the target's fields has to hold; no two report records have the same key."""
    shape = target.shapes.get(name, _TEXT)
    return FieldShape(shape.label, shape.type, shape.decimals, unique=True) if name == KEY else shape


def _find_module(name: str, *, api: Api) -> Generator[Effect, Any, Mapping[str, Any] | None]:
    answer: Answer = yield api.get("settings/modules", decode=answered("modules"))
    return next((each for each in answer.rows if each.get("api_name") == name), None)


def _wrong_module(target: WriteTarget, module: Mapping[str, Any] | None) -> Place | None:
    if module is None:
        if target.kind == "records":
            return None
        message = Message("Zoho has no module of this name, or this account may not see it; check `module`")
        return Place(target.module, "", "unfit", message)
    if module.get("api_supported") is False:
        return Place(target.module, "", "unfit", Message("it cannot be reached by API; name another module"))
    if target.kind == "records" and module.get("generated_type") not in (None, "custom"):
        message = Message("it is one of Zoho's own modules, and report records need one of theirs; name another")
        return Place(target.module, "", "unfit", message)
    return None


def _fields(module: str, shapes: Mapping[str, FieldShape], *, make: bool, api: Api) -> PlaceTalk:
    there: dict[str, Described] = yield from read_fields(module, api=api)
    missing = {name: shape for name, shape in shapes.items() if name not in there}
    makeable = {name: shape for name, shape in missing.items() if may_be_made(name)}
    notes: Mapping[str, Message] = {}
    if make and makeable and len(makeable) == len(missing) and not _any_unfit(shapes, there):
        there = yield from make_fields(module, makeable, api=api)
    if make:
        there, notes = yield from _labelled(module, shapes, there=there, api=api)
    for name, shape in shapes.items():
        yield _place(module, name, shape, there=there, made=name in missing, note=notes.get(name, Message("")))


def _any_unfit(shapes: Mapping[str, FieldShape], there: Fields) -> bool:
    """Nothing is made beside what cannot be written anyway."""
    several = several_currencies(there)
    return any(unfit(there[name], shapes[name], currencies=several) for name in shapes if name in there)


def _labelled(
    module: str, shapes: Mapping[str, FieldShape], *, there: dict[str, Described], api: Api
) -> Generator[Effect, Any, tuple[dict[str, Described], Mapping[str, Message]]]:
    """Label the fields that are called like their API name still: just made, or by a run that was killed."""
    bare = {
        name: (there[name], shape.label)
        for name, shape in shapes.items()
        if name in there and there[name].custom and there[name].label == name != shape.label and shape.label
    }
    if not bare:
        return there, {}
    notes: dict[str, Message] = yield from label_fields(module, bare, api=api)
    return (yield from read_fields(module, api=api)), notes


def _place(module: str, name: str, shape: FieldShape, *, there: Fields, made: bool, note: Message) -> Place:
    if name not in there:
        if may_be_made(name):
            return Place(module, name, "missing")
        message = Message("there is no such field, and crm-kpi makes only those whose name begins with KPI_")
        return Place(module, name, "unfit", message)
    wrong = unfit(there[name], shape, currencies=several_currencies(there))
    if wrong is not None:
        return Place(module, name, "unfit", wrong)
    return Place(module, name, "made" if made else "there", note)


def several_currencies(there: Fields) -> bool:
    """Whether each record of the module has a currency of its own."""
    return _CURRENCY in there and there[_CURRENCY].shown
