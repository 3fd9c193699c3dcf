"""Zoho CRM: what is in this folder, in reading order.

settings.py     what the admin states
hosts.py        data centres and their hosts      sign_in.py   an access out of a refresh token
token_answer.py what the accounts host answers    granting.py  a refresh token out of a grant code
scopes.py       what each stage may ask for
refusals.py     what Zoho's errors mean, as a table
asking.py       requests and answers              faults.py    what can be wrong beside refusals
organisation.py who is at the other end, and what its edition allows
metadata.py     modules, fields, stages: read from the organisation, remembered in a conversation's state
values.py       JSON and bulk CSV in one form     virtual.py   the fields with a `$`, which need knowledge of Zoho
reading/        a pull, as conversations: planner.py says how a module is read, talk.py leads it
writing/        write-back: fields of records, and report records
survey/         the first day: what `init` is told
mapping.yaml    the standard modules as facts
emulator/       a stand-in for tests and the demo
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from adapters.zoho import survey
from adapters.zoho.asking import Api
from adapters.zoho.granting import GRANT
from adapters.zoho.organisation import HEAVY_AT_ONCE, Organisation, read_organisation
from adapters.zoho.reading.people import PSEUDO, ListRead
from adapters.zoho.reading.subject import Subject
from adapters.zoho.reading.talk import module_talk
from adapters.zoho.refusals import REFUSALS, code_of, credits_left, sample_of
from adapters.zoho.settings import ZohoSettings
from adapters.zoho.sign_in import ZohoSignIn
from adapters.zoho.writing import RECORDS_A_CALL, RECORDS_A_CREDIT, places, push
from connector.contract import (
    AdapterType,
    Capabilities,
    Capability,
    Change,
    Conversation,
    HttpAccess,
    InspectTalk,
    IntroduceTalk,
    PlaceTalk,
    PullTalk,
    PushTalk,
    State,
    SurveyTalk,
    WriteTarget,
)


class ZohoAdapter:
    """One Zoho CRM organisation."""

    capabilities = Capabilities(
        incremental=Capability(True),
        deletions=Capability(True),
        field_write=Capability(True),
        record_write=Capability(True, "into a module of report records"),
        conversations_at_once=HEAVY_AT_ONCE,
        records_a_call=RECORDS_A_CALL,
        records_a_credit=RECORDS_A_CREDIT,
    )

    def __init__(self, settings: ZohoSettings, folder: Path) -> None:
        del folder  # nothing of it is in files
        self._settings = settings
        self._api = Api(settings.api_version)
        self._organisation: Organisation | None = None
        self._http = HttpAccess(
            ZohoSignIn.of(settings), REFUSALS, code_of=code_of, sample_of=sample_of, credits_left=credits_left
        )

    @property
    def http(self) -> HttpAccess:
        """How requests are signed, and what refusals mean."""
        return self._http

    def introduce(self) -> IntroduceTalk:
        """Say which organisation it is, and what its edition allows."""
        self._organisation = yield from read_organisation(self._api, self._settings)
        yield self._organisation.introduction()

    def pull(self, modules: Mapping[str, Sequence[str]]) -> Sequence[Conversation]:
        """One conversation a module."""
        return [Conversation(module, module, self._talk(module, tuple(fields))) for module, fields in modules.items()]

    def _talk(self, module: str, fields: tuple[str, ...]) -> Callable[[State | None], PullTalk]:
        if module in PSEUDO:
            return ListRead(self._api, self._settings, module, fields).talk
        return module_talk(Subject(self._api, self._settings, module, fields, self._private_shown))

    def _private_shown(self) -> bool:
        """Only where the organisation said so: what may be withheld counts as withheld."""
        return self._organisation is not None and not self._organisation.withholds

    def push(self, target: WriteTarget, changes: Sequence[Change]) -> PushTalk:
        """Write the changes; one receipt for each."""
        return push(target, changes, api=self._api, refusals=REFUSALS)

    def places(self, target: WriteTarget, *, make: bool) -> PlaceTalk:
        """The fields and the module that a target needs."""
        return places(target, make=make, api=self._api)

    def inspect(self) -> InspectTalk:
        """The modules that can be pulled, and their fields."""
        return survey.inspect(Api(self._settings.api_version), self._settings)


def _survey(settings: ZohoSettings, folder: Path) -> SurveyTalk:
    """What `init` makes settings of."""
    del folder  # nothing of it is in files
    return survey.survey(Api(settings.api_version), settings)


ADAPTER = AdapterType(
    name="zoho",
    title="Zoho CRM",
    settings=ZohoSettings,
    connect=ZohoAdapter,
    default_mapping=Path(__file__).with_name("mapping.yaml"),
    grant=GRANT,
    survey=_survey,
)
