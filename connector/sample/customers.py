"""Accounts and contacts, and how other tables pick one: by arithmetic on its number, never by looking it up.

Account ``round * seats + seat`` belongs to the sales seat `seat`. Old accounts (the first `old_rounds` rounds) existed
before the history began; the others come in as time passes, each seat's at its own days. Within a seat the picks follow
a square law, so few customers do much of the business and many do little.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from connector.sample.company import PAGE, Columns, Company, Pages, blocks, looked_up
from connector.sample.dirt import DUPLICATE_EVERY, DUPLICATE_OFFSET, duplicates, soil
from connector.sample.draws import RANGE

QUIET_EVERY, QUIET = 12, 11
"""Every twelfth account of a seat has no business: it left us, or it never began."""
NEW_SHARE = RANGE * 22 // 100
"""Share of the picks that go to the newest account."""
PROSPECT_DAYS = 60

SEGMENT_OF = (0, 2, 2, 1, 2, 2, 1, 2, 2, 2, 1, 2, 2, 1, 2, 2, 2, 1, 2, 2)
"""Segment of an account, by its number modulo 20: one large, five middling, the rest small."""
SEGMENTS = len(SEGMENT_OF)
CONTACTS_OF = (1, 2, 1, 3, 1, 2, 1, 5)
"""Contacts of an account, by its number modulo 8: sixteen for every eight accounts."""
CONTACTS_PER_EIGHT = sum(CONTACTS_OF)
_CONTACTS_BEFORE = tuple(sum(CONTACTS_OF[:place]) for place in range(8))
_CONTACT_CHOICE = tuple(
    tuple(before + choice % count for choice in range(16))
    for before, count in zip(_CONTACTS_BEFORE, CONTACTS_OF, strict=True)
)

NAME_STEP = 7_919
"""A prime: neighbours get names that are far apart, and all names are used before one comes again."""
ACCOUNT, CONTACT = 1_000_000_000, 1_000_000_000
"""Ids are a letter and the row's number plus one of these, so that they all have the same length."""


def accounts_of(company: Company) -> int:
    """How many there are, those entered twice counted once."""
    return company.sizes.rounds * company.profile.seats


def picked(
    company: Company, days: Sequence[int], *, seats: Sequence[int], news: Sequence[int], ranks: Sequence[int]
) -> list[int]:
    """An account of each seat that existed before each day: the newest where the draw `news` is low, else by rank."""
    sizes, count, progress = company.sizes, company.profile.seats, company.sales_progress
    old, growth = sizes.old_rounds, sizes.rounds - sizes.old_rounds
    late = [RANGE * seat // count for seat in range(count)]
    existing = [old + (growth * progress[day] + late[seat] >> 16) for day, seat in zip(days, seats, strict=True)]
    return [
        ((place := rows - 1 if new < NEW_SHARE else rows * rank * rank >> 32) - (place % QUIET_EVERY == QUIET)) * count
        + seat
        for rows, new, rank, seat in zip(existing, news, ranks, seats, strict=True)
    ]


def contacts_at(accounts: Iterable[int], draws: Iterable[int]) -> list[int]:
    """The number of some contact of each account."""
    choice, eight = _CONTACT_CHOICE, CONTACTS_PER_EIGHT
    return [
        (account >> 3) * eight + choice[account & 7][draw & 15] for account, draw in zip(accounts, draws, strict=True)
    ]


def entered(company: Company, accounts: Sequence[int], *, first: int) -> list[int]:
    """The rows that a table points to: for accounts that were entered twice, every other time the second entry."""
    if not company.duplicates:
        return list(accounts)
    total, every, offset = accounts_of(company), DUPLICATE_EVERY, DUPLICATE_OFFSET
    return [
        total + account // every if account % every == offset and number & 1 else account
        for number, account in enumerate(accounts, start=first)
    ]


def account_ids(numbers: Iterable[int]) -> list[str]:
    return [f"A{ACCOUNT + number}" for number in numbers]


def contact_ids(numbers: Iterable[int]) -> list[str]:
    return [f"C{CONTACT + number}" for number in numbers]


def account_name(company: Company, number: int) -> str:
    """The name of an account; two accounts never share one."""
    words = company.words
    original = original_of(company, number)
    branch, trade, brand, suffix = _name_parts(company, original)
    (head, _), (tail, _) = brand
    cities = words.regions[company.staff.sales.regions[original % company.profile.seats]].cities
    city = cities[original // company.profile.seats % len(cities)]
    name = words.account.format(
        head=head, tail=tail, trade=words.trades[trade], suffix=words.suffixes[suffix], city=city
    )
    if branch:
        name = words.branch.format(name=name, number=branch + 1)
    return name if number == original else words.account_twin.format(name=name, city=city)


def original_of(company: Company, number: int) -> int:
    """The account itself, or the one that this row enters a second time."""
    total = accounts_of(company)
    return number if number < total else (number - total) * DUPLICATE_EVERY + DUPLICATE_OFFSET


def brands_of(company: Company, numbers: Iterable[int]) -> list[str]:
    """The short names of accounts, as people say them; several accounts may share one."""
    words = company.words
    brands = [head + tail for tail, _ in words.tails for head, _ in words.heads]
    trades, count = len(words.trades), len(brands)
    names = trades * count * len(words.suffixes)
    shift = company.shift
    return [brands[(number * NAME_STEP + shift) % names // trades % count] for number in numbers]


def _name_parts(company: Company, number: int) -> tuple[int, int, tuple[tuple[str, str], tuple[str, str]], int]:
    words = company.words
    brands = len(words.heads) * len(words.tails)
    names = len(words.trades) * brands * len(words.suffixes)
    branch, place = divmod(number, names)
    rest, trade = divmod((place * NAME_STEP + company.shift) % names, len(words.trades))
    suffix, brand = divmod(rest, brands)
    tail, head = divmod(brand, len(words.heads))
    return branch, trade, (words.heads[head], words.tails[tail]), suffix


def mail_domain(company: Company, number: int) -> str:
    """A domain that cannot exist; the two entries of one account share it."""
    _, _, ((_, head), (_, tail)), _ = _name_parts(company, number)
    return f"{head}{tail}{number}.example"


def industry(company: Company, number: int) -> str:
    words = company.words
    trade = _name_parts(company, number)[1]
    return words.industries[trade * len(words.industries) // len(words.trades)]


def created_day(company: Company, number: int) -> int:
    """The day of entry, before the first business that anybody can have done with the account."""
    sizes, calendar, seats = company.sizes, company.calendar, company.profile.seats
    place, seat = divmod(number, seats)
    if place < sizes.old_rounds:
        return calendar.workday[calendar.began - 10 - (number * 7_919 + company.shift) % 1_800]
    steps = (place - sizes.old_rounds + 1) * RANGE - RANGE * seat // seats
    step = -(-steps // (sizes.rounds - sizes.old_rounds)) - 1
    return company.sales_days[min(step, RANGE - 1)]


def left_day(company: Company, number: int) -> int | None:
    """When a quiet old account ended its contract; None for all others."""
    place = number // company.profile.seats
    if place >= company.sizes.old_rounds or place % QUIET_EVERY != QUIET:
        return None
    calendar = company.calendar
    return calendar.began + (number * 104_729 + company.shift) % (calendar.today - calendar.began)


def account_pages(company: Company) -> Pages:
    """Accounts, then the second entries of those that were entered twice."""
    once = accounts_of(company)
    total = once + (duplicates(once) if company.duplicates else 0)
    for _, numbers in blocks(total, PAGE):
        columns = _account_columns(company, numbers, originals=[original_of(company, number) for number in numbers])
        soil(columns, numbers, table="accounts", stains=company.stains)
        yield columns


def _account_columns(company: Company, numbers: range, *, originals: Sequence[int]) -> Columns:
    calendar, words, sales = company.calendar, company.words, company.staff.sales
    seats = [number % len(sales) for number in originals]
    created = [created_day(company, number) for number in originals]
    left = [left_day(company, number) for number in originals]
    opened = [
        calendar.midnight[day] + 8 * 3600 + number % 1_740 for number, day in zip(originals, created, strict=True)
    ]
    changed = [calendar.midnight[day] + 72_000 if day else moment for day, moment in zip(left, opened, strict=True)]
    return {
        "id": account_ids(numbers),
        "modified_at": calendar.instants(changed),
        "name": [account_name(company, number) for number in numbers],
        "owner_id": sales.owners(seats, [calendar.today] * len(seats)),
        "team_id": looked_up(sales.teams, seats),
        "segment": [words.segments[SEGMENT_OF[number % SEGMENTS]] for number in originals],
        "industry": [industry(company, number) for number in originals],
        "region": [words.regions[sales.regions[seat]].name for seat in seats],
        "tax_number": [words.tax_number.format(number=f"{number:09}") for number in originals],
        "phone": [words.phone.format(number=f"{number:07}") for number in originals],
        "email_domain": [mail_domain(company, number) for number in originals],
        "created_at": calendar.instants(opened),
        "status": [
            words.account_statuses[_status(company, number, day)]
            for number, day in zip(originals, created, strict=True)
        ],
        "churn_reason": [
            words.churn_reasons[number % len(words.churn_reasons)] if day else None
            for number, day in zip(originals, left, strict=True)
        ],
    }  # fmt: skip


def _status(company: Company, number: int, created: int) -> int:
    """Position among the account statuses: prospect, customer, former."""
    if left_day(company, number) is not None:
        return 2
    quiet = number // company.profile.seats % QUIET_EVERY == QUIET
    return 0 if quiet or company.calendar.today - created < PROSPECT_DAYS else 1


def contact_pages(company: Company) -> Pages:
    """Contacts, account by account, entered on the account's own day."""
    numbers = (
        (account, before) for account in range(accounts_of(company)) for before in range(CONTACTS_OF[account % 8])
    )
    while rows := list(islice(numbers, PAGE)):
        yield _contact_columns(company, rows)


def _contact_columns(company: Company, rows: Sequence[tuple[int, int]]) -> Columns:
    calendar, sales, words = company.calendar, company.staff.sales, company.words
    accounts = [account for account, _ in rows]
    numbers = [(account >> 3) * CONTACTS_PER_EIGHT + _CONTACTS_BEFORE[account & 7] + place for account, place in rows]
    seats = [account % len(sales) for account in accounts]
    created = calendar.instants(
        calendar.midnight[created_day(company, account)] + 8 * 3600 + account % 1_740 + 20 * place
        for account, place in rows
    )
    domains = [mail_domain(company, account) for account in accounts]
    return {
        "id": contact_ids(numbers),
        "modified_at": created,
        "name": [_contact_name(company, number) for number in numbers],
        "account_id": account_ids(accounts),
        "owner_id": sales.owners(seats, [calendar.today] * len(seats)),
        "email": [f"c{number}@{domain}" for number, domain in zip(numbers, domains, strict=True)],
        "phone": [words.phone.format(number=f"9{number:07}") for number in numbers],
        "created_at": list(created),
    }


def _contact_name(company: Company, number: int) -> str:
    words = company.words
    mixed = (number * 48_611 + company.shift) % 1_000_003
    family = words.family[mixed // len(words.given) % len(words.family)]
    return words.person.format(given=words.given[mixed % len(words.given)], family=family)
