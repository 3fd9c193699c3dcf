"""Users, roles and currencies: lists that are compared with what they said before."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from adapters.zoho.asking import Api
from adapters.zoho.reading.people import ListRead, rates
from adapters.zoho.settings import ZohoSettings
from connector.contract import Deletions, Finished, Page
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
    assert (end.vendor_count, end.snapshot) == (0, False)
