"""An adapter that says what a test wrote down, and a desk to pull it with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.contract import (
    Capabilities,
    Capability,
    Conversation,
    Finished,
    HttpAccess,
    InspectTalk,
    IntroduceTalk,
    Introduction,
    Page,
    PlaceTalk,
    PullTalk,
    PushTalk,
    State,
)
from connector.mapping import TableMapping, compile_mappings
from connector.pull import ModuleReport, PullReport, Source, pull
from connector.store import Store, coverage, problems, runs
from connector.transport import World

from .shop import Shop

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
YES = Capability(True)

Talk = Callable[[State | None], PullTalk]


@dataclass
class Scripted:
    """An adapter of which every module says what its script says."""

    scripts: dict[str, Talk | list[Talk]] = field(default_factory=dict)
    atomic: bool = True
    at_once: int = 1
    states: list[State | None] = field(default_factory=list)
    """What each conversation was handed to go on from."""
    introduction: Introduction = field(default_factory=lambda: Introduction(""))
    http: HttpAccess | None = None

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(YES, YES, YES, YES, conversations_at_once=self.at_once)

    def introduce(self) -> IntroduceTalk:
        yield self.introduction

    def places(self, *_: Any, **__: Any) -> PlaceTalk:
        raise AssertionError("a pull makes no places")

    def pull(self, modules: Mapping[str, Sequence[str]]) -> Sequence[Conversation]:
        (module,) = modules
        script = self.scripts[module]
        talks = script if isinstance(script, list) else [script]
        keys = [module, *(f"{module}.{number}" for number in range(1, len(talks)))]
        return [
            Conversation(module, key, self._noted(talk), self.atomic) for key, talk in zip(keys, talks, strict=True)
        ]

    def _noted(self, talk: Talk) -> Talk:
        def noted(state: State | None) -> PullTalk:
            self.states.append(state)
            return talk(state)

        return noted

    def push(self, *_: Any) -> PushTalk:
        raise AssertionError("a pull writes nothing back")

    def inspect(self) -> InspectTalk:
        raise AssertionError("a pull inspects nothing")


def snapshot(
    *records: Mapping[str, Any], module: str = "deals", source: str = "deals.csv", version: Any = None
) -> Talk:
    """A file that is read again only when its content differs from the state's."""
    content = [dict(record) for record in records]

    def talk(state: State | None) -> PullTalk:
        now = {"content": content, "version": version}
        if state == now:
            yield Finished(module, next_state=now)
            return
        for start in range(0, len(content), 2):
            yield page(*content[start : start + 2], module=module, source=source, first=start + 2)
        yield Finished(module, next_state=now, snapshot=True, vendor_count=len(content))

    return talk


def page(*records: Mapping[str, Any], module: str = "deals", source: str = "", first: int = 2, **more: Any) -> Page:
    """Records as one page."""
    columns = Page.of_records(module, records).columns
    positions = tuple(range(first, first + len(records))) if source else ()
    return Page(module, columns, len(records), source=source, positions=positions, **more)


def deal(record_id: Any, **fields: Any) -> dict[str, Any]:
    return {"id": record_id, "stage": "won", "amount": "1", "account": "", **fields}


DEALS: dict[str, Any] = {"id": "id", "columns": {"outcome": "stage", "amount": "amount"}}


@dataclass
class Desk:
    """A store, an adapter and its mappings."""

    store: Store
    adapter: Scripted = field(default_factory=Scripted)
    mappings: dict[str, dict[str, Any] | list[dict[str, Any]]] = field(default_factory=lambda: {"deals": DEALS})
    world: World = field(default_factory=World)
    days: int = 0
    told: list[str] = field(default_factory=list)

    def source(self, name: str = "crm") -> Source:
        compiled = [
            each
            for table, raw in self.mappings.items()
            for each in compile_mappings(
                table,
                [TableMapping.model_validate(one) for one in (raw if isinstance(raw, list) else [raw])],
                timezone="UTC",
                currency="EUR",
            )
        ]
        return Source(name, "scripted", self.adapter, compiled)

    def pull(self, *, accept_deletions: bool = False) -> PullReport:
        """One run, a day after the one before."""
        now = NOW + timedelta(days=self.days)
        self.days += 1
        with self.store.transaction():
            run_id = runs.start(self.store, "pull", now)
        return pull(
            self.store,
            [self.source()],
            run_id=run_id,
            now=now,
            accept_deletions=accept_deletions,
            progress=lambda message: self.told.append(str(message)),
            world=self.world,
        )

    def pull_one(self, **how: Any) -> ModuleReport:
        """One run over one module."""
        (report,) = self.pull(**how).modules
        return report

    def facts(self, table: str = "deals", *columns: str) -> dict[str, Any]:
        """id -> the columns (or the one column), of what is alive."""
        names = ", ".join(("id", *(columns or ("outcome",))))
        rows = self.store.db.conn.execute(f"SELECT {names} FROM {table} WHERE deleted_at IS NULL ORDER BY id")  # noqa: S608  # a test's own names
        return {row[0]: row[1] if len(row) == 2 else row[1:] for row in rows}

    def deleted(self, table: str = "deals") -> dict[str, str]:
        rows = self.store.db.conn.execute(f"SELECT id, deleted_at FROM {table} WHERE deleted_at IS NOT NULL")  # noqa: S608  # as above
        return dict(rows.fetchall())

    def quarantine(self) -> list[tuple[str | None, int | None, str]]:
        found = problems.quarantined(self.store)
        return sorted(((each.record_id, each.position, each.reason) for each in found), key=repr)

    def issues(self) -> list[tuple[str | None, str | None, str]]:
        found = problems.issues(self.store)
        return sorted(((each.record_id, each.value, each.reason) for each in found), key=repr)

    def coverage(self) -> dict[str, coverage.Coverage]:
        return {each.table: each for each in coverage.all(self.store)}

    def covered(self, table: str) -> list[coverage.Coverage]:
        return [each for each in coverage.all(self.store) if each.table == table]

    def everything(self) -> dict[str, Any]:
        """All that a pull may change, for comparing; runs are named by their number, so they are left out."""
        connection = self.store.db.conn
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {
            table: sorted(connection.execute(f'SELECT * FROM "{table}"').fetchall(), key=repr)  # noqa: S608  # as above
            for table in tables
            if table not in ("runs", "sqlite_sequence")
        }


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with Store.open(tmp_path / "shop.sqlite", create=True) as store:
        yield Shop(store)
        assert store.verify() == ()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Store.open(tmp_path / "store.sqlite", create=True) as store:
        yield Desk(store)
        assert store.verify() == ()
