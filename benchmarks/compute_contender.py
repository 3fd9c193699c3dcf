"""One contender of `compute.py`: prints its seconds, its peak memory and every cell of its answer as JSON.

The 13 KPIs, by owner and month: win rate, amount won, deals won, sales cycle (median, mean, 90th percentile), new
customers, calls, meetings, tasks done, cases resolved, mean resolution time, median time to the first response.
"""

# ruff: noqa: S608 -- every part of a statement is on this page

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

SHIPPED = {
    *("win_rate", "won_amount", "won_deals", "sales_cycle", "sales_cycle_mean", "sales_cycle_p90", "new_customers"),
    *("calls", "meetings", "tasks_done"),
}
RESOLVED = {"table": "cases", "time": "resolved_at", "start": "created_at", "unit": "hours"}
RESPONDED = {"table": "cases", "time": "first_response_at", "start": "created_at", "unit": "hours"}
OWN: list[dict[str, object]] = [
    {"id": "cases_resolved", "kind": "count", "unit": "count", "table": "cases", "time": "resolved_at"},
    {"id": "resolution_mean", "kind": "duration", "statistic": "mean", **RESOLVED},
    {"id": "response_median", "kind": "duration", "statistic": 0.5, **RESPONDED},
]
"""A family for service comes with a later release; the grammar has it already."""


def kpi(data: Path) -> Result:
    from datetime import UTC, date, datetime

    from pydantic import TypeAdapter

    from connector.engine.duckdb import DuckDBEngine
    from kpi_engine.catalog import shipped
    from kpi_engine.definition import Definition
    from kpi_engine.evaluate import Request, evaluate, needed_columns
    from kpi_engine.period import Calendar, Grain

    read = TypeAdapter(Definition).validate_python
    own = [read({"names": NAMES, "question": "-", "formula": "-"} | one) for one in OWN]
    definitions = [*(one for one in shipped() if one.id in SHIPPED), *own]
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
    cells = {
        f"{one.kpi}|{one.scope_id}|{one.period_start}": one.value for one in values if one.value is not None and one.n
    }
    return loaded - started, done - loaded, cells


# ---- SQLite ---------------------------------------------------------------------------------------------------------

_WITHIN = "deleted_at IS NULL AND {0} >= '" + FIRST + "' AND {0} < '" + LAST + "'"
_CLOSED = f"FROM deals WHERE {_WITHIN.format('closed_on')} AND outcome IN ('won', 'lost')"
_WON = f"FROM deals WHERE {_WITHIN.format('closed_on')} AND outcome = 'won'"
_DONE = f"FROM activities WHERE {_WITHIN.format('done_at')}"
_RESOLVED = f"FROM cases WHERE {_WITHIN.format('resolved_at')}"
_RESPONDED = f"FROM cases WHERE {_WITHIN.format('first_response_at')}"
_CYCLE = "(julianday(closed_on) - julianday(engaged_on))"
_SECONDS = "(strftime('%s', {}) - strftime('%s', created_at))"


def _by(month: str) -> str:
    return f"owner_id, substr({month}, 1, 7)"


def _grouped(value: str, source: str, month: str) -> str:
    return f"SELECT {_by(month)} AS month, {value} {source} GROUP BY 1, 2"


def _percentile(value: str, source: str, month: str, *, share: float) -> str:
    """Type 7: between the two rows around place 1 + (n - 1) * share, in proportion."""
    return f"""
        SELECT owner_id, month, sum(value * max(0.0, 1 - abs(place - position))) FROM (
            SELECT owner_id, month, value, position, 1 + (n - 1) * {share} AS place FROM (
                SELECT {_by(month)} AS month, {value} AS value,
                    row_number() OVER (PARTITION BY {_by(month)} ORDER BY {value}) AS position,
                    count(*) OVER (PARTITION BY {_by(month)}) AS n
                {source} AND {value} >= 0
            )
        ) WHERE abs(place - position) < 1 GROUP BY 1, 2"""


STATEMENTS = {
    "won_deals": _grouped("count(*)", _WON, "closed_on"),
    "won_amount": _grouped("sum(amount) / 10000.0", _WON, "closed_on"),
    "win_rate": _grouped("avg(outcome = 'won')", _CLOSED, "closed_on"),
    "sales_cycle": _percentile(_CYCLE, _WON, "closed_on", share=0.5),
    "sales_cycle_mean": _grouped(f"avg({_CYCLE})", _WON, "closed_on"),
    "sales_cycle_p90": _percentile(_CYCLE, _WON, "closed_on", share=0.9),
    "new_customers": f"""
        SELECT owner_id, substr(closed_on, 1, 7), count(*) FROM (
            SELECT owner_id, closed_on, row_number() OVER (PARTITION BY account_id ORDER BY closed_on, id) AS position
            FROM deals WHERE deleted_at IS NULL AND outcome = 'won' AND closed_on IS NOT NULL AND account_id IS NOT NULL
        ) WHERE position = 1 AND closed_on >= '{FIRST}' AND closed_on < '{LAST}' GROUP BY 1, 2""",
    "calls": _grouped("count(*)", f"{_DONE} AND kind = 'call'", "done_at"),
    "meetings": _grouped("count(*)", f"{_DONE} AND kind = 'meeting'", "done_at"),
    "tasks_done": _grouped("count(*)", f"{_DONE} AND kind = 'task'", "done_at"),
    "cases_resolved": _grouped("count(*)", _RESOLVED, "resolved_at"),
    "resolution_mean": _grouped(f"avg({_SECONDS.format('resolved_at')}) / 3600.0", _RESOLVED, "resolved_at"),
    "response_median": _percentile(
        f"{_SECONDS.format('first_response_at')} / 3600.0", _RESPONDED, "first_response_at", share=0.5
    ),
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
        activities = pd.read_sql(read.format("owner_id, kind, done_at", "activities") + " AND done_at IS NOT NULL", db)
        cases = pd.read_sql(read.format("owner_id, created_at, first_response_at, resolved_at", "cases"), db)
    loaded = time.perf_counter()
    cells: Cells = {}

    def add(
        name: str, rows: pd.DataFrame, month: str, answer: Callable[[pd.api.typing.DataFrameGroupBy], pd.Series]
    ) -> None:
        within = rows[(rows[month] >= FIRST) & (rows[month] < LAST)]
        grouped = within.groupby(["owner_id", within[month].str.slice(0, 7)])
        for (owner, key), value in answer(grouped).items():
            cells[f"{name}|{owner}|{key}-01"] = float(value)

    won = deals[deals["outcome"] == "won"].copy()
    won["days"] = (pd.to_datetime(won["closed_on"]) - pd.to_datetime(won["engaged_on"])).dt.days
    closed = deals[deals["outcome"].isin(["won", "lost"])].assign(won=lambda rows: rows["outcome"] == "won")
    firsts = won.dropna(subset=["account_id"]).sort_values(["closed_on", "id"]).drop_duplicates("account_id")
    add("won_deals", won, "closed_on", lambda by: by.size())
    add("won_amount", won, "closed_on", lambda by: by["amount"].sum() / 10_000)
    add("win_rate", closed, "closed_on", lambda by: by["won"].mean())
    add("sales_cycle", won, "closed_on", lambda by: by["days"].median())
    add("sales_cycle_mean", won, "closed_on", lambda by: by["days"].mean())
    add("sales_cycle_p90", won, "closed_on", lambda by: by["days"].quantile(0.9))
    add("new_customers", firsts, "closed_on", lambda by: by.size())
    add("calls", activities[activities["kind"] == "call"], "done_at", lambda by: by.size())
    add("meetings", activities[activities["kind"] == "meeting"], "done_at", lambda by: by.size())
    add("tasks_done", activities[activities["kind"] == "task"], "done_at", lambda by: by.size())
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
