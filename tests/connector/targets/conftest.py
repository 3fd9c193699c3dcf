"""A company with teams, people, accounts and hand-made values, and targets files beside its settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connector.config import Config, read
from connector.store import Store, facts, gaps, runs, values
from connector.targets import Book, GapReport, read_book, update_gaps

NOW = datetime(2026, 8, 17, 0, 0, tzinfo=UTC)
"""A Monday; 33 of the third quarter's 66 working days are over."""

SETTINGS = """
organisation: {name: Lantern, timezone: UTC, currency: EUR}
connections:
  crm:
    adapter: generic_csv
    settings: {folder: data, tables: {deals: {files: deals.csv}}}
    mapping: {deals: {id: Id, columns: {outcome: Outcome, amount: Amount, closed_on: Closed}}}
kpis:
  enabled: [win_rate, won_amount, sales_cycle, order_amount_growth, service_level, delivery_time]
  files: [own.yaml]
  scopes:
    organisation: [month, quarter, year]
    team: [quarter, year]
    owner: [quarter]
    account: [year]
    product: [year]
"""

OWN = """
kpis:
  - id: service_level
    names: {en: Stock range, zh-CN: 库存, zh-TW: 庫存}
    question: How many deals are open per won deal?
    formula: deals / won deals
    kind: ratio
    table: deals
    time: closed_on
    numerator: {count: rows}
    denominator: {count: rows, where: [{column: outcome, is: won}]}
    unit: times
    better: range
  - id: delivery_time
    names: {en: Delivery time, zh-CN: 交付时间, zh-TW: 交付時間}
    question: How long do orders take?
    formula: mean of days from order to delivery
    kind: duration
    table: orders
    time: delivered_on
    start: ordered_on
    statistic: mean
    unit: days
    better: lower
"""

PEOPLE = [
    ("1", "Ann Lee", "N", 1),
    ("2", "Bob Ray", "N", 1),
    ("3", "王芳", "S", 1),
    ("4", "Sam Oh", "S", 1),
    ("5", "Sam Oh", "N", 1),
    ("6", 'Zoë "Z" O\'Neil\n🚀', "S", 1),
    ("7", "Gone Guy", "N", 0),
    ("8", "Desk Dora", "D", 1),
]
TEAMS = [("E", "Europe", None), ("N", "North", "E"), ("S", "South", "E"), ("D", "Desk", None)]
ACCOUNTS = [("a1", "Acme GmbH"), ("a2", "Bolt")]


@dataclass
class Company:
    """Settings, a store, and hands to change what is in them."""

    config: Config
    store: Store
    folder: Path

    def file(self, name: str, content: str | bytes) -> Path:
        """A targets file."""
        path = self.folder / "targets" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def settings(self, text: str) -> None:
        """Add to the settings."""
        self.config.path.write_text(SETTINGS + text, "utf-8")
        self.settings_again()

    def settings_again(self) -> None:
        """Read the settings once more."""
        self.config = read(self.config.path, environment={})

    def csv(self, text: str) -> Book:
        """The targets of one CSV file."""
        self.file("t.csv", text)
        return read_book(self.config, self.store)

    def yaml(self, text: str) -> Book:
        """The targets of one YAML file."""
        self.file("t.yaml", text)
        return read_book(self.config, self.store)

    def values(self, rows: Iterable[dict[str, Any]]) -> None:
        """Make these the values."""
        with self.store.transaction():
            run_id = runs.start(self.store, "compute", NOW)
            values.write(self.store, [tuple(row[column] for column in values.VALUE_COLUMNS) for row in rows], run_id)
            runs.note_news(self.store, run_id, NOW)
            runs.finish(self.store, run_id, "done", NOW, {})

    def judge(self) -> GapReport:
        """Compare the targets with the values."""
        with self.store.transaction():
            run_id = runs.start(self.store, "compute", NOW)
        return update_gaps(self.config, self.store, run_id=run_id)

    def gaps(self, **where: object) -> list[dict[str, Any]]:
        """Rows of `gaps`."""
        return list(gaps.read(self.store, **where))


def value(kpi: str, number: float | None, **more: Any) -> dict[str, Any]:
    """A row of `kpi_values` for the third quarter of 2026."""
    row = {
        "connection": "",
        "kpi": kpi,
        "scope": "organisation",
        "scope_id": "",
        "period": "quarter",
        "period_start": "2026-07-01",
        "period_end": "2026-10-01",
        "numerator": None,
        "denominator": None,
        "n": 40,
        "value": number,
        "unit": {"won_amount": "money", "win_rate": "percent"}.get(kpi, "days"),
        "currency": "EUR" if kpi == "won_amount" else "",
        "ci_low": None,
        "ci_high": None,
        "status": "ok" if number is not None else "no_data",
        "excluded": 0,
        "as_of": "2026-08-17T00:00:00Z",
        "data_as_of": "2026-08-17T00:00:00Z",
        "definition": "abc",
        "assumptions": "",
    }
    return row | more


def owner_value(kpi: str, person: str, number: float | None, **more: Any) -> dict[str, Any]:
    return value(kpi, number, **{"connection": "crm", "scope": "owner", "scope_id": person} | more)


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    (tmp_path / "own.yaml").write_text(OWN, "utf-8")
    path = tmp_path / "crm-kpi.yaml"
    path.write_text(SETTINGS, "utf-8")
    config = read(path, environment={})
    with Store.open(config.store, create=True) as store:
        with store.transaction():
            people = [("crm", *person) for person in PEOPLE]
            facts.upsert(store, "users", ("connection", "id", "name", "team_id", "active"), people)
            facts.upsert(store, "teams", ("connection", "id", "name", "parent_id"), [("crm", *team) for team in TEAMS])
            facts.upsert(store, "accounts", ("connection", "id", "name"), [("crm", *each) for each in ACCOUNTS])
        company = Company(config, store, tmp_path)
        company.values([value("won_amount", 100.0)])
        yield company
