"""Signing in: `/oauth/v2/token` with both grants, its throttle, scopes, and revocation."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from urllib.parse import parse_qsl

from adapters.zoho.emulator.answers import Answer, Refusal
from adapters.zoho.emulator.calls import Call, Endpoint
from adapters.zoho.emulator.settings import Settings
from adapters.zoho.emulator.state import State, stamp

WINDOW = timedelta(minutes=10)
TOKENS_PER_WINDOW = 10
LIVE_TOKENS, LIVE_REFRESH = 15, 20
CODE_MINUTES = 10
SCHEMES = ("zoho-oauthtoken ", "bearer ")
_TABLES = """
CREATE TABLE IF NOT EXISTS oauth_codes (
    code TEXT PRIMARY KEY, scopes TEXT NOT NULL, expires TEXT NOT NULL, used INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS oauth_refresh (token TEXT PRIMARY KEY, scopes TEXT NOT NULL, live INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS oauth_access (
    number INTEGER PRIMARY KEY, token TEXT UNIQUE NOT NULL, refresh TEXT NOT NULL, made TEXT NOT NULL,
    expires TEXT NOT NULL, live INTEGER NOT NULL
);
"""


class Accounts:
    """The accounts server: codes, refresh tokens, access tokens."""

    def __init__(self, state: State, settings: Settings) -> None:
        self.state, self.settings = state, settings
        state.db.executescript(_TABLES)
        if state.db.execute("SELECT count(*) FROM oauth_refresh").fetchone()[0] == 0:
            self.grant(settings.grant_code, settings.scopes)
            self._keep_refresh(settings.refresh_token, settings.scopes)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Routes of the accounts host; none of them costs credits."""
        return (
            Endpoint("POST", "/oauth/v2/token", self.token, credits=0),
            Endpoint("POST", "/oauth/v2/token/revoke", self.revoke, credits=0),
            Endpoint("GET", "/oauth/v2/token/revoke", self.revoke, credits=0),
        )

    def grant(self, code: str, scopes: Iterable[str], *, minutes: float = CODE_MINUTES) -> None:
        """A grant code, as a person makes one in the console."""
        expires = stamp(self.state.now() + timedelta(minutes=minutes))
        self.state.db.execute(
            "INSERT OR REPLACE INTO oauth_codes VALUES (?, ?, ?, 0)", (code, _joined(scopes), expires)
        )

    def token(self, call: Call) -> Answer:
        """Exchange a code, or refresh."""
        asked = dict(call.query) | dict(parse_qsl(call.body.decode("utf-8", "replace")))
        if "token_throttle" in call.faults:
            return self._throttled()
        if asked.get("client_id") != self.settings.client_id:
            return _error("invalid_client")
        if asked.get("client_secret") != self.settings.client_secret:
            return _error("invalid_client_secret")
        match asked.get("grant_type"):
            case "authorization_code":
                return self._exchange(asked, call.base_url)
            case "refresh_token":
                return self._refresh(asked, call.base_url)
            case _:
                return _error("unsupported_grant_type")

    def revoke(self, call: Call) -> Answer:
        """End a refresh token with its access tokens, or one access token."""
        asked = dict(call.query) | dict(parse_qsl(call.body.decode("utf-8", "replace")))
        token, db = asked.get("token", ""), self.state.db
        ended = db.execute("UPDATE oauth_refresh SET live = 0 WHERE token = ? AND live", (token,)).rowcount
        ended += db.execute(
            "UPDATE oauth_access SET live = 0 WHERE (token = ? OR refresh = ?) AND live", (token, token)
        ).rowcount
        return Answer(200, {"status": "success"}) if ended else Answer(400, {"error": "invalid_token"})

    def scopes_of(self, headers: Mapping[str, str]) -> frozenset[str]:
        """What the caller's token may do.

        Raises:
            Refusal: no token, or none that lives.
        """
        given = headers.get("authorization", "")
        scheme = next((each for each in SCHEMES if given.lower().startswith(each)), None)
        if scheme is None:
            raise Refusal(401, "AUTHENTICATION_FAILURE", "Authentication failed")
        row = self.state.db.execute(
            "SELECT r.scopes FROM oauth_access a JOIN oauth_refresh r ON r.token = a.refresh "
            "WHERE a.token = ? AND a.live AND a.expires > ?",
            (given[len(scheme) :].strip(), stamp(self.state.now())),
        ).fetchone()
        if row is None:
            raise invalid_token()
        return frozenset(row[0].split(","))

    def _exchange(self, asked: Mapping[str, str], base_url: str) -> Answer:
        now = stamp(self.state.now())
        row = self.state.db.execute(
            "SELECT scopes FROM oauth_codes WHERE code = ? AND NOT used AND expires > ?", (asked.get("code"), now)
        ).fetchone()
        if row is None:
            return _error("invalid_code")
        self.state.db.execute("UPDATE oauth_codes SET used = 1 WHERE code = ?", (asked["code"],))
        refresh = f"1000.{secrets.token_hex(16)}.{secrets.token_hex(16)}"
        self._keep_refresh(refresh, row[0].split(","))
        return Answer(200, self._access(refresh, base_url) | {"refresh_token": refresh, "scope": row[0]})

    def _refresh(self, asked: Mapping[str, str], base_url: str) -> Answer:
        refresh = asked.get("refresh_token", "")
        row = self.state.db.execute("SELECT scopes FROM oauth_refresh WHERE token = ? AND live", (refresh,)).fetchone()
        if row is None:
            return _error("invalid_code")
        since = stamp(self.state.now() - WINDOW)
        made = self.state.db.execute(
            "SELECT count(*) FROM oauth_access WHERE refresh = ? AND made > ?", (refresh, since)
        ).fetchone()[0]
        if made >= TOKENS_PER_WINDOW:
            return self._throttled()
        return Answer(200, self._access(refresh, base_url) | {"scope": row[0]})

    def _access(self, refresh: str, base_url: str) -> dict[str, object]:
        """A new access token; the sixteenth ends the oldest."""
        token, now, db = f"1000.{secrets.token_hex(16)}.{secrets.token_hex(16)}", self.state.now(), self.state.db
        expires = now + timedelta(seconds=self.settings.access_seconds)
        db.execute(
            "INSERT INTO oauth_access (token, refresh, made, expires, live) VALUES (?, ?, ?, ?, 1)",
            (token, refresh, stamp(now), stamp(expires)),
        )
        db.execute(
            "UPDATE oauth_access SET live = 0 WHERE refresh = ? AND live AND number NOT IN "
            "(SELECT number FROM oauth_access WHERE refresh = ? AND live ORDER BY number DESC LIMIT ?)",
            (refresh, refresh, LIVE_TOKENS),
        )
        return {
            "access_token": token,
            "api_domain": base_url,
            "token_type": "Bearer",
            "expires_in": self.settings.access_seconds,
        }

    def _keep_refresh(self, token: str, scopes: Iterable[str]) -> None:
        """A new refresh token; the twenty-first ends the oldest, and what was made with it."""
        db = self.state.db
        db.execute("INSERT OR REPLACE INTO oauth_refresh VALUES (?, ?, 1)", (token, _joined(scopes)))
        db.execute(
            "UPDATE oauth_refresh SET live = 0 WHERE live AND rowid NOT IN "
            "(SELECT rowid FROM oauth_refresh WHERE live ORDER BY rowid DESC LIMIT ?)",
            (LIVE_REFRESH,),
        )
        db.execute("UPDATE oauth_access SET live = 0 WHERE refresh IN (SELECT token FROM oauth_refresh WHERE NOT live)")

    def _throttled(self) -> Answer:
        text = "You have made too many requests continuously. Please try again after some time."
        body = {"error": "Access Denied", "error_description": text, "status": "failure"}
        return Answer(self.settings.token_throttle_status, body)


def invalid_token() -> Refusal:
    """The access token has ended, or never was one."""
    return Refusal(401, "INVALID_TOKEN", "invalid oauth token")


def check_scopes(granted: frozenset[str], needed: str) -> None:
    """Whether all the scopes are granted, in the way that Zoho reads them: `ALL` covers every operation.

    >>> check_scopes(frozenset({"ZohoCRM.modules.ALL"}), "ZohoCRM.modules.deals.READ")

    Raises:
        Refusal: one is not.
    """
    for each in needed.split():
        if not any(covers(scope, each) for scope in granted):
            raise Refusal(401, "OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL")


def covers(granted: str, needed: str) -> bool:
    """Whether a granted scope contains a needed one.

    >>> covers("ZohoCRM.settings.READ", "ZohoCRM.settings.fields.READ")
    True
    >>> covers("ZohoCRM.modules.deals.READ", "ZohoCRM.modules.leads.READ")
    False
    """
    has, wants = granted.lower().split("."), needed.lower().split(".")
    if has[-1] not in ("all", wants[-1]):
        return False
    area = has[:-1]
    return wants[: len(area)] == area


def _joined(scopes: Iterable[str]) -> str:
    return ",".join(sorted(scopes))


def _error(name: str) -> Answer:
    """Errors of the accounts server come with status 200."""
    return Answer(200, {"error": name})
