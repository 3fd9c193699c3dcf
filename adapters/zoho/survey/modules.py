"""Which modules there are, what is in them, and what this account may not see of them."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from adapters.zoho.asking import Answer, Api, Asking, answered
from adapters.zoho.organisation import read_organisation
from adapters.zoho.reading.people import PSEUDO
from adapters.zoho.refusals import MISSING_SCOPE
from adapters.zoho.scopes import needed_scopes
from adapters.zoho.settings import ZohoSettings
from adapters.zoho.survey.company import ask_company
from adapters.zoho.survey.fields import described
from adapters.zoho.survey.filling import ask_filling, ask_oldest
from adapters.zoho.survey.permissions import Lacking, ask_permissions, refused
from adapters.zoho.survey.remedies import remedies_of
from connector.contract import InspectTalk, ModuleInfo, SurveyTalk
from connector.errors import AuthError, RejectedError

STANDARD: Final = (
    *("Accounts", "Contacts", "Leads", "Deals", "DealHistory", "Tasks", "Events", "Calls"),
    *("Cases", "Campaigns", "Sales_Orders", "Invoices"),
)
"""Zoho's own modules that hold facts."""


def survey(api: Api, settings: ZohoSettings) -> SurveyTalk:
    """All that `init` makes settings of: the company, its modules, how well their fields are filled."""
    lacking: Lacking = yield from ask_permissions(api, first_day=True)
    organisation = yield from read_organisation(api, settings)
    yield (yield from ask_company(api, settings))
    yield from lacking.of("")
    look = _Look(api, lacking, private_shown=not organisation.withholds, records=True)
    yield from look.modules()


def inspect(api: Api, settings: ZohoSettings) -> InspectTalk:
    """What `check` compares the mapping with: missing scopes, modules and fields; of records at most an id."""
    lacking: Lacking = yield from ask_permissions(api, first_day=False)
    organisation = yield from read_organisation(api, settings)
    yield from lacking.of("")
    look = _Look(api, lacking, private_shown=not organisation.withholds, records=False)
    yield from look.modules()


def _callable_modules(api: Api) -> Asking:
    """Pairs of API name and label: what stands for people, Zoho's own modules, and the organisation's."""
    answer: Answer = yield api.get("settings/modules", decode=answered("modules"))
    found = [(name, name) for name in PSEUDO]
    for meta in answer.rows:
        name = str(meta.get("api_name"))
        own = meta.get("generated_type") == "custom"
        if meta.get("api_supported") is not False and (own or name in STANDARD):
            found.append((name, str(meta.get("plural_label") or name)))
    listed = {name for name, _ in found}
    if "Deals" in listed and "DealHistory" not in listed:
        found.append(("DealHistory", "DealHistory"))  # it answers, listed or not
    return found


@dataclass(frozen=True, slots=True)
class _Look:
    """A look at every module."""

    api: Api
    lacking: Lacking
    private_shown: bool
    """The organisation is known to keep nothing from the API."""
    records: bool
    """Look at records, too: how many, since when, how well filled."""

    def modules(self) -> Generator[Any, Any, None]:
        """One after the other; what is refused of one ends this one only."""
        for module, label in (yield from _callable_modules(self.api)):
            if module in PSEUDO:
                yield ModuleInfo(module, (), label=label, problems=self.lacking.of(module))
                continue
            try:
                info = yield from self._described(module, label)
                if self.records and info.fields:
                    info = yield from _looked_at(self.api, info)
            except (RejectedError, AuthError) as error:
                if isinstance(error, AuthError) and error.code != MISSING_SCOPE:
                    raise
                yield ModuleInfo(module, (), label=label, problems=(refused(module, error, scopes=_scopes_of(module)),))
            else:
                yield info

    def _described(self, module: str, label: str) -> Asking:
        answer: Answer = yield self.api.get("settings/fields", {"module": module}, decode=answered("fields"))
        yield self.api.get(module, {"fields": "id", "per_page": "1"})  # whether it may be read at all
        fields = tuple(described(answer.rows, module, private_shown=self.private_shown))
        remedies = remedies_of(module, tracked=_is_tracked(answer.rows))
        return ModuleInfo(module, fields, label=label, problems=self.lacking.of(module), remedies=remedies)


def _is_tracked(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether Zoho keeps the history of the module's status."""
    status = next((meta for meta in rows if meta.get("api_name") == "Status"), {})
    return isinstance(status.get("history_tracking"), dict)


def _looked_at(api: Api, info: ModuleInfo) -> Asking:
    """With counts: how many records, since when, how well filled."""
    rows = yield from _count(api, info.name)
    if rows == 0:
        return replace(info, rows=0)
    filled: Mapping[str, float] = yield from ask_filling(api, info.name, info.fields)
    since = yield from ask_oldest(api, info.name)
    fields = tuple(replace(each, filled=filled.get(each.name)) for each in info.fields)
    return replace(info, fields=fields, rows=rows, since=since)


def _count(api: Api, module: str) -> Asking:
    try:
        answer: Answer = yield api.get(f"{module}/actions/count", decode=answered(""))
    except (RejectedError, AuthError):
        return None
    number = answer.data.get("count") if isinstance(answer.data, dict) else None
    return int(number) if isinstance(number, int | str) and str(number).isdigit() else None


def _scopes_of(module: str) -> str:
    """What reading this module's records takes beyond what is tried on its own."""
    return ", ".join(scope for scope in needed_scopes({module: ()}, None) if scope.startswith("ZohoCRM.modules."))
