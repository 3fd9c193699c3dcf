"""Zoho's hosts: where organisations sign in, and the only places that a token is ever sent to.

What a token answer calls `api_domain` is never used as it comes: it is looked up in a table, and the table's own entry
is used. https://www.zoho.com/crm/developer/docs/api/v8/multi-dc.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from connector.errors import Message, RejectedError

PRODUCTION, SANDBOX, DEVELOPER = "production", "sandbox", "developer"
ENVIRONMENTS: Final[Mapping[str, str]] = {PRODUCTION: "www", SANDBOX: "sandbox", DEVELOPER: "developer"}
"""Environment -> how its API hosts begin."""

ACCOUNTS: Final[Mapping[str, str]] = {
    "com": "https://accounts.zoho.com",
    "eu": "https://accounts.zoho.eu",
    "in": "https://accounts.zoho.in",
    "com.au": "https://accounts.zoho.com.au",
    "jp": "https://accounts.zoho.jp",
    "com.cn": "https://accounts.zoho.com.cn",
    "ca": "https://accounts.zohocloud.ca",
    "sa": "https://accounts.zoho.sa",
    "uk": "https://accounts.zoho.uk",
}
"""Data centre -> where its organisations sign in."""

_CONSOLES: Final[Mapping[str, str]] = {"ca": "https://api-console.zohocloud.ca"}
_LOOPBACK: Final = re.compile(r"(https?)://(localhost|127\.0\.0\.1|\[::1\])(?::([0-9]{1,5}))?/?")


@dataclass(frozen=True, slots=True)
class ApiHost:
    """One of Zoho's API hosts, or a stand-in's."""

    url: str
    environment: str | None
    """None where it is a stand-in's."""


def api_url(data_centre: str, environment: str) -> str:
    """Where an organisation's API is.

    >>> api_url("eu", "sandbox")
    'https://sandbox.zohoapis.eu'
    """
    return f"https://{ENVIRONMENTS[environment]}.zohoapis.{data_centre}"


def console_url(data_centre: str) -> str:
    """Where an administrator makes a grant code.

    >>> console_url("com.cn")
    'https://api-console.zoho.com.cn'
    """
    return _CONSOLES.get(data_centre, f"https://api-console.zoho.{data_centre}")


_API_HOSTS: Final[Mapping[str, ApiHost]] = {
    api_url(data_centre, environment): ApiHost(api_url(data_centre, environment), environment)
    for data_centre in ACCOUNTS
    for environment in ENVIRONMENTS
}


def is_loopback(url: str) -> bool:
    """Whether it is a stand-in on this machine.

    >>> is_loopback("http://127.0.0.1:8080"), is_loopback("http://127.0.0.1.evil.example"), is_loopback("http://[::1]/")
    (True, False, True)
    """
    return _loopback(url) is not None


def api_host(url: object, *, accounts: str) -> ApiHost:
    """The API host that an address stands for.

    Args:
        url: what somebody says; anything.
        accounts: where the token comes from: a stand-in's never leaves this machine, and Zoho's never goes to one.

    Raises:
        RejectedError: it is no host of Zoho's.
    """
    found = _known(url) if isinstance(url, str) else None
    if found is None or is_loopback(accounts) != (found.environment is None):
        raise RejectedError(
            Message("the sign-in names an API host that is not one of Zoho's; nothing was sent there"),
            hint=Message("check data_centre, and accounts_url and api_url where they are set"),
            adapter="zoho",
        )
    return found


def _known(url: str) -> ApiHost | None:
    plain = url.removesuffix("/").removesuffix(":443")
    return _API_HOSTS.get(plain) or _loopback(url)


def _loopback(url: str) -> ApiHost | None:
    match = _LOOPBACK.fullmatch(url)
    if match is None:
        return None
    scheme, host, port = match.groups()
    if port is not None and not 0 < int(port) < 2**16:
        return None
    return ApiHost(f"{scheme}://{host}:{int(port)}" if port else f"{scheme}://{host}", None)
