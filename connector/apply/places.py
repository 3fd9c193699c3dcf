"""Before a target is written to for the first time: what it needs is looked for, and made where a person agreed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial, reduce

from connector.config.needs import needed_marks
from connector.contract import Adapter, Place, WriteTarget
from connector.errors import Message, WriteBackRefused
from connector.opening import Opened
from connector.store import Store, acknowledged, outbox, places
from connector.transport import converse


def see_to_places(
    store: Store, told: WriteTarget, adapter: Adapter, opened: Opened, *, adapter_name: str, yes: bool, at: str
) -> None:
    """See to it that the fields and the module of a target are there; once they were seen nobody is asked again.

    Args:
        store: The open store.
        told: The target.
        adapter: Of its connection.
        opened: The connection, which has said who it is.
        adapter_name: For messages.
        yes: A person has looked at what would be made, and agrees.
        at: Stamped on what was seen.

    Raises:
        WriteBackRefused: something is missing and nobody agreed that it is made, or cannot hold what we write.
        AdapterError: the CRM refuses to make it.
    """
    needed = needed_marks(told)
    if adapter.capabilities.whole_file_write or needed == _seen(store, told, opened):
        return
    look = partial(_found, told, adapter, opened, adapter_name=adapter_name)
    written = next(acknowledged.acknowledged(store, opened.connection, told.name), None) is not None
    found = look(make=yes and not written)
    if written:
        _note_missing(store, told, opened, found, at=at)
        found = look(make=True) if yes else found
    _refuse_unfit(told, [place for place in found if place.state == "unfit"])
    _refuse_missing(told, [place for place in found if place.state == "missing"])
    with opened.transaction(store):
        places.note(store, opened.connection, told.name, told.module, shapes=needed, at=at)


def _found(told: WriteTarget, adapter: Adapter, opened: Opened, *, adapter_name: str, make: bool) -> list[Place]:
    talk = adapter.places(told, make=make)
    return list(converse(talk, adapter=adapter_name, http=adapter.http, world=opened.world))


def _note_missing(store: Store, told: WriteTarget, opened: Opened, found: Sequence[Place], *, at: str) -> None:
    """What somebody removed holds nothing any more: noted before it is made again, since a run may end in between."""
    missing = [place.field for place in found if place.state == "missing"]
    if missing:
        with opened.transaction(store):
            if told.kind == "records":
                acknowledged.forget(store, opened.connection, told.name, _at_rest(store, told, opened))
            else:
                acknowledged.empty_fields(store, opened.connection, told.name, missing, at=at)


def _at_rest(store: Store, told: WriteTarget, opened: Opened) -> list[str]:
    """Report records without an open change; those with one are said as a whole, from what they held."""
    where = (opened.connection, told.name)
    moving = {each.change.record_id for each in outbox.pending(store, connection=where[0], target=where[1])}
    return [record_id for record_id, _ in acknowledged.acknowledged(store, *where) if record_id not in moving]


def _seen(store: Store, told: WriteTarget, opened: Opened) -> dict[str, str]:
    """Of what is needed; that a field was once written to which is not in the settings any more is no reason to ask."""
    seen = places.seen(store, opened.connection, told.name, told.module)
    return {name: shape for name, shape in seen.items() if name in needed_marks(told)}


def _refuse_unfit(told: WriteTarget, unfit: Sequence[Place]) -> None:
    if unfit:
        raise WriteBackRefused(
            Message("{target} cannot be written: {reasons}", target=told.name, reasons=_listed(unfit)),
            hint=Message("correct it in the CRM or in write_back; nothing was written"),
        )


def _refuse_missing(told: WriteTarget, missing: Sequence[Place]) -> None:
    if missing:
        raise WriteBackRefused(
            Message("{target} needs what the CRM does not have: {places}", target=told.name, places=_listed(missing)),
            hint=Message("look at it with `crm-kpi plan`, then run `crm-kpi apply --yes`: it makes what is missing"),
        )


def _listed(found: Sequence[Place]) -> Message:
    return reduce(lambda said, more: Message("{one}; {more}", one=said, more=more), map(_said, found))


def _said(place: Place) -> Message:
    name = f"{place.module}.{place.field}" if place.field else place.module
    return Message("{name} ({why})", name=name, why=place.message) if place.message else Message("{name}", name=name)
