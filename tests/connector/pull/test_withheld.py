"""What a vendor does not show to our account."""

from __future__ import annotations

from connector.store import withheld

from .shop import Shop


def known(shop: Shop) -> list[tuple[str, str, str]]:
    return [(each.module, each.table, each.column) for each in withheld.all(shop.store)]


def test_a_withheld_field_is_kept_with_the_columns_that_it_would_fill(shop: Shop) -> None:
    shop.crm.withheld = {("deals", "amount"), ("calls", "owner"), ("deals", "nobody_asks")}
    shop.pull()
    assert known(shop) == [("calls", "activities", "owner_id"), ("deals", "deals", "amount")]
    assert shop.store.db.conn.execute("SELECT DISTINCT amount FROM deals").fetchall() == [(None,)]


def test_it_is_taken_back_when_it_is_shown_again(shop: Shop) -> None:
    shop.crm.withheld = {("deals", "amount"), ("calls", "owner")}
    shop.pull()
    shop.crm.withheld = {("calls", "owner")}
    shop.pull()
    assert known(shop) == [("calls", "activities", "owner_id")]


def test_when_it_was_found_stays(shop: Shop) -> None:
    shop.crm.withheld = {("deals", "amount")}
    shop.pull()
    first = list(withheld.all(shop.store))
    shop.pull()
    assert list(withheld.all(shop.store)) == first
