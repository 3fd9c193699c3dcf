"""How the store writes moments."""

from __future__ import annotations

from datetime import UTC, datetime


def written(moment: datetime) -> str:
    """An aware moment as text that sorts by time: UTC, ISO 8601, whole seconds.

    >>> written(datetime.fromisoformat("2017-03-01T16:00:00.9+08:00"))
    '2017-03-01T08:00:00Z'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
