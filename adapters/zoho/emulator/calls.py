"""What comes in: a request as a handler sees it, and the table row that leads to the handler."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import orjson

from adapters.zoho.emulator.answers import Answer, Refusal, invalid_data

JSON: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One request. Header names are lower case; the body is read whatever its Content-Type says."""

    method: str
    path: str
    number: int = 0
    """Counts all requests of this stand-in, from 1."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Out of the path."""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    base_url: str = ""
    scopes: frozenset[str] = frozenset()
    faults: Mapping[str, Any] = field(default_factory=dict)
    """Faults that the handler itself has to play (name -> argument), such as `failed_job`."""

    def json(self) -> JSON:
        """The body as a JSON object.

        Raises:
            Refusal: it is none.
        """
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError as exc:
            raise Refusal(400, "INVALID_DATA", "body", details={"expected_data_type": "jsonobject"}) from exc
        if not isinstance(found, dict):
            raise invalid_data(expected_data_type="jsonobject")
        return found


Handler: TypeAlias = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A route: who answers it, what it costs, whether it belongs to the pool of heavy calls, what scope it needs."""

    method: str
    path: str
    """With `{name}` for parts that vary."""
    handler: Handler
    scope: str | Callable[[Call], str] = ""
    """Such as `ZohoCRM.coql.READ`; several that are all needed are separated by a space."""
    credits: int | Callable[[Call], int] = 1
    heavy: bool | Callable[[Call], bool] = False
