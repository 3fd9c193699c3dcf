"""Campaigns, who they reached, and what sales and marketing cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice

from connector.sample.calendar import month_start
from connector.sample.company import PAGE, Columns, Company, Pages, blocks, campaign_id, looked_up
from connector.sample.customers import account_ids, contact_ids, contacts_at
from connector.sample.deals import campaign_ids
from connector.sample.draws import RANGE, share
from connector.sample.leads import LeadBlock, lead_blocks, lead_ids
from kpi_engine.facts import SCALE

CAMPAIGN_DAYS = 25
CAMPAIGN_COST = 2_400
FAIR_FACTOR = 4
DELIVERED_LIMIT, RESPONDED_LIMIT, CONVERTED_LIMIT = share(0.96), share(0.11), share(0.018)
MEMBER, LEAD_MEMBER = 1_000_000_000_000, 2_000_000_000_000
MONTHLY_PAY, MONTHLY_TOOLS, COMMISSION = 5_200, 140, 1_100
"""For one person, in the home currency; the mean of the commission."""


def campaign_pages(company: Company) -> Pages:
    """The table `campaigns`: some each month, kinds in turn; the fair abroad is paid in another currency."""
    for _, numbers in blocks(company.sizes.campaigns, PAGE):
        yield _campaign_columns(company, numbers)


def _first_day(company: Company, number: int) -> int:
    month = number // company.profile.campaigns_per_month
    return company.calendar.number(month_start(company.calendar.first, month))


def _is_fair(company: Company, number: int) -> bool:
    return number % len(company.words.campaign_kinds) == len(company.words.campaign_kinds) - 1


def _campaign_columns(company: Company, numbers: range) -> Columns:
    calendar, words = company.calendar, company.words
    kinds = [number % len(words.campaign_kinds) for number in numbers]
    first = [_first_day(company, number) for number in numbers]
    last = [day + CAMPAIGN_DAYS for day in first]
    fair = [_is_fair(company, number) for number in numbers]
    return {
        "id": [campaign_id(number) for number in numbers],
        "modified_at": calendar.instants(calendar.midnight[day] + 30_000 for day in first),
        "name": [
            words.campaign_name.format(
                kind=words.campaign_kinds[kind],
                product=words.products[(number * 5 + 2) % len(words.products)].name,
                month=calendar.texts[day][:7],
            )
            for number, kind, day in zip(numbers, kinds, first, strict=True)
        ],
        "kind": looked_up(words.campaign_kinds, kinds),
        "status": [words.campaign_statuses[2 if day < calendar.today else 1] for day in last],
        "started_on": calendar.dates(first),
        "ended_on": calendar.dates(last),
        "cost_amount": [_cost(company, number) for number in numbers],
        "currency": [words.fair_currency if abroad else words.currency for abroad in fair],
        "sent_count": [company.sizes.members_per_campaign] * len(numbers),
    }


def _home_factor(company: Company) -> int:
    """Prices are those of hardware; a router's tells how many units of the home currency things cost."""
    return company.words.products[0].price


def _cost(company: Company, number: int) -> int:
    amount = CAMPAIGN_COST * company.profile.campaigns_per_month * _home_factor(company) // 2_400
    amount = amount * (50 + company.draws.one("campaign cost", number) * 100 // RANGE) // 100
    if _is_fair(company, number):
        amount = amount * FAIR_FACTOR * company.words.fair_per_home_unit // 1_000
    return amount * SCALE


# ---- members ---------------------------------------------------------------------------------------------------------


def member_pages(company: Company) -> Pages:
    """The table `campaign_members`: contacts that were written to, then the leads that came in through a campaign."""
    for campaign in range(company.sizes.campaigns):
        for block, places in blocks(company.sizes.members_per_campaign, PAGE):
            yield _contact_members(company, campaign, block=block, places=places)
    for leads in lead_blocks(company):
        yield from _lead_members(company, leads)


def _contact_members(company: Company, campaign: int, *, block: int, places: range) -> Columns:
    """Contacts of old accounts in turn, so that nobody is in a campaign twice unless it is larger than all of them."""
    calendar, count = company.calendar, len(places)
    old = company.sizes.old_rounds * company.profile.seats
    accounts = [(campaign * 7 + place) % old for place in places]
    draws = company.draws.column(f"members/{campaign}", block, count=count)
    delays = company.draws.column(f"members/delay/{campaign}", block, count=count)
    first = _first_day(company, campaign)
    added = calendar.midnight[first] + 32_400
    delivered = [
        added + 600 + delay % 900 if draw < DELIVERED_LIMIT else -1 for draw, delay in zip(draws, delays, strict=True)
    ]
    responded = [
        added + 3_600 + 14 * delay if draw < RESPONDED_LIMIT else -1 for draw, delay in zip(draws, delays, strict=True)
    ]
    converted = [
        moment + 86_400 + 9 * delay if draw < CONVERTED_LIMIT else -1
        for moment, draw, delay in zip(responded, draws, delays, strict=True)
    ]
    number = MEMBER + campaign * company.sizes.members_per_campaign
    return {
        "id": [f"M{number + place}" for place in places],
        "modified_at": [calendar.instant(added)] * count,
        "campaign_id": [campaign_id(campaign)] * count,
        "contact_id": contact_ids(contacts_at(accounts, [0] * count)),
        "lead_id": [None] * count,
        "account_id": account_ids(accounts),
        "added_at": calendar.known_instants([added] * count),
        "delivered_at": calendar.known_instants(delivered),
        "responded_at": calendar.known_instants(responded),
        "converted_at": calendar.known_instants(converted),
    }  # fmt: skip


def _lead_members(company: Company, leads: LeadBlock) -> Iterator[Columns]:
    calendar = company.calendar
    campaigns = campaign_ids(company, leads.created_days, leads.sources)
    came = [place for place, campaign in enumerate(campaigns) if campaign]
    if not came:
        return
    at = calendar.instants(leads.created[place] for place in came)
    numbers = looked_up(leads.numbers, came)
    yield {
        "id": [f"M{LEAD_MEMBER + number}" for number in numbers],
        "modified_at": at,
        "campaign_id": looked_up(campaigns, came),
        "contact_id": [None] * len(came),
        "lead_id": lead_ids(numbers),
        "account_id": [None] * len(came),
        "added_at": list(at),
        "delivered_at": list(at),
        "responded_at": list(at),
        "converted_at": calendar.known_instants(leads.converted[place] for place in came),
    }


# ---- costs -----------------------------------------------------------------------------------------------------------


def cost_pages(company: Company) -> Pages:
    """The table `costs`: pay, commission and tools of each team and month, and each campaign once."""
    rows = _costs(company)
    while page := list(islice(rows, PAGE)):
        ids, categories, campaigns, teams, starts, ends, amounts, currencies = map(list, zip(*page, strict=True))
        yield {
            "id": ids,
            "modified_at": [f"{end}T06:00:00Z" for end in starts],
            "category": categories,
            "campaign_id": campaigns,
            "team_id": teams,
            "starts_on": starts,
            "ends_on": ends,
            "amount": amounts,
            "currency": currencies,
        }


def _costs(company: Company) -> Iterator[tuple[object, ...]]:
    words, calendar = company.words, company.calendar
    teams = _people_by_team(company)
    for month in range(company.sizes.months):
        start, end = month_start(calendar.first, month), month_start(calendar.first, month + 1)
        for place, (team, people) in enumerate(teams):
            for kind, monthly in enumerate((MONTHLY_PAY, COMMISSION, MONTHLY_TOOLS)):
                number = (month * len(teams) + place) * 3 + kind
                amount = monthly * people * _home_factor(company) // 2_400
                amount = amount * (90 + company.draws.one("cost", number) * 20 // RANGE) // 100 * SCALE
                yield (
                    f"X{1_000_000 + number}", words.cost_categories[kind], None, team,
                    start.isoformat(), end.isoformat(), amount, words.currency,
                )  # fmt: skip
    for number in range(company.sizes.campaigns):
        first = calendar.days[_first_day(company, number)]
        currency = words.fair_currency if _is_fair(company, number) else words.currency
        yield (
            f"Y{1_000_000 + number}", words.cost_categories[3], campaign_id(number), None,
            first.isoformat(), (first + timedelta(days=CAMPAIGN_DAYS)).isoformat(), _cost(company, number), currency,
        )  # fmt: skip


def _people_by_team(company: Company) -> Sequence[tuple[str, int]]:
    """Sales teams and their reps."""
    reps: dict[str, int] = {}
    for team in company.staff.sales.teams:
        reps[team] = reps.get(team, 0) + 1
    return tuple(reps.items())
