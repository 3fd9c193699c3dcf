"""A push, as a conversation: calls of a hundred records, and for each of them a verdict that is never a guess.

A record's values are set by its id, a report record's by its unique key: saying the same twice leaves the same. Still a
write whose answer was lost is not repeated blindly: what the record holds is read back first, so that a value is
written once, and somebody's workflow sees it once. That is why the request is not `idempotent` for the driver, which
would send it again by itself.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from adapters.zoho.asking import Api
from adapters.zoho.writing.answers import (
    CALL_CODES,
    FLEETING,
    LOST,
    Answer,
    CallRefused,
    Verdict,
    id_of,
    refused_alone,
    results,
    verdict,
)
from adapters.zoho.writing.calls import change
from adapters.zoho.writing.described import Fields
from adapters.zoho.writing.items import Item, body_of
from adapters.zoho.writing.naming import KEY_FIELD
from adapters.zoho.writing.read_back import held
from connector.contract import Effect, HttpRequest, Receipt, Refusal, Wait, WriteTarget
from connector.errors import AdapterError, Message, RateLimited, RejectedError, RetryableError, UnexpectedResponse

RECORDS_A_CALL: Final = 100
RECORDS_A_CREDIT: Final = 10
PAUSES: Final = (2.0, 10.0)
"""Seconds before a call is repeated whose records turned out not to hold what it said."""
_TOO_MANY_TO_BE_RECORDS: Final = 10
"""So many records, all refused alone and in the same words, are not bad records: it is the call."""

Verdicts: TypeAlias = dict[str, Verdict]
"""Item's key -> what became of it; one that is not there is lost."""


@dataclass(slots=True)
class Sending:
    """One target's records on their way."""

    target: WriteTarget
    fields: Fields
    api: Api
    refusals: Mapping[tuple[int, str], Refusal] = field(default_factory=dict)
    silence: AdapterError | None = None
    """Why the other side could not even be read back from."""

    def send(self, items: Sequence[Item]) -> Generator[Effect | Receipt, Any, None]:
        """Receipts for every change of the items, call by call.

        Raises:
            RejectedError: the call itself is refused: no record is the reason, and none is marked.
            RetryableError: the other side answers neither to the write nor to the reading back.
        """
        calls = list(_calls(items))
        for number, call in enumerate(calls, start=1):
            verdicts = yield from self._settled(call)
            for item in call:
                said = verdicts.get(item.key, LOST)
                outcome = said.outcome if said.outcome in ("done", "rejected") else "unknown"
                yield from item.receipts(outcome, said.message)
            if self.silence is not None and number < len(calls):
                raise self.silence

    def _settled(self, call: Sequence[Item]) -> Generator[Effect, Any, Verdicts]:
        """A verdict on each record of one call; what stays without one is unknown."""
        settled: Verdicts = {}
        waiting = yield from self._not_held(call, settled, only_uncertain=True)
        for pause in (*PAUSES, 0.0):
            if not waiting or self.silence is not None:
                break
            said = yield from self._sent(waiting)
            self._refuse_if_it_is_the_call(waiting, said)
            settled |= said
            lost = [item for item in waiting if item.key not in said]
            waiting = yield from self._not_held(lost, settled)
            if waiting and pause and self.silence is None:
                yield Wait(pause)
        return settled

    def _not_held(
        self, items: Sequence[Item], settled: Verdicts, *, only_uncertain: bool = False
    ) -> Generator[Effect, Any, list[Item]]:
        """The items that have to be sent; those whose records hold everything already are done."""
        asked = [item for item in items if item.uncertain or not only_uncertain]
        try:
            found = (yield from held(asked, self.target, fields=self.fields, api=self.api)) if asked else frozenset()
        except (RetryableError, UnexpectedResponse) as error:
            self.silence = error
            settled |= {item.key: Verdict("lost", error.message) for item in asked}
            return [item for item in items if item not in asked]
        settled |= {key: Verdict("done") for key in found}
        return [item for item in items if item.key not in found]

    def _sent(self, items: Sequence[Item]) -> Generator[Effect, Any, Verdicts]:
        """One call; where Zoho refuses it without naming a record, its halves."""
        try:
            answer: Answer = yield self._request(items)
        except RateLimited:
            raise  # nothing was done, and nothing will be for a while
        except (RetryableError, UnexpectedResponse):
            return {}
        found = results(answer, "data", sent=len(items))
        if not isinstance(found, CallRefused):
            return dict(self._matched(items, found))
        if found.code in FLEETING:
            return {}
        if found.code in CALL_CODES:
            raise self._refused(found)
        if len(items) == 1:
            return {items[0].key: refused_alone(found)}
        middle = len(items) // 2
        first = yield from self._sent(items[:middle])
        return first | (yield from self._sent(items[middle:]))

    def _request(self, items: Sequence[Item]) -> HttpRequest:
        by_id = self.target.kind == "fields"
        body: dict[str, Any] = {"data": [body_of(item, self.target) for item in items], "trigger": []}
        if not by_id:
            body["duplicate_check_fields"] = [KEY_FIELD]
        path = self.target.module if by_id else f"{self.target.module}/upsert"
        credits = -(-len(items) // RECORDS_A_CREDIT)
        return change(self.api, "PUT" if by_id else "POST", path, body, credits=credits)

    def _matched(self, items: Sequence[Item], found: Sequence[Any]) -> Iterator[tuple[str, Verdict]]:
        """Results stand in the order of the records. Where they do not, only those that name their record count."""
        if len(found) == len(items) and not self._out_of_order(items, found):
            pairs = zip(items, found, strict=True)
            yield from ((item.key, said) for item, result in pairs if (said := verdict(result)) is not LOST)
        elif self.target.kind == "fields":
            keys = {item.key for item in items}
            named = ((id_of(result), verdict(result)) for result in found)
            yield from ((key, said) for key, said in named if key in keys and said is not LOST)

    def _out_of_order(self, items: Sequence[Item], found: Sequence[Any]) -> bool:
        if self.target.kind != "fields":
            return False
        named = zip(items, map(id_of, found), strict=True)
        keys = {item.key for item in items}
        return any(record_id in keys and record_id != item.key for item, record_id in named)

    def _refuse_if_it_is_the_call(self, items: Sequence[Item], said: Verdicts) -> None:
        codes = {each.code for each in said.values() if each.outcome == "rejected" and each.by_call}
        alone = sum(each.by_call for each in said.values())
        if len(items) >= _TOO_MANY_TO_BE_RECORDS and alone == len(items) and len(codes) == 1:
            message = Message("{what}: every record was refused in the same words", what=self._operation())
            first = next(iter(said.values()))
            raise RejectedError(message, hint=first.message, operation=self._operation(), code=first.code)

    def _refused(self, refusal: CallRefused) -> AdapterError:
        """A refusal of the whole call, as the table of Zoho's errors has it."""
        known = self.refusals.get((refusal.status, refusal.code)) or self.refusals.get((0, refusal.code))
        if known is None:
            message = Message(
                "{operation} was refused: {words} ({code})",
                operation=self._operation(),
                words=refusal.words,
                code=refusal.code,
            )
            return RejectedError(message, operation=self._operation(), code=refusal.code)
        says = Message(known.says.template, **{**known.says.values, "code": refusal.code})
        message = Message("{operation} {says}", operation=self._operation(), says=says)
        return known.error(message, hint=known.remedy, operation=self._operation(), code=refusal.code)

    def _operation(self) -> str:
        request = self._request(())
        return f"{request.method} {request.url}"


def _calls(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), RECORDS_A_CALL):
        yield items[start : start + RECORDS_A_CALL]
