"""Where a token may go: the hosts of the table, and a stand-in's own machine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.zoho.hosts import ACCOUNTS, ENVIRONMENTS, api_host, api_url, console_url, is_loopback
from connector.errors import RejectedError
from tests.adapters.zoho.hostile import hostile

ZOHO = "https://accounts.zoho.com"
STAND_IN = "http://127.0.0.1:9000"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("data_centre", ACCOUNTS)
def test_every_host_of_zohos_is_known(data_centre: str, environment: str) -> None:
    url = api_url(data_centre, environment)
    for written in (url, f"{url}/", f"{url}:443"):
        host = api_host(written, accounts=ACCOUNTS[data_centre])
        assert (host.url, host.environment) == (url, environment)


def test_data_centres_as_zoho_writes_them() -> None:
    assert ACCOUNTS["ca"] == "https://accounts.zohocloud.ca"
    assert api_url("ca", "production") == "https://www.zohoapis.ca"
    assert api_url("com.cn", "developer") == "https://developer.zohoapis.com.cn"
    assert console_url("in") == "https://api-console.zoho.in"


def test_there_are_enough_of_them() -> None:
    assert len(hostile()) >= 200


@pytest.mark.parametrize("accounts", [ZOHO, STAND_IN])
@pytest.mark.parametrize("url", hostile(), ids=ascii)
def test_a_hostile_address_is_no_host(url: str, accounts: str) -> None:
    with pytest.raises(RejectedError, match="not one of Zoho's") as caught:
        api_host(url, accounts=accounts)
    assert caught.value.hint


@pytest.mark.parametrize("url", [None, 1, True, [], {}, b"https://www.zohoapis.com", ["https://www.zohoapis.com"]])
def test_what_is_no_text_is_no_host(url: object) -> None:
    with pytest.raises(RejectedError):
        api_host(url, accounts=ZOHO)


@pytest.mark.parametrize("url", [STAND_IN, "http://localhost:1/", "https://127.0.0.1", "http://[::1]:65535"])
def test_a_stand_ins_token_stays_on_this_machine_and_zohos_never_comes_to_it(url: str) -> None:
    assert api_host(url, accounts=STAND_IN).environment is None
    with pytest.raises(RejectedError):
        api_host(url, accounts=ZOHO)
    with pytest.raises(RejectedError):
        api_host("https://www.zohoapis.com", accounts=STAND_IN)


@given(st.text(max_size=60))
def test_no_text_is_a_host_by_chance(text: str) -> None:
    known = {api_url(data_centre, environment) for data_centre in ACCOUNTS for environment in ENVIRONMENTS}
    for url in (text, f"https://{text}", f"https://www.zohoapis.com{text}", f"https://{text}www.zohoapis.com"):
        try:
            host = api_host(url, accounts=ZOHO)
        except RejectedError:
            continue
        assert host.url in known
        assert url.removesuffix("/").removesuffix(":443") == host.url


@pytest.mark.parametrize("url", ["http://127.0.0.1:0", "http://127.0.0.1:65536", "http://127.0.0.1:99999"])
def test_ports_that_are_none(url: str) -> None:
    assert not is_loopback(url)
