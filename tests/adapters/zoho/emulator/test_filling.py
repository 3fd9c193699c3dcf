"""The org is the sample company: nothing is lost on the way, ids are worked out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.zoho.emulator.app import StandIn, opened
from adapters.zoho.emulator.filled import FILLINGS
from adapters.zoho.emulator.identity import zoho_id
from adapters.zoho.emulator.settings import Settings
from adapters.zoho.emulator.state import State
from connector.sample import Sample, generate
from tests.adapters.zoho.emulator.conftest import NOW


@pytest.fixture(scope="module")
def sample() -> Sample:
    return generate("small", until=date(2025, 12, 1), scale=0.1)


def rows_of(sample: Sample, table: str) -> list[dict[str, object]]:
    return [dict(zip(page.columns, row, strict=True)) for page in sample.pages(table) for row in page.rows()]


def count(state: State, module: str) -> int:
    found: int = state.db.execute(f"SELECT count(*) FROM {module}").fetchone()[0]  # noqa: S608
    return found


@pytest.mark.parametrize("filling", FILLINGS, ids=lambda filling: filling.module)
def test_every_row_has_its_place(filled: State, sample: Sample, filling: object) -> None:
    table, module = filling.table, filling.module  # type: ignore[attr-defined]
    wanted = [zoho_id(table, str(row["id"])) for row in rows_of(sample, table)]
    found = [row for (row,) in filled.db.execute(f"SELECT id FROM {module}")]  # noqa: S608
    assert sorted(found) == sorted(wanted)
    assert len(set(found)) == len(found)
    assert all(len(each) == 19 for each in found)


def test_deals_hold_what_the_sample_says(filled: State, sample: Sample) -> None:
    for row in rows_of(sample, "deals"):
        deal = filled.get("Deals", zoho_id("deals", str(row["id"])))
        assert deal is not None
        assert (deal["Stage"], deal["Pipeline"], deal["Type"]) == (row["stage"], row["pipeline"], row["type"])
        assert deal["Amount"] == (None if row["amount"] is None else row["amount"] / 10_000)  # type: ignore[operator]
        assert deal["Closing_Date"] == (row["closed_on"] or row["expected_close_on"])
        assert deal["Created_Time"] == str(row["created_at"]).replace("Z", "+00:00")
        owner = str(row["owner_id"]) if row["owner_id"] else "U0000"
        assert deal["Owner"] == zoho_id("users", owner)


def test_activities_are_sorted_by_kind(filled: State, sample: Sample) -> None:
    kinds = [row["kind"] for row in rows_of(sample, "activities")]
    assert count(filled, "Calls") == kinds.count("call")
    assert count(filled, "Events") == kinds.count("meeting")
    assert count(filled, "Tasks") == sum(kinds.count(kind) for kind in ("task", "email", "other"))
    odd = "SELECT count(*) FROM Calls WHERE Outgoing_Call_Status = 'Completed' AND Call_Duration_in_seconds IS NULL"
    assert filled.db.execute(odd).fetchone()[0] == 0


def test_each_deal_has_one_current_stage(filled: State, sample: Sample) -> None:
    changes = rows_of(sample, "deal_stage_changes")
    assert count(filled, "DealHistory") == len(changes)
    current = dict(filled.db.execute("SELECT Potential_Name, Stage FROM DealHistory WHERE Moved_To__s IS NULL"))
    assert current == dict(filled.db.execute("SELECT id, Stage FROM Deals"))


def test_lookups_lead_somewhere(filled: State) -> None:
    for module, known in ((name, filled.fields(name)) for name in filled.modules()):
        for field in known.values():
            if field.lookup and field.lookup != "se_module":
                lost = (
                    f'SELECT count(*) FROM {module} WHERE "{field.api_name}" IS NOT NULL '  # noqa: S608
                    f'AND "{field.api_name}" NOT IN (SELECT id FROM {field.lookup})'
                )
                assert filled.db.execute(lost).fetchone()[0] == 0, (module, field.api_name)


@pytest.mark.parametrize(
    "other", [{"seed": 2}, {"language": "zh-CN"}, {"environment": "sandbox"}, {"profile": "medium", "scale": 0.001}]
)
def test_another_company_is_another_organisation(filled: State, other: dict[str, Any]) -> None:
    def number(**settings: Any) -> str:
        state = opened(Settings(modules=(), clock=lambda: NOW, **({"scale": 0.01} | settings)))
        try:
            return str(state.setting("org")["zgid"])
        finally:
            state.close()

    assert number() == filled.setting("org")["zgid"] != number(**other)
    assert len(number(**other)) == 9


def test_a_file_goes_on_where_it_was(tmp_path: Path) -> None:
    settings = Settings(scale=0.01, modules=("Accounts",), file=tmp_path / "org.sqlite", clock=lambda: NOW)
    first = StandIn(settings)
    made = first.state.insert("Accounts", {"Account_Name": "Kept"})
    rows = count(first.state, "Accounts")
    first.state.close()
    again = opened(settings)
    try:
        assert count(again, "Accounts") == rows
        assert again.get("Accounts", made["id"]) == made
        assert int(again.new_id()) > int(made["id"])
        assert again.fields("Deals")["Stage"].picklist[-1].forecast_type == "Closed Lost"
    finally:
        again.close()


def test_a_transaction_is_all_or_nothing(tmp_path: Path) -> None:
    state = opened(Settings(scale=0.01, modules=(), clock=lambda: NOW))

    def fails() -> None:
        with state.transaction():
            state.insert("Accounts", {"Account_Name": "Gone"})
            raise RuntimeError("halfway")

    try:
        with pytest.raises(RuntimeError, match="halfway"):
            fails()
        assert count(state, "Accounts") == 0
        assert state.journal() == []
    finally:
        state.close()


def test_no_id_is_given_twice_however_often_it_is_started(tmp_path: Path) -> None:
    given: list[str] = []
    for _ in range(4):
        state = State.open(tmp_path / "org.sqlite")
        given += [state.new_id() for _ in range(700)]
        state.close()
    assert len(set(given)) == len(given)
    assert given == sorted(given)
