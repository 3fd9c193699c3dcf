"""A day's credits: counted, kept, and a clean stop when they are used up."""

from __future__ import annotations

from connector.config import Credits
from connector.kit.conformance import facts_of
from connector.opening import spending
from connector.store import Store, credits, runs

from .shop import NOW, Shop


def spent(shop: Shop) -> int:
    return sum(amount for _, amount in credits.spent(shop.store, "crm"))


def test_every_request_is_counted_and_kept(shop: Shop) -> None:
    shop.pull()
    assert spent(shop) == len(shop.crm.calls) > 0
    before = spent(shop)
    shop.pull(days=0)
    assert spent(shop) == before + len(shop.crm.calls)


def test_what_is_older_than_two_days_is_forgotten(shop: Shop) -> None:
    shop.pull()
    shop.pull(days=1)
    shop.pull(days=1.5)
    assert [at.day for at, _ in credits.spent(shop.store, "crm")] == [3, 4]


def test_without_credits_the_run_stops_cleanly_and_the_next_ones_go_on(shop: Shop) -> None:
    shop.pull()
    whole = {table: rows for table, rows in facts_of(shop.store).items() if rows}
    with Store.open(shop.store.path.with_name("other.sqlite"), create=True) as store:
        poor = Shop(store, credits=Credits(a_day=3))
        report = poor.pull()
        assert report.failed == ()
        assert report.out_of_credits
        assert len(poor.crm.calls) == 3
        (error, *_) = {each.error for each in report.out_of_credits}
        assert "3 of the 3 credits" in str(error)
        assert "it can go on at 2024-06-03 00:01 UTC" in str(error)
        for _ in range(20):
            if not poor.pull().out_of_credits:
                break
            assert len(poor.crm.calls) <= 3
        assert {table: len(rows) for table, rows in facts_of(store).items() if rows} == {
            table: len(rows) for table, rows in whole.items()
        }
        assert store.verify() == ()


def test_the_vendors_limit_less_the_reserve_is_ours(shop: Shop) -> None:
    shop.crm.credits_a_day = 8
    shop.pull()
    assert len(shop.crm.calls) == 6
    stands = spending(shop.store, "crm", shop.credits, now=shop.now)
    assert stands is not None
    assert (stands.spent, stands.allowed, stands.vendors) == (6, 6, 8)
    assert stands.free_at is not None
    shop.credits = Credits(reserve=0)
    shop.pull(days=0)
    assert len(shop.crm.calls) == 2


def test_who_is_there_is_remembered_so_that_even_asking_keeps_to_the_limit(shop: Shop) -> None:
    shop.crm.credits_a_day = 4
    shop.pull()
    report = shop.pull(days=0)
    assert shop.crm.calls == []
    assert len(report.out_of_credits) == len(report.modules)


def test_credits_are_kept_with_the_page_that_they_bought(shop: Shop) -> None:
    """A run that is killed between two transactions has lost those of the second only."""
    kept: list[int] = []
    shop.pull(progress=lambda _: kept.append(spent(shop)))
    assert kept == sorted(kept)
    assert kept[-1] > 1


def test_a_folder_spends_nothing(shop: Shop) -> None:
    assert spending(shop.store, "files", Credits(), now=NOW) is None


def test_modules_without_credits_are_incomplete_until_they_are_read(shop: Shop) -> None:
    shop.pull()
    then = runs.data_as_of(shop.store)
    shop.credits = Credits(a_day=1)
    report = shop.pull()
    assert {each.module for each in report.out_of_credits} == {"deals", "tasks", "calls"}
    assert not shop.counted().complete
    assert runs.data_as_of(shop.store) == then
    shop.credits = Credits()
    assert shop.pulled().complete
    assert shop.counted().complete
