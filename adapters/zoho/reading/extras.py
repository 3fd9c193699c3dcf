"""Pages, completed by virtual fields that take calls of their own: the stage before, and the times of a case.

They are only made where a mapping names them; one that cannot be made here is withheld, which is not "empty".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final

from adapters.zoho.asking import Asking
from adapters.zoho.reading import cases
from adapters.zoho.reading.belonging import may_ask, rows_of_parents
from adapters.zoho.reading.memory import instant
from adapters.zoho.reading.module import STAMP, Batch, ModuleRead, in_order
from connector.contract import State

FROM_STAGE: Final = "$from_stage"
_DEAL: Final = "Potential_Name"
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


def unmade(read: ModuleRead) -> Asking:
    """The virtual fields that are asked for and cannot be made in this organisation."""
    if read.module == "DealHistory" and FROM_STAGE in read.made_here:
        may = yield from may_ask(read, "DealHistory", parent=_DEAL, names=("Stage", STAMP))
        return () if may else (FROM_STAGE,)
    if read.module == "Cases":
        return (yield from cases.unmade(read))
    return ()


def said_pages(read: ModuleRead, batch: Batch, *, next_state: State | None) -> Asking:
    """Say a batch, with everything that was asked for."""
    if batch.count:
        columns = {**read.completed(batch), **(yield from _made(read, batch.columns))}
        yield from read.pages(columns, batch.count, source=batch.source, next_state=next_state)


def _made(read: ModuleRead, own: Mapping[str, Sequence[Any]]) -> Asking:
    """The columns of a page that take more calls.

    Args:
        read: The module.
        own: The real fields that were read.
    """
    if read.module == "DealHistory" and FROM_STAGE in read.made_here:
        return {FROM_STAGE: (yield from _stages_before(read, own))}
    if read.module == "Cases":
        return (yield from cases.case_times(read, [str(each) for each in own["id"]]))
    return {}


def _stages_before(read: ModuleRead, own: Mapping[str, Sequence[Any]]) -> Asking:
    deals = [str(each) for each in dict.fromkeys(own[_DEAL])]
    rows = yield from rows_of_parents(read, "DealHistory", parent=_DEAL, ids=deals, names=("Stage", STAMP))
    entered: dict[str, list[tuple[datetime, tuple[int, str], Any]]] = {}
    for row in rows:
        entered.setdefault(row["parent"], []).append((instant(row[STAMP]) or _NEVER, in_order(row["id"]), row["Stage"]))
    before: dict[str, Any] = {}
    for steps in entered.values():
        steps.sort(key=lambda each: each[:2])
        before |= {after[1][1]: earlier[2] for earlier, after in pairwise(steps)}
    return [before.get(str(each)) for each in own["id"]]
