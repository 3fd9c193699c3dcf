"""Value x target -> gap: how far, how much of the way, in time or not, and the colour with its word.

``algebra`` holds the formulas, ``pace`` what should be done by now, ``rag`` the colours, ``steady`` keeps them from
flickering, ``window`` makes periods that end today, ``judgement`` puts them together into one row per target. Forecasts
and the chance to hit come later; until then a running period is judged by its pace.
"""

from kpi_engine.gap.judgement import Actual, Gap, gap, unset
from kpi_engine.gap.pace import Course, course
from kpi_engine.gap.rag import SHAPES, Rag, band, word
from kpi_engine.gap.status import GapStatus
from kpi_engine.gap.steady import BASIS, Before, basis
from kpi_engine.gap.window import TrailingCalendar

__all__ = [
    "BASIS",
    "SHAPES",
    "Actual",
    "Before",
    "Course",
    "Gap",
    "GapStatus",
    "Rag",
    "TrailingCalendar",
    "band",
    "basis",
    "course",
    "gap",
    "unset",
    "word",
]
