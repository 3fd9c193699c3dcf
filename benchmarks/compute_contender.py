"""One contender of `compute.py`: prints its seconds, its peak memory and every cell of its answer as JSON.

The 13 KPIs, by owner and month: deals won, amount won, win rate, mean and median sales cycle, deal size (mean), new
customers, calls, meetings, active accounts (distinct), cases resolved, mean resolution time, median first response time.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

Cells = dict[str, float]
"""kpi|owner|first day of the month -> value; only cells with rows."""
Result = tuple[float, float, Cells]

FIRST, LAST = "2024-01-01", "2026-01-01"
NAMES = {"en": "-", "zh-CN": "-", "zh-TW": "-"}


# ---- crm-kpi --------------------------------------------------------------------------------------------------------

WON = [{"column": "outcome", "is": "won"}]
CLOSED = [{"column": "outcome", "in": ["won", "lost"]}]
DEALS = {"table": "deals", "time": "closed_on"}
DONE = {"table": "activities", "time": "done_at"}
RESOLVED = {"table": "cases", "time": "resolved_at"}
DEFINITIONS: list[dict[str, object]] = [
    {"id": "deals_won", "kind": "count", "unit": "count", **DEALS, "where": WON},
    {"id": "won_amount", "kind": "sum", "unit": "money", **DEALS, "sum": "amount", "where": WON},
    {
        "id": "win_rate",
        "kind": "ratio",
        "unit": "percent",
        **DEALS,
        "numerator": {"count": "rows", "where": WON},
        "denominator": {"count": "rows", "where": CLOSED},
    },
    {
        "id": "cycle_mean",
        "kind": "duration",
        "unit": "days",
        **DEALS,
        "start": "engaged_on",
        "statistic": "mean",
        "where": WON,
    },
    {"id": "cycle_median", "kind": "duration", "unit": "days", **DEALS, "start": "engaged_on", "where": WON},
    {"id": "deal_size", "kind": "mean", "unit": "money", **DEALS, "mean": "amount", "where": WON},
    {"id": "new_customers", "kind": "count", "unit": "count", **DEALS, "first_per": "account_id", "where": WON},
    {"id": "calls", "kind": "count", "unit": "count", **DONE, "where": [{"column": "kind", "is": "call"}]},
    {"id": "meetings", "kind": "count", "unit": "count", **DONE, "where": [{"column": "kind", "is": "meeting"}]},
    {"id": "active_accounts", "kind": "count", "unit": "count", **DONE, "distinct": "account_id"},
    {"id": "cases_resolved", "kind": "count", "unit": "count", **RESOLVED},
    {
        "id": "resolution_mean",
        "kind": "duration",
        "unit": "hours",
        **RESOLVED,
        "start": "created_at",
        "statistic": "mean",
    },
    {
        "id": "response_median",
        "kind": "duration",
        "unit": "hours",
        "table": "cases",
        "time": "first_response_at",
        "start": "created_at",
    },
]


def kpi(data: Path) -> Result:
    from datetime import UTC, date, datetime

    from pydantic import TypeAdapter

    from connector.engine.duckdb import DuckDBEngine
    from kpi_engine.definition import Definition
    from kpi_engine.evaluate import Request, evaluate, needed_columns
    from kpi_engine.period import Calendar, Grain

    read = TypeAdapter(Definition).validate_python
    definitions = [read({"names": NAMES, "question": "-", "formula": "-"} | one) for one in DEFINITIONS]
    scopes = {"owner": (Grain.MONTH,)}
    request = Request(
        definitions=definitions,
        calendar=Calendar("UTC"),
        scopes=scopes,
        as_of=datetime(2026, 6, 30, tzinfo=UTC),
        data_as_of="",
        currency="CNY",
        since=date.fromisoformat(FIRST),
        until=date.fromisoformat(LAST),
    )
    started = time.perf_counter()
    with DuckDBEngine() as engine:
        engine.copy(data, needed_columns(definitions, scopes))
        loaded = time.perf_counter()
        values = list(evaluate(engine, request))
        done = time.perf_counter()
    cells = {f"{one.kpi}|{one.scope_id}|{one.period_start}": one.value for one in values if one.value is not None and one.n}
    return loaded - started, done - loaded, cells


# ---- SQLite ---------------------------------------------------------------------------------------------------------

_DEALS = f"FROM deals WHERE deleted_at IS NULL AND outcome = 'won' AND closed_on >= '{FIRST}' AND closed_on < '{LAST}'"
_CYCLE = "julianday(closed_on) - julianday(engaged_on)"
_DONE = f"FROM activities WHERE deleted_at IS NULL AND done_at >= '{FIRST}' AND done_at < '{LAST}'"
_CASES = f"FROM cases WHERE deleted_at IS NULL AND resolved_at >= '{FIRST}' AND resolved_at < '{LAST}'"


def _by(month: str) -> str:
    return f"owner_id, substr({month}, 1, 7)"


def _grouped(value: str, source: str, month: str) -> str:
    return f"SELECT {_by(month)} AS month, {value} {source} GROUP BY 1, 2"


def _median(value: str, source: str, month: str) -> str:
    return f"""
        SELECT owner_id, month, avg(value) FROM (
            SELECT {_by(month)} AS month, {value} AS value,
                row_number() OVER w AS position, count(*) OVER (PARTITION BY {_by(month)}) AS n
            {source} AND {value} >= 0
            WINDOW w AS (PARTITION BY {_by(month)} ORDER BY {value})
        ) WHERE position IN ((n + 1) / 2, n / 2 + 1) GROUP BY 1, 2"""


_SECONDS = "(strftime('%s', {}) - strftime('%s', created_at))"
_RESPONSES = f"FROM cases WHERE deleted_at IS NULL AND first_response_at >= '{FIRST}' AND first_response_at < '{LAST}'"
STATEMENTS = {
    "deals_won": _grouped("count(*)", _DEALS, "closed_on"),
    "won_amount": _grouped("sum(amount) / 10000.0", _DEALS, "closed_on"),
    "win_rate": _grouped(
        "avg(outcome = 'won')", _DEALS.replace("outcome = 'won'", "outcome IN ('won', 'lost')"), "closed_on"
    ),
    "cycle_mean": _grouped(f"avg({_CYCLE})", _DEALS, "closed_on"),
    "cycle_median": _median(_CYCLE, _DEALS, "closed_on"),
    "deal_size": _grouped("avg(amount) / 10000.0", _DEALS, "closed_on"),
    "new_customers": f"""
        SELECT owner_id, substr(closed_on, 1, 7), count(*) FROM (
            SELECT owner_id, closed_on, row_number() OVER (PARTITION BY account_id ORDER BY closed_on, id) AS position
            FROM deals WHERE deleted_at IS NULL AND outcome = 'won' AND closed_on IS NOT NULL AND account_id IS NOT NULL
        ) WHERE position = 1 AND closed_on >= '{FIRST}' AND closed_on < '{LAST}' GROUP BY 1, 2""",
    "calls": _grouped("count(*)", f"{_DONE} AND kind = 'call'", "done_at"),
    "meetings": _grouped("count(*)", f"{_DONE} AND kind = 'meeting'", "done_at"),
    "active_accounts": _grouped("count(DISTINCT account_id)", _DONE, "done_at"),
    "cases_resolved": _grouped("count(*)", _CASES, "resolved_at"),
    "resolution_mean": _grouped(f"avg({_SECONDS.format('resolved_at')}) / 3600.0", _CASES, "resolved_at"),
    "response_median": _median(f"{_SECONDS.format('first_response_at')} / 3600.0", _RESPONSES, "first_response_at"),
}


def sqlite(data: Path) -> Result:
    import sqlite3
    from contextlib import closing

    cells: Cells = {}
    started = time.perf_counter()
    with closing(sqlite3.connect(data)) as db:
        for name, statement in STATEMENTS.items():
            cells |= {f"{name}|{owner}|{month}-01": value for owner, month, value in db.execute(statement)}
    return 0.0, time.perf_counter() - started, cells


# ---- pandas ---------------------------------------------------------------------------------------------------------


def pandas(data: Path) -> Result:
    import sqlite3
    from contextlib import closing

    import pandas as pd

    started = time.perf_counter()
    with closing(sqlite3.connect(data)) as db:
        read = "SELECT {} FROM {} WHERE deleted_at IS NULL"
        deals = pd.read_sql(
            read.format("id, owner_id, account_id, outcome, amount, engaged_on, closed_on", "deals")
            + " AND closed_on IS NOT NULL",
            db,
        )
        activities = pd.read_sql(
            read.format("owner_id, account_id, kind, done_at", "activities") + " AND done_at IS NOT NULL", db
        )
        cases = pd.read_sql(read.format("owner_id, created_at, first_response_at, resolved_at", "cases"), db)
    loaded = time.perf_counter()
    cells: Cells = {}

    def add(name: str, rows: pd.DataFrame, month: str, answer: Callable[[pd.api.typing.DataFrameGroupBy], pd.Series]) -> None:
        within = rows[(rows[month] >= FIRST) & (rows[month] < LAST)]
        grouped = within.groupby(["owner_id", within[month].str.slice(0, 7)])
        for (owner, key), value in answer(grouped).items():
            cells[f"{name}|{owner}|{key}-01"] = float(value)

    won = deals[deals["outcome"] == "won"].copy()
    won["days"] = (pd.to_datetime(won["closed_on"]) - pd.to_datetime(won["engaged_on"])).dt.days
    closed = deals[deals["outcome"].isin(["won", "lost"])].assign(won=lambda rows: rows["outcome"] == "won")
    firsts = won.dropna(subset=["account_id"]).sort_values(["closed_on", "id"]).drop_duplicates("account_id")
    add("deals_won", won, "closed_on", lambda by: by.size())
    add("won_amount", won, "closed_on", lambda by: by["amount"].sum() / 10_000)
    add("win_rate", closed, "closed_on", lambda by: by["won"].mean())
    add("cycle_mean", won, "closed_on", lambda by: by["days"].mean())
    add("cycle_median", won, "closed_on", lambda by: by["days"].median())
    add("deal_size", won, "closed_on", lambda by: by["amount"].mean() / 10_000)
    add("new_customers", firsts, "closed_on", lambda by: by.size())
    add("calls", activities[activities["kind"] == "call"], "done_at", lambda by: by.size())
    add("meetings", activities[activities["kind"] == "meeting"], "done_at", lambda by: by.size())
    add("active_accounts", activities, "done_at", lambda by: by["account_id"].nunique())
    created = pd.to_datetime(cases["created_at"])
    cases["resolution"] = (pd.to_datetime(cases["resolved_at"]) - created).dt.total_seconds() / 3600
    cases["response"] = (pd.to_datetime(cases["first_response_at"]) - created).dt.total_seconds() / 3600
    add("cases_resolved", cases, "resolved_at", lambda by: by.size())
    add("resolution_mean", cases, "resolved_at", lambda by: by["resolution"].mean())
    add("response_median", cases, "first_response_at", lambda by: by["response"].median())
    return loaded - started, time.perf_counter() - loaded, cells


if __name__ == "__main__":
    load, compute, answer = {"kpi": kpi, "sqlite": sqlite, "pandas": pandas}[sys.argv[1]](Path(sys.argv[2]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"load": load, "compute": compute, "megabytes": peak, "cells": answer}))
