"""COQL finds what a plain filter over the same rows finds: random rows, random criteria, orders and windows."""

from __future__ import annotations

import operator
import string
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.zoho.emulator import coql
from adapters.zoho.emulator.state import State, stamp
from tests.adapters.zoho.emulator.small_org import an_id, small_org
from tests.effort import examples as effort

Deal = dict[str, Any]
Holds = Callable[[Deal], bool]
START = datetime(2026, 1, 1, tzinfo=UTC)

instants = st.integers(0, 4 * 3600).map(lambda seconds: START + timedelta(seconds=seconds // 900 * 900))
days = st.dates(date(2026, 1, 1), date(2026, 1, 6))
words = st.sampled_from(["", "won", "Won", "lost", "it's 50%", "a_b", "axb", "é"])
amounts = st.sampled_from([0.0, 0.5, 1.0, 12.34, -3.0, 1e9])
accounts = st.sampled_from([an_id(11), an_id(12), an_id(13)])


def elsewhere(moment: datetime, hours: int) -> datetime:
    return moment.astimezone(timezone(timedelta(hours=hours)))


elsewheres = st.builds(elsewhere, instants, st.integers(-12, 14))


def deals_of(values: list[Deal]) -> list[Deal]:
    return [{"id": an_id(100 + place), **each} for place, each in enumerate(values)]


deals = st.lists(
    st.fixed_dictionaries(
        {
            "Modified_Time": instants,
            "Stage": st.none() | words,
            "Amount": st.none() | amounts,
            "Probability": st.none() | st.integers(0, 3),
            "Closing_Date": st.none() | days,
            "Starred": st.booleans(),
            "Account_Name": st.none() | accounts,
        }
    ),
    max_size=12,
).map(deals_of)

SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
DEALS = "select id, Modified_Time from Deals where"
COMPARE = {
    "=": operator.eq, "!=": operator.ne, ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip


def same(value: Any) -> Any:
    """What values are compared by: letters of a text without their case, as far as they are plain ones."""
    return (
        "".join(chr(ord(sign) + 32) if "A" <= sign <= "Z" else sign for sign in value)
        if isinstance(value, str)
        else value
    )


def with_value(name: str, test: Callable[[Any], bool]) -> Holds:
    """A criterion on a field; nothing is true of a field without value."""
    return lambda deal: deal[name] is not None and test(same(deal[name]))


def in_quotes(value: Any) -> str:
    match value:
        case datetime():
            return f"'{value.isoformat()}'"
        case date():
            return f"'{value.isoformat()}'"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case _:
            return str(value).lower()


@st.composite
def orderable(draw: st.DrawFn) -> tuple[str, Holds]:
    """A criterion on a field whose values have an order."""
    fields = [("Amount", amounts), ("Probability", st.integers(0, 3)), ("Closing_Date", days)]
    name, values = draw(st.sampled_from([*fields, ("Modified_Time", elsewheres)]))
    form = draw(st.sampled_from([*COMPARE, "between", "not between", "in", "not in", "is null", "is not null"]))
    return criterion(name, form, draw(st.lists(values, min_size=2, max_size=4)))


@st.composite
def textual(draw: st.DrawFn) -> tuple[str, Holds]:
    """A criterion on a text or on a lookup."""
    name, values = draw(st.sampled_from([("Stage", words), ("Account_Name", accounts)]))
    form = draw(st.sampled_from(["=", "!=", "in", "not in", "is null", "is not null"]))
    return criterion(name, form, draw(st.lists(values, min_size=2, max_size=4)))


def criterion(name: str, form: str, values: list[Any]) -> tuple[str, Holds]:
    first, second, *_ = values
    known = [same(value) for value in values]
    if form in COMPARE:
        return f"{name} {form} {in_quotes(first)}", with_value(name, lambda found: COMPARE[form](found, same(first)))
    match form:
        case "between" | "not between":
            inside = with_value(name, lambda found: (known[0] <= found <= known[1]) == (form == "between"))
            return f"{name} {form} {in_quotes(first)} and {in_quotes(second)}", inside
        case "in" | "not in":
            among = with_value(name, lambda found: (found in known) == (form == "in"))
            return f"{name} {form} ({', '.join(map(in_quotes, values))})", among
        case _:
            return f"{name} {form}", lambda deal: (deal[name] is None) == (form == "is null")


@st.composite
def likeness(draw: st.DrawFn) -> tuple[str, Holds]:
    part = draw(st.sampled_from(["", "w", "o", "on", "a_", "_", "'s", "É"]))
    before, after = draw(st.sampled_from([("", "%"), ("%", ""), ("%", "%"), ("", "")]))
    form = draw(st.sampled_from(["like", "not like"]))
    tests: dict[tuple[str, str], Callable[[str], bool]] = {
        ("", "%"): lambda text: text.startswith(same(part)),
        ("%", ""): lambda text: text.endswith(same(part)),
        ("%", "%"): lambda text: same(part) in text,
        ("", ""): lambda text: text == same(part),
    }
    test = tests[before, after]
    text = f"Stage {form} {in_quotes(before + part + after)}"
    return text, with_value("Stage", lambda found: test(found) == (form == "like"))


truth = st.booleans().map(lambda wanted: (f"Starred = {str(wanted).lower()}", lambda deal: deal["Starred"] == wanted))
single = orderable() | textual() | likeness() | truth


def combined(parts: st.SearchStrategy[tuple[str, Holds]]) -> st.SearchStrategy[tuple[str, Holds]]:
    def join(found: list[tuple[str, Holds]], every: bool) -> tuple[str, Holds]:
        word, quantifier = (" and ", all) if every else (" or ", any)
        text = "(" + word.join(text for text, _ in found) + ")"
        return text, lambda deal: quantifier(holds(deal) for _, holds in found)

    return st.builds(join, st.lists(parts, min_size=2, max_size=3), st.booleans())


criteria = st.recursive(single, combined, max_leaves=6)


@pytest.fixture(scope="module")
def org() -> Iterator[State]:
    state = small_org()
    yield state
    state.close()


def fill(state: State, found: list[Deal]) -> None:
    state.db.execute('DELETE FROM "Deals"')
    for deal in found:
        day, moment = deal["Closing_Date"], stamp(deal["Modified_Time"])
        state.store("Deals", {**deal, "Closing_Date": day and day.isoformat(), "Modified_Time": moment})


def ids(state: State, query: str) -> list[str]:
    return [row["id"] for row in rows(state, query)]


def rows(state: State, query: str) -> list[Deal]:
    _, payload = coql.run(state, {"select_query": query})
    return [] if payload is None else payload["data"]


relaxed = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)


@effort(quick=100, thorough=1_000)
def test_a_query_finds_what_a_filter_finds(org: State, examples: int) -> None:
    @settings(max_examples=examples)
    @given(deals, criteria)
    def check(found: list[Deal], wanted: tuple[str, Holds]) -> None:
        fill(org, found)
        text, holds = wanted
        assert ids(org, f"{DEALS} {text}") == [deal["id"] for deal in found if holds(deal)]

    check()


@given(deals, criteria, st.integers(1, 6), st.integers(0, 6), st.booleans())
@relaxed
def test_order_and_window(
    org: State, found: list[Deal], wanted: tuple[str, Holds], limit: int, offset: int, descending: bool
) -> None:
    fill(org, found)
    text, holds = wanted
    in_order = sorted((deal for deal in found if holds(deal)), key=lambda deal: deal["id"])
    in_order.sort(key=lambda deal: deal["Modified_Time"], reverse=descending)
    order = "desc" if descending else "asc"
    query = f"{DEALS} {text} order by Modified_Time {order}, id limit {offset}, {limit}"
    expected = [deal["id"] for deal in in_order[offset : offset + limit]]
    status, payload = coql.run(org, {"select_query": query})
    if not expected:
        assert (status, payload) == (204, None)
        return
    assert payload is not None
    assert [row["id"] for row in payload["data"]] == expected
    assert payload["info"] == {"count": len(expected), "more_records": len(in_order) > offset + limit}


@given(deals, st.integers(1, 5), st.booleans())
@relaxed
def test_reading_by_key_gives_every_record_once(org: State, found: list[Deal], limit: int, or_form: bool) -> None:
    fill(org, found)
    read: list[str] = []
    moment, last = "2000-01-01T00:00:00+00:00", "0"
    while True:
        after = f"(Modified_Time = '{moment}' and id > {last}) or Modified_Time > '{moment}'"
        narrow = f"Modified_Time >= '{moment}' and (Modified_Time > '{moment}' or id > '{last}')"
        query = f"{DEALS} ({after if or_form else narrow})"
        page = rows(org, f"{query} order by Modified_Time, id limit {limit}")
        if not page:
            break
        read += [row["id"] for row in page]
        moment, last = page[-1]["Modified_Time"], page[-1]["id"]
    assert read == [deal["id"] for deal in sorted(found, key=lambda deal: (deal["Modified_Time"], deal["id"]))]


@given(deals)
@relaxed
def test_aggregates_by_group(org: State, found: list[Deal]) -> None:
    fill(org, found)
    query = (
        "select Probability, COUNT(id) as n, SUM(Amount), MIN(Closing_Date), MAX(Modified_Time), AVG(Amount) "
        "from Deals where id is not null group by Probability order by Probability desc"
    )
    groups = {deal["Probability"] for deal in found}
    expected = [summary(value, [deal for deal in found if deal["Probability"] == value]) for value in groups]
    expected.sort(key=lambda row: -1 if row["Probability"] is None else row["Probability"], reverse=True)
    assert rows(org, query) == expected


def summary(value: int | None, members: list[Deal]) -> dict[str, Any]:
    known = [deal["Amount"] for deal in members if deal["Amount"] is not None]
    closing = [deal["Closing_Date"].isoformat() for deal in members if deal["Closing_Date"] is not None]
    return {
        "Probability": value,
        "n": len(members),
        "SUM(Amount)": pytest.approx(sum(known)) if known else None,
        "MIN(Closing_Date)": min(closing, default=None),
        "MAX(Modified_Time)": max(deal["Modified_Time"] for deal in members).isoformat(),
        "AVG(Amount)": pytest.approx(sum(known) / len(known)) if known else None,
    }
