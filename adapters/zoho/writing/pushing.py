"""A push from its beginning: the target judged, its fields looked at, values made to fit, then sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.zoho.asking import Api
from adapters.zoho.writing.described import Fields, read_fields
from adapters.zoho.writing.items import items_of
from adapters.zoho.writing.naming import KEY, api_name
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
        RejectedError: a field is not there, or the call itself is refused.
    """
    options_of(target)
    if not changes:
        return
    fields: dict[str, Any] = yield from read_fields(target.module, api=api)
    _refuse_missing(target, changes, fields=fields)
    items, misfits = items_of(target, changes, fields=fields)
    for item, why in misfits:
        yield from item.receipts("rejected", Message("{why}: write another part of it, or to another field", why=why))
    yield from Sending(target, fields, api, refusals).send(items)


def _refuse_missing(target: WriteTarget, changes: Sequence[Change], *, fields: Fields) -> None:
    named = dict.fromkeys(name for change in changes for name in change.fields)
    needed = [api_name(target, name) for name in (*named, *([KEY] if target.kind == "records" else []))]
    missing = [name for name in needed if name not in fields]
    if missing:
        raise RejectedError(
            Message("{module} has no field {fields}", module=target.module, fields=", ".join(missing)),
            hint=Message("run `crm-kpi apply --yes`: it makes the fields that are missing"),
            operation=f"PUT {target.module}",
        )
