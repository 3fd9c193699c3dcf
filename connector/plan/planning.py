"""The plan of every target together: made, saved, and found again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from connector.config import Config, FieldsTarget, Target
from connector.config.write_back import digest, plan_basis, source_digest
from connector.contract import Adapter, Capabilities, Capability, Change
from connector.errors import Message, WriteBackRefused
from connector.plan.difference import Fields, filled
from connector.plan.known import Known
from connector.plan.places import PlannedPlace, unseen_places
from connector.plan.wanted import Wanted, wanted_fields, wanted_records
from connector.store import Store, freshness, leftovers, outbox
from connector.store.moments import written
from connector.store.plan_figures import TargetFigures, decode_figures, encode_figures


@dataclass(frozen=True, slots=True)
class PlanReport:
    """What would be written."""

    plan_id: str
    """Empty where there is nothing to do."""
    as_of: str
    targets: tuple[TargetFigures, ...]
    places: tuple[PlannedPlace, ...] = ()
    """Fields and modules that would be made, should the CRM not have them."""

    @property
    def changed_records(self) -> int:
        return sum(each.changed_records for each in self.targets)

    @property
    def calls(self) -> int:
        return sum(each.calls for each in self.targets)

    @property
    def credits(self) -> int:
        return sum(each.credits for each in self.targets)


def plan(
    config: Config, store: Store, adapters: Mapping[str, Adapter], *, now: datetime, again: bool = False
) -> PlanReport:
    """Plan the write-back of the values that there are, in place of older plans that were not sent.

    Args:
        config: The settings.
        store: The open store.
        adapters: Connection name -> adapter; asked for what it can do, never talked to.
        now: Stamped on the plan.
        again: Plan what was refused, too, though it is the same: a person may have mended why.

    Raises:
        WriteBackRefused: an adapter cannot write what a target asks for.
    """
    as_of = freshness.values_as_of(store) or ""
    basis = plan_basis(config, store)
    standing = outbox.current_plan(store)
    if standing is not None and standing.basis == basis:
        figures = decode_figures(standing.summary)
        return PlanReport(standing.plan_id, standing.as_of, figures, _places(config, store, figures, adapters=adapters))
    drafts = [
        _Draft.make(config, store, target, adapter=adapters[target.connection], again=again)
        for target in config.write_back.targets
    ]
    targets = tuple(draft.figures for draft in drafts)
    if not any(draft.changes or draft.figures.rewrite for draft in drafts):
        _drop(store, standing, over=_over(store, drafts))
        return PlanReport("", as_of, targets)
    places = _places(config, store, targets, adapters=adapters)
    report = PlanReport(_plan_id(store, drafts, as_of=as_of), as_of, targets, places)
    _save(store, report, drafts, basis=basis, now=now)
    return report


def _places(
    config: Config, store: Store, figures: Iterable[TargetFigures], *, adapters: Mapping[str, Adapter]
) -> tuple[PlannedPlace, ...]:
    changing = {each.target for each in figures if each.changed_records}
    return tuple(
        place
        for target in config.write_back.targets
        if target.name in changing
        for place in unseen_places(config, store, target, adapter=adapters[target.connection])
    )


@dataclass(frozen=True, slots=True)
class _Draft:
    """One target's changes before they have ids."""

    target: Target
    changes: tuple[tuple[str, Fields], ...]
    over: frozenset[str]
    """Records of which nothing is wanted any more, whatever was sent or refused of them."""
    figures: TargetFigures

    @classmethod
    def make(cls, config: Config, store: Store, target: Target, *, adapter: Adapter, again: bool) -> _Draft:
        _refuse_unable(target, adapter)
        wanted = _wanted(config, store, target)
        place = Known.of(config, store, target)
        over = place.over(wanted)
        changes = tuple(place.changes(wanted, over=over, again=again))
        able = adapter.capabilities
        whole = able.whole_file_write
        source = source_digest(config, store, target)
        altered = tuple(place.altered()) if whole else ()
        figures = TargetFigures(
            target=target.name,
            connection=target.connection,
            **_counts(wanted, changes, cleared=place.cleared(changes)),
            calls=0 if whole else -(-len(changes) // able.records_a_call),
            credits=_credits(len(changes), able),
            first=place.first,
            rewrite=whole and not place.first and (bool(altered) or source != _written_from(store, target)),
            source=source,
            altered=tuple(each.path for each in altered),
        )
        return cls(target, changes, over, figures)


def _credits(records: int, able: Capabilities) -> int:
    """What the vendor will count: call by call, because each is counted up to its next whole credit."""
    if able.records_a_credit is None:
        return 0
    calls, rest = divmod(records, able.records_a_call)
    return calls * -(-able.records_a_call // able.records_a_credit) + -(-rest // able.records_a_credit)


def _counts(wanted: Wanted, changes: Iterable[tuple[str, Fields]], *, cleared: int) -> dict[str, int]:
    """How much changes."""
    sent = [fields for _, fields in changes]
    return {
        "fields": sum(map(filled, wanted.cells.values())) + cleared,
        "changed_records": len(sent),
        "changed_fields": sum(map(filled, sent)) + cleared,
        "cleared_fields": cleared,
        "held_back": sum(map(len, wanted.held_back.values())),
    }


def _refuse_unable(target: Target, adapter: Adapter) -> None:
    able = adapter.capabilities
    needed: Capability = able.field_write if isinstance(target, FieldsTarget) else able.record_write
    if not needed.supported:
        raise WriteBackRefused(
            Message(
                "{connection} cannot be written to as {target} asks", connection=target.connection, target=target.name
            ),
            hint=Message("{reason}; take the target out of write_back", reason=needed.reason),
        )


def _wanted(config: Config, store: Store, target: Target) -> Wanted:
    if isinstance(target, FieldsTarget):
        return wanted_fields(config, store, target)
    return wanted_records(config, store, target)


def _written_from(store: Store, target: Target) -> str | None:
    written = decode_figures(freshness.last_written(store) or "")
    return next((each.source for each in written if each.target == target.name), None)


def _plan_id(store: Store, drafts: Iterable[_Draft], *, as_of: str) -> str:
    content = [[draft.target.name, draft.figures.rewrite, list(draft.changes)] for draft in drafts]
    return digest([as_of, freshness.plans_made(store), content])


def _over(store: Store, drafts: Iterable[_Draft]) -> dict[leftovers.Place, AbstractSet[str]]:
    """What was sent or refused and matters no more; so does what is left of targets that the settings do not have."""
    over = {(draft.target.connection, draft.target.name): draft.over for draft in drafts}
    found = {place: over.get(place, ids) & ids for place, ids in leftovers.left(store).items()}
    return {place: ids for place, ids in found.items() if ids}


def _drop(store: Store, standing: outbox.Plan | None, *, over: Mapping[leftovers.Place, AbstractSet[str]]) -> None:
    if standing is not None or over:
        with store.transaction():
            _forget(store, over)
            outbox.supersede(store)


def _forget(store: Store, over: Mapping[leftovers.Place, AbstractSet[str]]) -> None:
    for place, record_ids in over.items():
        leftovers.forget(store, place, record_ids)


def _save(store: Store, report: PlanReport, drafts: Sequence[_Draft], *, basis: str, now: datetime) -> None:
    at = written(now)
    row = outbox.Plan(
        plan_id=report.plan_id,
        created_at=at,
        as_of=report.as_of,
        basis=basis,
        predicted_calls=report.calls,
        summary=encode_figures(report.targets),
    )
    with store.transaction():
        _forget(store, _over(store, drafts))
        outbox.save_plan(store, row, _planned(report.plan_id, drafts))


def _planned(plan_id: str, drafts: Iterable[_Draft]) -> Iterator[outbox.PlannedChange]:
    for draft in drafts:
        name, connection = draft.target.name, draft.target.connection
        for record_id, fields in draft.changes:
            change = Change(digest([plan_id, name, record_id]), record_id, fields)
            yield outbox.PlannedChange(plan_id, connection, name, change)
