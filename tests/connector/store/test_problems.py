"""Quarantine and issues: nothing is dropped silently, and what is mended leaves."""

from __future__ import annotations

from connector.errors import Message
from connector.store import Store, problems
from connector.store.problems import Issue, ProblemCounts, Quarantined

AT = "2026-11-21T08:00:00Z"


def quarantined(
    record_id: str | None, *, table: str = "deals", module: str = "deals", connection: str = "crm"
) -> Quarantined:
    return Quarantined(
        connection, table, module, record_id, "deals.csv", 7, "amount", "twelve", "no number", "{}", 1, AT
    )


def issue(record_id: str, *, table: str = "deals", connection: str = "crm") -> Issue:
    return Issue(connection, table, record_id, "deals.csv", 7, "closed_on", "31/02", "no date", 1, AT)


def fill(store: Store) -> None:
    with store.transaction():
        rows = [quarantined("1"), quarantined("2"), quarantined(None), quarantined("9", table="accounts")]
        problems.add_quarantine(store, [*rows, quarantined("1", connection="erp"), quarantined("3", module="more")])
        problems.add_issues(store, [issue("5"), issue("6"), issue("5", connection="erp"), issue("7", table="users")])


def test_rows_come_back_latest_first(store: Store) -> None:
    fill(store)
    assert next(problems.quarantined(store)) == quarantined("3", module="more")
    assert [row.record_id for row in problems.quarantined(store, limit=3)] == ["3", "1", "9"]
    assert [row.record_id for row in problems.issues(store)] == ["7", "5", "6", "5"]
    assert next(problems.issues(store)) == issue("7", table="users")


def test_the_reason_can_be_told_in_any_language(store: Store) -> None:
    reason = Message("{cell} is no date", cell="31/02")
    with store.transaction():
        problems.add_quarantine(store, [quarantined("1")._replace(message=reason.written())])
        problems.add_issues(store, [issue("5")._replace(message=reason.written()), issue("6")])
    assert next(problems.quarantined(store)).told == reason
    assert [str(each.told) for each in problems.issues(store)] == ["no date", "31/02 is no date"]


def test_counts_per_table(store: Store) -> None:
    assert problems.counts(store) == {}
    fill(store)
    assert problems.counts(store) == {
        "accounts": ProblemCounts(1, 0),
        "deals": ProblemCounts(5, 3),
        "users": ProblemCounts(0, 1),
    }
    assert problems.counts(store, connection="erp") == {"deals": ProblemCounts(1, 1)}


def test_records_that_arrive_again_leave_quarantine(store: Store) -> None:
    fill(store)
    with store.transaction():
        assert problems.clear_quarantine(store, "crm", "deals", record_ids=["1", "nobody"]) == 1
        assert problems.clear_quarantine(store, "crm", "deals", record_ids=[]) == 0
    assert sorted(str(row.record_id) for row in problems.quarantined(store)) == ["1", "2", "3", "9", "None"]


def test_a_module_or_a_whole_table_is_let_out(store: Store) -> None:
    fill(store)
    with store.transaction():
        assert problems.clear_quarantine(store, "crm", "deals", module="more") == 1
        assert problems.clear_quarantine(store, "crm", "deals", module="deals", record_ids=["2"]) == 1
        assert problems.clear_quarantine(store, "crm", "deals") == 2
    assert problems.counts(store)["deals"].quarantined == 1


def test_issues_are_forgotten_likewise(store: Store) -> None:
    fill(store)
    with store.transaction():
        assert problems.clear_issues(store, "crm", "deals", record_ids=["5"]) == 1
        assert problems.clear_issues(store, "crm", "deals") == 1
    assert problems.counts(store)["deals"].issues == 1
