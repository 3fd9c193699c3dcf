"""Which cell a line is about: the KPI, whose it is, and the period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.config import Config
from connector.config.references import RECORD_SCOPES
from connector.errors import Message, did_you_mean
from connector.formats.misfit import shown
from connector.mapping.links import folded
from connector.targets.directory import Directory, Named
from connector.targets.period_label import read_period
from connector.targets.reader import LineReader
from kpi_engine import catalog
from kpi_engine.definition import Definition
from kpi_engine.errors import KpiError
from kpi_engine.period import Calendar, Period
from kpi_engine.target import ORGANISATION, Nature, Node, nature

SHORT = ("owner", "team", "account")
"""Fields that say scope and whose in one word."""
WHOSE = ("scope", "of", *SHORT, "connection", "name")


@dataclass(frozen=True, slots=True)
class Measure:
    """A KPI, and what may be asked of it."""

    kpi: str
    nature: Nature


@dataclass(frozen=True, slots=True)
class Subject:
    """The cell of one target."""

    measure: Measure
    node: Node
    period: Period


@dataclass(frozen=True)
class SubjectReader:
    """Reads the subjects of all lines; the same words are looked up once."""

    config: Config
    calendar: Calendar
    directory: Directory
    definitions: Mapping[str, Definition]
    _measures: dict[str, Measure] = field(default_factory=dict)
    _nodes: dict[tuple[Any, ...], Node] = field(default_factory=dict)
    _periods: dict[tuple[Any, Any], Period] = field(default_factory=dict)

    def read(self, line: LineReader, measure: Measure | None) -> Subject | None:
        """The subject; None where any part of it is wrong, and all that is wrong is noted."""
        period, node = self._period(line), self._node(line)
        if node is None or period is None:
            return None
        if period.grain not in self.config.kpis.scopes[node.scope]:
            message = Message("{scope} is not computed by {period}", scope=node.scope, period=period.grain)
            hint = Message("add {period} to kpis.scopes.{scope}", period=period.grain, scope=node.scope)
            line.wrong("period", message, hint=hint)
            return None
        return None if measure is None else Subject(measure, node, period)

    # ---- the KPI --------------------------------------------------------------------------------------------------

    def measure(self, line: LineReader) -> Measure | None:
        """The KPI; None where there is no such."""
        kpi = line.text("kpi")
        if kpi not in self._measures:
            found = line.attempt("kpi", lambda: self._known(kpi))
            if found is None:
                return None
            self._measures[kpi] = found
        return self._measures[kpi]

    def _known(self, kpi: str) -> Measure:
        if kpi in self.definitions:
            return Measure(kpi, nature(self.definitions[kpi]))
        if not kpi:
            raise KpiError(Message("which KPI?"), hint=Message("give the KPI's id: see `crm-kpi kpi list`"))
        if kpi in {each.id for each in catalog.shipped()}:
            hint = Message("add it to kpis.enabled, and to assumptions what it needs")
            raise KpiError(Message("{kpi} is not computed", kpi=kpi), hint=hint)
        raise KpiError(Message("{kpi} is not a KPI", kpi=shown(kpi)), hint=did_you_mean(kpi, self.definitions))

    # ---- whose ----------------------------------------------------------------------------------------------------

    def _node(self, line: LineReader) -> Node | None:
        raw = tuple(map(line.line.values.get, WHOSE))
        words = raw, tuple(map(type, raw))  # 1 and true are equal, and two things
        if words not in self._nodes:
            scope = self._scope(line)
            node = None if scope is None else self._found(line, scope)
            if node is None:
                return None
            self._nodes[words] = node
        return self._nodes[words]

    def _scope(self, line: LineReader) -> str | None:
        given = [name for name in ("scope", *SHORT) if name in line]
        if len(given) > 1:
            message = Message("whose target is it? {fields} cannot stand together", fields=", ".join(given))
            line.wrong(given[1], message, hint=Message("give one of them"))
            return None
        scope = given[0] if given and given[0] in SHORT else line.text("scope").lower() or ORGANISATION.scope
        computed = self.config.kpis.scopes
        if scope not in computed:
            hint = did_you_mean(scope, computed)
            line.wrong(
                given[0] if given else "scope",
                Message("the scope {scope} is not computed", scope=shown(scope)),
                hint=hint,
            )
            return None
        return scope

    def _found(self, line: LineReader, scope: str) -> Node | None:
        where = scope if scope in line else "of"
        word = line.text(where)
        if scope == ORGANISATION.scope:
            return self._organisation(line, word)
        if not word:
            line.wrong(
                where,
                Message("whose target is it?"),
                hint=Message("give the id or the name of the {scope}", scope=scope),
            )
            return None
        connection = line.text("connection")
        named = line.attempt(where, lambda: self._find(word, scope, connection))
        if named is None:
            return None
        return Node(named.connection, scope, named.id) if self._is_named_right(line, named) else None

    def _organisation(self, line: LineReader, word: str) -> Node | None:
        if word:
            hint = Message("leave `of` empty, or say in `scope` whose it is")
            line.wrong("of", Message("{name}: the whole organisation has no id", name=shown(word)), hint=hint)
            return None
        return ORGANISATION

    def _find(self, word: str, scope: str, connection: str) -> Named:
        if connection and connection not in self.config.connections:
            message = Message("there is no connection {name}", name=shown(connection))
            raise KpiError(message, hint=did_you_mean(connection, self.config.connections))
        return self.directory.register(scope).find(word, connection=connection if scope in RECORD_SCOPES else "")

    def _is_named_right(self, line: LineReader, named: Named) -> bool:
        """Whoever sorts one column of a sheet and not the others, gives everybody somebody else's target."""
        name = line.text("name")
        if not name or not named.name or folded(name) in (folded(named.name), folded(named.id)):
            return True
        message = Message(
            "{id} is {known}, and the sheet says {name}", id=named.id, known=shown(named.name), name=shown(name)
        )
        line.wrong("name", message, hint=Message("was the sheet sorted in part? correct the id or the name"))
        return False

    # ---- when -----------------------------------------------------------------------------------------------------

    def _period(self, line: LineReader) -> Period | None:
        value, starts = line.raw("period"), line.raw("starts")
        if (value, starts) not in self._periods:
            found = line.attempt("period", lambda: self._read_period(value, starts))
            if found is None:
                return None
            self._periods[value, starts] = found
        return self._periods[value, starts]

    def _read_period(self, value: Any, starts: Any) -> Period:
        if value is None:
            raise KpiError(Message("by when? the period is missing"), hint=Message("write 2026, 2026-Q1 or 2026-01"))
        return read_period(value, starts, calendar=self.calendar)
