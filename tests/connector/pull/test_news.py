"""What is news: a fact that is another than before, and nothing else."""

from __future__ import annotations

from connector.contract import Finished, PullTalk, State
from connector.store import runs

from .conftest import Desk
from .shop import Shop


def moment(shop: Shop) -> str | None:
    return runs.data_as_of(shop.store)


def test_records_that_come_again_as_they_were_are_no_news(shop: Shop) -> None:
    first = shop.pull()
    assert first.news
    then = moment(shop)
    again = shop.pull()  # the last record of each module comes again: the cursor includes its own second
    assert [each.arrived for each in again.modules] == [1, 1, 1]
    assert not again.news
    assert all(each.no_news for each in again.modules)
    assert moment(shop) == then


def test_a_whole_reading_without_a_change_is_no_news(shop: Shop) -> None:
    shop.pull()
    then = moment(shop)
    assert not shop.pull(reconcile=True).news
    assert moment(shop) == then


def test_a_record_of_which_only_the_moment_of_change_differs_is_stored_and_is_no_news(shop: Shop) -> None:
    """The echo of our own write-back: the vendor moves the moment, and no fact holds the field that we wrote."""
    shop.pull()
    then = moment(shop)
    shop.crm.put("deals", "d1", kpi_score=0.7)
    report = shop.pulled()
    assert (report.changed, report.no_news) == (0, True)
    assert moment(shop) == then
    modified = shop.store.db.conn.execute("SELECT modified_at FROM deals WHERE id = 'd1'").fetchone()[0]
    assert modified == shop.crm.records("deals")["d1"]["modified"].replace("+00:00", "Z")


def test_a_change_and_a_deletion_are_news(shop: Shop) -> None:
    shop.pull()
    shop.crm.put("deals", "d1", amount=99)
    assert shop.pull().news
    assert moment(shop) == "2024-06-03T00:00:00Z"
    shop.crm.delete("deals", "d1")
    assert shop.pull().news
    assert moment(shop) == "2024-06-04T00:00:00Z"


def test_a_crm_without_any_records_was_read_all_the_same(desk: Desk) -> None:
    def talk(_: State | None) -> PullTalk:
        yield Finished("deals", next_state={}, vendor_count=0)

    desk.adapter.atomic = False
    desk.adapter.scripts["deals"] = talk
    desk.pull()
    assert runs.data_as_of(desk.store) == "2024-06-01T12:00:00Z"
    desk.pull()
    assert runs.data_as_of(desk.store) == "2024-06-01T12:00:00Z"
