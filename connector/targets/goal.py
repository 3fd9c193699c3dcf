"""What a line asks for: a number to reach, a range to stay in, or a change from the baseline."""

from __future__ import annotations

from dataclasses import dataclass

from connector.errors import Message
from connector.targets.amount import AmountReader
from connector.targets.fields import GOALS
from connector.targets.reader import LineReader
from connector.targets.subject import Measure
from kpi_engine.definition import Better
from kpi_engine.errors import KpiError
from kpi_engine.target import AtLeast, AtMost, Baseline, ByChange, Goal, Within, parse_change

RANGE = ("low", "high")


@dataclass(frozen=True, slots=True)
class GoalReader:
    """Reads the goals of all lines."""

    amounts: AmountReader

    def read(self, line: LineReader, measure: Measure, *, baseline: Baseline | None) -> Goal | None:
        """The goal; None where it is wrong, and what is wrong is noted."""
        given = [name for name in GOALS if name in line]
        if len(given) > 1 and tuple(given) != RANGE:
            message = Message("{fields} cannot stand together", fields=", ".join(given))
            line.wrong(given[-1], message, hint=Message("give one of them, or low and high together"))
            return None
        if given[0] in RANGE:
            return self._range(line, measure)
        if given[0] == "change":
            return self._change(line, measure, baseline)
        return self._reach(line, measure, name=given[0])

    def number(self, line: LineReader, name: str, measure: Measure) -> float | None:
        """A number in the KPI's unit; None where none is given, or a wrong one."""
        if name not in line:
            return None
        return line.attempt(name, lambda: self.amounts.read(line.raw(name), unit=measure.nature.unit))

    def _possible(self, line: LineReader, name: str, measure: Measure) -> float | None:
        """A number that the KPI can have."""
        value = self.number(line, name, measure)
        return None if value is None else line.attempt(name, lambda: possible(value, measure))

    # ---- the three kinds ------------------------------------------------------------------------------------------

    def _reach(self, line: LineReader, measure: Measure, *, name: str) -> Goal | None:
        upwards = line.attempt(name, lambda: _upwards(name, measure.nature.better))
        value = self._possible(line, name, measure)
        if upwards is None or value is None:
            return None
        if upwards and value == 0 and not measure.nature.negative:
            hint = Message("leave it empty where no target is set: that is shown as a state of its own")
            line.wrong(name, Message("a target of 0 asks for nothing"), hint=hint)
            return None
        return AtLeast(value=value) if upwards else AtMost(value=value)

    def _range(self, line: LineReader, measure: Measure) -> Goal | None:
        numbers = {name: self._possible(line, name, measure) for name in RANGE}
        tolerance = self.number(line, "tolerance", measure)
        wanted = [name for name in (*RANGE, "tolerance") if name in line]
        if any({**numbers, "tolerance": tolerance}[name] is None for name in wanted):
            return None
        return line.attempt(wanted[0], lambda: Within(low=numbers["low"], high=numbers["high"], tolerance=tolerance))

    def _change(self, line: LineReader, measure: Measure, baseline: Baseline | None) -> Goal | None:
        if baseline is None and "baseline_period" not in line:
            hint = Message("give baseline_period, such as 2025, or the number in baseline")
            line.wrong("change", Message("a change from what?"), hint=hint)
            return None
        better = measure.nature.better
        known = None if baseline is None else baseline.value
        text = _change_text(line)
        change = line.attempt(
            "change", lambda: parse_change(text, unit=measure.nature.unit, better=better, baseline=known)
        )
        return None if change is None else ByChange(change=change, better=better)


def _change_text(line: LineReader) -> str:
    """What stands there; a spreadsheet turns -30% into a number that is shown as a percentage."""
    from connector.targets.lines import Share

    raw = line.raw("change")
    return f"{raw.value * 100:+.10g}%" if isinstance(raw, Share) else line.text("change")


def _upwards(name: str, better: Better) -> bool:
    """Whether the goal is to be at least the number."""
    stated = {"at_least": Better.HIGHER, "at_most": Better.LOWER}.get(name)
    if better is Better.RANGE:
        if stated is None:
            raise KpiError(
                Message("this KPI is best within a range: is the number its lower or its upper end?"),
                hint=Message("give low, high, or both"),
            )
        return stated is Better.HIGHER
    if stated is not None and stated is not better:
        raise KpiError(
            Message("of this KPI, {better} is better", better=better.value),
            hint=Message("write `target`; or `low` or `high` to keep it within bounds"),
        )
    return better is Better.HIGHER


def possible(value: float, measure: Measure) -> float:
    """The value itself.

    Raises:
        KpiError: the KPI can never have it.
    """
    if value < 0 and not measure.nature.negative:
        raise KpiError(
            Message("{kpi} is never below zero", kpi=measure.kpi), hint=Message("write the number without its minus")
        )
    largest = measure.nature.largest
    if largest is not None and value > largest:
        raise KpiError(
            Message("{kpi} is never above {limit} %", kpi=measure.kpi, limit=f"{largest * 100:g}"),
            hint=Message("write percentages with their sign: 90 %"),
        )
    return value
