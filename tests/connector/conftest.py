"""A store with hand-made values, and settings that write them back: what plan and apply are tested on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connector.config import Config, read
from connector.contract import (
    Capabilities,
    Capability,
    Change,
    Conversation,
    InspectTalk,
    IntroduceTalk,
    Introduction,
    Place,
    PlaceTalk,
    PushTalk,
    Receipt,
    WriteTarget,
)
from connector.errors import BudgetSpent, Message, RejectedError, Unavailable
from connector.store import Store, facts, runs, values
from tests import company

NOW = datetime(2025, 5, 20, 8, 0, tzinfo=UTC)

SETTINGS = (
    company.SETTINGS
    + """\
kpis:
  enabled: [won_amount, won_deals, win_rate]
  scopes: {organisation: [year], account: [year]}
write_back:
  max_changed_share: 0.5
  targets:
    - name: accounts
      connection: crm
      kind: fields
      module: accounts
      scope: account
      fields:
        Won: {kpi: won_amount, period: year}
        Rate: {kpi: win_rate, period: year}
      options: {output: out/accounts.csv}
    - name: report
      connection: crm
      kind: records
      kpis: [won_deals]
      scopes: [organisation]
      options: {output: out/report.csv}
"""
)


@dataclass
class FakeCrm:
    """A CRM that keeps what it is sent, record by record, and can be told to misbehave."""

    whole_file_write: bool = False
    refuses: set[str] = field(default_factory=set)
    """Records that it refuses."""
    silent_about: set[str] = field(default_factory=set)
    """Records that it stores without an answer."""
    breaks_after: int | None = None
    """How many records it takes before the line breaks."""
    affords: int | None = None
    """How many records it takes before the day's credits are spent."""
    able: bool = True
    lacks: set[str] = field(default_factory=set)
    """Places that it does not have until it is asked to make them; "" is the report's module."""
    unfit: set[str] = field(default_factory=set)
    refuses_targets: set[str] = field(default_factory=set)
    """Targets that it refuses to write to as a whole."""
    identity: str = "fake 1 production"
    introduced: int = 0
    looked: list[bool] = field(default_factory=list)
    """For each time that places were asked for: whether they were to be made."""
    held: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    pushes: list[tuple[WriteTarget, tuple[Change, ...]]] = field(default_factory=list)

    http = None

    @property
    def capabilities(self) -> Capabilities:
        able = Capability(self.able, "" if self.able else "its licence does not allow it")
        return Capabilities(
            incremental=able,
            deletions=able,
            field_write=able,
            record_write=able,
            whole_file_write=self.whole_file_write,
        )

    def pull(self, modules: Mapping[str, Sequence[str]]) -> Sequence[Conversation]:
        raise AssertionError("writing back pulls nothing")

    def inspect(self) -> InspectTalk:
        raise AssertionError("writing back inspects nothing")

    def introduce(self) -> IntroduceTalk:
        self.introduced += 1
        yield Introduction(self.identity, title="Fake Inc.")

    def places(self, target: WriteTarget, *, make: bool) -> PlaceTalk:
        self.looked.append(make)
        for name in ([""] if target.kind == "records" else []) + [*target.fields]:
            if name in self.unfit:
                yield Place(target.module, name, "unfit", Message("it is a text field"))
            elif name in self.lacks and not make:
                yield Place(target.module, name, "missing")
            else:
                yield Place(target.module, name, "made" if name in self.lacks else "there")
                self.lacks.discard(name)

    def push(self, target: WriteTarget, changes: Sequence[Change]) -> PushTalk:
        self.pushes.append((target, tuple(changes)))
        if target.name in self.refuses_targets:
            raise RejectedError(Message("there is no such field"))
        for number, change in enumerate(changes):
            if number == self.breaks_after:
                raise Unavailable(Message("the line is dead"))
            if number == self.affords:
                raise BudgetSpent(Message("it can go on tomorrow"))
            if change.record_id in self.refuses:
                yield Receipt(change.id, "rejected", Message("RECORD_LOCKED"))
                continue
            self.held.setdefault((target.name, change.record_id), {}).update(change.fields)
            if change.record_id not in self.silent_about:
                yield Receipt(change.id, "done")


def value(kpi: str, scope_id: str, number: float | None, **more: Any) -> dict[str, Any]:
    """A row of `kpi_values` for 2025."""
    scope = "account" if scope_id else "organisation"
    row = {
        "connection": "crm" if scope_id else "",
        "kpi": kpi,
        "scope": scope,
        "scope_id": scope_id,
        "period": "year",
        "period_start": "2025-01-01",
        "period_end": "2026-01-01",
        "numerator": 1,
        "denominator": 2,
        "n": 2,
        "value": number,
        "unit": "count" if kpi == "won_deals" else "money",
        "currency": "",
        "ci_low": None,
        "ci_high": None,
        "status": "ok" if number is not None else "no_data",
        "excluded": 0,
        "as_of": "2025-05-20T08:00:00Z",
        "data_as_of": "2025-05-20T08:00:00Z",
        "definition": "abc",
        "assumptions": "",
    }
    return row | more


@dataclass
class Desk:
    """Settings, a store, and hands to change what is in it."""

    config: Config
    store: Store
    folder: Path
    crm: FakeCrm = field(default_factory=FakeCrm)
    now: datetime = NOW
    value: Callable[..., dict[str, Any]] = value

    @property
    def adapters(self) -> dict[str, FakeCrm]:
        return {"crm": self.crm}

    def settings(self, change: Callable[[str], str]) -> None:
        """Rewrite the settings file and read it again."""
        path = self.config.path
        path.write_text(change(path.read_text("utf-8")), "utf-8")
        self.config = read(path, environment={})

    def values(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Make these the values, as a computation would."""
        with self.store.transaction():
            run_id = runs.start(self.store, "compute", NOW)
            tuples = [tuple(row[column] for column in values.VALUE_COLUMNS) for row in rows]
            values.write(self.store, tuples, run_id)
            runs.finish(self.store, run_id, "done", NOW, {})

    def accounts(self, *ids: str) -> None:
        """Let the CRM have these accounts."""
        with self.store.transaction():
            facts.upsert(self.store, "accounts", ("connection", "id", "name"), [("crm", each, each) for each in ids])


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    config = read(company.found_company(tmp_path, SETTINGS), environment={})
    with Store.open(config.store, create=True) as store:
        with store.transaction():
            run_id = runs.start(store, "pull", NOW)
            runs.note_news(store, run_id, NOW)
        yield Desk(config, store, tmp_path)
