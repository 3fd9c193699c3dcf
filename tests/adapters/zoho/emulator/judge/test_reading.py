"""Zoho's SDK reads records: every list, count, search, query and history equals what the stand-in holds."""

from __future__ import annotations

import pytest

from tests.adapters.zoho.emulator.judge.judged import Judged, picked, rows

pytestmark = pytest.mark.slow

TASK = ("id", "Subject", "Status", "Owner", "Due_Date", "Created_Time", "Modified_Time")
DEAL = ("id", "Deal_Name", "Stage", "Amount", "Account_Name", "Closing_Date", "Modified_Time")


def test_a_list_of_more_than_2000_by_page_token(judged: Judged) -> None:
    held = rows(judged.before, "Tasks", *TASK)
    assert len(held) > 2_000
    assert picked(judged.step("list by token"), *TASK) == held


def test_pages_by_number_end_at_2000(judged: Judged) -> None:
    assert judged.step("list by page") == [row for (row,) in rows(judged.before, "Tasks", "id")][:2_000]
    refused = judged.step("page behind the last")
    assert (refused["code"], refused["details"]) == ("DISCRETE_PAGINATION_LIMIT_EXCEEDED", {"limit": 2_000})


def test_lookups_have_names(judged: Judged) -> None:
    names = dict(rows(judged.before, "Accounts", "id", "Account_Name"))
    deals = judged.step("deals")
    assert picked(deals, *DEAL) == rows(judged.before, "Deals", *DEAL)
    accounts = [each["Account_Name"] for each in deals if each["Account_Name"]]
    assert accounts
    assert all(each["name"] == names[each["id"]] for each in accounts)


def test_a_single_record_has_all_its_fields(judged: Judged) -> None:
    (found,) = judged.step("single record")
    shown = [name for name, each in judged.before.fields("Deals").items() if each.api_shown]
    held = judged.before.get("Deals", str(found["id"]))
    assert held
    assert set(shown) <= set(found)
    for name in DEAL[1:]:
        assert picked([found], name) == [(held[name],)], name


def test_an_empty_list_is_no_content(judged: Judged) -> None:
    assert rows(judged.before, "Invoices", "id") == []
    assert judged.step("nothing") == 204


def test_counts(judged: Judged) -> None:
    assert judged.step("count") == len(rows(judged.before, "Tasks", "id"))
    done = rows(judged.before, "Tasks", "id", where="Status = 'Completed'")
    assert judged.step("count of some") == len(done) < judged.step("count")


def test_search(judged: Judged) -> None:
    held = rows(judged.before, "Deals", *DEAL, where="Stage = 'Closed won' AND Amount > 1000")
    assert len(held) > 200
    assert sorted(picked(judged.step("search"), *DEAL)) == sorted(held)


def test_a_query_with_joins(judged: Judged) -> None:
    found = judged.step("query")
    held = judged.before.db.execute(
        "SELECT CAST(d.id AS INTEGER), Deal_Name, Amount, Closing_Date, a.Account_Name, u.last_name FROM Deals d "
        "LEFT JOIN Accounts a ON a.id = d.Account_Name LEFT JOIN Users u ON u.id = d.Owner "
        "WHERE Amount > 1000 AND Stage IS NOT NULL ORDER BY d.Modified_Time, d.id LIMIT 200"
    ).fetchall()
    names = ("id", "Deal_Name", "Amount", "Closing_Date", "Account_Name.Account_Name", "Owner.last_name")
    assert picked(found["rows"], *names) == held
    assert (found["info"]["count"], found["info"]["more_records"]) == (200, True)


def test_a_query_of_2000_rows(judged: Judged) -> None:
    found = judged.step("long query")
    assert picked(found["rows"], "id", "Subject") == rows(judged.before, "Tasks", "id", "Subject", order="id")[:2_000]
    assert (found["info"]["count"], found["info"]["more_records"]) == (2_000, True)


def test_a_query_of_sums(judged: Judged) -> None:
    sql = "SELECT Stage, count(id), sum(Amount) FROM Deals GROUP BY Stage"
    held = judged.before.db.execute(sql).fetchall()
    assert sorted(picked(judged.step("sums")["rows"], "Stage", "COUNT(id)", "SUM(Amount)")) == sorted(held)


def test_stage_histories(judged: Judged) -> None:
    names = ("id", "Stage", "Moved_To__s", "Modified_Time", "Amount")
    found = judged.step("stage histories")
    assert len(found) == 5
    assert any(len(each) > 1 for each in found.values())
    for deal, history in found.items():
        held = rows(judged.before, "DealHistory", *names, where=f"Potential_Name = '{deal}'")
        assert sorted(picked(history, *names)) == sorted(held)
