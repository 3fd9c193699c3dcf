"""What goes out: answers, and refusals in Zoho's envelope `{code, details, message, status}`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: JSON, or bytes, or a file, or nothing."""

    status: int = 200
    payload: Any = None
    content: bytes | Path | None = None
    media_type: str = "application/json;charset=UTF-8"
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> bytes:
        """The bytes to send."""
        if isinstance(self.content, Path):
            return self.content.read_bytes()
        if self.content is not None:
            return self.content
        return b"" if self.payload is None else encoded(self.payload)


class Refusal(Exception):
    """Zoho says no. `wrapped` names the list that the error stands in (`data`, `fields`, …), None for a flat one."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: Mapping[str, Any] | None = None,
        wrapped: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message
        self.details, self.wrapped, self.headers = dict(details or {}), wrapped, dict(headers or {})

    def item(self) -> dict[str, Any]:
        """The error itself, as it stands in a list of results."""
        return {"code": self.code, "details": self.details, "message": self.message, "status": "error"}

    def answer(self) -> Answer:
        """The whole HTTP answer."""
        item = self.item()
        return Answer(self.status, {self.wrapped: [item]} if self.wrapped else item, headers=self.headers)


def ok(payload: Any, *, status: int = 200) -> Answer:
    """A JSON answer."""
    return Answer(status, payload)


NOTHING = Answer(204)
NOT_MODIFIED = Answer(304)


def results(items: list[dict[str, Any]], *, root: str = "data", created: bool = False) -> Answer:
    """One result per record: 200 (or 201), 400 where all failed, 207 where some did."""
    failed = sum(item["status"] == "error" for item in items)
    good = 201 if created else 200
    return Answer(good if not failed else 400 if failed == len(items) else 207, {root: items})


def download(content: bytes | Path, *, name: str, media_type: str = "application/zip") -> Answer:
    """A file, with the name that Zoho's SDK insists on."""
    return Answer(
        content=content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def encoded(payload: Any) -> bytes:
    """JSON bytes."""
    return orjson.dumps(payload)


def invalid_data(status: int = 400, **details: Any) -> Refusal:
    """The commonest refusal."""
    return Refusal(status, "INVALID_DATA", "invalid data", details=details)


def invalid_module(index: int = 0) -> Refusal:
    """No module of that name, or none that the API may touch."""
    return Refusal(
        400, "INVALID_MODULE", "the module name given seems to be invalid", details={"resource_path_index": index}
    )
