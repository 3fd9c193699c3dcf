"""How an administrator signs a connection in: a grant code of a self client, exchanged once for a refresh token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from adapters.zoho.hosts import ACCOUNTS, ENVIRONMENTS, console_url
from adapters.zoho.scopes import needed_scopes
from adapters.zoho.sign_in import SCHEME, base_of
from adapters.zoho.token_answer import TokenAnswer, token_request
from connector.contract import Asked, Granted, GrantTalk, GrantType, HttpRequest, HttpResponse
from connector.errors import AdapterError, AuthError, Message

_ASKS: Final = (
    Asked(
        "data_centre",
        Message("the data centre: how the address of your CRM ends"),
        choices=tuple(ACCOUNTS),
        default="com",
    ),
    Asked("environment", Message("the environment"), choices=tuple(ENVIRONMENTS), default="production"),
    Asked("client_id", Message("the client id of the self client")),
    Asked("client_secret", Message("its client secret"), secret=True),
    Asked("code", Message("the grant code"), secret=True),
)
_NEW_CODE: Final = Message(
    "make a new one in the API console, in the portal and environment that you mean: each works once, for some minutes"
)
_REFUSALS: Final = {
    "invalid_code": (
        Message("Zoho does not accept the grant code: it was used, has expired, or is not of {data_centre}"),
        _NEW_CODE,
    ),
    "invalid_client": (
        Message("Zoho does not know this client in the data centre {data_centre}"),
        Message("check the client id, and the data centre: it is how the address of your CRM ends"),
    ),
    "invalid_client_secret": (
        Message("Zoho does not accept the client secret"),
        Message("copy it again from the API console (the tab Client Secret)"),
    ),
}


def _instructions(scopes: tuple[str, ...]) -> Message:
    return Message(
        "open {console} (or the console of your data centre), choose Self Client, then Generate Code; enter the scopes "
        "that stand at the end of this line, choose a duration of 10 minutes, press Create, and choose the portal and "
        "the environment. Scopes: {scopes}",
        console=console_url("com"),
        scopes=",".join(scopes),
    )


@dataclass(frozen=True, slots=True)
class _Refuse:
    """Codes of the accounts host: what they mean for a grant code."""

    data_centre: str

    def __call__(self, code: str) -> AuthError:
        message, hint = _REFUSALS.get(code, (Message("Zoho refuses the grant ({code})"), _NEW_CODE))
        said = Message(message.template, code=code, data_centre=self.data_centre)
        return AuthError(said, hint=hint, adapter="zoho")


def _exchange(answers: Mapping[str, str], now: datetime) -> GrantTalk:
    """Exchange the code; `accounts_url` may name a stand-in, as in the settings."""
    del now  # nothing that is kept expires
    data_centre, environment = answers["data_centre"], answers["environment"]
    accounts = answers.get("accounts_url") or ACCOUNTS[data_centre]
    form = {
        "grant_type": "authorization_code",
        "client_id": answers["client_id"],
        "client_secret": answers["client_secret"],
        "code": answers["code"],
    }
    answer: TokenAnswer = yield token_request(accounts, form, refuse=_Refuse(data_centre))
    base = base_of(answer, accounts=accounts, data_centre=data_centre, environment=environment)
    if answer.refresh_token is None:
        raise AuthError(
            Message("Zoho gave no refresh token for this code"),
            hint=Message("make the code in a Self Client of the API console, not in a client of another kind"),
            adapter="zoho",
        )
    title = yield from _title(base, answer.access_token)
    stand_in = {"accounts_url": accounts} if answers.get("accounts_url") else {}
    return Granted(
        secrets={
            "client_id": answers["client_id"],  # none, but of no use without the other two
            "client_secret": answers["client_secret"],
            "refresh_token": answer.refresh_token,
        },
        settings={"data_centre": data_centre, "environment": environment, **stand_in},
        scopes=answer.scopes,
        title=title,
    )


def _title(base: str, token: str) -> Any:
    """Whose data it is. That it cannot be told must not lose a code that works once."""
    request = HttpRequest(
        "GET", f"{base}/crm/v8/org", headers={"Authorization": f"{SCHEME} {token}"}, decode=_company_name
    )
    try:
        return (yield request)
    except AdapterError:
        return ""


def _company_name(response: HttpResponse) -> str:
    try:
        name = msgspec.json.decode(response.body)["org"][0]["company_name"]
    except (msgspec.DecodeError, UnicodeDecodeError, LookupError, TypeError):
        return ""
    return name if isinstance(name, str) else ""


GRANT: Final = GrantType(asks=_ASKS, scopes=needed_scopes, instructions=_instructions, exchange=_exchange)
