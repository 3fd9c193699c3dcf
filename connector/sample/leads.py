"""Leads: eight for every five deals, two of which became two of these deals, so that both sides agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connector.sample.company import Columns, Company, Pages, looked_up
from connector.sample.customers import account_ids
from connector.sample.dealing import DealBlock, deal_blocks
from connector.sample.deals import campaign_ids, deal_ids
from connector.sample.dirt import soil
from connector.sample.draws import lognormal_pool, share, weighted_pool
from connector.sample.profile import DEALS_PER_GROUP, LEADS_PER_GROUP

LEAD = 1_000_000_000
DEAL_OF = (0, None, None, 2, None, None, None, None)
"""Which deal of its group each lead of a group became."""
NEIGHBOUR_OF = (0, 0, 1, 2, 2, 3, 3, 4)
"""The deal around whose creation each lead came in."""
QUALIFIED_LIMIT, REFUSED_LIMIT = share(0.30), share(0.75)
"""Of those that became nothing yet: a draw below the first was qualified, one between the two turned away."""


@dataclass(frozen=True, slots=True)
class LeadBlock:
    """Leads of consecutive numbers, column by column."""

    numbers: range
    deals: Sequence[int | None]
    """The number of the deal that it became."""
    accounts: Sequence[int | None]
    seats: Sequence[int]
    sources: Sequence[int]
    created_days: Sequence[int]
    created: Sequence[int]
    qualified: Sequence[int]
    """Seconds; -1 for never."""
    converted: Sequence[int]
    fates: Sequence[int]


def lead_ids(numbers: Sequence[int]) -> list[str]:
    return [f"L{LEAD + number}" for number in numbers]


def lead_blocks(company: Company) -> Iterator[LeadBlock]:
    """All leads, group by group."""
    lags = lognormal_pool(9, 0.8, least=1, most=60)
    sources = weighted_pool((26, 10, 34, 8, 14, 8))
    for deals in deal_blocks(company):
        yield _lead_block(company, deals, lags=lags, source_pool=sources)


def _lead_block(company: Company, deals: DealBlock, *, lags: Sequence[int], source_pool: Sequence[int]) -> LeadBlock:
    calendar = company.calendar
    groups = len(deals.numbers) // DEALS_PER_GROUP
    first = deals.numbers.start // DEALS_PER_GROUP * LEADS_PER_GROUP
    count = groups * LEADS_PER_GROUP
    became = [
        None if place is None else group * DEALS_PER_GROUP + place for group in range(groups) for place in DEAL_OF
    ]
    beside = [group * DEALS_PER_GROUP + place for group in range(groups) for place in NEIGHBOUR_OF]
    draw = company.draws.column("leads", deals.block, count=count)
    hours = company.draws.column("leads/hour", deals.block, count=count)
    days = [
        calendar.workday[deals.created_days[place] - lags[number >> 6] - 2]
        for place, number in zip(beside, draw, strict=True)
    ]
    created = calendar.at_work(days, hours)
    converted = [-1 if place is None else deals.created[place] for place in became]
    fates = company.draws.column("leads/fate", deals.block, count=count)
    return LeadBlock(
        numbers=range(first, first + count),
        deals=[None if place is None else deals.numbers[place] for place in became],
        accounts=[None if place is None else deals.account_rows[place] for place in became],
        seats=looked_up(deals.seats, beside),
        sources=[
            source_pool[number & 1023] if place is None else deals.sources[place]
            for place, number in zip(became, draw, strict=True)
        ],
        created_days=days,
        created=created,
        qualified=[
            (start + end) // 2 if end >= 0 else start + 5_400 + 4 * fate if fate < QUALIFIED_LIMIT else -1
            for start, end, fate in zip(created, converted, fates, strict=True)
        ],
        converted=converted,
        fates=fates,
    )


def lead_pages(company: Company) -> Pages:
    """The table `leads`."""
    for leads in lead_blocks(company):
        columns = _lead_columns(company, leads)
        soil(columns, leads.numbers, table="leads", stains=company.stains)
        yield columns


def _lead_columns(company: Company, leads: LeadBlock) -> Columns:
    calendar, words = company.calendar, company.words
    statuses = [
        2 if end >= 0 else 1 if 0 <= middle < calendar.now else 3 if fate < REFUSED_LIMIT else 0
        for end, middle, fate in zip(leads.converted, leads.qualified, leads.fates, strict=True)
    ]
    last = [
        max(moment for moment in moments if moment < calendar.now)
        for moments in zip(leads.created, leads.qualified, leads.converted, strict=True)
    ]
    return {
        "id": lead_ids(leads.numbers),
        "modified_at": calendar.instants(last),
        "owner_id": company.staff.sales.owners(leads.seats, leads.created_days),
        "source": looked_up(words.sources, leads.sources),
        "campaign_id": campaign_ids(company, leads.created_days, leads.sources),
        "status": looked_up(words.lead_statuses, statuses),
        "created_at": calendar.instants(leads.created),
        "qualified_at": calendar.known_instants(leads.qualified),
        "converted_at": calendar.known_instants(leads.converted),
        "account_id": [None if number is None else account_ids((number,))[0] for number in leads.accounts],
        "deal_id": [None if number is None else deal_ids((number,))[0] for number in leads.deals],
    }
