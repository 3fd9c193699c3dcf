"""The answers of the passes, by scope: which row of aggregates belongs to which cell of which KPI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from kpi_engine.errors import KpiError
from kpi_engine.evaluate.cell import Reader
from kpi_engine.evaluate.preparation import Preparation
from kpi_engine.period import Grain
from kpi_engine.query import scope
from kpi_engine.query.passes import KEYS, Pass
from kpi_engine.query.plan import plan

Rows = dict[tuple[str, str, int], tuple[Any, ...]]
"""Connection, scope id and period number -> keys and aggregates."""


class Answer(NamedTuple):
    """The rows of the pass that served a KPI in a scope at a grain, and how to read them."""

    reader: Reader
    rows: Rows


ByGrain = dict[Grain, Answer]


@dataclass
class Answers:
    """Runs the passes, each when the first of its scopes is asked for, and keeps what the other scope needs."""

    preparation: Preparation
    _passes: list[Pass] = field(init=False)
    _waiting: dict[str, dict[str, ByGrain]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        request = self.preparation.request
        self._passes = plan(
            self.preparation.definitions, request.scopes, facts=request.facts, money=self.preparation.money
        )

    def of(self, name: str) -> Mapping[str, ByGrain]:
        """By KPI and grain, the answers for a scope. They are not kept: each scope is asked for once."""
        for one in [one for one in self._passes if name in one.scopes]:
            self._passes.remove(one)
            for answered, rows in self._answered(one):
                self._file(answered, rows)
        return self._waiting.pop(name, {})

    def unplaced(self) -> Mapping[str, int]:
        """By KPI, how many rows pass its filters, or might, but have no time: they belong to no period.

        To be asked before `of`, which uses the passes up.
        """
        counts: dict[str, int] = {}
        for one in self._passes:
            if scope.ORGANISATION in one.scopes and not counts.keys() >= {kpi.id for kpi in one.definitions}:
                for answered, [row] in self._answered(one, unplaced=True):
                    counts |= {kpi.id: count for kpi, count in zip(answered.definitions, row, strict=True)}
        return counts

    def _answered(self, one: Pass, *, unplaced: bool = False) -> Iterator[tuple[Pass, list[tuple[Any, ...]]]]:
        """The pass with its rows; where it fails, each of its KPIs alone, so that only the guilty one has no values."""
        try:
            query = one.unplaced_query() if unplaced else one.query()
            rows = self.preparation.engine.query(query)
        except KpiError as exc:
            if len(one.definitions) == 1:
                self.preparation.fail(one.definitions[0].id, exc)
                return
        else:
            yield one, rows
            return
        for definition in one.definitions:
            yield from self._answered(replace(one, definitions=(definition,)), unplaced=unplaced)

    def _file(self, one: Pass, rows: list[tuple[Any, ...]]) -> None:
        by_scope = _split(one, rows)
        for definition in one.definitions:
            table = one.place.table
            for name, cells in by_scope.items():
                incomplete = not self.preparation.request.incomplete.isdisjoint({table.name} | scope.rests_on(name))
                reader = Reader(definition, table, one.positions[definition.id], incomplete=incomplete)
                by_grain = self._waiting.setdefault(name, {}).setdefault(definition.id, {})
                by_grain.update(dict.fromkeys(one.grains, Answer(reader, cells)))


def _split(one: Pass, rows: list[tuple[Any, ...]]) -> dict[str, Rows]:
    by_scope: dict[str, Rows] = {name: {} for name in one.scopes}
    own = one.scopes[-1]
    for row in rows:
        total, connection, key, period = row[:KEYS]
        if total:
            by_scope[scope.ORGANISATION]["", "", period] = row
        else:
            by_scope[own][connection, key, period] = row
    return by_scope
