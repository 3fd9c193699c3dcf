"""Addresses that somebody would like a token to be sent to: none of them is one of Zoho's hosts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

GOOD = "https://www.zohoapis.com"
EVIL = "evil.example"


def hostile() -> tuple[str, ...]:
    """All of them, each once."""
    return tuple(dict.fromkeys(_all()))


def _all() -> Iterator[str]:
    yield from _other_hosts()
    yield from _user_information()
    yield from _written_otherwise()
    yield from _addresses()
    yield from _more_than_a_host()
    yield from _not_encrypted()
    yield from _characters()


def _other_hosts() -> Iterator[str]:
    """Names that begin, end or look like Zoho's."""
    for name in (
        "www.zohoapis.com.evil.example", "www.zohoapis.com.evil", "zohoapis.com.evil", "evil-zohoapis.com",
        "wwwzohoapis.com", "www.zohoapis.com-evil.example", "www.zohoapis.evil.com", "www.zoho-apis.com",
        "www.zohoapis.co", "www.zohoapis.comm", "www.zohoapis.con", "www.zohoapis.eu.com", "www.zohoapis.cn",
        "www.zohoapis.xyz", "www.zohoapis", "zohoapis.com", "api.zohoapis.com", "evil.www.zohoapis.com",
        "accounts.zohoapis.com", "content.zohoapis.com", "upload.zohoapis.com", "www.zohocloud.ca", "www.zoho.com",
        "accounts.zoho.com", "crm.zoho.com", "zoho.com", "www.zohoap1s.com", "www.zohoapls.com", "www.z0hoapis.com",
        "www.zohoapis.com.com", "sandbox.zohoapis.com.evil.example", "developer.zohoapis.evil.example",
        "sandbox.evil.zohoapis.com.example", "com", "www", "localhost.evil.example", "127.0.0.1.evil.example",
        "localhost.localdomain", "xn--zohoapis-.com", EVIL,
    ):  # fmt: skip
        yield f"https://{name}"


def _user_information() -> Iterator[str]:
    for user, host in product(
        (
            "www.zohoapis.com",
            "www.zohoapis.com:443",
            "user:www.zohoapis.com",
            "www.zohoapis.com%00",
            "www.zohoapis.com%2F",
        ),
        (EVIL, f"{EVIL}:443", "127.0.0.1", "[::1]"),
    ):
        yield f"https://{user}@{host}"
    yield from (f"https://{user}@www.zohoapis.com" for user in ("user", "user:pw", "", ":", EVIL, f"{EVIL}@"))
    yield from (f"http://{user}@127.0.0.1:8080" for user in ("user", "", EVIL))


def _written_otherwise() -> Iterator[str]:
    """The right letters, in other scripts, cases, encodings, or with a dot too many."""
    for name in (
        "www.zohoapis.com.", "www..zohoapis.com", ".www.zohoapis.com", "www.zohoapis.com..", "www.zоhoapis.com",
        "www.zohоapis.com", "www.zohoаpis.com", "www.zohoapis。com", "www。zohoapis。com", "www．zohoapis．com",
        "www.zohoapis｡com", "ｗｗｗ.zohoapis.com", "www.zohoapıs.com", "www.zohoapiſ.com", "www.zohoapis.ⅽom",
        "www.xn--zhoapis-7fg.com", "www.zohoapis.com\u200b", "www.zo\u00adhoapis.com", "www.zohoapis.com\u2024evil",
        "www.zohoapis\uff0ecom", "www%2ezohoapis%2ecom", "www.zohoapis%2Ecom", "%77ww.zohoapis.com",
        "www.zohoapis.com%2eevil.example", "www.zohoapis.com%00.evil.example", "WWW.ZOHOAPIS.COM", "www.Zohoapis.com",
        "www.zohoapis.com\u202e",
    ):  # fmt: skip
        yield f"https://{name}"


def _addresses() -> Iterator[str]:
    """This machine and its neighbours in every way of writing."""
    for name in (
        "2130706433", "0x7f000001", "0x7f.1", "017700000001", "127.1", "127.0.1", "127.0.0.2", "0", "0.0.0.0",
        "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "[::1%25lo]", "[::127.0.0.1]",
        "169.254.169.254", "10.0.0.1", "192.168.1.1", "[fe80::1]", "[fd00::1]", "１２７.0.0.1", "127。0。0。1",
        "LOCALHOST", "localhost.", "127.0.0.1.", "ip6-localhost",
    ):  # fmt: skip
        yield from (f"https://{name}", f"http://{name}:8080")


def _more_than_a_host() -> Iterator[str]:
    for rest in (
        "/path", "//", "/..", "/@evil.example", "/?x=1", "?x", "#x", "/#@evil.example", "#@evil.example",
        "?@evil.example", ";evil.example", "\\evil.example", "\\@evil.example", "/\\evil.example", "&evil.example",
        "%2F@evil.example", "%40evil.example", ",evil.example", "|evil.example", "`evil.example`", "$(evil.example)",
    ):  # fmt: skip
        yield f"{GOOD}{rest}"
    for port in (
        "80", "8443", "443/x", "0", "65536", "443443", "-1", "", "443:443", "443@evil.example", "٤٤٣", "４４３", "+443",
        " 443", "0443",
    ):  # fmt: skip
        yield f"{GOOD}:{port}"


def _not_encrypted() -> Iterator[str]:
    for scheme in (
        "http://", "//", "", "ftp://", "file://", "javascript:", "data:", "ws://", "wss://", "HTTPS://", "Https://",
        "https:", "https:/", "https:///", "https:\\\\", "https:/\\", "https//", "hxxps://", "unix:", " https://",
        "https ://", "https:// ", "http+unix://", "blob:https://", "view-source:https://", "http://https://",
        "https://https://", "\thttps://",
    ):  # fmt: skip
        yield f"{scheme}www.zohoapis.com"


def _characters() -> Iterator[str]:
    """Control characters and blanks: at the end, in the middle, at the start."""
    for mark in ("\r\n", "\n", "\r", "\t", "\x00", " ", "\x0b", "\x0c", "\x1f", "\x7f", "\x85", "\u2028", "\ufeff"):
        yield f"{GOOD}{mark}"
        yield f"{GOOD}{mark}.evil.example"
        yield f"https://www.zoho{mark}apis.com"
        yield f"{mark}{GOOD}"
    yield f"{GOOD}\r\nHost: evil.example"
    yield f"{GOOD} {GOOD}"
    yield f"http://127.0.0.1:8080\r\nHost: {EVIL}"
    yield ""
