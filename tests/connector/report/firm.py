"""A small firm to report on: teams, people and deals straight into a store, values computed as always."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connector.compute import compute
from connector.config import Config, read
from connector.report import Audience, report
from connector.store import Store, facts, runs

AS_OF = datetime(2025, 11, 20, 9, 0, tzinfo=UTC)
SETTINGS = """\
organisation: {name: NAME, timezone: Europe/Berlin, currency: EUR, holidays: DE}
connections:
  crm:
    adapter: generic_csv
    settings:
      folder: data
      tables: {users: {files: users.csv}, teams: {files: teams.csv}, deals: {files: deals.csv}}
    mapping:
      users: {id: Id, columns: {name: Name, team_id: Team}}
      teams: {id: Id, columns: {name: Name, parent_id: Parent}}
      deals:
        id: Id
        columns: {owner_id: Owner, account_id: Account, outcome: Outcome, amount: Amount,
                  engaged_on: Engaged, closed_on: Closed}
kpis:
  enabled: [win_rate, won_amount, sales_cycle, pipeline_value]
  since: 2024-01-01
  scopes: {organisation: [quarter], team: [quarter], owner: [quarter]}
"""
Deal = tuple[str, str, str, float]
"""Owner, outcome, closing date, amount."""


@dataclass
class Firm:
    """A folder with settings and a store that tests fill."""

    folder: Path
    name: str = "Lantern"
    settings: str = SETTINGS
    names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.folder / "crm-kpi.yaml").write_text(self.settings.replace("NAME", repr(self.name)), "utf-8")

    @property
    def config(self) -> Config:
        return read(self.folder / "crm-kpi.yaml", environment={})

    def fill(
        self,
        *,
        teams: Mapping[str, tuple[str, str | None]],
        people: Mapping[str, tuple[str, str | None]],
        deals: Iterable[Deal] = (),
    ) -> Firm:
        """Teams are id -> name and parent, people id -> name and team."""
        with Store.open(self.config.store, create=True) as store, store.transaction():
            rows = [("crm", key, *values) for key, values in teams.items()]
            facts.upsert(store, "teams", ("connection", "id", "name", "parent_id"), rows)
            rows = [("crm", key, *values) for key, values in people.items()]
            facts.upsert(store, "users", ("connection", "id", "name", "team_id"), rows)
            _add_deals(store, deals)
            self._news(store)
        return self

    def compute(self, as_of: datetime = AS_OF) -> Firm:
        with Store.open(self.config.store, create=True) as store:
            with store.transaction():
                run_id = self._news(store)
            compute(self.config, store, run_id=run_id, as_of=as_of)
        return self

    def pulled_since(self) -> None:
        """A later pull brings news, and nothing is computed."""
        with Store.open(self.config.store) as store, store.transaction():
            runs.note_news(store, runs.start(store, "pull", AS_OF), datetime(2025, 11, 21, tzinfo=UTC))

    def target(self, kpi: str, scope: str, scope_id: str, **columns: Any) -> Firm:
        """One row of `gaps`, for the last quarter of 2025 if nothing else is said."""
        row = {
            "target_id": f"{kpi}-{scope}-{scope_id}",
            "connection": "crm" if scope_id else "",
            "kpi": kpi,
            "scope": scope,
            "scope_id": scope_id,
            "period": "quarter",
            "period_start": "2025-10-01",
            "period_end": "2026-01-01",
            "unit": "money",
            "currency": "EUR",
            "rag": "red",
            "status": "ok",
            "run_id": 1,
        } | columns
        names = ", ".join(row)
        with Store.open(self.config.store) as store, store.transaction():
            marks = ", ".join("?" * len(row))
            store.writing.execute(f"INSERT INTO gaps ({names}) VALUES ({marks})", tuple(row.values()))  # noqa: S608
        return self

    def execute(self, statement: str) -> None:
        with Store.open(self.config.store) as store, store.transaction():
            store.writing.execute(statement)

    def report(self, *formats: str, team: str = "", owner: str = "", **settings: Any) -> dict[str, bytes]:
        """The files of a report by format."""
        wanted = formats or ("html",)
        with Store.open(self.config.store, read_only=True) as store:
            written = report(
                self.config,
                store,
                output=self.folder / "out" / "report",
                formats=wanted,
                audience=Audience(team=team, owner=owner),
                **settings,
            )
        return {name: path.read_bytes() for name, path in zip(wanted, written.files, strict=True)}

    def html(self, **settings: Any) -> str:
        return self.report("html", **settings)["html"].decode("utf-8")

    @staticmethod
    def _news(store: Store) -> int:
        run_id = runs.start(store, "pull", AS_OF)
        runs.note_news(store, run_id, AS_OF)
        return run_id


def _add_deals(store: Store, deals: Iterable[Deal]) -> None:
    columns = ("connection", "id", "owner_id", "account_id", "outcome", "amount", "currency", "engaged_on", "closed_on")
    rows: list[Sequence[Any]] = []
    for at, (owner, outcome, closed, amount) in enumerate(deals):
        # Engaged on the first of the month in which it closed, so that cycles are known by heart.
        engaged = closed[:8] + "01" if closed else "2025-11-03"
        money = round(amount * 10_000)
        rows.append(("crm", f"D{at}", owner, f"A{at}", outcome, money, "EUR", engaged, closed or None))
    facts.upsert(store, "deals", columns, rows)


TEAMS = {"T1": ("North", None), "T2": ("Harbour", "T1"), "T3": ("Hills", "T1")}
PEOPLE = {
    "U1": ("Ann Lee", "T2"),
    "U2": ("Ben Ito", "T2"),
    "U3": ("Cem Kaya", "T2"),
    "U4": ("Dora Quist", "T3"),
    "U5": ("Eve Silent", "T3"),
}


def usual_deals() -> list[Deal]:
    """Ann: a few each quarter. Ben: 40 in the third quarter of 2025, enough to judge. Cem and Dora: some. Eve: none."""
    deals: list[Deal] = []
    for month in ("2025-02", "2025-05", "2025-08"):
        deals += [("U1", "won", f"{month}-11", 1_000.0), ("U1", "lost", f"{month}-21", 500.0)]
    deals += [("U1", "won", "2025-10-11", 2_000.0), ("U1", "won", "2025-11-06", 3_000.0)]
    deals += [("U1", "lost", "2025-10-15", 700.0), ("U1", "won", "2025-10-21", 1_500.0)]
    deals += [("U2", "won" if at % 4 else "lost", f"2025-0{7 + at % 3}-1{at % 10}", 400.0 + at) for at in range(40)]
    deals += [("U3", "won", "2025-10-02", 900.0), ("U3", "open", "", 12_345.0)]
    deals += [("U4", "lost", "2025-09-02", 800.0), ("U4", "won", "2025-09-12", 810.0)]
    return deals
