"""What a check has found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from connector.errors import Problem
from kpi_engine.document import Steps


@dataclass(frozen=True, slots=True)
class Proposal:
    """A setting that the files themselves answer."""

    where: str
    way: Steps
    """The group (or the plain field name) that it belongs to."""
    setting: str
    value: Any
    is_found_anyway: bool = False
    """Each pull finds the same where nothing is stated; stated, it is verified, and a file that is written in another
    way stops with a remedy."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Errors stop a run or falsify its numbers; warnings do not."""

    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    proposals: tuple[Proposal, ...]


@dataclass(slots=True)
class Findings:
    """A report while it grows."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)

    def add(self, *, errors: Iterable[Problem] = (), warnings: Iterable[Problem] = ()) -> None:
        """Note some problems."""
        self.errors.extend(errors)
        self.warnings.extend(warnings)

    def report(self) -> CheckReport:
        """What was found, each thing once."""
        return CheckReport(
            tuple(dict.fromkeys(self.errors)), tuple(dict.fromkeys(self.warnings)), tuple(self.proposals)
        )
