"""Targets: what a KPI should be, for whom, by when. Pure: reading files and finding people is the application's work.

``model`` is what a target says, ``nature`` what may be asked of a KPI at all, ``change`` a target stated as a change
from its baseline, ``in_force`` what becomes of it once the baseline is frozen, ``roll_up`` the sums of owners' targets
beside those of their teams, ``plausible`` whether a number is within reach.
"""

from kpi_engine.target.change import Change, parse_change
from kpi_engine.target.in_force import NoTarget, in_force
from kpi_engine.target.model import AtLeast, AtMost, Baseline, Benchmark, ByChange, Goal, Target, Thresholds, Within
from kpi_engine.target.nature import Nature, nature
from kpi_engine.target.roll_up import ORGANISATION, Node, RollUp, roll_up

__all__ = [
    "ORGANISATION",
    "AtLeast",
    "AtMost",
    "Baseline",
    "Benchmark",
    "ByChange",
    "Change",
    "Goal",
    "Nature",
    "NoTarget",
    "Node",
    "RollUp",
    "Target",
    "Thresholds",
    "Within",
    "in_force",
    "nature",
    "parse_change",
    "roll_up",
]
