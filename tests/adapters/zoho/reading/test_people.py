"""Users, roles and currencies: lists that are compared with what they said before."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from adapters.zoho.asking import Answer, Api
from adapters.zoho.reading.people import ListRead, rates
from adapters.zoho.settings import ZohoSettings
from connector.contract import Deletions, Finished, HttpRequest, Page
from tests.adapters.zoho.fed import fed
from tests.adapters.zoho.reading.organisation import Mirror, Zoho

Connect = Callable[..., Zoho]
USER = ("id", "full_name", "email", "role", "Reporting_To", "$active", "Modified_Time")
ROLE = ("id", "name", "reporting_to")
RATE = ("id", "from_currency", "to_currency", "valid_on", "rate")
SETTINGS = ZohoSettings.model_validate({"client_id": "1", "client_secret": "2", "refresh_token": "3"})


@pytest.mark.parametrize(
    ("module", "fields", "calls"), [("Users", USER, 2), ("Roles", ROLE, 1), ("Currencies", RATE, 1)]
)
def test_a_list_that_says_the_same_again_is_no_news(
    connect: Connect, module: str, fields: tuple[str, ...], calls: int
) -> None:
    org = connect()
    first = org.run(module, fields)
    assert first.rows
    before = first.saved
    org.later(hours=2)
    assert len([each for each in org.calls_of(module, fields) if each.status != 401]) == calls
    assert first.said == [first.end]
    assert first.end.next_state == before


def test_users_who_left_stay_and_are_not_active(connect: Connect) -> None:
    org = connect()
    users = org.run("Users", USER)
    user = max(users.rows)
    assert users.rows[user]["$active"] is True
    org.later(hours=2)
    org.state.update("Users", user, {"status": "deleted"})
    org.run("Users", USER)
    assert users.arrived == 1
    assert users.rows[user]["$active"] is False
    assert isinstance(users.rows[user]["role"], str)


def test_a_role_that_is_gone_is_deleted() -> None:
    read = ListRead(Api(), SETTINGS, "Roles", ROLE)
    roles: list[dict[str, Any]] = [
        {"id": "1", "name": "CEO", "reporting_to": None},
        {"id": "2", "name": "Sales", "reporting_to": {"name": "CEO", "id": "1"}},
    ]
    mirror = Mirror()

    def run() -> None:
        mirror.begin()
        said: list[Any] = []
        fed(read.talk(mirror.saved), lambda _: {"roles": roles}, said=said)
        for each in said:
            mirror.take(each)

    run()
    assert mirror.rows["2"]["reporting_to"] == "1"
    roles[0]["name"] = "Head"
    roles.pop()
    run()
    assert {each: row["name"] for each, row in mirror.rows.items()} == {"1": "Head"}
    assert [type(each) for each in mirror.said] == [Deletions, Page, Finished]


def test_rates_of_the_past_stay_as_they_were_seen() -> None:
    read = ListRead(Api(), SETTINGS, "Currencies", RATE)
    usd = {"iso_code": "USD", "exchange_rate": "1.250000000", "modified_time": "2026-03-01T08:00:00+00:00"}
    home = {"iso_code": "EUR", "is_base": True, "exchange_rate": "1.000000000"}
    mirror = Mirror()

    def run() -> dict[str, Decimal]:
        mirror.begin()
        said: list[Any] = []
        fed(read.talk(mirror.saved), lambda _: {"currencies": [home, usd]}, said=said)
        for each in said:
            mirror.take(each)
        return {row["valid_on"]: row["rate"] for row in mirror.rows.values()}

    assert run() == {"1970-01-01": Decimal("0.8"), "2026-03-01": Decimal("0.8")}
    usd |= {"exchange_rate": "1.600000000", "modified_time": "2026-05-02T08:00:00+00:00"}
    assert run() == {"1970-01-01": Decimal("0.8"), "2026-03-01": Decimal("0.8"), "2026-05-02": Decimal("0.625")}


USD = {"iso_code": "USD", "exchange_rate": "1.250000000", "modified_time": "2026-03-01T08:00:00+00:00"}
EURO = {"iso_code": "EUR", "is_base": True, "exchange_rate": "1.000000000"}


def seen(mirror: Mirror, currencies: list[dict[str, Any]], *, day: int = 1, **settings: Any) -> dict[str, str]:
    """What a store holds after Zoho said this on a day in May."""
    mirror.begin()
    stated = ZohoSettings.model_validate({**SETTINGS.model_dump(), **settings})
    talk, answer = ListRead(Api(), stated, "Currencies", RATE).talk(mirror.saved), None
    with suppress(StopIteration):
        while True:
            said = talk.send(answer)
            answer = None
            if isinstance(said, HttpRequest):
                answer = Answer(currencies, at=datetime(2026, 5, day, 9, tzinfo=UTC))
            else:
                mirror.take(said)
    return {row["valid_on"]: str(row["rate"]) for row in mirror.rows.values()}


@pytest.mark.parametrize("day_of_change", [USD["modified_time"], None])
def test_a_rate_that_changes_without_its_day_holds_from_the_day_on_which_it_was_seen(day_of_change: Any) -> None:
    mirror, usd = Mirror(), {**USD, "modified_time": day_of_change}
    first = seen(mirror, [EURO, usd])
    assert set(first.values()) == {"0.8"}
    usd["exchange_rate"] = "1.6"
    assert seen(mirror, [EURO, usd], day=2) == {**first, "2026-05-02": "0.625"}
    assert seen(mirror, [EURO, usd], day=3) == {**first, "2026-05-02": "0.625"}
    assert mirror.said == [mirror.end], "and then it is no news any more"
    usd["exchange_rate"] = "2"
    seen(mirror, [EURO, usd], day=4)
    usd["exchange_rate"] = "4"
    assert seen(mirror, [EURO, usd], day=4) == {**first, "2026-05-02": "0.625", "2026-05-04": "0.25"}


def test_when_the_settings_say_otherwise_what_a_rate_means_no_rate_of_before_stays() -> None:
    mirror, usd = Mirror(), dict(USD)
    seen(mirror, [EURO, usd])
    usd |= {"exchange_rate": "1.6", "modified_time": "2026-05-02T08:00:00+00:00"}
    assert set(seen(mirror, [EURO, usd], day=2).values()) == {"0.8", "0.625"}
    assert seen(mirror, [EURO, usd], day=3, rates="in_home_units") == {"1970-01-01": "1.6", "2026-05-02": "1.6"}
    seen(mirror, [EURO, usd], day=4, rates="in_home_units")
    assert mirror.said == [mirror.end]


def test_rates_of_the_past_are_more_than_zoho_lists_and_nothing_is_missing_by_that() -> None:
    mirror = Mirror()
    seen(mirror, [EURO, USD])
    mirror.saved = None
    seen(mirror, [EURO, {**USD, "modified_time": "2026-05-02T08:00:00+00:00"}], day=2)
    assert len(mirror.rows) == 3
    assert mirror.end.vendor_count is None


def test_what_a_rate_means_is_a_setting_as_zoho_does_not_say_it() -> None:
    usd = {"iso_code": "USD", "exchange_rate": "1.25", "modified_time": None}
    home = {"iso_code": "EUR", "is_base": True}
    assert [each["rate"] for each in rates([home, usd], "per_home_unit")] == [Decimal("0.8")]
    assert [each["rate"] for each in rates([home, usd], "in_home_units")] == [Decimal("1.25")]


@pytest.mark.parametrize("rate", [None, "", "0", "-1", "NaN", "Infinity", "1e999999999", "abc"])
def test_a_rate_that_is_none_is_left_out(rate: Any) -> None:
    assert (
        rates([{"iso_code": "EUR", "is_base": True}, {"iso_code": "USD", "exchange_rate": rate}], "per_home_unit") == []
    )


def test_an_organisation_with_one_currency_has_no_rates() -> None:
    said: list[Any] = []
    fed(ListRead(Api(), SETTINGS, "Currencies", RATE).talk(None), lambda _: None, said=said)
    (end,) = said
    assert (end.vendor_count, end.snapshot) == (None, False)
