"""Which scopes are missing: each is tried with the smallest question that needs it, and named where Zoho refuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from adapters.zoho.asking import Api, Asking, answered
from adapters.zoho.reading.query import select
from connector.contract import HttpRequest
from connector.errors import AdapterError, AuthError, Message, Problem, RejectedError

MISSING_SCOPE: Final = "OAUTH_SCOPE_MISMATCH"
NO_JOB: Final = "1"
"""No bulk job has this id: Zoho looks at the scope first."""


@dataclass(frozen=True, slots=True)
class _Probe:
    request: HttpRequest
    scopes: str
    use: Message


def _probes(api: Api) -> Iterator[_Probe]:
    any_record = select(("id",), "Deals", where="id is not null")
    yield _Probe(api.coql(any_record, limit=1), "ZohoCRM.coql.READ", Message("reading what has changed"))
    count = api.get("Deals/actions/count", decode=answered(""))
    yield _Probe(count, "ZohoSearch.securesearch.READ", Message("counting what there is"))
    yield _Probe(api.bulk_status(NO_JOB), "ZohoCRM.bulk.READ, ZohoCRM.bulk.CREATE", Message("reading large modules"))
    users = api.get("users", {"type": "CurrentUser"}, decode=answered("users"))
    yield _Probe(users, "ZohoCRM.users.READ", Message("people"))
    roles = api.get("settings/roles", decode=answered("roles"))
    yield _Probe(roles, "ZohoCRM.settings.roles.READ", Message("teams"))
    currencies = api.get("org/currencies", decode=answered("currencies"))
    yield _Probe(currencies, "ZohoCRM.settings.currencies.READ", Message("exchange rates"))


def ask_permissions(api: Api) -> Asking:
    """What this account's grant lacks, as problems."""
    found = []
    for probe in _probes(api):
        try:
            yield probe.request
        except (AuthError, RejectedError) as error:
            if error.code == MISSING_SCOPE:
                found.append(_lacking(probe))
            elif isinstance(error, AuthError):
                raise
    return found


def _lacking(probe: _Probe) -> Problem:
    message = Message("a scope was not granted that {use} needs", use=probe.use)
    return Problem("zoho", message, Message("sign in again with these scopes, too: {scopes}", scopes=probe.scopes))


def refused(module: str, error: AdapterError, *, scopes: str) -> Problem:
    """Why a module cannot be read; the scope by its name, where it is one that is missing."""
    if error.code != MISSING_SCOPE:
        return Problem(f"zoho.{module}", error.message, error.hint)
    message = Message("{module} may not be read: a scope was not granted", module=module)
    hint = Message("sign in again with these scopes, too: {scopes}", scopes=scopes)
    return Problem(f"zoho.{module}", message, hint)
