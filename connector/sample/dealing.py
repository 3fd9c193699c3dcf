"""What happened to each deal, as blocks of columns: deals, their stages, orders, activities and leads are made from it.

A block is made again for each of these tables (about 2 µs a deal), so that none of them needs another in memory.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

from connector.sample.calendar import month_start, quarter_start
from connector.sample.company import Company, blocks, days_of, looked_up
from connector.sample.customers import NEW_SHARE, SEGMENT_OF, SEGMENTS, contacts_at, entered, picked
from connector.sample.draws import lognormal_pool, share, weighted_pool
from kpi_engine.facts import SCALE

BLOCK = 250
"""Deals of one block: what follows from them (eight activities each, at most) still fits in one page."""
OPEN, WON, LOST, ABANDONED = range(4)
ABANDONED_LIMIT = share(0.08)
QUARTER_END_EIGHTHS, QUARTER_END_DAYS = 3, 16
"""Three of eight deals that would close in a quarter's second or third month close in its last days."""
STAGES = 4
CLOSING_TIME = 17 * 3600
SEGMENT_FACTOR = (6, 2, 1)
"""What a large, a middling and a small customer buys at once."""


@dataclass(frozen=True, slots=True)
class DealBlock:
    """Deals of consecutive numbers, column by column; days and seconds since the calendar's origin."""

    block: int
    numbers: range
    created_days: Sequence[int]
    created: Sequence[int]
    """Second of creation."""
    seats: Sequence[int]
    accounts: Sequence[int]
    account_rows: Sequence[int]
    """The account's entry that the deal points to (accounts may have been entered twice)."""
    contacts: Sequence[int]
    first_business: Sequence[bool]
    """The account is the seat's newest."""
    products: Sequence[int]
    engaged_days: Sequence[int]
    close_days: Sequence[int]
    """When it ends, be it in the future."""
    close: Sequence[int]
    outcomes: Sequence[int]
    reached: Sequence[int]
    """Position of the last open stage."""
    amounts: Sequence[int]
    owners: Sequence[str]
    """Who holds the deal at its end, or today."""
    sources: Sequence[int]


def deal_blocks(company: Company) -> Iterator[DealBlock]:
    """All deals, in order of creation."""
    dealing = _Dealing(company)
    for block, numbers in blocks(company.sizes.deals, BLOCK):
        yield dealing.block(block, numbers)


@cache
def _source_pool() -> array[int]:
    """Campaign, referral, website, partner, cold call, fair."""
    return weighted_pool((18, 24, 22, 16, 12, 8))


@cache
def _engage_pool() -> array[int]:
    return lognormal_pool(3, 0.9, most=21)


@cache
def _cycle_pool() -> array[int]:
    return lognormal_pool(42, 0.65, size=4096, least=1, most=330)


@cache
def _amount_pool(price: int) -> array[int]:
    """What is sold at a price: a few pieces, seldom many; whole currency units."""
    return lognormal_pool(price * 2.2, 0.75, least=1)


class _Dealing:
    """The rules of selling in one company, as tables that a draw is looked up in."""

    def __init__(self, company: Company) -> None:
        self.company = company
        truth, calendar = company.truth, company.calendar
        last = len(calendar.days) - 100
        self.closing_days = array("H", chain.from_iterable(self._closing_days(number) for number in range(last)))
        self.amount_pools = [_amount_pool(product.price) for product in company.words.products]
        self.factors = looked_up(SEGMENT_FACTOR, SEGMENT_OF)
        self.in_shifted_team = [team == truth.shifted_team for team in company.staff.sales.teams]
        self.shift_day, self.fall_day = calendar.number(truth.mix_since), calendar.number(truth.product_since)

    def _closing_days(self, number: int) -> list[int]:
        """Eight equally likely days on which a deal closes that would have closed on this one."""
        calendar = self.company.calendar
        day = calendar.days[number]
        choices = [calendar.workday[number]] * 8
        if day.month % 3 != 1:
            last = calendar.number(month_start(quarter_start(day), 3)) - 1
            for place in range(QUARTER_END_EIGHTHS):
                chosen = last - (number * 5 + place * 7) % QUARTER_END_DAYS
                chosen -= max(0, calendar.days[chosen].weekday() - 4)  # not on a weekend, nor in the next quarter
                if chosen > number:
                    choices[place] = chosen
        return choices

    def block(self, block: int, numbers: range) -> DealBlock:
        company, calendar = self.company, self.company.calendar

        def draw(stream: str) -> array[int]:
            return company.draws.column(f"deals/{stream}", block, count=len(numbers))

        created_days = days_of(numbers, rows=company.sizes.deals, timeline=company.sales_days)
        hours = draw("hour")
        created = calendar.at_work(created_days, hours)
        seats = looked_up(company.market.seat_pool, draw("seat"))
        news = draw("news")
        accounts = picked(company, created_days, seats=seats, news=news, ranks=draw("rank"))
        engaged_days = self._engaged_days(created_days, draw("engaged"))
        abandoned = [place < ABANDONED_LIMIT for place in draw("abandoned")]
        close_days = self._close_days(engaged_days, abandoned=abandoned, draws=draw("cycle"))
        close = [
            calendar.midnight[day] + CLOSING_TIME + (place & 2047) for day, place in zip(close_days, hours, strict=True)
        ]
        products = self._products(seats, close_days=close_days, draws=draw("product"))
        outcomes = self._outcomes(products, seats=seats, close_days=close_days, abandoned=abandoned, draws=draw("win"))
        today = calendar.today
        sources = _source_pool()
        return DealBlock(
            block=block,
            numbers=numbers,
            created_days=created_days,
            created=created,
            seats=seats,
            accounts=accounts,
            account_rows=entered(company, accounts, first=numbers.start),
            contacts=contacts_at(accounts, draw("contact")),
            first_business=[place < NEW_SHARE for place in news],
            products=products,
            engaged_days=engaged_days,
            close_days=close_days,
            close=close,
            outcomes=outcomes,
            reached=self._reached(outcomes, created_days=created_days, close_days=close_days, draws=draw("stage")),
            amounts=self._amounts(products, seats=seats, accounts=accounts, draws=draw("amount")),
            owners=company.staff.sales.owners(seats, [day if day < today else today for day in close_days]),
            sources=[sources[place >> 6] for place in draw("source")],
        )

    def _engaged_days(self, created_days: Sequence[int], draws: Sequence[int]) -> list[int]:
        workday, pool = self.company.calendar.workday, _engage_pool()
        return [workday[day + pool[place >> 6]] for day, place in zip(created_days, draws, strict=True)]

    def _close_days(self, engaged_days: Sequence[int], *, abandoned: Sequence[bool], draws: Sequence[int]) -> list[int]:
        """Working days; abandoned deals take twice as long, and quarters are loaded at their end."""
        pool, closing_days = _cycle_pool(), self.closing_days
        return [
            closing_days[(engaged + pool[place >> 4] * (1 + late)) * 8 + (place & 7)]
            for engaged, late, place in zip(engaged_days, abandoned, draws, strict=True)
        ]

    def _products(self, seats: Sequence[int], *, close_days: Sequence[int], draws: Sequence[int]) -> list[int]:
        usual, shifted = self.company.truth.usual_mix, self.company.truth.shifted_mix
        concerned, since = self.in_shifted_team, self.shift_day
        return [
            shifted[place >> 6] if concerned[seat] and day >= since else usual[place >> 6]
            for seat, day, place in zip(seats, close_days, draws, strict=True)
        ]

    def _outcomes(
        self,
        products: Sequence[int],
        *,
        seats: Sequence[int],
        close_days: Sequence[int],
        abandoned: Sequence[bool],
        draws: Sequence[int],
    ) -> list[int]:
        market, today, count = self.company.market, self.company.calendar.today, len(self.company.staff.sales)
        early, late, fallen = market.win_limits, market.late_win_limits, self.fall_day
        return [
            OPEN if day >= today
            else ABANDONED if gone
            else WON if place < (late if day >= fallen else early)[product * count + seat]
            else LOST
            for product, seat, day, gone, place in zip(products, seats, close_days, abandoned, draws, strict=True)
        ]  # fmt: skip

    def _reached(
        self,
        outcomes: Sequence[int],
        *,
        created_days: Sequence[int],
        close_days: Sequence[int],
        draws: Sequence[int],
    ) -> list[int]:
        """Won deals went through every stage, lost ones stopped at any; open ones are as far as their time is."""
        settled = self.company.calendar.today - 3  # a weekend may move a change by two days, not into the future
        return [
            STAGES - 1
            if outcome == WON
            else max(0, (settled - start) * STAGES // (end - start))
            if outcome == OPEN
            else place % STAGES
            for outcome, start, end, place in zip(outcomes, created_days, close_days, draws, strict=True)
        ]

    def _amounts(
        self, products: Sequence[int], *, seats: Sequence[int], accounts: Sequence[int], draws: Sequence[int]
    ) -> list[int]:
        pools, factors, rates = self.amount_pools, self.factors, self.company.market.rates
        return [
            (pools[product][place >> 6] * factors[account % SEGMENTS] * rates[seat] // 1_000 or 1) * SCALE
            for product, seat, account, place in zip(products, seats, accounts, draws, strict=True)
        ]
