"""Who is at the other end, and what its edition allows."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.zoho.adapter import ADAPTER, ZohoAdapter
from adapters.zoho.settings import ZohoSettings
from connector.contract import Introduction
from connector.errors import RejectedError
from tests.adapters.zoho.fed import fed


def introduced(environment: str = "production", **org: Any) -> Introduction:
    stated = {"client_id": "1", "client_secret": "2", "refresh_token": "3", "environment": environment}
    adapter = ADAPTER.connect(ZohoSettings.model_validate(stated), ADAPTER.default_mapping.parent)  # type: ignore[union-attr]
    assert isinstance(adapter, ZohoAdapter)
    said: list[Any] = []
    fed(adapter.introduce(), lambda _: {"org": [{"zgid": "77", "company_name": "Acme", **org}]}, said=said)
    (found,) = said
    assert isinstance(found, Introduction)
    return found


@pytest.mark.parametrize(
    ("paid_type", "users", "credits_a_day", "at_once"),
    [
        ("free", 3, 5_000, 3),
        ("standard", 10, 52_500, 8),
        ("standard", 1_000, 100_000, 8),
        ("professional", 10, 55_000, 8),
        ("zohooneenterprise", 100, 150_000, 8),
        ("crmplus", 10, 70_000, 8),
        ("ultimate", 10, 70_000, 8),
        ("something new", 10, None, None),
    ],
)
def test_the_edition_says_what_is_allowed(
    paid_type: str, users: int, credits_a_day: int | None, at_once: int | None
) -> None:
    found = introduced(license_details={"paid_type": paid_type, "users_license_purchased": users})
    assert (found.credits_a_day, found.conversations_at_once) == (credits_a_day, at_once)
    assert (found.identity, found.title) == ("zoho 77 production", "Acme")


def test_another_environment_than_the_settings_say_is_refused() -> None:
    with pytest.raises(RejectedError, match="this is a sandbox organisation, and the settings say production"):
        introduced(type="sandbox")
    assert introduced("sandbox", type="sandbox").identity == "zoho 77 sandbox"


def test_odd_answers_are_no_crash() -> None:
    assert introduced(license_details=None).credits_a_day is None
    assert introduced(license_details={"paid_type": None, "users_license_purchased": "many"}).credits_a_day is None
