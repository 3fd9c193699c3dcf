"""Who is at the other end, and what may be spent there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.config import Credits
from connector.contract import Capabilities, Capability, HttpRequest, IntroduceTalk, Introduction
from connector.errors import BudgetSpent, Message, StoreError, UnexpectedResponse
from connector.kit.fake_adapter import FakeCrmAdapter
from connector.kit.fake_crm import FakeCrm
from connector.opening import Opened, open_connection, spending
from connector.store import Store, credits, origins
from connector.transport import World, converse

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
YES = Capability(True)


@dataclass
class Someone:
    """An adapter that says who it is, and does nothing else."""

    says: list[Any]
    http: None = None
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(YES, YES, YES, YES, conversations_at_once=4)
    )

    def introduce(self) -> IntroduceTalk:
        yield from self.says


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store.sqlite", create=True) as opened:
        yield opened


def opened(store: Store, *says: Any, **how: Any) -> Opened:
    adapter: Any = Someone(list(says))
    return open_connection(store, "crm", adapter, adapter_name="someone", now=NOW, **how)


PRODUCTION = Introduction("zoho 10234 production", title="Lantern")


def test_the_first_one_is_remembered_and_may_come_again(store: Store) -> None:
    for _ in range(2):
        assert opened(store, PRODUCTION).introduction == PRODUCTION
    known = origins.origin_of(store, "crm")
    assert known is not None
    assert (known.identity, known.title, known.first_seen_at) == (
        PRODUCTION.identity,
        "Lantern",
        "2024-06-01T12:00:00Z",
    )


@pytest.mark.parametrize(
    ("other", "called"),
    [
        (Introduction("zoho 10234 sandbox", title="Lantern"), "Lantern (zoho 10234 sandbox)"),
        (Introduction("zoho 99 production"), "zoho 99 production"),
        (Introduction(""), "a source without a name"),
    ],
)
def test_another_one_is_refused_with_the_remedy(store: Store, other: Introduction, called: str) -> None:
    opened(store, PRODUCTION)
    with pytest.raises(StoreError) as caught:
        opened(store, other)
    assert str(caught.value) == (
        f"crm is {called} now, and the store holds the facts of Lantern (zoho 10234 production)"
    )
    assert "store:" in str(caught.value.hint)
    known = origins.origin_of(store, "crm")
    assert known is not None
    assert known.identity == PRODUCTION.identity


def test_a_folder_is_nobody(store: Store) -> None:
    opened(store, Introduction(""))
    assert origins.origin_of(store, "crm") is None
    opened(store, PRODUCTION)


def test_its_new_title_is_no_other_identity(store: Store) -> None:
    opened(store, PRODUCTION)
    opened(store, replace(PRODUCTION, title="Lantern GmbH"))
    known = origins.origin_of(store, "crm")
    assert known is not None
    assert known.title == "Lantern GmbH"


@pytest.mark.parametrize("says", [(), (PRODUCTION, PRODUCTION)])
def test_an_adapter_that_does_not_say_who_it_is_has_a_fault(store: Store, says: tuple[Any, ...]) -> None:
    with pytest.raises(UnexpectedResponse, match="the adapter someone has a fault"):
        opened(store, *says)


@pytest.mark.parametrize(("vendors", "at_once"), [(None, 4), (2, 2), (10, 4), (0, 1)])
def test_as_many_conversations_as_both_sides_bear(store: Store, vendors: int | None, at_once: int) -> None:
    assert opened(store, replace(PRODUCTION, conversations_at_once=vendors)).at_once == at_once


def ask(world: World) -> None:
    def talk() -> Any:
        yield HttpRequest("GET", "https://fake.invalid/deals")

    list(converse(talk(), adapter="someone", world=world))


def clocked(crm: FakeCrm, at: datetime = NOW) -> World:
    return World(session=crm.session, sleep=lambda _: None, now=lambda: at)


def undone(found: Opened, store: Store) -> None:
    with found.transaction(store):
        ask(found.world)
        raise ZeroDivisionError


def test_what_was_spent_is_kept_with_the_transaction_and_comes_back_when_that_is_undone(store: Store) -> None:
    crm = FakeCrm()
    found = opened(store, PRODUCTION, world=clocked(crm))
    with pytest.raises(ZeroDivisionError):
        undone(found, store)
    assert list(credits.spent(store, "crm")) == []
    with found.transaction(store):
        pass
    assert list(credits.spent(store, "crm")) == [(NOW, 1)]
    ask(found.world)
    found.save_credits(store)
    found.save_credits(store)
    assert list(credits.spent(store, "crm")) == [(NOW, 2)]


def test_earlier_runs_count(store: Store) -> None:
    crm = FakeCrm()
    first = opened(store, PRODUCTION, allowance=Credits(a_day=2), world=clocked(crm))
    ask(first.world)
    first.save_credits(store)
    second = opened(store, PRODUCTION, allowance=Credits(a_day=2), world=clocked(crm, NOW + timedelta(hours=23)))
    ask(second.world)
    with pytest.raises(BudgetSpent):
        ask(second.world)
    second.save_credits(store)
    ask(opened(store, PRODUCTION, allowance=Credits(a_day=2), world=clocked(crm, NOW + timedelta(hours=25))).world)


def test_a_failed_introduction_was_paid_for_all_the_same(store: Store) -> None:
    crm = FakeCrm(identity="fake 1 production")
    open_connection(store, "crm", FakeCrmAdapter(), adapter_name="fake", now=NOW, world=clocked(crm))
    crm.identity = "fake 2 production"
    with pytest.raises(StoreError):
        open_connection(store, "crm", FakeCrmAdapter(), adapter_name="fake", now=NOW, world=clocked(crm))
    assert list(credits.spent(store, "crm")) == [(NOW, 2)]


def test_how_a_connection_stands(store: Store) -> None:
    assert spending(store, "crm", Credits(), now=NOW) is None
    opened(store, replace(PRODUCTION, credits_a_day=100))
    stands = spending(store, "crm", Credits(), now=NOW)
    assert stands is not None
    assert (stands.spent, stands.allowed, stands.vendors, stands.free_at) == (0, 75, 100, None)


def test_credits_that_could_not_be_kept_are_kept_by_the_next_transaction(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm = FakeCrm()
    found = opened(store, PRODUCTION, world=clocked(crm))
    ask(found.world)

    def full(*_: object, **__: object) -> None:
        raise StoreError(Message("the disk is full"))

    with monkeypatch.context() as patched:
        patched.setattr(credits, "add", full)
        with pytest.raises(StoreError):
            found.save_credits(store)
    found.save_credits(store)
    assert list(credits.spent(store, "crm")) == [(NOW, 1)]
