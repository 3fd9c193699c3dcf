"""The store's values at one moment, as targets need them: baselines to freeze, actuals, and cells without a target."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cache

from connector.config import Config
from connector.store import Store, baselines, freshness, gaps, runs
from connector.store.baselines import FrozenBaseline
from connector.store.gaps import Cell
from connector.targets.directory import Directory
from connector.targets.entry import Entry
from kpi_engine.gap import BASIS, Actual, Before, Course, Gap, basis, course, gap, unset
from kpi_engine.period import Grain, Period
from kpi_engine.target import Baseline, ByChange, Node, NoTarget, Target, in_force, nature

ACTUAL = ("value", "status", "ci_low", "ci_high", "unit", "currency")
COLOUR = ("rag", "judged", "judged_at")
FREEZABLE = ("ok", "insufficient_n")
"""A baseline out of incomplete facts would be wrong for ever."""
NEIGHBOURLY = ("owner", "team")
"""Scopes in which somebody beside a person with a target might be expected to have one."""

Key = tuple[str, int]
"""A target's id and version."""


class Standing:
    """What the values say about targets; nothing is written."""

    def __init__(self, config: Config, store: Store) -> None:
        self._store = store
        self._natures = {each.id: nature(each) for each in config.definitions}
        self._frozen = baselines.frozen(store)
        self._at = freshness.values_as_of(store) or ""
        as_of, data_as_of = self._at, runs.data_as_of(store)
        self.known = bool(as_of) and data_as_of is not None
        """Whether anything was computed yet."""
        self._course: Callable[[date | None, date | None], Course] = cache(
            lambda start, end: course(
                start,
                end,
                calendar=calendar,
                as_of=datetime.fromisoformat(as_of),
                data_as_of=datetime.fromisoformat(data_as_of or ""),
                stale_after=timedelta(days=config.targets.stale_after_days),
            )
        )
        calendar = config.calendar()

    # ---- baselines ------------------------------------------------------------------------------------------------

    def new_baselines(self, entries: Iterable[Entry]) -> dict[Key, FrozenBaseline]:
        """Those to freeze now: of targets that have none yet, where the period is over and its value is sound."""
        wanted = {
            _key(entry.target): _baseline_cell(entry, entry.baseline_from) for entry in entries if self._lacks(entry)
        }
        columns = ("value", "n", "status", "as_of", "definition")
        values = gaps.values_at(self._store, wanted.values(), columns=columns)
        return {
            key: FrozenBaseline(*key, *cell, *values[cell])
            for key, cell in wanted.items()
            if cell in values and values[cell][0] is not None and values[cell][2] in FREEZABLE
        }

    def _lacks(self, entry: Entry) -> bool:
        period = entry.baseline_from
        if period is None or not self.known or self._kept(entry) is not None:
            return False
        where = self._course(period.start, period.end)
        return where.finished and not where.stale

    def _kept(self, entry: Entry) -> FrozenBaseline | None:
        """The baseline that was taken for this very target, from the cell that it is still held against."""
        kept = self._frozen.get(_key(entry.target))
        if kept is None or entry.baseline_from is None:
            return None
        return kept if kept.cell == _baseline_cell(entry, entry.baseline_from) else None

    def in_force(self, entry: Entry, taken: Mapping[Key, FrozenBaseline]) -> Target:
        """The target with its baseline; a change that has none stays a change."""
        kept = taken.get(_key(entry.target)) or self._kept(entry)
        frozen = None if kept is None else _as_baseline(kept)
        try:
            return in_force(entry.target, frozen)
        except NoTarget:
            return entry.target

    # ---- gaps -----------------------------------------------------------------------------------------------------

    def moving_levels(self, targets: Iterable[Target]) -> list[Cell]:
        """The cells of levels and ratios whose period runs: they are judged by as long a time up to now."""
        return list(dict.fromkeys(target.cell for target in targets if self._moves(target)))

    def _moves(self, target: Target) -> bool:
        kind, where = self._natures[target.kpi], self._course(target.start, target.end)
        runs_on = where.started and not where.finished and target.end is not None
        return runs_on and kind.lasting and not kind.flow and not isinstance(target.goal, ByChange)

    def judged(self, targets: Iterable[Target], *, windows: Mapping[Cell, Actual]) -> Iterator[Gap]:
        """How each target stands.

        Args:
            targets: in force.
            windows: of `moving_levels`.
        """
        standing = list(targets)
        values = gaps.values_at(self._store, (target.cell for target in standing), columns=ACTUAL)
        before = self._before()
        for target in standing:
            value = values.get(target.cell)
            yield gap(
                target,
                None if value is None else Actual._make(value),
                course=self._course(target.start, target.end),
                flow=self._natures[target.kpi].flow,
                window=windows.get(target.cell),
                before=before.get((target.id, *target.cell)),
                at=self._at,
            )

    def _before(self) -> dict[tuple[str, ...], Before]:
        """Target id and cell -> how it was judged the last time."""
        found = gaps.coloured(self._store, columns=(*COLOUR, *BASIS))
        return {key: Before(rag, judged, since, basis(*numbers)) for key, (rag, judged, since, *numbers) in found}

    def without(self, targets: Iterable[Target], directory: Directory) -> Iterator[Gap]:
        """The cells of people and teams whose colleagues have a target for the same KPI and period, and they have none.

        Colleagues have the same team, or teams the same team above them: a sales quota is nothing that the people of
        the service desk lack.
        """
        cells = [target.cell for target in targets if target.scope in NEIGHBOURLY]
        places: dict[tuple[str, ...], set[Node]] = defaultdict(set)
        for cell in cells:
            if (above := directory.above.get(_node(cell))) is not None:
                places[_series(cell)].add(above)
        beside = gaps.values_beside(self._store, cells, columns=(*ACTUAL, "period_end"))
        for cell, (*actual, period_end) in list(beside):
            if directory.above.get(_node(cell)) in places[_series(cell)] and _is_there(cell, directory):
                yield unset(cell, Actual._make(actual), period_end=period_end)


def _key(target: Target) -> Key:
    return target.id, target.version


def _baseline_cell(entry: Entry, period: Period | None) -> Cell:
    target = entry.target
    grain = Grain.ALL if period is None else period.grain
    return target.connection, target.kpi, target.scope, target.scope_id, grain.value, period.key if period else ""


def _as_baseline(kept: FrozenBaseline) -> Baseline:
    start = date.fromisoformat(kept.period_start) if kept.period_start else None
    return Baseline(value=kept.value, period=Grain(kept.period), start=start, as_of=kept.as_of)


def _node(cell: Cell) -> Node:
    return Node(cell[0], cell[2], cell[3])


def _series(cell: Cell) -> tuple[str, ...]:
    """What a cell shares with its neighbours."""
    connection, kpi, scope, _, period, start = cell
    return connection, kpi, scope, period, start


def _is_there(cell: Cell, directory: Directory) -> bool:
    """Not one who left before the period began."""
    left_on = directory.left_on.get(_node(cell))
    return left_on is None or left_on >= cell[5]
