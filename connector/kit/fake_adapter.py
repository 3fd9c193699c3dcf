"""An adapter for the CRM in memory: how a small HTTP adapter is written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from connector.contract import (
    AdapterType,
    Capabilities,
    Capability,
    Change,
    Conversation,
    Deletions,
    Finished,
    HttpRequest,
    HttpResponse,
    InspectTalk,
    IntroduceTalk,
    Introduction,
    ModuleInfo,
    Page,
    Place,
    PlaceTalk,
    PullTalk,
    PushTalk,
    Receipt,
    State,
    Withheld,
    WriteTarget,
)
from connector.errors import Message, RetryableError, UnexpectedResponse
from connector.kit.fake_crm import URL


class FakeSettings(BaseModel):
    """Settings of a fake connection."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    modules: tuple[str, ...] = ("deals",)


class FakeCrmAdapter:
    """Pulls by time of change, page by page, and writes fields in batches."""

    BATCH: Final = 10
    http = None

    def __init__(self, settings: FakeSettings | None = None, folder: Path = Path()) -> None:
        del folder  # nothing is in files
        self._settings = settings or FakeSettings()
        self.capabilities = Capabilities(
            incremental=Capability(True),
            deletions=Capability(True),
            field_write=Capability(True),
            record_write=Capability(False, "the fake CRM has no report module"),
            conversations_at_once=2,
        )

    def introduce(self) -> IntroduceTalk:
        """Whose account it is, and what it may cost."""
        account = _decoded((yield HttpRequest("GET", f"{URL}/account")))
        yield Introduction(account["id"], title=account["name"], credits_a_day=account["credits"])

    def pull(self, modules: Mapping[str, Sequence[str]]) -> Sequence[Conversation]:
        """One conversation a module."""
        return [Conversation(module, module, partial(_pull, module, tuple(modules[module]))) for module in modules]

    def push(self, target: WriteTarget, changes: Sequence[Change]) -> PushTalk:
        """Write the changes; what was sent and not answered is unknown."""
        for start in range(0, len(changes), self.BATCH):
            batch = changes[start : start + self.BATCH]
            body = [{"id": each.id, "record_id": each.record_id, "fields": dict(each.fields)} for each in batch]
            try:
                response = yield HttpRequest("PATCH", f"{URL}/{target.module}", body=json.dumps(body).encode())
                yield from _receipts(_decoded(response))
            except (RetryableError, UnexpectedResponse) as error:
                yield from (Receipt(each.id, "unknown", error.message) for each in batch)

    def places(self, target: WriteTarget, *, make: bool) -> PlaceTalk:
        """Its records take any field."""
        del make
        yield from (Place(target.module, name, "there") for name in target.fields)

    def inspect(self) -> InspectTalk:
        """Its modules; their fields are not described."""
        for module in self._settings.modules:
            response = yield HttpRequest("GET", f"{URL}/{module}")
            yield ModuleInfo(module, fields=(), rows=_decoded(response)["count"])


def _pull(module: str, fields: Sequence[str], state: State | None) -> PullTalk:
    begun = dict(state or {"since": ""})
    latest, token, count, told = begun.get("latest", begun["since"]), begun.get("token"), 0, False
    while True:
        query = {"token": token} if token else {"since": begun["since"]} if begun["since"] else {}
        answer = _decoded((yield HttpRequest("GET", f"{URL}/{module}", query=query)))
        if not told:
            yield Withheld(module, [name for name in answer["withheld"] if name in fields])
            told = True
        records, token, count = answer["records"], answer["token"], answer["count"]
        latest = max((latest, *(record["modified"] for record in records)))
        if not token:
            break
        yield Page.of_records(module, records, next_state={**begun, "latest": latest, "token": token})
    if records:
        yield Page.of_records(module, records)
    gone = _decoded((yield HttpRequest("GET", f"{URL}/{module}/deleted", query={"since": begun["since"]})))["ids"]
    if gone:
        yield Deletions(module, gone)
    yield Finished(module, next_state={"since": latest}, vendor_count=count)


def _receipts(answer: Any) -> Iterator[Receipt]:
    for each in answer:
        if each["ok"]:
            yield Receipt(each["id"], "done")
        else:
            yield Receipt(each["id"], "rejected", Message("{why}", why=each["why"]))


def _decoded(response: HttpResponse) -> Any:
    try:
        return json.loads(response.body)
    except ValueError as exc:
        raise UnexpectedResponse(Message("the fake CRM did not answer in JSON")) from exc


FAKE_CRM = AdapterType(name="fake_crm", title="A CRM in memory", settings=FakeSettings, connect=FakeCrmAdapter)
"""For tests: the entry point that a real adapter would have."""
