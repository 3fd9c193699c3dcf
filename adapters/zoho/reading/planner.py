"""Which way a module is read: the cheapest complete one, in credits and time, and why.

=======  ==============  ==================  ================================================================
way      rows a call     credits             leaves out
=======  ==============  ==================  ================================================================
list     200             1 a call and pass   nothing that the account may see; 50 fields a pass
coql     2,000           3 a call            fields that hold files, subforms or several records
bulk     200,000 a job   50 a job            records without a parent (history), whatever Zoho does not document
=======  ==============  ==================  ================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Final

from adapters.zoho.asking import BULK_JOB_CREDITS, COQL_CREDITS, COQL_ROWS, LIST_FIELDS, LIST_ROWS
from adapters.zoho.metadata import Metadata
from adapters.zoho.settings import WayName
from connector.errors import Message

MANY: Final = 10_000
"""What a module is taken for whose records nobody counts."""
LIST_END: Final = 100_000
BULK_ROWS: Final = 200_000
_CALL_SECONDS: Final = {"list": 0.4, "coql": 0.8}
"""What users of Zoho report, roughly; only the order of the ways hangs on it."""
_JOB_SECONDS: Final = 60.0
_JOB_CALLS: Final = 8
"""Status and download of one job."""

NOT_IN_COQL: Final = frozenset(
    (
        *("fileupload", "imageupload", "profileimage", "multiselectlookup", "multiuserlookup", "subform"),
        *("consent_lookup", "RRULE", "ALARM", "event_reminder"),
    )
)
"""Types that a query cannot select."""
FIELDS_NOT_IN_COQL: Final = frozenset((("Events", "Participants"), ("Cases", "Comments"), ("Solutions", "Comments")))
NOT_IN_BULK: Final = frozenset(("Notes", "Attachments", "Emails"))


class Way(StrEnum):
    """How records are read."""

    LIST = "list"
    COQL = "coql"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a way would cost."""

    way: Way
    credits: int
    seconds: float

    @property
    def price(self) -> float:
        """A second weighs as much as a credit: both are small for small modules, and large for large ones."""
        return self.credits + self.seconds


@dataclass(frozen=True, slots=True)
class Plan:
    """The ways to try, best first."""

    ways: tuple[Way, ...]
    why: Message


def coql_limit(rows: int | None) -> int:
    """The cheapest LIMIT that brings so many records in one call, or the largest.

    >>> coql_limit(150), coql_limit(700), coql_limit(5_000), coql_limit(None)
    (200, 1000, 2000, 2000)
    """
    return next((limit for limit, _ in COQL_CREDITS if rows is not None and rows <= limit), COQL_ROWS)


def estimate(way: Way, rows: int, *, fields: int) -> Estimate:
    """What reading so many records would cost.

    >>> [estimate(way, 200_000, fields=20).credits for way in Way]
    [1000, 300, 58]
    >>> [estimate(way, 90, fields=20).credits for way in (Way.LIST, Way.COQL)]
    [1, 1]
    """
    match way:
        case Way.LIST:
            calls = max(ceil(rows / LIST_ROWS), 1) * ceil(max(fields, 1) / LIST_FIELDS)
            return Estimate(way, calls, calls * _CALL_SECONDS["list"])
        case Way.COQL:
            calls, rest = divmod(max(rows, 1) - 1, COQL_ROWS)
            credits = calls * dict(COQL_CREDITS)[COQL_ROWS] + dict(COQL_CREDITS)[coql_limit(rest + 1)]
            return Estimate(way, credits, (calls + 1) * _CALL_SECONDS["coql"])
        case Way.BULK:
            jobs = max(ceil(rows / BULK_ROWS), 1)
            return Estimate(way, jobs * (BULK_JOB_CREDITS + _JOB_CALLS), jobs * _JOB_SECONDS + rows / 50_000)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the settings say of ways."""

    way: WayName = "auto"
    insists: bool = False
    """No other way may be tried."""
    bulk_from: int = 1
    """Fewer records are never read by Bulk Read, unless it is wished for."""


def plan(rows: int | None, *, fields: int, wish: Wish, obstacles: Mapping[Way, Message]) -> Plan:
    """The ways in the order in which they are tried.

    Args:
        rows: How many records there are; None where Zoho does not count them.
        fields: How many are asked for.
        wish: What the settings say.
        obstacles: Ways that cannot bring everything, and why.
    """
    if wish.insists and wish.way != "auto":
        return Plan((Way(wish.way),), Message("the settings say so"))
    many = MANY if rows is None else rows
    free = [way for way in Way if way not in obstacles and (way is not Way.BULK or many >= wish.bulk_from)]
    estimates = sorted((estimate(way, many, fields=fields) for way in free), key=lambda each: each.price)
    last_resorts = [way for way in (Way.COQL, Way.LIST) if way not in free]
    ways = tuple(dict.fromkeys((*(each.way for each in estimates), *last_resorts)))
    if wish.way != "auto" and wish.way not in obstacles:
        first = Way(wish.way)
        return Plan((first, *(way for way in ways if way is not first)), Message("the settings say so"))
    return Plan(ways, _reason(estimates, many, obstacles=obstacles))


def _reason(estimates: list[Estimate], rows: int, *, obstacles: Mapping[Way, Message]) -> Message:
    if not estimates:
        return Message("no way is known to be complete")
    best = estimates[0]
    if len(estimates) > 1:
        return Message(
            "about {credits} credits for {rows} records, {other} by {way}",
            credits=best.credits,
            rows=rows,
            other=estimates[1].credits,
            way=estimates[1].way.value,
        )
    return next(iter(obstacles.values()), Message("about {credits} credits", credits=best.credits))


def obstacles(
    module: str, fields: Iterable[str], metadata: Metadata, *, refused: Iterable[str], rows: int | None
) -> dict[Way, Message]:
    """The ways that cannot bring all of a module, and why."""
    names = tuple(fields)
    found: dict[Way, Message] = {}
    hard = [name for name in names if metadata.kind(name) in NOT_IN_COQL or (module, name) in FIELDS_NOT_IN_COQL]
    if hard:
        found[Way.COQL] = Message("COQL cannot select {field}", field=hard[0])
    if module in NOT_IN_BULK:
        found[Way.BULK] = Message("Bulk Read does not know {module}", module=module)
    if marked := [name for name in names if name.startswith("$")]:
        found[Way.BULK] = Message("Bulk Read has no {field}", field=marked[0])
    if module == "Leads":
        converted = Message("only lists show converted leads for certain")
        found |= {Way.COQL: converted, Way.BULK: converted}
    if (rows or 0) > LIST_END and not metadata.has("Modified_Time"):
        found[Way.LIST] = Message("lists end after 100,000 records")
    return found | {Way(way): Message("Zoho refused it") for way in refused}
