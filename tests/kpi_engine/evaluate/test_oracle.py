"""Every kind, scope and grain against an independent computation in plain Python, exactly, over generated facts.

The oracle knows nothing of queries: it goes through rows, with fractions and the standard library's time zones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpi_engine.evaluate import Status
from kpi_engine.period import Calendar, Grain

ZONE = "America/Sao_Paulo"
AS_OF = datetime(2017, 3, 20, 2, 30, tzinfo=UTC)
TODAY = date(2017, 3, 19)
SINCE = date(2016, 11, 15)
FIRST_MONTHS = [date(2016, 11, 1), date(2016, 12, 1), date(2017, 1, 1), date(2017, 2, 1), date(2017, 3, 1)]
RATES = {"USD": [(date(2016, 12, 10), Fraction("6.9371")), (date(2017, 2, 1), Fraction("7.00000001"))]}
TEAMS = {"top": None, "low": "top", "odd": "even", "even": "odd"}
USERS = {"ann": "low", "bob": "odd", "cid": None}

EDGES = [date(2016, 10, 31), *FIRST_MONTHS, date(2016, 12, 31), date(2017, 2, 28), TODAY, TODAY + timedelta(days=1)]
days = st.sampled_from(EDGES) | st.dates(date(2016, 10, 25), date(2017, 3, 25))
# from the night in which São Paulo's clocks jump over midnight
MIDNIGHTS = [1_480_557_600, 1_483_236_000, 1_488_337_200, 1_489_977_000]
seconds = st.sampled_from([second + step for second in MIDNIGHTS for step in (-1, 0, 1)])
instants = (seconds | st.integers(1_476_486_000, 1_490_054_400)).map(lambda one: datetime.fromtimestamp(one, tz=UTC))
amounts = st.integers(-(10**7), 10**9).map(lambda whole: Fraction(whole, 10_000))
deals = st.fixed_dictionaries(
    {
        "connection": st.sampled_from(["crm", "shop"]),
        "outcome": st.sampled_from(["won", "won", "lost", "open", "abandoned"]),
        "owner_id": st.sampled_from([None, "ann", "bob", "cid", "gone"]),
        "team_id": st.sampled_from([None, None, "top", "far"]),
        "account_id": st.sampled_from([None, "a", "b", "c"]),
        "product": st.sampled_from([None, "GTX", "MG"]),
        "source": st.sampled_from([None, "web", "fair"]),
        "amount": st.none() | amounts,
        "currency": st.sampled_from([None, "CNY", "CNY", "USD", "XAU"]),
        "probability": st.none() | st.integers(0, 1_000_000).map(lambda whole: Fraction(whole, 10_000)),
        "created_at": st.none() | instants,
        "engaged_on": st.none() | days,
        "closed_on": st.none() | days,
    }
)


# ---- the oracle -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Expected:
    """What a cell must hold."""

    n: int
    value: Fraction | None
    excluded: int
    status: Status


def half_even(number: Fraction) -> Fraction:
    """In whole ten-thousandths."""
    return Fraction(round(number * 10_000), 10_000)


def converted(row: dict, amount: Fraction | None, day: date) -> Fraction | None:
    if amount is None or row["currency"] in (None, "CNY"):
        return amount
    rate = [rate for valid_on, rate in RATES.get(row["currency"], []) if valid_on <= day]
    return half_even(amount * rate[-1]) if rate else None


def local(instant: datetime) -> date:
    return instant.astimezone(ZoneInfo(ZONE)).date()


def month_of(day: date) -> date:
    return day.replace(day=1)


def next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def periods_of(day: date) -> Iterator[tuple[str, str]]:
    if day <= TODAY:
        yield "all", ""
        yield "month", month_of(day).isoformat()


def members_of(row: dict, scope: str) -> set[tuple[str, str]]:
    if scope == "organisation":
        return {("", "")}
    if scope == "product":
        return {("", row["product"] or "(none)")}
    if scope in ("owner", "account"):
        return {(row["connection"], row[f"{scope}_id"] or "(none)")}
    own = row["team_id"] or (USERS.get(row["owner_id"]) if row["connection"] == "crm" else None)
    return {(row["connection"], team) for team in above(own, row["connection"])}


def above(team: str | None, connection: str) -> set[str]:
    if team is None:
        return {"(none)"}
    found: set[str] = set()
    while team is not None and team not in found:
        found.add(team)
        team = TEAMS.get(team) if connection == "crm" else None
    return found


def percentile(values: list[Fraction], share: Fraction) -> Fraction:
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    below = int(place)
    above_it = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above_it] - ordered[below]) * (place - below)


def is_web(row: dict) -> bool | None:
    return None if row["source"] is None else row["source"] == "web"


class Oracle:
    """The rows of a cell, and what each KPI makes of them."""

    def __init__(self, rows: list[dict]) -> None:
        self.rows = [row | {"id": f"{n:03}"} for n, row in enumerate(rows)]

    def cell(self, kpi: str, scope: str, member: tuple[str, str], period: tuple[str, str]) -> Expected:
        mine = [row for row in self.rows if member in members_of(row, scope)]
        placed = [row for row in mine if row["closed_on"] and period in periods_of(row["closed_on"])]
        loose = [row for row in mine if not row["closed_on"]] if scope == "organisation" else []
        if kpi in ("weighted", "created"):
            loose = [row for row in mine if not row["created_at"]] if scope == "organisation" else []
        return getattr(self, kpi)(placed, loose, mine, period)

    def won_count(self, placed, loose, mine, period) -> Expected:
        n = sum(row["outcome"] == "won" and is_web(row) is True for row in placed)
        unknown = sum(row["outcome"] == "won" and is_web(row) is None for row in placed)
        more = sum(row["outcome"] == "won" and is_web(row) is not False for row in loose)
        return self._known_zero(n, Fraction(n), unknown, more)

    def buyers(self, placed, loose, mine, period) -> Expected:
        won = [row for row in placed if row["outcome"] == "won"]
        found = {(row["connection"], row["account_id"]) for row in won if row["account_id"]}
        n = sum(row["account_id"] is not None for row in won)
        more = sum(row["outcome"] == "won" for row in loose)
        return self._or_none(n, Fraction(len(found)), len(won) - n, more)

    def new_buyers(self, placed, loose, mine, period) -> Expected:
        firsts: dict[tuple[str, str], dict] = {}
        for row in sorted(self.rows, key=lambda row: (row["closed_on"] or date.max, row["id"])):
            if row["outcome"] == "won" and row["closed_on"] and row["account_id"]:
                firsts.setdefault((row["connection"], row["account_id"]), row)
        n = sum(row in firsts.values() for row in placed)
        unknown = sum(row["outcome"] == "won" and row["account_id"] is None for row in placed)
        more = sum(row["outcome"] == "won" for row in loose)
        return self._known_zero(n, Fraction(n), unknown, more)

    def _amounts(self, placed) -> tuple[list[Fraction], int, int]:
        won = [row for row in placed if row["outcome"] == "won"]
        found = [converted(row, row["amount"], row["closed_on"]) for row in won]
        missing_rate = sum(row["amount"] is not None and one is None for row, one in zip(won, found, strict=True))
        known = [one for one in found if one is not None]
        return known, len(won) - len(known), missing_rate

    def amount_won(self, placed, loose, mine, period) -> Expected:
        known, unknown, missing_rate = self._amounts(placed)
        more = sum(row["outcome"] == "won" for row in loose)
        expected = self._known_zero(len(known), sum(known, Fraction(0)), unknown, more)
        return self._without_rate(expected, missing_rate)

    def mean_won(self, placed, loose, mine, period) -> Expected:
        known, unknown, missing_rate = self._amounts(placed)
        more = sum(row["outcome"] == "won" for row in loose)
        mean = sum(known, Fraction(0)) / len(known) if known else None
        return self._without_rate(self._or_none(len(known), mean, unknown, more), missing_rate)

    def upper_won(self, placed, loose, mine, period) -> Expected:
        known, unknown, missing_rate = self._amounts(placed)
        more = sum(row["outcome"] == "won" for row in loose)
        value = percentile(known, Fraction("0.9")) if known else None
        return self._without_rate(self._or_none(len(known), value, unknown, more), missing_rate)

    def rate(self, placed, loose, mine, period) -> Expected:
        closed = [row for row in placed if row["outcome"] in ("won", "lost")]
        more = sum(row["outcome"] in ("won", "lost") for row in loose)
        if not placed:
            return Expected(0, None, more, Status.NO_DATA)
        if not closed:
            return Expected(0, None, more, Status.ZERO_DENOMINATOR)
        won = sum(row["outcome"] == "won" for row in closed)
        return Expected(len(closed), Fraction(won, len(closed)), more, Status.OK)

    def cycle(self, placed, loose, mine, period) -> Expected:
        won = [row for row in placed if row["outcome"] == "won"]
        taken = [Fraction((row["closed_on"] - row["engaged_on"]).days) for row in won if row["engaged_on"]]
        known = [one for one in taken if one >= 0]
        more = sum(row["outcome"] == "won" for row in loose)
        value = percentile(known, Fraction(1, 2)) if known else None
        return self._or_none(len(known), value, len(won) - len(known), more)

    def created(self, placed, loose, mine, period) -> Expected:
        happened = [local(row["created_at"]) for row in mine if row["created_at"] and row["created_at"] <= AS_OF]
        n = sum(period in periods_of(day) for day in happened)
        return self._or_none(n, Fraction(n), 0, sum(row["created_at"] is None for row in loose))

    def weighted(self, placed, loose, mine, period) -> Expected:
        last = (
            TODAY if period[0] == "all" else min(next_month(date.fromisoformat(period[1])) - timedelta(days=1), TODAY)
        )
        standing, unknown, missing_rate = [], 0, 0
        for row in mine:
            if row["created_at"] is None or not self._stands(row, last, period):
                continue
            is_known = row["amount"] is not None and row["probability"] is not None
            weighted = half_even(row["amount"] * row["probability"] / 100) if is_known else None
            value = converted(row, weighted, last)
            standing += [] if value is None else [value]
            unknown += value is None
            missing_rate += weighted is not None and value is None
        more = sum(row["closed_on"] is not None or row["outcome"] == "open" for row in loose)
        return self._without_rate(self._or_none(len(standing), sum(standing, Fraction(0)), unknown, more), missing_rate)

    def _stands(self, row: dict, last: date, period: tuple[str, str]) -> bool:
        if row["created_at"] > AS_OF or local(row["created_at"]) > last:
            return False
        return row["closed_on"] > last if row["closed_on"] else row["outcome"] == "open"

    def _or_none(self, n, value, unknown, more) -> Expected:
        return Expected(n, value if n else None, unknown + more, Status.OK if n else Status.NO_DATA)

    def _known_zero(self, n, value, unknown, more) -> Expected:
        if n == 0 and unknown:
            return Expected(0, None, unknown + more, Status.NO_DATA)
        return Expected(n, value, unknown + more, Status.OK)

    def _without_rate(self, expected: Expected, missing_rate: int) -> Expected:
        if not missing_rate:
            return expected
        return Expected(expected.n, expected.value, expected.excluded, Status.MISSING_FX)


# ---- the comparison -------------------------------------------------------------------------------------------------


def _definitions(kpi):
    won = [{"column": "outcome", "is": "won"}]
    web = [*won, {"column": "source", "is": "web"}]
    closed = [{"column": "outcome", "in": ["won", "lost"]}]
    by = {"dimensions": ["product"]}
    return [
        kpi("count", id="won_count", where=web, no_data="zero", **by),
        kpi("count", id="buyers", where=won, distinct="account_id", **by),
        kpi("count", id="new_buyers", where=won, first_per="account_id", no_data="zero", **by),
        kpi("sum", id="amount_won", where=won, sum="amount", unit="money", no_data="zero", **by),
        kpi("mean", id="mean_won", where=won, mean="amount", unit="money", **by),
        kpi("percentile", id="upper_won", where=won, of="amount", percentile=0.9, unit="money", **by),
        kpi(
            "ratio",
            id="rate",
            unit="percent",
            numerator={"count": "rows", "where": won},
            denominator={"count": "rows", "where": closed},
            **by,
        ),
        kpi("count", id="created", time="created_at", **by),
        kpi("duration", id="cycle", where=won, start="engaged_on", unit="days", **by),
        kpi(
            "snapshot",
            id="weighted",
            time="created_at",
            until="closed_on",
            standing=[{"column": "outcome", "is": "open"}],
            measure={"sum": "amount"},
            weight_percent="probability",
            unit="money",
            **by,
        ),
    ]


SCOPES = ("organisation", "owner", "team", "account", "product")


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(deals, min_size=10, max_size=60))
def test_every_cell_is_what_plain_python_says(world, kpi, rows):
    world.has("teams", *({"id": team, "parent_id": parent} for team, parent in TEAMS.items()))
    world.has("users", *({"id": user, "team_id": team} for user, team in USERS.items()))
    world.has(
        "fx_rates",
        *(
            {"from_currency": currency, "to_currency": "CNY", "valid_on": day, "rate": str(float(rate))}
            for currency, rates in RATES.items()
            for day, rate in rates
        ),
    )
    world.has("deals", *(_written(row) for row in rows))
    oracle = Oracle(rows)
    cells = world.values(
        *_definitions(kpi),
        scopes=dict.fromkeys(SCOPES, (Grain.MONTH, Grain.ALL)),
        calendar=Calendar(ZONE),
        as_of=AS_OF,
        since=SINCE,
        until=None,
    )
    listed = {(one.period, one.period_start) for one in cells if one.scope == "organisation"}
    assert listed == {("all", ""), *(("month", first.isoformat()) for first in FIRST_MONTHS)}
    for one in cells:
        expected = oracle.cell(one.kpi, one.scope, (one.connection, one.scope_id), (one.period, one.period_start))
        exact = None if expected.value is None else expected.value.numerator / expected.value.denominator
        found = (one.n, one.value, one.excluded, one.status)
        assert found == (expected.n, exact, expected.excluded, expected.status), (one, expected)


def _written(row: dict) -> dict:
    return {
        name: str(value.numerator / value.denominator) if isinstance(value, Fraction) else value
        for name, value in row.items()
    }
