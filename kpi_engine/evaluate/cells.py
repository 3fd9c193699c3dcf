"""The cells of one scope: which there are, and what each holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property

from kpi_engine.definition import Definition, Derived
from kpi_engine.evaluate.answers import Answer, ByGrain
from kpi_engine.evaluate.assumption import average
from kpi_engine.evaluate.cell import Outcome, Timing, timing
from kpi_engine.evaluate.derived import calculate, inputs_of
from kpi_engine.evaluate.preparation import Preparation
from kpi_engine.evaluate.status import Status
from kpi_engine.period import Period
from kpi_engine.query import scope

Member = tuple[str, str]
"""Connection and scope id."""

FAILED = Outcome(Status.ERROR)
NOT_APPLICABLE = Outcome(Status.NOT_APPLICABLE)


@dataclass
class ScopeCells:
    """Every cell of one scope.

    The organisation, owners, teams and dimension values have a cell for each listed period; accounts only where there
    is a row.
    """

    name: str
    preparation: Preparation
    answers: Mapping[str, ByGrain]
    unplaced: Mapping[str, int]
    """Rows of each KPI that belong to no period; counted at the organisation only."""
    _timings: dict[tuple[str, Period], Timing] = field(default_factory=dict)

    def of(self, definition: Definition) -> Iterator[tuple[Member, Period, Outcome]]:
        """The definition's cells, by member and time; none where the scope means nothing to it."""
        if not self._applies(definition):
            return
        periods = [
            period
            for grain in self.preparation.request.scopes[self.name]
            for period in self.preparation.listed(definition, self.name, grain)
        ]
        if isinstance(definition, Derived) or self._is_without_answer(definition.id):
            yield from self._one_by_one(definition, periods)
        else:
            yield from self._from_rows(definition, periods)

    def _one_by_one(self, definition: Definition, periods: list[Period]) -> Iterator[tuple[Member, Period, Outcome]]:
        for member in sorted(self._members(definition)):
            for period in periods:
                if not self._is_sparse or self._has_rows(definition, member, period):
                    yield member, period, self.outcome(definition.id, member, period)

    def _from_rows(self, definition: Definition, periods: list[Period]) -> Iterator[tuple[Member, Period, Outcome]]:
        """The same, with what all members share looked up once: there may be millions of cells."""
        shared = [(period, *self._shared(definition, period)) for period in periods]
        for member in sorted(self._members(definition)):
            for period, number, age, answer, empty in shared:
                row = None if answer is None else answer.rows.get((*member, number))
                if answer is None or row is None:
                    if not self._is_sparse:
                        yield member, period, empty
                    continue
                raw = answer.reader.raw(row)
                if raw.rows or raw.excluded or not self._is_sparse:
                    yield member, period, answer.reader.outcome(raw, age, more_excluded=self._more(definition.id))

    def _shared(self, definition: Definition, period: Period) -> tuple[int, Timing, Answer | None, Outcome]:
        """The period's number, what its age says, the answer for its grain, and the cell of a member without rows."""
        number, age = self.preparation.spine.numbers[period], self._timing(definition, period)
        answer = self.answers.get(definition.id, {}).get(period.grain)
        if answer is None:
            return number, age, None, FAILED
        empty = answer.reader.outcome(answer.reader.raw(None), age, more_excluded=self._more(definition.id))
        return number, age, answer, empty

    def _more(self, kpi: str) -> int:
        """Rows that could belong to any period; only the organisation is told."""
        return self.unplaced.get(kpi, 0) if self.name == scope.ORGANISATION else 0

    @property
    def _is_sparse(self) -> bool:
        return self.name == scope.ACCOUNT

    def _is_without_answer(self, kpi: str) -> bool:
        return kpi in self.preparation.unusable or kpi in self.preparation.unanswerable

    def outcome(self, kpi: str, member: Member, period: Period) -> Outcome:
        """What one cell holds."""
        definition = self.preparation.known[kpi]
        if kpi in self.preparation.unusable:
            return FAILED
        if kpi in self.preparation.unanswerable:
            return NOT_APPLICABLE
        if isinstance(definition, Derived):
            return self._calculated(definition, member, period)
        answer = self.answers.get(kpi, {}).get(period.grain)
        if answer is None:
            return FAILED
        row = answer.rows.get((*member, self.preparation.spine.numbers[period]))
        age = self._timing(definition, period)
        return answer.reader.outcome(answer.reader.raw(row), age, more_excluded=self._more(kpi))

    def _calculated(self, definition: Derived, member: Member, period: Period) -> Outcome:
        return calculate(
            definition,
            period,
            calendar=self.preparation.request.calendar,
            cut=self.preparation.cut,
            lookup=lambda kpi, moment: self.outcome(kpi, member, moment),
            average=lambda name, moment: self._average(definition, name, moment),
            timing=self._timing(definition, period),
        )

    def _average(self, definition: Definition, name: str, period: Period) -> Fraction | None:
        """An assumption over the counted days of a period."""
        start = period.start or self.preparation.firsts[definition.id]
        end = min(period.end or date.max, self.preparation.cut)
        values = self.preparation.request.assumptions.get(name, ())
        return None if start is None else average(values, start, end)

    def _timing(self, definition: Definition, period: Period) -> Timing:
        key = (definition.id, period)
        if key not in self._timings:
            self._timings[key] = timing(
                definition, period, first=self.preparation.firsts.get(definition.id), cut=self.preparation.cut
            )
        return self._timings[key]

    # ---- which cells there are ----------------------------------------------------------------------------------

    def _applies(self, definition: Definition) -> bool:
        if definition.id in self.preparation.unusable:
            return self.name == scope.ORGANISATION  # its failure is shown once
        if isinstance(definition, Derived):
            inputs = [self.preparation.known.get(kpi) for kpi in inputs_of(definition)]
            return bool(inputs) and all(one is not None and self._applies(one) for one in inputs)
        table = self.preparation.request.facts.get(definition.table)
        return scope.applies(definition, self.name, table=table)

    def _members(self, definition: Definition) -> set[Member]:
        found = set(self._listed_members)
        for kpi in self._sources(definition):
            for answer in self.answers.get(kpi, {}).values():
                found |= {(connection, key) for connection, key, _ in answer.rows}
        return found

    @cached_property
    def _listed_members(self) -> set[Member]:
        return self.preparation.members(self.name)

    def _sources(self, definition: Definition) -> set[str]:
        """The KPIs on facts that the definition is made of."""
        if definition.id in self.preparation.unusable or not isinstance(definition, Derived):
            return {definition.id}
        inputs = (self.preparation.known[kpi] for kpi in inputs_of(definition))
        return set().union(*(self._sources(one) for one in inputs))

    def _has_rows(self, definition: Definition, member: Member, period: Period) -> bool:
        needed = self.preparation.needed(definition, period)
        return any(self._is_filled(kpi, member, one) for kpi in self._sources(definition) for one in needed)

    def _is_filled(self, kpi: str, member: Member, period: Period) -> bool:
        answer = self.answers.get(kpi, {}).get(period.grain)
        row = answer and answer.rows.get((*member, self.preparation.spine.numbers[period]))
        if answer is None or row is None:
            return False
        raw = answer.reader.raw(row)
        return bool(raw.rows or raw.excluded)
