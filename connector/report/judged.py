"""Targets in words: the colour with its shape and its word, how far it is, and a bullet chart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connector.report import chart
from connector.report.gaps import TargetGap
from connector.report.reader import Reader
from connector.report.sentence import Sentence
from connector.report.span import Span
from kpi_engine.definition import Definition
from kpi_engine.gap import SHAPES, Rag

COLOURS: Mapping[Rag, Sentence] = {
    Rag.GREEN: Sentence("on target"),
    Rag.BLUE: Sentence("reached early"),
    Rag.AMBER: Sentence("at risk"),
    Rag.RED: Sentence("off target"),
    Rag.GREY: Sentence("not judged"),
}


def _up_to_now(grain: str, value: str) -> Sentence:
    """A level of a running period is judged by as long a time up to now."""
    match grain:
        case "week":
            return Sentence("last 7 days {value}", value=value)
        case "month":
            return Sentence("last month up to now {value}", value=value)
        case "quarter":
            return Sentence("last 3 months {value}", value=value)
        case _:
            return Sentence("last 12 months {value}", value=value)


@dataclass(frozen=True, slots=True)
class ColourCount:
    """How many targets have a colour."""

    rag: str
    shape: str
    count: int
    word: str


@dataclass(frozen=True, slots=True)
class TargetView:
    """A target in words, and its bullet chart where there is something to draw."""

    name: str
    rag: str
    shape: str
    word: str
    lines: tuple[str, ...]
    label: str = ""
    chart: chart.Bullet | None = None


def tally(reader: Reader, gaps: Sequence[TargetGap]) -> tuple[ColourCount, ...]:
    """How many targets have each colour; those without any are left out."""
    counted = Counter(Rag(each.rag) for each in gaps if each.is_set)
    return tuple(
        ColourCount(rag.value, SHAPES[rag], counted[rag], reader.say(word))
        for rag, word in COLOURS.items()
        if counted[rag]
    )


def in_line(reader: Reader, gap: TargetGap, span: Span) -> TargetView:
    """The target of a KPI as it stands in its line; its period is named where it is not the latest one shown."""
    lines = list(_distance(reader, gap))
    if gap.is_set and (gap.period.grain, gap.period.key) != (span.grain, span.latest.key):
        lines.insert(0, _period(reader, gap))
    return TargetView("", gap.rag, gap.shape, reader.say(gap.word), tuple(lines))


def with_bullet(reader: Reader, gap: TargetGap, definition: Definition) -> TargetView:
    """A target that is set, with its bullet chart."""
    assert gap.target is not None  # it is set
    lines, word = tuple(_all(reader, gap)), reader.say(gap.word)
    return TargetView(
        name=f"{reader.kpi(definition)}, {_period(reader, gap)}",
        rag=gap.rag,
        shape=gap.shape,
        word=word,
        lines=lines,
        label="; ".join((word, *lines)),
        chart=chart.bullet(gap.actual, gap.target, gap.expected, other=gap.other_bound),
    )


def _period(reader: Reader, gap: TargetGap) -> str:
    return reader.period(gap.period.grain, gap.period.start, gap.period.end)


def _distance(reader: Reader, gap: TargetGap) -> Iterator[str]:
    if gap.target is not None:
        yield reader.say(_aim(reader, gap, gap.target))
    if gap.gap is not None:
        yield reader.say(Sentence("gap {value}", value=reader.change(gap.gap, gap.unit, gap.currency)))
    if gap.trailing is not None:
        yield reader.say(_up_to_now(gap.period.grain, reader.value(gap.trailing, gap.unit, gap.currency)))


def _aim(reader: Reader, gap: TargetGap, target: float) -> Sentence:
    """The number to reach, or the range to stay in."""
    low, high = (None if each is None else reader.value(each, gap.unit, gap.currency) for each in (gap.low, gap.high))
    if low is not None and high is not None:
        return Sentence("target {low} to {high}", low=low, high=high)
    if low is not None:
        return Sentence("target at least {value}", value=low)
    if high is not None:
        return Sentence("target at most {value}", value=high)
    return Sentence("target {value}", value=reader.value(target, gap.unit, gap.currency))


def _all(reader: Reader, gap: TargetGap) -> Iterator[str]:
    say = reader.say
    if gap.actual is not None:
        yield say(Sentence("actual {value}", value=reader.value(gap.actual, gap.unit, gap.currency)))
    yield from _distance(reader, gap)
    if gap.expected is not None and gap.expected != gap.target and not gap.period.finished:
        yield say(Sentence("by today {value}", value=reader.value(gap.expected, gap.unit, gap.currency)))
    if gap.attainment is not None:
        yield say(Sentence("attained {share}", share=reader.share(gap.attainment)))
    if gap.progress is not None and gap.progress < 0:
        yield say(Sentence("worse than the baseline"))
    elif gap.progress is not None:
        yield say(Sentence("{share} of the way from the baseline", share=reader.share(gap.progress)))
