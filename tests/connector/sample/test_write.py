"""A sample as files."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.mapping.model import TableMapping
from connector.sample import Sample, csv_mapping, csv_tables, generate, write_csv
from connector.sample.write import money_text
from kpi_engine.facts import FACTS

UNTIL = date(2025, 12, 1)


@pytest.fixture(scope="module")
def sample() -> Sample:
    return generate("small", until=UNTIL, scale=0.2)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def facts(sample: Sample, table: str) -> list[dict[str, Any]]:
    return [dict(zip(page.columns, row, strict=True)) for page in sample.pages(table) for row in page.rows()]


def test_files_hold_what_the_pages_hold(sample: Sample, tmp_path: Path) -> None:
    rows = write_csv(sample, tmp_path)
    assert {path.stem for path in tmp_path.glob("*.csv")} == set(sample.tables())
    names = {user["id"]: user["name"] for user in facts(sample, "users")}
    teams = {team["id"]: team["name"] for team in facts(sample, "teams")}
    accounts = {account["id"]: account["name"] for account in facts(sample, "accounts")}
    exported = read(tmp_path / "deals.csv")
    assert len(exported) == rows["deals"]
    for line, deal in zip(exported, facts(sample, "deals"), strict=True):
        assert line["Record ID"] == deal["id"]
        assert line["Owner"] == names.get(deal["owner_id"], "")
        assert line["Team"] == teams[deal["team_id"]]
        assert (line["Account ID"], line["Account"]) == (deal["account_id"], accounts[deal["account_id"]])
        assert line["Outcome"] == deal["outcome"].capitalize()
        assert line["Closed On"] == (deal["closed_on"] or "")
        assert (deal["amount"] is None) == (line["Amount"] == "")
        assert deal["amount"] is None or Decimal(line["Amount"]) * 10_000 == deal["amount"]


def test_files_are_the_same_bytes_each_time(sample: Sample, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        write_csv(sample, tmp_path / folder)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_the_truth_lies_beside_the_files(sample: Sample, tmp_path: Path) -> None:
    rows = write_csv(sample, tmp_path)
    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert truth == json.loads(json.dumps(sample.truth())) | {"rows": rows}
    assert [cause["id"] for cause in truth["causes"]] == ["product_win_rate", "team_mix", "slow_queue"]
    assert truth["causes"][0]["since"] == "2024-10-01"
    assert truth["causes"][0]["where"] == {"product": "Edge Router"}


def test_only_some_tables(sample: Sample, tmp_path: Path) -> None:
    assert set(write_csv(sample, tmp_path, tables=["users", "deals"])) == {"users", "deals"}
    assert {path.name for path in tmp_path.iterdir()} == {"users.csv", "deals.csv", "truth.json"}


@given(st.integers(-(10**15), 10**15))
def test_money_is_written_exactly(amount: int) -> None:
    text = money_text(amount)
    assert Decimal(text) * 10_000 == amount
    assert len(text.split(".")[1]) >= 2


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_mapping_finds_every_column_in_its_file(language: str, tmp_path: Path) -> None:
    export = generate("small", until=UNTIL, scale=0.05, language=language)
    write_csv(export, tmp_path)
    for table, plain in csv_mapping(export).items():
        mapping = TableMapping.model_validate(plain)
        with (tmp_path / csv_tables(export)[table]["files"]).open(encoding="utf-8", newline="") as file:
            heads = set(next(csv.reader(file)))
        for column, source in mapping.columns.items():
            assert FACTS[table].column(column)
            assert set(source.source) <= heads
        assert set(mapping.id) <= heads
