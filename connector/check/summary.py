"""Many findings of one kind as one line: with a count and an example, and everything for who asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from connector.check.report import Proposal
from connector.errors import Problem


@dataclass(frozen=True, slots=True)
class Kind:
    """Problems that differ in place and values only."""

    example: Problem
    """The first one."""
    count: int


def summed_up(problems: Iterable[Problem]) -> tuple[Kind, ...]:
    """The kinds in the order in which they come first.

    >>> from connector.errors import Message
    >>> lost = [Problem(f"deals.{name}", Message("{words} is nobody", words=name)) for name in ("ann", "bob")]
    >>> [(str(kind.example), kind.count) for kind in summed_up([*lost, Problem("x", Message("late"))])]
    [('deals.ann: ann is nobody', 2), ('x: late', 1)]
    """
    kinds: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        kinds.setdefault((problem.message.template, problem.hint.template), []).append(problem)
    return tuple(Kind(found[0], len(found)) for found in kinds.values())


def needed(proposals: Iterable[Proposal]) -> tuple[Proposal, ...]:
    """Those without which something is read wrongly; what each pull would find by itself is no news."""
    return tuple(each for each in proposals if not each.is_found_anyway)
