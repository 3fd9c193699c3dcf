"""What a line of a targets file may say: the same words in YAML, CSV and XLSX."""

from __future__ import annotations

from collections.abc import Mapping

from connector.errors import Message, Problem, did_you_mean

FIELDS: Mapping[str, Message] = {
    "kpi": Message("the KPI, by its id: see `crm-kpi kpi list`"),
    "kpi_name": Message("help only: the KPI's name"),
    "scope": Message("organisation, team, owner, account, or a dimension such as product"),
    "of": Message("whose target it is: the id or the name of the owner, team, account or product"),
    "owner": Message("in place of scope and of: the owner's id or name"),
    "team": Message("in place of scope and of: the team's id or name"),
    "account": Message("in place of scope and of: the account's id or name"),
    "name": Message("help only: the name behind the id; a sheet that was sorted in part is noticed by it"),
    "connection": Message("where several connections know the same id"),
    "period": Message("2026, 2026-Q1, 2026-01 or 2026-W07; or year, quarter, month, week with a date in `starts`"),
    "starts": Message("the first day of the period, where `period` is only its length"),
    "unit": Message("help: what the KPI is counted in; another unit is refused"),
    "currency": Message("the currency of an amount; only the company's own"),
    "last_period": Message("help only: the period of the last value"),
    "last_value": Message("help only: the last value there is"),
    "target": Message("the number to reach: percentages with their sign (90 %); empty: no target is set"),
    "at_least": Message("like target, for a KPI of which more is better"),
    "at_most": Message("like target, for a KPI of which less is better"),
    "low": Message("the lower end of a range to stay in; alone, a level to keep"),
    "high": Message("the upper end of a range to stay in; alone, a limit to keep"),
    "tolerance": Message("how far outside the range nothing is attained any more"),
    "change": Message("in place of target: -30% of the baseline, +10pp for percentage points, x1.3 for a multiple"),
    "baseline": Message("where the KPI stood before, as a number"),
    "baseline_period": Message("where the KPI stood in that period: taken from its values once, and frozen"),
    "baseline_as_of": Message("when a stated baseline was true"),
    "attainment": Message("how a limit is attained: mirror (2 - actual / target) or inverse (target / actual)"),
    "green": Message("where green begins: 1 is the whole target"),
    "amber": Message("where amber begins: 0.9 is nine tenths of it"),
    "benchmark": Message("how others do; for who reads this sheet, never computed with"),
    "benchmark_source": Message("who says so"),
    "benchmark_on": Message("when they said so"),
    "objective": Message("what the target serves"),
    "parent": Message("the id of the target that this one is a part of; empty: the team's"),
    "id": Message("a name of its own for the target; empty: made from KPI, scope and period"),
    "version": Message("raised when a target is moved: its baseline is taken anew"),
    "review": Message("how often people look at it: week, month, quarter, year"),
    "note": Message("anything else"),
}

HELP_ONLY = frozenset(("kpi_name", "last_period", "last_value"))
"""Written into the sheet for the person who fills it in, and never read."""

GOALS = ("target", "at_least", "at_most", "low", "high", "change")
"""The fields that make a target of a line; a line without any of them is one that nobody has filled in."""

GROUPS: Mapping[str, Mapping[str, str]] = {
    "baseline": {"value": "baseline", "period": "baseline_period", "as_of": "baseline_as_of"},
    "benchmark": {"value": "benchmark", "source": "benchmark_source", "on": "benchmark_on", "date": "benchmark_on"},
    "rag": {"green": "green", "amber": "amber"},
    "range": {"low": "low", "high": "high", "tolerance": "tolerance"},
}
"""How YAML may group some of them: `baseline: {value: 80 %, period: 2025}`."""


def field_of(heading: str) -> str:
    """The field that a column's heading means: case, spaces and hyphens do not matter.

    >>> field_of(" Baseline period ")
    'baseline_period'
    """
    return "_".join(heading.strip().lower().replace("-", " ").replace("_", " ").split())


def unknown_field(where: str, heading: str) -> Problem:
    """A word that no field has."""
    return Problem(where, Message("{field} is not a field of targets", field=heading), did_you_mean(heading, FIELDS))
