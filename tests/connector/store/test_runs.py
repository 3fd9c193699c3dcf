"""What ran, how it ended, and up to when the facts reach."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from connector.store import Store, runs
from connector.store.runs import Run

NOW = datetime(2026, 11, 21, 8, 0, 0, tzinfo=UTC)
TEXT = "2026-11-21T08:00:00Z"


def start(store: Store, command: str = "pull") -> int:
    with store.transaction():
        return runs.start(store, command, NOW)


def test_a_run_from_start_to_finish(store: Store) -> None:
    run_id = start(store)
    assert runs.last(store) == (Run(run_id, "pull", TEXT, None, "running", None, {}),)
    with store.transaction():
        runs.finish(store, run_id, "done", NOW + timedelta(seconds=61), {"changed": 3, "客户": None})
    expected = Run(run_id, "pull", TEXT, "2026-11-21T08:01:01Z", "done", None, {"changed": 3, "客户": None})
    assert runs.last(store) == (expected,)


def test_runs_are_numbered_and_the_latest_come_first(store: Store) -> None:
    first, second, third = (start(store, command) for command in ("pull", "compute", "plan"))
    assert first < second < third
    assert [run.run_id for run in runs.last(store, 2)] == [third, second]


def test_a_run_that_never_ended_was_interrupted(store: Store) -> None:
    killed = start(store)
    start(store)
    assert [(run.run_id == killed, run.status) for run in runs.last(store, 2)] == [
        (False, "running"),
        (True, "interrupted"),
    ]


def test_facts_reach_to_the_last_news(store: Store) -> None:
    assert runs.data_as_of(store) is None
    with_news, without = start(store), start(store)
    with store.transaction():
        runs.note_news(store, with_news, NOW.astimezone(timezone(timedelta(hours=8))))
        runs.finish(store, without, "done", NOW, {})
    assert runs.data_as_of(store) == TEXT
    with store.transaction():
        runs.note_news(store, start_inside(store), NOW + timedelta(days=1))
    assert runs.data_as_of(store) == "2026-11-22T08:00:00Z"


def start_inside(store: Store) -> int:
    return runs.start(store, "pull", NOW)
