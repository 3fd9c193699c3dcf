"""Cases of the service queues; one queue slows down (see `causes.py`)."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from connector.sample.causes import SLOW_QUEUE
from connector.sample.company import PAGE, Columns, Company, Pages, blocks, days_of, looked_up
from connector.sample.customers import account_ids, contact_ids, contacts_at, picked
from connector.sample.dirt import soil
from connector.sample.draws import RANGE, lognormal_pool, share, weighted_pool

CASE = 1_000_000_000
COMPLAINT_LIMIT, INCIDENT_LIMIT = share(0.07), share(0.45)
REOPENED_LIMIT = share(0.08)
CLOSES_AFTER = 3 * 86_400
"""A solved case closes for good when nothing was heard for three days."""
FIRST_HOUR, HOURS_SECONDS = 7 * 3600, 14 * 3600
"""Customers write between seven in the morning and nine in the evening."""
REPLIES = (0, 0, 0, 0, 1, 1, 2, 4)
REASSIGNED = (0, 0, 0, 0, 0, 0, 1, 2)


@dataclass(frozen=True, slots=True)
class CaseBlock:
    """Cases of consecutive numbers, column by column; seconds since the calendar's origin, -1 for never."""

    block: int
    numbers: range
    days: Sequence[int]
    created: Sequence[int]
    seats: Sequence[int]
    queues: Sequence[int]
    accounts: Sequence[int]
    contacts: Sequence[int]
    responded: Sequence[int]
    first_resolved: Sequence[int]
    resolved: Sequence[int]
    reopened: Sequence[bool]


def case_ids(numbers: Sequence[int]) -> list[str]:
    return [f"T{CASE + number}" for number in numbers]


def case_blocks(company: Company) -> Iterator[CaseBlock]:
    """All cases, in order of creation."""
    for block, numbers in blocks(company.sizes.cases, PAGE):
        yield _case_block(company, block, numbers)


@cache
def _work_pool() -> array[int]:
    """Seconds from the first answer to the solution."""
    return lognormal_pool(16 * 3600, 1.1, size=4096, most=40 * 86_400)


@cache
def _seat_pool(agents: int) -> array[int]:
    return weighted_pool([1] * agents, size=RANGE)


def _case_block(company: Company, block: int, numbers: range) -> CaseBlock:
    calendar = company.calendar

    def draw(stream: str) -> array[int]:
        return company.draws.column(f"cases/{stream}", block, count=len(numbers))

    days = days_of(numbers, rows=company.sizes.cases, timeline=company.service_days)
    created = [
        calendar.midnight[day] + FIRST_HOUR + (place * HOURS_SECONDS >> 16)
        for day, place in zip(days, draw("hour"), strict=True)
    ]
    agents = company.staff.service
    pool = _seat_pool(len(agents))
    seats = looked_up(pool, draw("seat"))
    queues = looked_up(agents.regions, seats)
    sellers = looked_up(company.market.seat_pool, draw("seller"))
    accounts = picked(company, days, seats=sellers, news=draw("news"), ranks=draw("rank"))
    responded = _responses(company, created, queues=queues, days=days, draws=draw("response"))
    work = _work_pool()
    first_resolved = [moment + work[place >> 4] for moment, place in zip(responded, draw("work"), strict=True)]
    again = draw("again")
    reopened = [place < REOPENED_LIMIT for place in again]
    return CaseBlock(
        block=block,
        numbers=numbers,
        days=days,
        created=created,
        seats=seats,
        queues=queues,
        accounts=accounts,
        contacts=contacts_at(accounts, draw("contact")),
        responded=responded,
        first_resolved=first_resolved,
        resolved=[
            moment + 86_400 + 40 * place if back else moment
            for moment, back, place in zip(first_resolved, reopened, again, strict=True)
        ],
        reopened=reopened,
    )


def _responses(
    company: Company, created: Sequence[int], *, queues: Sequence[int], days: Sequence[int], draws: Sequence[int]
) -> list[int]:
    truth = company.truth
    since, usual, slow = company.calendar.number(truth.queue_since), truth.usual_response, truth.slow_response
    return [
        moment + (slow if queue == SLOW_QUEUE and day >= since else usual)[place >> 4]
        for moment, queue, day, place in zip(created, queues, days, draws, strict=True)
    ]


def case_pages(company: Company) -> Pages:
    """The table `cases`."""
    for cases in case_blocks(company):
        columns = _case_columns(company, cases)
        soil(columns, cases.numbers, table="cases", stains=company.stains)
        yield columns


def _case_columns(company: Company, cases: CaseBlock) -> Columns:
    calendar, words, agents = company.calendar, company.words, company.staff.service
    now = calendar.now
    draws = company.draws.column("cases/words", cases.block, count=len(cases.numbers))
    kinds = company.draws.column("cases/kind", cases.block, count=len(cases.numbers))
    types = [2 if kind < COMPLAINT_LIMIT else 1 if kind < INCIDENT_LIMIT else 0 for kind in kinds]
    back = [again and solved < now for again, solved in zip(cases.reopened, cases.first_resolved, strict=True)]
    return {
        "id": case_ids(cases.numbers),
        "modified_at": calendar.instants(_last_changes(company, cases)),
        "account_id": account_ids(cases.accounts),
        "contact_id": contact_ids(cases.contacts),
        "owner_id": agents.owners(cases.seats, cases.days),
        "team_id": looked_up(agents.teams, cases.seats),
        "channel": [words.channels[place & 3] for place in draws],
        "type": looked_up(words.case_types, types),
        "topic": [words.topics[queue][(place >> 2) % 3] for queue, place in zip(cases.queues, draws, strict=True)],
        "priority": [words.priorities[(place >> 5) % 3] for place in draws],
        "status": [
            words.case_statuses[3 if solved + CLOSES_AFTER < now else 2 if solved < now else 1 if answered < now else 0]
            for solved, answered in zip(cases.resolved, cases.responded, strict=True)
        ],
        "is_complaint": [int(kind == 2) for kind in types],
        "created_at": calendar.instants(cases.created),
        "first_response_at": calendar.known_instants(cases.responded),
        "first_resolved_at": calendar.known_instants(cases.first_resolved),
        "resolved_at": calendar.known_instants(cases.resolved),
        "closed_at": calendar.known_instants([moment + CLOSES_AFTER for moment in cases.resolved]),
        "reopen_count": [int(again) for again in back],
        "reassign_count": [REASSIGNED[place >> 13] for place in draws],
        "customer_reply_count": [REPLIES[place >> 8 & 7] + again for place, again in zip(draws, back, strict=True)],
    }


def _last_changes(company: Company, cases: CaseBlock) -> list[int]:
    now = company.calendar.now
    return [
        solved + CLOSES_AFTER if solved + CLOSES_AFTER < now
        else solved if solved < now
        else half if half < now
        else answered if answered < now
        else start
        for start, answered, half, solved in zip(
            cases.created, cases.responded, cases.first_resolved, cases.resolved, strict=True
        )
    ]  # fmt: skip
