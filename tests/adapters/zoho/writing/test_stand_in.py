"""Pushes to the stand-in over real HTTP: whatever goes wrong, each value is written once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.zoho.emulator.workflows import Workflow, add_workflow
from connector.config import read
from connector.config.shapes import report_shapes
from connector.contract import Change, FieldShape, Receipt, WriteTarget
from connector.errors import AdapterError
from tests.adapters.zoho.writing.test_places import FAULTS, Killed, dying
from tests.company import SETTINGS, found_company, replaced
from tests.effort import quickly

WON = {"KPI_Won": FieldShape("Won", "money", 2)}
ACCOUNTS = WriteTarget("accounts", "fields", "Accounts", ("id",), ("KPI_Won",), shapes=WON)
REPORT = WriteTarget(
    "report",
    "records",
    "KPI_Reports",
    (),
    ("kpi", "value"),
    shapes={
        "kpi": FieldShape("KPI", "text"),
        "value": FieldShape("Value", "number", 4),
        "key": FieldShape("K", "text"),
    },
    label="KPI Reports",
)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_new_report_module_takes_every_label(talks: Callable[..., Any], language: str, tmp_path: Path) -> None:
    settings = replaced(SETTINGS, "currency: EUR", f"currency: EUR\n  language: {language}")
    shapes = report_shapes(read(found_company(tmp_path, settings), environment={}))
    zoho = talks(language=language, modules=())
    made = zoho.places(replace(REPORT, fields=tuple(shapes.keys() - {"key"}), shapes=shapes), make=True)
    assert len(made) == len(shapes) + 1
    assert {name: str(place.message) for name, place in made.items() if place.message} == {}


def sent(zoho: Any, target: WriteTarget, count: int, *, uncertain: bool = False, plus: float = 0.0) -> list[Change]:
    """Changes c0, c1 … of as many records; `plus` makes other values of them."""
    if target is REPORT:
        ids = [f"won|team|{n}|year|2025-01-01" for n in range(count)]
        cells = [{"kpi": "won", "value": n / 3 + plus} for n in range(count)]
    else:
        ids = zoho.accounts(count)
        cells = [{"KPI_Won": n + 0.25 + plus} for n in range(count)]
    return [Change(f"c{n}", each, cells[n], uncertain) for n, each in enumerate(ids)]


def ready(talks: Callable[..., Any], target: WriteTarget, **settings: Any) -> Any:
    zoho = talks(modules=("Accounts",) if target is ACCOUNTS else (), **settings)
    zoho.places(target, make=True)
    return zoho


def written(zoho: Any, target: WriteTarget) -> Counter[str]:
    """Record -> how often it was written."""
    return Counter(each["record_id"] for each in zoho.server.journal if each["module"] == target.module)


def expect_all_held(zoho: Any, target: WriteTarget, count: int, *, plus: float = 0.0) -> None:
    """What the CRM holds is what was sent, in as many records and no more."""
    field = "KPI_Won" if target is ACCOUNTS else "KPI_Value"
    rows = zoho.server.state.db.execute(
        f'SELECT {field} FROM "{target.module}" WHERE {field} IS NOT NULL'  # noqa: S608  # our own names
    ).fetchall()
    expected = [n + 0.25 if target is ACCOUNTS else n / 3 for n in range(count)]
    assert sorted(row[0] for row in rows) == pytest.approx(sorted(each + plus for each in expected), abs=1e-4)


BOTH = pytest.mark.parametrize("target", [ACCOUNTS, REPORT], ids=["fields", "records"])
COUNT = 130


@BOTH
@pytest.mark.parametrize("fault", quickly("drop_after", "empty_204", "truncated_json", of=FAULTS))
def test_whatever_goes_wrong_at_any_request_each_value_is_written_once(talks: Any, target: Any, fault: str) -> None:
    zoho = ready(talks, target, scale=0.3)
    for at in (1, 2, 3):  # the fields, the first call, the second
        before = written(zoho, target)
        zoho.server.faults.clear()
        zoho.server.faults.plan(fault, at, prefix="/crm/v8")
        said: dict[str, Receipt] = {}
        with suppress(AdapterError):
            said = zoho.push(target, sent(zoho, target, COUNT, plus=at))
        done = {name for name, receipt in said.items() if receipt.outcome == "done"}
        again = [each for each in sent(zoho, target, COUNT, plus=at, uncertain=True) if each.id not in done]
        settled = zoho.push(target, again)
        assert not any(receipt.outcome == "rejected" for receipt in said.values())
        assert all(receipt.outcome == "done" for receipt in settled.values())
        assert set((written(zoho, target) - before).values()) == {1}
        assert len(written(zoho, target)) == COUNT
        expect_all_held(zoho, target, COUNT, plus=at)


@BOTH
@pytest.mark.parametrize("after", [False, True], ids=["before the server acted", "after it acted"])
def test_killed_at_any_request_each_value_is_written_once(talks: Any, target: Any, after: bool) -> None:
    zoho = ready(talks, target, scale=0.3)
    living = zoho.world
    for at in range(1, 20):
        before = written(zoho, target)
        zoho.world = dying(zoho, at=at, after=after)
        try:
            zoho.push(target, sent(zoho, target, COUNT, plus=at))
        except Killed:
            zoho.world = living
            said = zoho.push(target, sent(zoho, target, COUNT, plus=at, uncertain=True))
            assert {each.outcome for each in said.values()} == {"done"}
        else:
            break
        assert set((written(zoho, target) - before).values()) == {1}
        expect_all_held(zoho, target, COUNT, plus=at)
    assert at == 4, "one request for the fields, two calls"


@BOTH
def test_every_answer_is_lost_and_every_value_is_written_once(talks: Callable[..., Any], target: WriteTarget) -> None:
    zoho = ready(talks, target, scale=0.3)
    path = "/crm/v8/Accounts" if target is ACCOUNTS else "/crm/v8/KPI_Reports/upsert"
    changes = sent(zoho, target, COUNT)
    zoho.server.faults.plan("drop_after", 1, prefix=path)
    zoho.server.faults.plan("drop_after", 3 if target is ACCOUNTS else 2, prefix=path)
    said = zoho.push(target, changes)
    assert {each.outcome for each in said.values()} == {"done"}
    assert set(written(zoho, target).values()) == {1}
    expect_all_held(zoho, target, COUNT)


@pytest.mark.parametrize("place", [0, 50, 99])
def test_one_locked_record_waits_and_the_others_are_written(talks: Callable[..., Any], place: int) -> None:
    zoho = ready(talks, ACCOUNTS, scale=0.3)
    zoho.server.faults.plan("partial_207", 1, prefix="/crm/v8/Accounts", argument=str(place))
    said = zoho.push(ACCOUNTS, sent(zoho, ACCOUNTS, 100))
    assert Counter(each.outcome for each in said.values()) == {"done": 99, "unknown": 1}
    assert "somebody has locked the record" in str(said[f"c{place}"].message)


def test_a_record_that_is_gone_is_rejected_in_zohos_words(talks: Callable[..., Any]) -> None:
    zoho = ready(talks, ACCOUNTS)
    changes = sent(zoho, ACCOUNTS, 3)
    zoho.server.state.delete("Accounts", changes[1].record_id)
    said = zoho.push(ACCOUNTS, changes)
    assert [said[each.id].outcome for each in changes] == ["done", "rejected", "done"]
    assert "the id given seems to be invalid (INVALID_DATA, field id)" in str(said["c1"].message)


def test_a_deleted_report_record_is_made_again(talks: Callable[..., Any]) -> None:
    zoho = ready(talks, REPORT)
    zoho.push(REPORT, sent(zoho, REPORT, 3))
    (gone,) = [each["record_id"] for each in zoho.server.journal if each["module"] == "KPI_Reports"][:1]
    zoho.server.state.delete("KPI_Reports", gone)
    assert {each.outcome for each in zoho.push(REPORT, sent(zoho, REPORT, 3)).values()} == {"done"}
    expect_all_held(zoho, REPORT, 3)


def test_nobodys_workflow_fires(talks: Callable[..., Any]) -> None:
    zoho = ready(talks, ACCOUNTS)
    add_workflow(zoho.server.state, Workflow("mail everybody", "Accounts"))
    zoho.push(ACCOUNTS, sent(zoho, ACCOUNTS, 3))
    assert zoho.server.workflow_runs == []


def test_what_a_write_costs_is_what_was_said(talks: Callable[..., Any]) -> None:
    zoho = ready(talks, ACCOUNTS, scale=0.3)
    zoho.server.calls.clear()
    zoho.push(ACCOUNTS, sent(zoho, ACCOUNTS, COUNT))
    assert [(each.method, each.credits) for each in zoho.server.calls] == [("GET", 1), ("PUT", 10), ("PUT", 3)]
