"""Value x target -> gap: how far, how much of the way, in time or not, and the colour with its word.

``algebra`` holds the formulas, ``pace`` what should be done by now, ``rag`` the colours, ``steady`` keeps them from
flickering, ``judgement`` puts them together into one row per target. Forecasts and the chance to hit come later; until
then a running period is judged by its pace.
"""

from kpi_engine.gap.judgement import Actual, Gap, basis, gap, unset
from kpi_engine.gap.pace import Course, course
from kpi_engine.gap.rag import SHAPES, Rag, band, word
from kpi_engine.gap.status import GapStatus
from kpi_engine.gap.steady import Before

__all__ = [
    "SHAPES",
    "Actual",
    "Before",
    "Course",
    "Gap",
    "GapStatus",
    "Rag",
    "band",
    "basis",
    "course",
    "gap",
    "unset",
    "word",
]
