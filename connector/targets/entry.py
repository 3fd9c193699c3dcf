"""A line of a file as a target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connector.config import Config
from connector.errors import Message, Problem, did_you_mean
from connector.formats.number import NumberFormat
from connector.targets.amount import AmountReader, other_currency
from connector.targets.baseline import BaselineReader, check_way
from connector.targets.directory import Directory
from connector.targets.goal import GoalReader, possible
from connector.targets.lines import Line, Place
from connector.targets.period_label import read_day, read_grain
from connector.targets.reader import LineReader
from connector.targets.subject import Measure, Subject, SubjectReader
from kpi_engine.definition import Unit
from kpi_engine.errors import KpiError
from kpi_engine.period import Period
from kpi_engine.target import Baseline, Benchmark, ByChange, Goal, Target, Thresholds, Within

DETAILS = frozenset(("green", "amber", "version", "review", "attainment", "objective", "parent", "note"))
ATTAINMENTS = ("mirror", "inverse")
HIGHEST_VERSION = 10_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A target, where it was read, and from which period its baseline is to be taken."""

    target: Target
    place: Place
    file: str
    """The name of its file in messages."""
    baseline_from: Period | None
    """None: it states its baseline itself, or has none."""

    def problem(self, name: str, message: Message, *, hint: Message = Message("")) -> Problem:
        """Something wrong with it, at its place."""
        return self.place.problem(name, message, hint=hint)


class EntryReader:
    """Makes targets of lines, with the company's calendar, currency, KPIs and people."""

    def __init__(self, config: Config, directory: Directory) -> None:
        calendar = config.calendar()
        settings = config.targets
        style = NumberFormat(decimal=settings.decimal, thousands=settings.thousands, chinese_units=True)
        self._currency = config.organisation.currency
        self._usual = Thresholds(green=settings.green, amber=settings.amber)
        self._subjects = SubjectReader(config, calendar, directory, {each.id: each for each in config.definitions})
        self._goals = GoalReader(AmountReader(self._currency, style))
        self._baselines = BaselineReader(self._goals, calendar, dict(config.kpis.scopes))

    def read(self, line: Line, problems: list[Problem], *, file: str) -> Entry | None:
        """The target; None where something is wrong with it, and everything that is is added to the problems."""
        reader = LineReader(line)
        measure = self._subjects.measure(reader)
        subject = self._subjects.read(reader, measure)
        target = self._target(reader, measure, subject)
        problems.extend(reader.problems)
        if target is None or subject is None or reader.problems:
            return None
        frozen = None if target.baseline is not None else self._baselines.period(reader, subject)
        return Entry(target, line.place, file, frozen)

    def _target(self, line: LineReader, measure: Measure | None, subject: Subject | None) -> Target | None:
        """Reads on where the subject is wrong: the person who mends the file should hear of everything at once."""
        self._check_currency(line)
        details = self._details(line)
        if measure is None:
            return None
        _check_unit(line, measure)
        if "benchmark" in line:
            details["benchmark"] = self._benchmark(line, measure)
        baseline = self._baselines.stated(line, measure, subject)
        if "baseline" not in line and subject is not None:
            self._baselines.period(line, subject)
        goal = self._goals.read(line, measure, baseline=baseline)
        if goal is None or line.problems or subject is None:
            return None
        _check_goal(line, goal, baseline, measure)
        return self._made(line, subject, goal=goal, baseline=baseline, details=details)

    def _check_currency(self, line: LineReader) -> None:
        given = line.text("currency").upper()
        if given and given != self._currency:
            error = other_currency(given, self._currency)
            line.wrong("currency", error.message, hint=error.hint)

    def _details(self, line: LineReader) -> dict[str, Any]:
        """What few targets say."""
        if DETAILS.isdisjoint(line.line.values):
            return {"thresholds": self._usual}
        return {
            "thresholds": self._thresholds(line),
            "version": _version(line),
            "review": _optional(line, "review", read_grain),
            "attainment": _attainment(line),
            **{name: line.text(name) for name in ("objective", "parent", "note")},
        }

    def _made(
        self, line: LineReader, subject: Subject, *, goal: Goal, baseline: Baseline | None, details: dict[str, Any]
    ) -> Target:
        node, period, measure = subject.node, subject.period, subject.measure
        return Target(
            id=line.text("id") or usual_id(subject),
            kpi=measure.kpi,
            unit=measure.nature.unit,
            currency=self._currency if measure.nature.unit is Unit.MONEY else "",
            goal=goal,
            connection=node.connection,
            scope=node.scope,
            scope_id=node.scope_id,
            period=period.grain,
            start=period.start,
            end=period.end,
            baseline=baseline,
            **details,
        )

    def _thresholds(self, line: LineReader) -> Thresholds:
        if "green" not in line and "amber" not in line:
            return self._usual
        numbers = {name: line.attempt(name, _score(line, name)) for name in ("green", "amber") if name in line}
        merged = {**self._usual.model_dump(), **{name: each for name, each in numbers.items() if each is not None}}
        return line.attempt("amber" if "amber" in line else "green", lambda: Thresholds(**merged)) or self._usual

    def _benchmark(self, line: LineReader, measure: Measure) -> Benchmark | None:
        value = self._goals.number(line, "benchmark", measure)
        source, on = line.text("benchmark_source"), _optional(line, "benchmark_on", read_day)
        if not source:
            line.wrong("benchmark", Message("who says so?"), hint=Message("name the source in benchmark_source"))
            return None
        return None if value is None else Benchmark(value=value, source=source, on=on)


def _optional(line: LineReader, name: str, read: Callable[[Any], Any]) -> Any:
    return line.attempt(name, lambda: read(line.raw(name))) if name in line else None


def _check_unit(line: LineReader, measure: Measure) -> None:
    unit = line.text("unit").lower()
    if unit and unit != measure.nature.unit.value:
        message = Message("{kpi} is in {unit}, not in {given}", kpi=measure.kpi, unit=measure.nature.unit, given=unit)
        line.wrong("unit", message, hint=Message("write the target in the KPI's own unit"))


def _check_goal(line: LineReader, goal: Goal, baseline: Baseline | None, measure: Measure) -> None:
    check_way(line, goal, baseline)
    if not isinstance(goal, Within) and "tolerance" in line:
        line.wrong(
            "tolerance", Message("only a range has a tolerance"), hint=Message("give low or high, or take it out")
        )
    if isinstance(goal, ByChange) and baseline is not None:
        line.attempt("change", lambda: possible(goal.change.applied_to(baseline.value), measure))


def _score(line: LineReader, name: str) -> Callable[[], float]:
    """Where a colour begins: 0.9 and 90 % are the same here, a share of the target."""

    def read() -> float:
        text = line.text(name)
        number = text.removesuffix("%").strip()
        try:
            return float(number) / 100 if text != number else float(number)
        except ValueError as error:
            raise KpiError(
                Message("{value} is not a share", value=repr(text)[:40]), hint=Message("such as 0.9")
            ) from error

    raw = line.raw(name)
    shown_as_percent = getattr(raw, "value", None)
    return read if shown_as_percent is None else lambda: float(shown_as_percent)


def _version(line: LineReader) -> int:
    text = line.text("version") or "1"
    if text.isdecimal() and 1 <= int(text[:9]) <= HIGHEST_VERSION:
        return int(text)
    line.wrong("version", Message("{value} is not a version", value=repr(text)[:40]), hint=Message("1, 2, 3 …"))
    return 1


def _attainment(line: LineReader) -> str:
    text = line.text("attainment").lower() or ATTAINMENTS[0]
    if text in ATTAINMENTS:
        return text
    line.wrong(
        "attainment", Message("{value} is not known here", value=repr(text)[:40]), hint=did_you_mean(text, ATTAINMENTS)
    )
    return ATTAINMENTS[0]


def usual_id(subject: Subject) -> str:
    """`win_rate|crm|owner|U3|quarter|2026-01-01`: the same cell has the same id, in whatever file it stands."""
    node, period = subject.node, subject.period
    return "|".join(filter(None, (subject.measure.kpi, *node, period.grain.value, period.key)))
