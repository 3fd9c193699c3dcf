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

from adapters.zoho.asking import BULK_JOB_CREDITS, COQL_ROWS
from adapters.zoho.metadata import Metadata
from adapters.zoho.settings import WayName
from connector.errors import Message

LIST_ROWS: Final = 200
LIST_FIELDS: Final = 50
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


def estimate(way: Way, rows: int, *, fields: int) -> Estimate:
    """What reading so many records would cost.

    >>> [estimate(way, 200_000, fields=20).credits for way in Way]
    [1000, 300, 58]
    """
    match way:
        case Way.LIST:
            calls = max(ceil(rows / LIST_ROWS), 1) * ceil(max(fields, 1) / LIST_FIELDS)
            return Estimate(way, calls, calls * _CALL_SECONDS["list"])
        case Way.COQL:
            calls = max(ceil(rows / COQL_ROWS), 1)
            return Estimate(way, calls * 3, calls * _CALL_SECONDS["coql"])
        case Way.BULK:
            jobs = max(ceil(rows / BULK_ROWS), 1)
            return Estimate(way, jobs * (BULK_JOB_CREDITS + _JOB_CALLS), jobs * _JOB_SECONDS + rows / 50_000)


def plan(rows: int | None, *, fields: int, wanted: WayName, bulk_from: int, obstacles: Mapping[Way, Message]) -> Plan:
    """The ways in the order in which they are tried.

    Args:
        rows: How many records there are; None where Zoho does not count them.
        fields: How many are asked for.
        wanted: What the settings say.
        bulk_from: Fewer records are never read by Bulk Read.
        obstacles: Ways that cannot bring everything, and why.
    """
    if wanted != "auto":
        return Plan((Way(wanted),), Message("the settings say so"))
    many = rows or 0
    open_ways = [way for way in Way if way not in obstacles and (way is not Way.BULK or many >= bulk_from)]
    estimates = sorted((estimate(way, many, fields=fields) for way in open_ways), key=lambda each: each.price)
    last_resorts = [way for way in (Way.COQL, Way.LIST) if way not in open_ways]
    if not estimates:
        return Plan(tuple(last_resorts), Message("no way is known to be complete"))
    return Plan((*(each.way for each in estimates), *last_resorts), _reason(estimates, many, obstacles=obstacles))


def _reason(estimates: list[Estimate], rows: int, *, obstacles: Mapping[Way, Message]) -> Message:
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
