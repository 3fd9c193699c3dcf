"""What a plan says about each of its targets, in numbers: saved with the plan, read when it is shown or applied."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class TargetFigures:
    """What would happen to one target."""

    target: str
    connection: str
    fields: int
    """Fields that are filled, or will be."""
    changed_records: int
    changed_fields: int
    cleared_fields: int
    """Of the changed fields, those that become empty because there is no such number any more."""
    held_back: int
    """Fields left as they are because their facts are incomplete."""
    calls: int
    first: bool
    """Nothing was ever written there, so that the guard has nothing to compare with."""
    rewrite: bool
    """The file is written again though no value changed, because the file that it is a copy of did."""
    source: str
    """What the written file is made from besides the values."""
    credits: int = 0
    """What the vendor will count for the calls; 0 where it counts nothing."""
    altered: tuple[str, ...] = ()
    """Files that a person has changed or removed, and that would be written again."""

    @property
    def changed_share(self) -> float:
        """The share of the filled fields that would change; what `max_changed_share` is compared with."""
        return self.changed_fields / self.fields if self.fields else 0.0


def encode_figures(figures: Iterable[TargetFigures]) -> str:
    """As the text that a plan keeps."""
    return json.dumps([asdict(each) for each in figures], sort_keys=True)


def decode_figures(text: str) -> tuple[TargetFigures, ...]:
    """From a plan's text.

    >>> decode_figures("")
    ()
    """
    return tuple(
        TargetFigures(**{**each, "altered": tuple(each.get("altered", ()))}) for each in json.loads(text or "[]")
    )
