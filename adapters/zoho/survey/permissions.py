"""Which scopes are missing: each is tried with the smallest question that needs it, and named where Zoho refuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from adapters.zoho.asking import Api, Asking, answered
from adapters.zoho.reading.people import CURRENCIES, ROLES, USERS
from adapters.zoho.reading.query import select
from adapters.zoho.refusals import MISSING_SCOPE
from connector.contract import HttpRequest
from connector.errors import AdapterError, AuthError, Message, Problem, RejectedError

NOTHING: Final = "1"
"""No bulk job and no layout has this id: Zoho looks at the scope first."""
DEALS: Final = "Deals"
_OUTCOMES: Final = Message("telling won deals from lost ones")


@dataclass(frozen=True, slots=True)
class _Probe:
    request: HttpRequest
    scopes: str
    use: Message
    vital: bool = False
    """Without it nothing else can be looked at."""
    module: str = ""
    """The only one that needs it; whoever does not read that has not been asked to grant it."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """Problems that name a scope each: (the module that needs it, or nothing where all do; the problem)."""

    found: tuple[tuple[str, Problem], ...]

    def of(self, module: str) -> tuple[Problem, ...]:
        """What one module lacks; with an empty name what all of them do."""
        return tuple(problem for each, problem in self.found if each == module)


def _probes(api: Api, *, first_day: bool) -> Iterator[_Probe]:
    yield from _vital(api)
    if first_day:
        fiscal_year = api.get("settings/fiscal_year", decode=answered("fiscal_year"))
        yield _Probe(fiscal_year, "ZohoCRM.settings.fiscal_year.READ", Message("the fiscal year"))
    any_record = select(("id",), DEALS, where="id is not null")
    yield _Probe(api.coql(any_record, limit=1), "ZohoCRM.coql.READ", Message("reading what has changed"))
    count = api.get(f"{DEALS}/actions/count", decode=answered(""))
    yield _Probe(count, "ZohoSearch.securesearch.READ", Message("counting what there is"))
    job = api.bulk_status(NOTHING)
    yield _Probe(job, "ZohoCRM.bulk.READ, ZohoCRM.bulk.CREATE", Message("reading large modules"))
    yield from _of_modules(api)


def _vital(api: Api) -> Iterator[_Probe]:
    org = api.get("org", decode=answered("org"))
    yield _Probe(org, "ZohoCRM.org.READ", Message("knowing whose data it is"), vital=True)
    modules = api.get("settings/modules", decode=answered("modules"))
    yield _Probe(modules, "ZohoCRM.settings.modules.READ", Message("finding the modules"), vital=True)
    fields = api.get("settings/fields", {"module": DEALS}, decode=answered("fields"))
    yield _Probe(fields, "ZohoCRM.settings.fields.READ", Message("finding the fields"), vital=True)


def _of_modules(api: Api) -> Iterator[_Probe]:
    users = api.get("users", {"type": "CurrentUser"}, decode=answered("users"))
    yield _Probe(users, "ZohoCRM.users.READ", Message("people"), module=USERS)
    roles = api.get("settings/roles", decode=answered("roles"))
    yield _Probe(roles, "ZohoCRM.settings.roles.READ", Message("teams"), module=ROLES)
    currencies = api.get("org/currencies", decode=answered("currencies"))
    yield _Probe(currencies, "ZohoCRM.settings.currencies.READ", Message("exchange rates"), module=CURRENCIES)
    layouts = api.get("settings/layouts", {"module": DEALS}, decode=answered("layouts"))
    yield _Probe(layouts, "ZohoCRM.settings.layouts.READ", _OUTCOMES, module=DEALS)
    pipelines = api.get("settings/pipeline", {"layout_id": NOTHING}, decode=answered("pipeline"))
    yield _Probe(pipelines, "ZohoCRM.settings.pipeline.READ", _OUTCOMES, module=DEALS)


def ask_permissions(api: Api, *, first_day: bool) -> Asking:
    """What this account's grant lacks; returns `Lacking`.

    Args:
        api: Zoho's, of one version.
        first_day: Also what only `init` asks for.

    Raises:
        AuthError: it lacks what everything else rests on; all of it that can be found out is named.
    """
    lacking = []
    for probe in _probes(api, first_day=first_day):
        try:
            yield probe.request
        except (AuthError, RejectedError) as error:
            if error.code == MISSING_SCOPE:
                lacking.append(probe)
            elif isinstance(error, AuthError):
                raise
    if any(probe.vital for probe in lacking):
        message = Message("scopes were not granted without which nothing can be looked at")
        raise AuthError(message, hint=_sign_in(", ".join(probe.scopes for probe in lacking)), code=MISSING_SCOPE)
    return Lacking(tuple((probe.module, _problem(probe)) for probe in lacking))


def _problem(probe: _Probe) -> Problem:
    message = Message("a scope was not granted that {use} needs", use=probe.use)
    return Problem("zoho", message, _sign_in(probe.scopes))


def _sign_in(scopes: str) -> Message:
    return Message("sign in again with these scopes, too: {scopes}", scopes=scopes)


def refused(module: str, error: AdapterError, *, scopes: str) -> Problem:
    """Why a module cannot be read; the scope by its name, where it is one that is missing."""
    if error.code != MISSING_SCOPE:
        return Problem(f"zoho.{module}", error.message, error.hint)
    message = Message("{module} may not be read: a scope was not granted", module=module)
    return Problem(f"zoho.{module}", message, _sign_in(scopes))
