"""Conversations without a server: their requests are answered by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from typing import Any

from connector.contract import HttpRequest, HttpResponse, Wait
from connector.errors import AdapterError

Reply = Callable[[HttpRequest], "bytes | Mapping[str, Any] | AdapterError | None"]


def fed(talk: Generator[Any, Any, Any], reply: Reply, *, said: list[Any] | None = None) -> Any:
    """Lead a conversation to its end; returns what it returns, and keeps what it says.

    `reply` gives a body, a document, None for 204, or an error that is thrown into the conversation.
    """
    answer: Any = None
    error: AdapterError | None = None
    try:
        while True:
            item = talk.send(answer) if error is None else talk.throw(error)
            answer, error = None, None
            match item:
                case HttpRequest():
                    given = reply(item)
                    if isinstance(given, AdapterError):
                        error = given
                    else:
                        answer = _answered(item, given)
                case Wait():
                    pass
                case _:
                    (said if said is not None else []).append(item)
    except StopIteration as end:
        return end.value


def _answered(request: HttpRequest, given: Any) -> Any:
    body = b"" if given is None else given if isinstance(given, bytes) else json.dumps(given).encode()
    response = HttpResponse(204 if given is None else 200, {"Date": "Sun, 01 Mar 2026 08:00:00 GMT"}, body=body)
    return response if request.decode is None else request.decode(response)
