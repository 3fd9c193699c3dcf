"""Secrets that must not turn up anywhere, in all the forms in which one could."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote, quote_plus

_SIGNS: Final = "<&\"'%+/=\\>"
"""Every one of them looks different in one form or another."""


def secret(name: str) -> str:
    """A secret that can be a token: printable ASCII."""
    return f"1000.{name}{_SIGNS}7e3b9f21c0d84a6f"


PLANTED: Final[Mapping[str, str]] = {
    name: secret(name)
    for name in (
        *("client-secret", "refresh-token", "grant-code", "granted-refresh-token"),
        *("access-token-1", "access-token-2", "access-token-3", "access-token-4"),
        *("error-message", "error-details", "html-page", "redirect-address"),
        *("cookie", "authenticate-header", "request-id-header", "reason-of-a-record"),
    )
}
"""What we are given to keep, and what a vendor's answers may repeat of it."""


def forms(planted: str) -> Iterator[tuple[str, bytes]]:
    """(how it is written, the bytes to look for)."""
    raw = planted.encode()
    yield "raw", raw
    yield "as a query", quote(planted, safe="").encode()
    yield "as a form", quote_plus(planted).encode()
    yield "as a path", quote(planted).encode()
    yield "in JSON", json.dumps(planted)[1:-1].encode()
    yield "in JSON, twice", json.dumps(json.dumps(planted))[3:-3].encode()
    yield "in HTML", html.escape(planted).encode()
    yield "in HTML, quotes left", html.escape(planted, quote=False).encode()
    yield "as Python writes it", repr(planted)[1:-1].encode()
    yield "as Python writes bytes", repr(raw)[2:-1].encode()
    yield "in hex", raw.hex().encode()
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw)
        start = -(-offset * 4 // 3)
        middle = encoded[start + (1 if offset else 0) : len(encoded) - 4]
        yield f"base64 at {offset}", middle
        yield f"base64 for addresses at {offset}", middle.replace(b"+", b"-").replace(b"/", b"_")
    yield "its end alone", planted.rpartition(">")[2].encode()


def found(text: bytes, planted: Mapping[str, str] = PLANTED) -> list[str]:
    """Which secrets are in it, and how; their common end is told of as whichever it is."""
    return [f"{name}, {form}" for name, each in planted.items() for form, bytes_ in forms(each) if bytes_ in text]
