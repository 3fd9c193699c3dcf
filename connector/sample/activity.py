"""Activities: eight around each deal, one for each lead; the largest table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, repeat
from typing import TypeVar

from connector.sample.company import Columns, Company, Pages, looked_up
from connector.sample.customers import account_ids, contact_ids
from connector.sample.dealing import DealBlock, deal_blocks
from connector.sample.deals import deal_ids
from connector.sample.draws import RANGE, share, weighted_pool
from connector.sample.leads import LeadBlock, lead_blocks, lead_ids

ACTIVITY, LEAD_ACTIVITY = 10_000_000_000, 20_000_000_000
EACH = 8
"""Activities around one deal."""
KINDS = ("call", "email", "meeting", "task", "other")
CALL, EMAIL, MEETING, TASK = range(4)
MINUTES = (9, 4, 55, 25, 15)
"""How long each kind takes, about."""
INBOUND_LIMIT, UNDONE_LIMIT = share(0.3), share(0.05)

_T = TypeVar("_T")


def _repeated(values: Sequence[_T]) -> list[_T]:
    """Each value once for each activity of its deal."""
    return list(chain.from_iterable(map(repeat, values, repeat(EACH))))


def activity_pages(company: Company) -> Pages:
    """The table `activities`: those of deals, then those of leads."""
    for deals in deal_blocks(company):
        yield _around_deals(company, deals)
    for leads in lead_blocks(company):
        yield _first_calls(company, leads)


def _around_deals(company: Company, deals: DealBlock) -> Columns:
    """Eight equal stretches between creation and end, an activity on some working day of each."""
    workday, sales = company.calendar.workday, company.staff.sales
    count = len(deals.numbers) * EACH
    draws = company.draws.column("activities", deals.block, count=count)
    stretches = [end - start for start, end in zip(deals.created_days, deals.close_days, strict=True)]
    parts = list(range(0, RANGE, RANGE // EACH)) * len(deals.numbers)
    days = [
        workday[start + (stretch * (part + draw // EACH) >> 16) + 1]
        for start, stretch, part, draw in zip(
            _repeated(deals.created_days), _repeated(stretches), parts, draws, strict=True
        )
    ]
    number = ACTIVITY + deals.numbers.start * EACH
    columns = _activity_columns(company, days, stream="activities", block=deals.block)
    return columns | {
        "id": [f"E{place}" for place in range(number, number + count)],
        "account_id": _repeated(account_ids(deals.account_rows)),
        "contact_id": _repeated(contact_ids(deals.contacts)),
        "deal_id": _repeated(deal_ids(deals.numbers)),
        "lead_id": [None] * count,
        "owner_id": sales.owners(_repeated(deals.seats), days),
    }


def _first_calls(company: Company, leads: LeadBlock) -> Columns:
    """Somebody gets in touch with each lead on the next working day."""
    workday = company.calendar.workday
    days = [workday[day + 1] for day in leads.created_days]
    none = [None] * len(days)
    columns = _activity_columns(company, days, stream="lead activities", block=leads.numbers.start)
    return columns | {
        "id": [f"E{LEAD_ACTIVITY + number}" for number in leads.numbers],
        "account_id": none,
        "contact_id": none,
        "deal_id": none,
        "lead_id": lead_ids(leads.numbers),
        "owner_id": company.staff.sales.owners(leads.seats, days),
    }


_KIND_POOL = weighted_pool((34, 30, 14, 18, 4))


def _activity_columns(company: Company, days: Sequence[int], *, stream: str, block: int) -> Columns:
    """What does not depend on what the activity served. Days from today on are plans: due, neither begun nor done."""
    calendar, today = company.calendar, company.calendar.today
    kinds = [_KIND_POOL[draw >> 6] for draw in company.draws.column(f"{stream}/kind", block, count=len(days))]
    hours = company.draws.column(f"{stream}/hour", block, count=len(days))
    starts = calendar.at_work(days, hours)
    texts = calendar.instants(starts)
    over = [
        day < today and not (kind == TASK and hour & 255 < UNDONE_LIMIT >> 8)
        for day, kind, hour in zip(days, kinds, hours, strict=True)
    ]
    done = calendar.instants(
        [start + MINUTES[kind] * (30 + (hour & 63)) for start, kind, hour in zip(starts, kinds, hours, strict=True)]
    )
    began = [day < today for day in days]
    entered = calendar.texts[today - 1] + "T09:00:00Z"
    return {
        "modified_at": [
            end if past else text if now else entered
            for end, past, text, now in zip(done, over, texts, began, strict=True)
        ],
        "kind": looked_up(KINDS, kinds),
        "direction": [
            None if kind > EMAIL else "inbound" if hour < INBOUND_LIMIT else "outbound"
            for kind, hour in zip(kinds, hours, strict=True)
        ],
        "due_at": [
            text if kind in (MEETING, TASK) or not now else None
            for text, kind, now in zip(texts, kinds, began, strict=True)
        ],
        "started_at": [
            text if now and kind != TASK else None for text, kind, now in zip(texts, kinds, began, strict=True)
        ],
        "done_at": [end if past else None for end, past in zip(done, over, strict=True)],
    }
