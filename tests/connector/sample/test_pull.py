"""What was exported comes back through the CSV adapter as the facts that it was made from."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from connector.config import read
from connector.pull import PullReport, pull, sources
from connector.sample import Sample, csv_mapping, csv_tables, generate, write_csv
from connector.store import Store
from connector.store.runs import start
from kpi_engine.facts import FACTS

NOW = datetime(2025, 12, 1, 6, tzinfo=UTC)


def settings(sample: Sample) -> dict[str, Any]:
    truth = sample.truth()
    return {
        "organisation": {
            "name": truth["company"],
            "timezone": truth["timezone"],
            "currency": truth["currency"],
            "language": truth["language"],
        },
        "store": "crm-kpi.sqlite",
        "connections": {
            "crm": {
                "adapter": "generic_csv",
                "settings": {"folder": "data", "tables": csv_tables(sample)},
                "mapping": csv_mapping(sample),
            }
        },
    }


def pulled(sample: Sample, folder: Path) -> tuple[Store, PullReport]:
    write_csv(sample, folder / "data")
    path = folder / "crm-kpi.yaml"
    path.write_text(yaml.safe_dump(settings(sample), allow_unicode=True), encoding="utf-8")
    config = read(path, environment={})
    store = Store.open(folder / "crm-kpi.sqlite", create=True)
    with store.transaction():
        run_id = start(store, "pull", NOW)
    return store, pull(store, sources(config), run_id=run_id, now=NOW)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_clean_export_comes_back_whole(language: str, tmp_path: Path) -> None:
    sample = generate("small", until=date(2025, 12, 1), scale=0.2, language=language, dirt=())
    store, report = pulled(sample, tmp_path)
    with store:
        assert not report.failed
        assert sum(module.quarantined + module.issues for module in report.modules) == 0
        for table in sample.tables():
            names = FACTS[table].column_names
            columns = ", ".join(f'"{name}"' for name in names)
            stored = store.db.execute(f"SELECT {columns} FROM {table} ORDER BY id").fetchall()  # noqa: S608
            made = sorted((row for page in sample.pages(table) for row in page.rows()), key=lambda row: row[1])
            assert stored == made, table


def test_ambiguous_names_alone_come_back_as_issues(tmp_path: Path) -> None:
    """All other dirt is readable: it is wrong, not unreadable."""
    sample = generate("small", until=date(2025, 12, 1), scale=0.2)
    store, _ = pulled(sample, tmp_path)
    with store:
        reasons = {row[0] for row in store.db.execute("SELECT reason FROM issues UNION SELECT reason FROM quarantine")}
    (twice,) = sample.namesakes.values()
    name = next(user.name for user in sample.company.staff.users if user.id == twice)
    assert len(reasons) == 1
    assert name in reasons.pop()
