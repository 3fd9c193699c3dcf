"""The tables `deals` and `deal_stage_changes`: a deal's history of stages ends in its outcome."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from connector.sample.company import Columns, Company, Pages, looked_up
from connector.sample.customers import account_ids, brands_of, contact_ids
from connector.sample.dealing import LOST, OPEN, STAGES, WON, DealBlock, deal_blocks
from connector.sample.dirt import soil

DEAL, STAGE_CHANGE = 1_000_000_000, 10_000_000_000
OUTCOMES = ("open", "won", "lost", "abandoned")
OPEN_PROBABILITY = (10.0, 30.0, 50.0, 75.0)
CAMPAIGN, PARTNER = 0, 3
"""Positions among the sources."""
CHANGES_EACH = 8
"""Numbers kept free for the changes of one deal; it has five at most."""


def deal_ids(numbers: Iterable[int]) -> list[str]:
    return [f"D{DEAL + number}" for number in numbers]


def campaign_ids(company: Company, days: Iterable[int], sources: Iterable[int]) -> list[str | None]:
    """The campaign that was running on each day, where a campaign was the source."""
    ids = company.campaigns
    return [ids[day] if source == CAMPAIGN else None for day, source in zip(days, sources, strict=True)]


def deal_pages(company: Company) -> Pages:
    """The table `deals`."""
    for deals in deal_blocks(company):
        columns = _deal_columns(company, deals)
        soil(columns, deals.numbers, table="deals", stains=company.stains)
        yield columns


def _deal_columns(company: Company, deals: DealBlock) -> Columns:
    calendar, words, sales, market = company.calendar, company.words, company.staff.sales, company.market
    draws = company.draws.column("deals/words", deals.block, count=len(deals.numbers))
    names = [product.name for product in words.products]
    products = looked_up(names, deals.products)
    outcomes, reached = deals.outcomes, deals.reached
    return {
        "id": deal_ids(deals.numbers),
        "modified_at": calendar.instants(_last_changes(company, deals)),
        "name": [
            f"{brand}: {product}" for brand, product in zip(brands_of(company, deals.accounts), products, strict=True)
        ],
        "account_id": account_ids(deals.account_rows),
        "contact_id": contact_ids(deals.contacts),
        "owner_id": list(deals.owners),
        "team_id": looked_up(sales.teams, deals.seats),
        "pipeline": [words.pipelines[source == PARTNER] for source in deals.sources],
        "stage": _stages(company, deals),
        "outcome": looked_up(OUTCOMES, outcomes),
        "amount": list(deals.amounts),
        "currency": looked_up(market.currencies, deals.seats),
        "probability": [
            OPEN_PROBABILITY[stage] if outcome == OPEN else 100.0 if outcome == WON else 0.0
            for stage, outcome in zip(reached, outcomes, strict=True)
        ],
        "product": products,
        "type": [
            words.deal_types[0 if new else 1 + (place & 1)]
            for new, place in zip(deals.first_business, draws, strict=True)
        ],
        "source": looked_up(words.sources, deals.sources),
        "campaign_id": campaign_ids(company, deals.created_days, deals.sources),
        "lost_reason": [
            words.lost_reasons[(place >> 3) % 5] if outcome == LOST else None
            for place, outcome in zip(draws, outcomes, strict=True)
        ],
        "created_at": calendar.instants(deals.created),
        "engaged_on": calendar.known_dates(deals.engaged_days),
        "expected_close_on": _expected(company, deals, draws),
        "closed_on": calendar.known_dates(deals.close_days),
    }


def _last_changes(company: Company, deals: DealBlock) -> list[int]:
    """Closed deals changed when they closed; open ones when they reached their stage."""
    return [
        end if outcome else _moment(company, deals, place, stage)
        for place, (end, outcome, stage) in enumerate(zip(deals.close, deals.outcomes, deals.reached, strict=True))
    ]


def _change_day(company: Company, deals: DealBlock, place: int, change: int) -> int:
    """Stages are equally long; an open deal's are quarters of the time that it will take."""
    start, end = deals.created_days[place], deals.close_days[place]
    parts = deals.reached[place] + 1 if deals.outcomes[place] else STAGES
    return company.calendar.workday[start + (end - start) * change // parts]


def _moment(company: Company, deals: DealBlock, place: int, change: int) -> int:
    """When a deal entered a stage: at the time of day of its creation, and five minutes later each time."""
    if deals.outcomes[place] and change > deals.reached[place]:
        return deals.close[place]
    midnight = company.calendar.midnight
    time_of_day = deals.created[place] - midnight[deals.created_days[place]] + 300 * change
    return midnight[_change_day(company, deals, place, change)] + time_of_day


def _stages(company: Company, deals: DealBlock) -> list[str]:
    opened, closed = company.words.open_stages, company.words.closed_stages
    return [
        opened[stage] if outcome == OPEN else closed[outcome - 1]
        for stage, outcome in zip(deals.reached, deals.outcomes, strict=True)
    ]


def _expected(company: Company, deals: DealBlock, draws: Sequence[int]) -> list[str]:
    """Reps expect to close eleven days early on the mean, so some open deals are overdue."""
    texts, workday = company.calendar.texts, company.calendar.workday
    return [
        texts[hoped if hoped > created else created]
        for created, hoped in zip(
            deals.created_days,
            [workday[day - 21 + (place >> 7) % 21] for day, place in zip(deals.close_days, draws, strict=True)],
            strict=True,
        )
    ]


# ---- the history of stages -------------------------------------------------------------------------------------------


def stage_change_pages(company: Company) -> Pages:
    """The table `deal_stage_changes`: from nothing into the first stage, on through the others, and into the end."""
    for deals in deal_blocks(company):
        yield _change_columns(company, deals)


def _change_columns(company: Company, deals: DealBlock) -> Columns:
    calendar, market = company.calendar, company.market
    steps = [stage + 2 if outcome else stage + 1 for stage, outcome in zip(deals.reached, deals.outcomes, strict=True)]
    places = [place for place, count in enumerate(steps) for _ in range(count)]
    changes = [change for count in steps for change in range(count)]
    moments = [_moment(company, deals, place, change) for place, change in zip(places, changes, strict=True)]
    entered = [_label(company, deals, place, change) for place, change in zip(places, changes, strict=True)]
    first = deals.numbers.start
    at = calendar.instants(moments)
    return {
        "id": [
            f"S{STAGE_CHANGE + (first + place) * CHANGES_EACH + change}"
            for place, change in zip(places, changes, strict=True)
        ],
        "modified_at": at,
        "deal_id": deal_ids([first + place for place in places]),
        "from_stage": [company.words.open_stages[change - 1] if change else None for change in changes],
        "to_stage": entered,
        "amount": looked_up(deals.amounts, places),
        "currency": [market.currencies[deals.seats[place]] for place in places],
        "changed_at": list(at),
        "changed_by_id": company.staff.sales.owners(
            looked_up(deals.seats, places),
            [_change_day(company, deals, place, change) for place, change in zip(places, changes, strict=True)],
        ),
    }


def _label(company: Company, deals: DealBlock, place: int, change: int) -> str:
    if change <= deals.reached[place]:
        return company.words.open_stages[change]
    return company.words.closed_stages[deals.outcomes[place] - 1]
