"""A refresh token becomes an access, and an access signs requests."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from adapters.zoho.hosts import ACCOUNTS, ENVIRONMENTS, api_host, api_url, is_loopback
from adapters.zoho.settings import ZohoSettings
from adapters.zoho.token_answer import TokenAnswer, token_request
from connector.contract import Access, HttpRequest, SignInTalk
from connector.errors import AuthError, Message

SCHEME: Final = "Zoho-oauthtoken"
_AGAIN: Final = Message("sign in again: crm-kpi auth zoho")
_REFUSALS: Final = {
    "invalid_code": (
        Message("Zoho does not accept the refresh token"),
        Message("it was revoked, or belongs to another client or data centre; sign in again: crm-kpi auth zoho"),
    ),
    "invalid_client": (
        Message("Zoho does not know this client in the data centre {data_centre}"),
        Message("check client_id, and data_centre: it is how the address of your CRM ends"),
    ),
    "invalid_client_secret": (
        Message("Zoho does not accept the client secret"),
        Message("copy it again from the API console, and sign in again: crm-kpi auth zoho"),
    ),
}
"""Codes of the accounts host: what they mean here, and the remedy."""


@dataclass(frozen=True, slots=True)
class ZohoSignIn:
    """One refresh token, and where it is good."""

    accounts: str
    data_centre: str
    environment: str
    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    api: str | None = None
    """Of a stand-in, where the settings name one."""

    @classmethod
    def of(cls, settings: ZohoSettings) -> ZohoSignIn:
        """As the settings say."""
        return cls(
            accounts=settings.accounts_url or ACCOUNTS[settings.data_centre],
            data_centre=settings.data_centre,
            environment=settings.environment,
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value(),
            refresh_token=settings.refresh_token.get_secret_value(),
            api=settings.api_url,
        )

    @property
    def identity(self) -> str:
        """Names this sign-in; another secret, host or environment is another."""
        parts = (
            self.accounts,
            self.environment,
            self.api or "",
            self.client_id,
            self.client_secret,
            self.refresh_token,
        )
        return sha256("\0".join(parts).encode()).hexdigest()

    def ask(self, now: datetime) -> SignInTalk:
        """Refresh: a new access for the refresh token."""
        form = {
            "grant_type": "refresh_token",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": self.refresh_token,
        }
        answer: TokenAnswer = yield token_request(self.accounts, form, refuse=self._refused)
        return Access(answer.access_token, self._base(answer), now + answer.lives, answer.scopes)

    def signed(self, request: HttpRequest, access: Access) -> HttpRequest:
        """The request as it goes to Zoho, and nowhere else: an access may come from a file."""
        host = api_host(access.base_url, accounts=self.accounts)
        headers = {**request.headers, "Authorization": f"{SCHEME} {access.token}"}
        return replace(request, url=f"{host.url}{request.url}", headers=headers)

    def _base(self, answer: TokenAnswer) -> str:
        if self.api is not None:
            return api_host(self.api, accounts=self.accounts).url
        return base_of(answer, accounts=self.accounts, data_centre=self.data_centre, environment=self.environment)

    def _refused(self, code: str) -> AuthError:
        message, hint = _REFUSALS.get(code, (Message("Zoho refuses to sign in ({code})"), _AGAIN))
        said = Message(message.template, code=code, data_centre=self.data_centre)
        return AuthError(said, hint=hint, adapter="zoho")


def base_of(answer: TokenAnswer, *, accounts: str, data_centre: str, environment: str) -> str:
    """Where the token is good.

    The answer knows its data centre better than the settings do. An environment is only believed where the answer
    names one of its own: Zoho may name the production host for a sandbox's token, too.

    Raises:
        AuthError: the token is one of another environment than the settings say.
        RejectedError: the answer names a host that is not Zoho's.
    """
    if answer.api_domain is None:
        return accounts if is_loopback(accounts) else api_url(data_centre, environment)
    host = api_host(answer.api_domain, accounts=accounts)
    if host.environment in (environment, None):
        return host.url
    if host.environment != "production":
        raise AuthError(
            Message(
                "the refresh token is one of the {found} environment, and the settings say {stated}",
                found=host.environment,
                stated=environment,
            ),
            hint=Message("set environment to {found}, or sign in again in the other one", found=host.environment),
            adapter="zoho",
        )
    return host.url.replace(f"//{ENVIRONMENTS['production']}.", f"//{ENVIRONMENTS[environment]}.")
