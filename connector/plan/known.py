"""What we know of the records that a target is written to, and what is to be said to them because of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from connector.config import Config, FieldsTarget, Target
from connector.config.references import RECORD_SCOPES
from connector.config.write_back import REPORT_FIELDS, target_basis
from connector.plan.difference import Fields, difference, withdrawn
from connector.plan.wanted import Wanted
from connector.store import Store, acknowledged, facts, outbox, outputs, places
from connector.store.outputs import Altered

_UNKNOWN = ""
"""What a field holds that we never told anything."""


@dataclass(frozen=True)
class Known:
    """What we know of the records that a target is written to."""

    store: Store
    target: Target
    known: bool
    """What is acknowledged is about this very place, not another file or module that the target named before."""
    first: bool
    unsettled: Mapping[str, Fields]
    """What an interrupted run may or may not have written: it is said again, whatever is acknowledged."""
    refused: Mapping[str, Fields]
    """What the vendor refused, word for word: sent again when there is something else to say, or the record changed."""
    elsewhere: frozenset[str] = frozenset()
    """Records of which something was sent to another place, or refused there."""

    @classmethod
    def of(cls, config: Config, store: Store, target: Target) -> Known:
        where = (store, target.connection, target.name)
        sent, refused = _by_record(outbox.unsettled(*where)), _by_record(_still_refused(store, target))
        if acknowledged.target_basis(*where) != target_basis(config, target):
            elsewhere = frozenset((*sent, *refused))
            return cls(store, target, known=False, first=True, unsettled={}, refused={}, elsewhere=elsewhere)
        first = next(acknowledged.acknowledged(*where), None) is None
        return cls(store, target, known=True, first=first, unsettled=sent, refused=refused)

    def altered(self) -> Iterator[Altered]:
        """Files of the target that are not as we left them; a run that was stopped on the way may have done that."""
        if not self.first and not self.unsettled:
            yield from outputs.altered(self.store, self.target.connection, self.target.name, self.target.module)

    def over(self, wanted: Wanted) -> frozenset[str]:
        """Records of which something was sent or refused and nothing is wanted: they are gone, or its fields are."""
        nameless = {record_id for record_id, said in self.unsettled.items() if self._ours.isdisjoint(said)}
        gone = {*self.unsettled, *self.refused} - wanted.cells.keys()
        if not isinstance(self.target, FieldsTarget):  # these are ours, and are emptied
            gone -= {*self.unsettled, *self._held(gone)}
        return frozenset(nameless | gone) | self.elsewhere

    @property
    def _ours(self) -> frozenset[str]:
        return frozenset(self.target.fields if isinstance(self.target, FieldsTarget) else REPORT_FIELDS)

    def changes(self, wanted: Wanted, *, over: AbstractSet[str], again: bool = False) -> Iterator[tuple[str, Fields]]:
        """(record id, fields to send), in the order of ids; with `again` what was refused is among them."""
        found: dict[str, Fields] = dict(self._differences(wanted))
        for record_id in self.unsettled.keys() - over:
            said = self._said_again(record_id, self.unsettled[record_id], wanted)
            found[record_id] = {**said, **found.get(record_id, {})}
        for record_id, fields in sorted(found.items()):
            if fields and (again or self.refused.get(record_id) != fields):
                yield record_id, fields

    @cached_property
    def _unseen(self) -> Fields:
        """Fields that nobody has looked for in the CRM yet, as if they were empty: those that it lacks, it will make.

        What stands in one that it has is emptied by the next plan, where we have nothing to say.
        """
        seen = places.seen(self.store, self.target.connection, self.target.name, self.target.module)
        return dict.fromkeys(self._ours - seen.keys())

    def cleared(self, changes: Iterable[tuple[str, Fields]]) -> int:
        """How many fields lose what they hold, or may hold; of a record that was never written to that is no change."""
        emptied = {record_id: [name for name, cell in fields.items() if cell is None] for record_id, fields in changes}
        held = self._held(record_id for record_id, names in emptied.items() if names)
        return sum(self._holds(record_id, name, held) for record_id, names in emptied.items() for name in names)

    def _held(self, record_ids: Iterable[str]) -> Mapping[str, Fields]:
        if not self.known:
            return {}
        return acknowledged.held(self.store, self.target.connection, self.target.name, record_ids)

    def _holds(self, record_id: str, name: str, held: Mapping[str, Fields]) -> bool:
        said, kept = self.unsettled.get(record_id, {}), held.get(record_id)
        return said.get(name) is not None or (kept is not None and kept.get(name, _UNKNOWN) is not None)

    def _said_again(self, record_id: str, said: Fields, wanted: Wanted) -> Fields:
        """What was said and not answered is said again as it is wanted now; what is held back, in the same words."""
        cells, kept = wanted.cells.get(record_id, {}), self._kept(record_id, wanted)
        ours = ((name, cell) for name, cell in said.items() if name in self._ours)
        return {name: cell if name in kept else cells.get(name) for name, cell in ours}

    def _kept(self, record_id: str, wanted: Wanted) -> Collection[str]:
        """Fields whose facts are incomplete; all of a report record that only seems to be wanted no more."""
        if isinstance(self.target, FieldsTarget) or record_id in wanted.cells:
            return wanted.held_back.get(record_id, ())
        return REPORT_FIELDS if wanted.is_incomplete(*_value_of(record_id)) else ()

    def _differences(self, wanted: Wanted) -> Iterator[tuple[str, Fields]]:
        for record_id, fields, held in self._unlike(wanted):
            known = None if held is None else {**self._unseen, **held}
            yield record_id, difference(fields, known, held_back=wanted.held_back.get(record_id, ()))
        if self.known and not isinstance(self.target, FieldsTarget):
            held_now = acknowledged.acknowledged(self.store, self.target.connection, self.target.name)
            gone = withdrawn(held_now, wanted.cells)
            yield from ((record_id, fields) for record_id, fields in gone if not self._kept(record_id, wanted))

    def _unlike(self, wanted: Wanted) -> Iterator[tuple[str, Fields, Fields | None]]:
        cells = wanted.cells.items()
        if self.known:
            yield from acknowledged.differing(self.store, self.target.connection, self.target.name, cells)
        else:
            yield from ((record_id, fields, None) for record_id, fields in cells)


def _by_record(changes: Iterable[outbox.PlannedChange]) -> dict[str, Fields]:
    return {each.change.record_id: each.change.fields for each in changes}


def _still_refused(store: Store, target: Target) -> list[outbox.PlannedChange]:
    """What was refused, but of records that changed since: they may take it now."""
    refused = list(outbox.rejected(store, target.connection, target.name))
    if not isinstance(target, FieldsTarget):
        return refused
    ids = [each.change.record_id for each in refused]
    changed = facts.modified(store, RECORD_SCOPES[target.scope], target.connection, ids)
    return [each for each in refused if changed.get(each.change.record_id, "") <= each.at]


def _value_of(report_record_id: str) -> tuple[str, str]:
    """KPI and scope."""
    kpi, scope, _ = report_record_id.split("|", 2)
    return kpi, scope
