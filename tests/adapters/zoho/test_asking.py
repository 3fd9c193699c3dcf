"""What an answer is read as, and what is no answer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.zoho.asking import answered, clock_of
from connector.contract import HttpResponse
from connector.errors import UnexpectedResponse


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b'{"data": [',
        b'{"data": "\xff"}',
        b"[" * 100_000,
        b'{"data": [1e99999999999999999999]}',
        b"{}",
        b"[]",
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_no_answer_is_told_as_such(body: bytes) -> None:
    with pytest.raises(UnexpectedResponse, match="cannot be read"):
        answered()(HttpResponse(200, {}, body))


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("Sun, 22 Nov 2026 01:02:03 GMT", datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)),
        ("Sun, 22 Nov 2026 01:02:03 +0530", datetime(2026, 11, 21, 19, 32, 3, tzinfo=UTC)),
        ("Fri, 31 Dec 9999 23:59:59 -1200", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_the_servers_clock(said: str, at: datetime | None) -> None:
    assert clock_of({"Date": said}) == at
