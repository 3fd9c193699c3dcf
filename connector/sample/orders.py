"""Orders (of won deals, and small ones from the web shop) and subscriptions (service contracts, term by term)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from connector.sample.company import PAGE, Columns, Company, Pages, blocks, days_of, looked_up
from connector.sample.customers import (
    SEGMENT_OF,
    SEGMENTS,
    account_ids,
    accounts_of,
    created_day,
    entered,
    left_day,
    picked,
)
from connector.sample.dealing import SEGMENT_FACTOR, WON, DealBlock, deal_blocks
from connector.sample.deals import deal_ids
from connector.sample.draws import RANGE, lognormal_pool, share
from kpi_engine.facts import SCALE

ORDER, SHOP_ORDER = 1_000_000_000, 2_000_000_000
CANCELLED_LIMIT, REFUNDED_LIMIT = share(0.03), share(0.07)
"""A draw below the first: cancelled; between the two: a fifth was given back."""
LATE_LIMIT = share(0.22)
PROMISED_DAYS = 10
SHOP_COST_PERCENT = 60


@dataclass(frozen=True, slots=True)
class _Sold:
    """Orders before they become columns."""

    numbers: Sequence[int]
    accounts: Sequence[int]
    seats: Sequence[int]
    deals: Sequence[str | None]
    days: Sequence[int]
    amounts: Sequence[int]
    cost_percents: Sequence[int]


def order_pages(company: Company) -> Pages:
    """The table `orders`: first those that follow won deals, then the shop's."""
    for deals in deal_blocks(company):
        sold = _of_deals(company, deals)
        if sold.numbers:
            yield _order_columns(company, sold, stream="orders", block=deals.block)
    for block, numbers in blocks(company.sizes.shop_orders, PAGE):
        yield _order_columns(company, _of_shop(company, block, numbers), stream="shop", block=block)


def _of_deals(company: Company, deals: DealBlock) -> _Sold:
    """One order for each deal won, within the week after; what was won yesterday may not be ordered yet."""
    workday, today = company.calendar.workday, company.calendar.today
    days = [workday[day + 1 + number % 5] for number, day in zip(deals.numbers, deals.close_days, strict=True)]
    won = [
        place
        for place, (outcome, day) in enumerate(zip(deals.outcomes, days, strict=True))
        if outcome == WON and day < today
    ]
    products = company.words.products
    numbers = looked_up(deals.numbers, won)
    return _Sold(
        numbers=[ORDER + number for number in numbers],
        accounts=looked_up(deals.account_rows, won),
        seats=looked_up(deals.seats, won),
        deals=list(deal_ids(numbers)),
        days=looked_up(days, won),
        amounts=looked_up(deals.amounts, won),
        cost_percents=[products[deals.products[place]].cost_percent for place in won],
    )


def _of_shop(company: Company, block: int, numbers: range) -> _Sold:
    """Small repeat orders that customers place themselves."""
    draws, count = company.draws, len(numbers)
    days = days_of(numbers, rows=company.sizes.shop_orders, timeline=company.sales_days)
    seats = looked_up(company.market.seat_pool, draws.column("shop/seat", block, count=count))
    accounts = picked(
        company, days, seats=seats, news=[RANGE] * count, ranks=draws.column("shop/rank", block, count=count)
    )
    price = min(product.price for product in company.words.products)
    pool, rates = lognormal_pool(price * 0.8, 0.6), company.market.rates
    return _Sold(
        numbers=[SHOP_ORDER + number for number in numbers],
        accounts=entered(company, accounts, first=numbers.start),
        seats=seats,
        deals=[None] * count,
        days=days,
        amounts=[
            (pool[place >> 6] * rates[seat] // 1_000 or 1) * SCALE
            for place, seat in zip(draws.column("shop/amount", block, count=count), seats, strict=True)
        ],
        cost_percents=[SHOP_COST_PERCENT] * count,
    )


def _order_columns(company: Company, sold: _Sold, *, stream: str, block: int) -> Columns:
    calendar, words, sales = company.calendar, company.words, company.staff.sales
    count = len(sold.numbers)
    fates = company.draws.column(f"{stream}/fate", block, count=count)
    delays = company.draws.column(f"{stream}/delay", block, count=count)
    cancelled = [fate < CANCELLED_LIMIT for fate in fates]
    promised = [calendar.workday[day + PROMISED_DAYS] for day in sold.days]
    delivered = [
        -1 if gone else max(ordered, calendar.workday[due + (1 + delay % 9 if delay < LATE_LIMIT else -(delay % 4))])
        for gone, ordered, due, delay in zip(cancelled, sold.days, promised, delays, strict=True)
    ]
    arrived = calendar.known_dates(delivered)
    last = [max(day, done) if known else day for day, done, known in zip(sold.days, delivered, arrived, strict=True)]
    return {
        "id": [f"O{number}" for number in sold.numbers],
        "modified_at": calendar.instants(calendar.midnight[day] + 64_800 for day in last),
        "account_id": account_ids(sold.accounts),
        "owner_id": sales.owners(sold.seats, sold.days),
        "deal_id": list(sold.deals),
        "number": [f"SO-{number}" for number in sold.numbers],
        "status": [
            words.order_statuses[2 if gone else 1 if day else 0] for gone, day in zip(cancelled, arrived, strict=True)
        ],
        "amount": list(sold.amounts),
        "refunded_amount": [
            amount // 5 if CANCELLED_LIMIT <= fate < REFUNDED_LIMIT and day else None
            for amount, fate, day in zip(sold.amounts, fates, arrived, strict=True)
        ],
        "cost_amount": [
            amount * percent // 100 for amount, percent in zip(sold.amounts, sold.cost_percents, strict=True)
        ],
        "currency": looked_up(company.market.currencies, sold.seats),
        "ordered_on": calendar.dates(sold.days),
        "promised_on": calendar.dates(promised),
        "delivered_on": arrived,
    }


# ---- service contracts -----------------------------------------------------------------------------------------------

SUBSCRIBER_EVERY = 3
YEAR = 365
CHURN_LIMIT = share(0.12)
"""A term is not renewed; otherwise a sixth grow, a tenth shrink."""
GROWN_LIMIT, SHRUNK_LIMIT = share(0.12 + 0.16), share(0.12 + 0.16 + 0.10)
MONTHLY_SHARE_OF_PRICE = 40
NEVER_RENEWED = 9
"""More terms than fit into any history."""


@dataclass(frozen=True, slots=True)
class _Term:
    account: int
    number: int
    start: int
    end: int
    amount: int
    churned: bool


def subscription_pages(company: Company) -> Pages:
    """The table `subscriptions`: one row for each term of a contract, so growth and shrinking can be seen."""
    terms = _terms(company)
    while rows := list(islice(terms, PAGE)):
        yield _subscription_columns(company, rows)


def _terms(company: Company) -> Iterator[_Term]:
    """Every third account has a contract, and so had those that left."""
    for account in range(accounts_of(company)):
        left = left_day(company, account)
        if left is not None:
            start = max(left - YEAR, created_day(company, account))
            if start < left:
                yield _Term(account, 0, start, left, _monthly(company, account), True)
        elif account % SUBSCRIBER_EVERY == 0:
            yield from _contract(company, account)


def _monthly(company: Company, account: int) -> int:
    price = company.words.products[0].price
    factor = SEGMENT_FACTOR[SEGMENT_OF[account % SEGMENTS]]
    rate = company.market.rates[account % company.profile.seats]
    return price * factor * rate // (MONTHLY_SHARE_OF_PRICE * 1_000) * SCALE


def _contract(company: Company, account: int) -> Iterator[_Term]:
    calendar = company.calendar
    start = max(created_day(company, account) + account % 45, calendar.began - account * 31 % YEAR)
    fates = company.draws.column("terms", account, count=NEVER_RENEWED)
    amount = _monthly(company, account)
    for number, fate in enumerate(fates):
        if start >= calendar.today:
            return
        churned = fate < CHURN_LIMIT
        yield _Term(account, number, start, start + YEAR, amount, churned)
        if churned:
            return
        start += YEAR
        amount = amount * (5 if fate < GROWN_LIMIT else 3 if fate < SHRUNK_LIMIT else 4) // 4


def _subscription_columns(company: Company, terms: Sequence[_Term]) -> Columns:
    calendar, words = company.calendar, company.words
    over = [term.end <= calendar.today for term in terms]
    left = [term.churned and done for term, done in zip(terms, over, strict=True)]
    seats = company.profile.seats
    reasons = words.churn_reasons
    return {
        "id": [f"B{ORDER + term.account * 10 + term.number}" for term in terms],
        "modified_at": calendar.instants(
            calendar.midnight[term.end - 1 if done else term.start] + 36_000
            for term, done in zip(terms, over, strict=True)
        ),
        "account_id": account_ids(term.account for term in terms),
        "started_on": calendar.dates(term.start for term in terms),
        "ended_on": [calendar.texts[term.end] if done else None for term, done in zip(terms, over, strict=True)],
        "renewal_on": [None if done else calendar.texts[term.end] for term, done in zip(terms, over, strict=True)],
        "monthly_amount": [term.amount for term in terms],
        "currency": [company.market.currencies[term.account % seats] for term in terms],
        "status": [
            words.subscription_statuses[2 if gone else 1 if done else 0] for gone, done in zip(left, over, strict=True)
        ],
        "churn_reason": [
            reasons[term.account % len(reasons)] if gone else None for term, gone in zip(terms, left, strict=True)
        ],
    }
