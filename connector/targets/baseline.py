"""Where a KPI stood before: stated as a number, or taken from the values of a period once and frozen."""

from __future__ import annotations

from dataclasses import dataclass

from connector.errors import Message
from connector.targets.goal import GoalReader
from connector.targets.period_label import read_period
from connector.targets.reader import LineReader
from connector.targets.subject import Measure, Subject
from kpi_engine.errors import KpiError
from kpi_engine.period import Calendar, Grain, Period
from kpi_engine.target import AtLeast, AtMost, Baseline, Goal

EARLIER = ("previous", "prior_year")
"""In place of a period: the one just before the target's, or the same one a year earlier."""


@dataclass(frozen=True, slots=True)
class BaselineReader:
    """Reads where lines begin."""

    goals: GoalReader
    calendar: Calendar
    computed: dict[str, tuple[Grain, ...]]
    """Scope -> the periods that there are values for."""

    def stated(self, line: LineReader, measure: Measure, subject: Subject | None) -> Baseline | None:
        """The number that the line itself gives."""
        value = self.goals.number(line, "baseline", measure) if "baseline" in line else None
        if value is None:
            return None
        period = None if subject is None else self.period(line, subject)
        return Baseline(
            value=value,
            period=None if period is None else period.grain,
            start=None if period is None else period.start,
            as_of=line.text("baseline_as_of"),
        )

    def period(self, line: LineReader, subject: Subject) -> Period | None:
        """The period in which the KPI stood there."""
        if "baseline_period" not in line:
            return None
        return line.attempt("baseline_period", lambda: self._earlier(line, subject))

    def _earlier(self, line: LineReader, subject: Subject) -> Period:
        word = line.text("baseline_period").lower()
        period = self._shifted(word, subject.period) or read_period(
            line.raw("baseline_period"), None, calendar=self.calendar
        )
        if period.end is None or subject.period.end is None or period.end >= subject.period.end:
            raise KpiError(
                Message("the baseline's period does not end before the target's"),
                hint=Message("name an earlier period, or `previous`, or `prior_year`"),
            )
        if "baseline" not in line and period.grain not in self.computed[subject.node.scope]:
            scope = subject.node.scope
            raise KpiError(
                Message("{scope} is not computed by {period}", scope=scope, period=period.grain),
                hint=Message("add {period} to kpis.scopes.{scope}", period=period.grain, scope=scope),
            )
        return period

    def _shifted(self, word: str, period: Period) -> Period | None:
        if word not in EARLIER:
            return None
        return self.calendar.previous(period) if word == EARLIER[0] else self.calendar.prior_year(period)


def check_way(line: LineReader, goal: Goal, baseline: Baseline | None) -> None:
    """A target to reach lies in the good direction from where the KPI stands."""
    if baseline is None or not isinstance(goal, AtLeast | AtMost):
        return
    keep = "low" if isinstance(goal, AtLeast) else "high"
    hint = Message("to keep what there is, give `{keep}` in place of `target`; else correct the baseline", keep=keep)
    if goal.value == baseline.value:
        line.wrong("baseline", Message("the baseline is the target already: there is no way to go"), hint=hint)
    elif (goal.value > baseline.value) is not isinstance(goal, AtLeast):
        line.wrong("baseline", Message("the baseline is better than the target already"), hint=hint)
