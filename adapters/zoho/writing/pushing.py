"""A push from its beginning: the target judged, its fields looked at, values made to fit, then sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.zoho.asking import Api
from adapters.zoho.writing.cells import unfit
from adapters.zoho.writing.described import Fields, read_fields
from adapters.zoho.writing.items import items_of
from adapters.zoho.writing.naming import KEY, api_name
from adapters.zoho.writing.places import several_currencies, shape_of
from adapters.zoho.writing.sending import Sending
from adapters.zoho.writing.target import options_of
from connector.contract import Change, PushTalk, Refusal, WriteTarget
from connector.errors import Message, RejectedError


def push(
    target: WriteTarget,
    changes: Sequence[Change],
    *,
    api: Api,
    refusals: Mapping[tuple[int, str], Refusal],
) -> PushTalk:
    """Write the changes; one receipt for each.

    Args:
        target: Where to.
        changes: What each record is to hold.
        api: Zoho's, of one version.
        refusals: What Zoho's errors mean.

    Raises:
        ConfigError: the target asks for what Zoho cannot do.
        RejectedError: a field is not there, or is another now; or the call itself is refused.
    """
    options_of(target)
    if not changes:
        return
    fields: dict[str, Any] = yield from read_fields(target.module, api=api)
    needed = _needed(target, changes)
    _refuse_missing(target, needed, fields=fields)
    _refuse_unfit(target, needed, fields=fields)
    items, misfits = items_of(target, changes, fields=fields)
    for item, why in misfits:
        yield from item.receipts("rejected", Message("{why}: write another part of it, or to another field", why=why))
    yield from Sending(target, fields, api, refusals).send(items)


def _needed(target: WriteTarget, changes: Sequence[Change]) -> list[str]:
    named = dict.fromkeys(name for change in changes for name in change.fields)
    return [*named, *([KEY] if target.kind == "records" else [])]


def _refuse_missing(target: WriteTarget, needed: Sequence[str], *, fields: Fields) -> None:
    missing = [name for name in (api_name(target, each) for each in needed) if name not in fields]
    if missing:
        raise RejectedError(
            Message("{module} has no field {fields}", module=target.module, fields=", ".join(missing)),
            hint=Message("run `crm-kpi apply --yes`: it makes the fields that are missing"),
            operation=f"PUT {target.module}",
        )


def _refuse_unfit(target: WriteTarget, needed: Sequence[str], *, fields: Fields) -> None:
    """Since the target was looked at, somebody may have made a field another: with a key that is not unique, an upsert
    makes every record once more."""
    several = several_currencies(fields)
    for name in (each for each in needed if each == KEY or each in target.shapes):
        field = fields[api_name(target, name)]
        wrong = unfit(field, shape_of(target, name), currencies=several)
        if wrong is not None:
            where = f"{target.module}.{field.api_name}"
            raise RejectedError(
                Message("{target} cannot be written: {reasons}", target=where, reasons=wrong),
                hint=Message("correct it in the CRM or in write_back; nothing was written"),
                operation=f"PUT {target.module}",
            )
