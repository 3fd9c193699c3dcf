"""Requests that change something: JSON bodies, never repeated by the driver alone, their refusals read here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from adapters.zoho.asking import Api
from adapters.zoho.writing.answers import READ_HERE, decode
from connector.contract import HttpRequest


def change(
    api: Api,
    method: Literal["POST", "PUT", "PATCH"],
    path: str,
    body: Mapping[str, Any],
    *,
    module: str = "",
    credits: int = 1,
    idempotent: bool = False,
) -> HttpRequest:
    """A change; `path` starts behind the version, `module` is the parameter of calls about fields."""
    return HttpRequest(
        method,
        f"/crm/{api.version}/{path}",
        query={"module": module} if module else {},
        headers={"Content-Type": "application/json"},
        body=msgspec.json.encode(body),
        idempotent=idempotent,
        credits=credits,
        accept=READ_HERE,
        decode=decode,
    )
