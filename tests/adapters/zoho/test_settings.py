"""What the admin states: words that the rest of the adapter knows, and no address but a stand-in's."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from adapters.zoho.hosts import ACCOUNTS, ENVIRONMENTS
from adapters.zoho.settings import DataCentre, Environment, ZohoSettings
from tests.adapters.zoho.hostile import hostile

SIGNING_IN = {"client_id": "1000.CLIENT", "client_secret": "s3cret", "refresh_token": "1000.r.t"}


def stated(**settings: Any) -> ZohoSettings:
    return ZohoSettings.model_validate({**SIGNING_IN, **settings})


def test_data_centres_and_environments_are_those_that_have_hosts() -> None:
    assert get_args(DataCentre) == tuple(ACCOUNTS)
    assert get_args(Environment) == tuple(ENVIRONMENTS)


@pytest.mark.parametrize("setting", ["accounts_url", "api_url"])
@pytest.mark.parametrize(
    "url",
    [
        *hostile(),
        "https://accounts.zoho.com",
        "http://evil.example\\@localhost",  # the host is another one for urllib3 than for urllib
        "http://user:pw@127.0.0.1:8080",
        "http://127.0.0.1:8080?x=1",
        "http://127.0.0.1:99999",
        "http://LOCALHOST:8080",  # not one for the sign-in either
    ],
    ids=ascii,
)
def test_no_secret_is_sent_to_an_address_out_of_the_settings(url: str, setting: str) -> None:
    with pytest.raises(ValidationError, match="only a stand-in on this machine"):
        stated(**{setting: url})


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost:1/", "https://[::1]"])
def test_a_stand_in_is_named_without_a_slash(url: str) -> None:
    assert stated(accounts_url=url).accounts_url == url.removesuffix("/")


def test_a_modules_own_way_comes_first_and_insists() -> None:
    settings = stated(way="list", modules={"Deals": {"way": "coql"}, "Tasks": {}})
    assert [settings.way_of(module) for module in ("Deals", "Tasks", "Leads")] == ["coql", "list", "list"]
    assert [settings.insists(module) for module in ("Deals", "Tasks", "Leads")] == [True, False, False]


def test_what_is_wrong_is_told_without_what_was_stated() -> None:
    """A traceback holds pydantic's own sentence."""
    with pytest.raises(ValidationError) as caught:
        ZohoSettings.model_validate(
            {"client_secret": "s3cret", "refresh_token": "r3fresh", "overlap_seconds": "0v3rlap"}
        )
    assert not any(each in str(caught.value) for each in ("s3cret", "r3fresh", "0v3rlap"))
