"""What Zoho lists as deleted, and who came back: a restored record leaves the list, and its time of change stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from adapters.zoho.asking import Answer, Asking
from adapters.zoho.reading.memory import Gone, instant, written
from adapters.zoho.reading.module import ModuleRead, raise_unless_refused
from connector.contract import HttpRequest
from connector.errors import AuthError, RejectedError

CREDITS: Final = 2
"""In Zoho's table for its vertical solutions; for the CRM it is not documented."""
PAGES: Final = 10
"""Pages by number end after 2,000 records; whoever deletes more has everything read again."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became known of deletions."""

    deleted: Mapping[str, str] = field(default_factory=dict)
    """New ones: id -> when."""
    back: tuple[str, ...] = ()
    """Remembered deletions that are not listed any more: restored, or forgotten by Zoho too."""
    too_many: bool = False
    listed: bool = True


def deletions(read: ModuleRead, gone: Gone, *, overlap: timedelta) -> Asking:
    """What was deleted since; returns `Told`.

    Asked for however it was answered the last time: a right may have been given meanwhile.
    """
    start = gone.starts(overlap)
    found: dict[str, str] = {}
    for page in range(1, PAGES + 1):
        try:
            answer: Answer = yield _page(read, page, start)
        except (RejectedError, AuthError) as error:
            raise_unless_refused(error)
            return Told(listed=False) if page == 1 else Told(too_many=True)
        found |= {str(row["id"]): str(row.get("deleted_time") or "") for row in answer.rows if row.get("id")}
        if not answer.more:
            return _told(found, gone, start, since=gone.news_from(overlap))
    return Told(too_many=True)


def _page(read: ModuleRead, page: int, start: datetime | None) -> HttpRequest:
    query = {"type": "all", "per_page": "200", "page": str(page)}
    headers = {"If-Modified-Since": written(start)} if start else {}
    return read.api.get(f"{read.module}/deleted", query, headers=headers, credits=CREDITS)


def _told(found: Mapping[str, str], gone: Gone, start: datetime | None, *, since: datetime | None) -> Told:
    new = {each: at for each, at in found.items() if gone.known.get(each) != at and _is_since(at, since)}
    back = tuple(
        each
        for each, at in gone.known.items()
        if each not in found and start is not None and (instant(at) or start) >= start
    )
    return Told(new, back)


def _is_since(at: str, since: datetime | None) -> bool:
    moment = instant(at)
    return moment is None or since is None or moment >= since
