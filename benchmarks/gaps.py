"""Gaps for 100,000 targets: read from a CSV file, judged by the values in the store, and written beside them.

    python benchmarks/gaps.py [--owners 1000] [--rounds 3]

Owners x 5 KPIs x 20 months, each with a number of its own and a baseline. Prints a table in Markdown. Budget: 5 s from
targets and values to gaps in the store; the file, and all of it once more without news, for the record.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, TypeVar

from connector.config import Config, read
from connector.store import Store, facts, runs, values
from connector.targets import read_book, update_gaps
from connector.targets.gaps import judge, kept_in_memory

BUDGET_SECONDS = 5.0
NOW = datetime(2026, 8, 17, tzinfo=UTC)
KPIS = {
    "won_amount": "money",
    "won_deals": "count",
    "win_rate": "percent",
    "sales_cycle": "days",
    "new_customers": "count",
}
USUAL = {"money": 110_000.0, "count": 11.0, "percent": 0.62, "days": 45.0}
MONTHS = 20
SETTINGS = """
organisation: {timezone: Asia/Shanghai, currency: EUR, holidays: CN}
connections:
  crm:
    adapter: generic_csv
    settings: {folder: data, tables: {deals: {files: deals.csv}}}
    mapping:
      deals:
        id: Id
        columns:
          {account_id: Account, owner_id: Owner, outcome: Outcome, amount: Amount, engaged_on: On, closed_on: Off}
kpis:
  enabled: [won_amount, won_deals, win_rate, sales_cycle, new_customers]
  scopes: {owner: [month]}
"""
T = TypeVar("T")


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        config = _company(Path(folder), options.owners)
        with Store.open(config.store, create=True) as store:
            _fill(store, options.owners)
            rounds = [_round(config, store) for _ in range(options.rounds)]
    _print(options.owners * len(KPIS) * MONTHS, rounds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--owners", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


# ---- the company ---------------------------------------------------------------------------------------------------


def _company(folder: Path, owners: int) -> Config:
    (folder / "crm-kpi.yaml").write_text(SETTINGS, "utf-8")
    (folder / "targets").mkdir()
    with (folder / "targets" / "all.csv").open("w", encoding="utf-8") as file:
        file.write("kpi,owner,name,period,unit,target,baseline\n")
        file.writelines(_lines(owners))
    return read(folder / "crm-kpi.yaml", environment={})


def _lines(owners: int) -> Iterator[str]:
    """A target each, none like the other, and the baseline before it."""
    chance = random.Random(2)
    for owner in range(owners):
        for kpi, unit in KPIS.items():
            for start in _months():
                target = USUAL[unit] * chance.uniform(1.0, 1.3)
                baseline = target * (1.2 if unit == "days" else 0.9)
                written = [
                    f"{number * 100:.2f} %" if unit == "percent" else f"{number:.2f}" for number in (target, baseline)
                ]
                yield f"{kpi},U{owner},Owner {owner},{start:%Y-%m},{unit},{','.join(written)}\n"


def _months() -> list[date]:
    return [date(2025 + at // 12, at % 12 + 1, 1) for at in range(MONTHS)]


def _fill(store: Store, owners: int) -> None:
    with store.transaction():
        run_id = runs.start(store, "compute", NOW)
        people = (("crm", f"U{owner}", f"Owner {owner}", f"T{owner % 50}") for owner in range(owners))
        facts.upsert(store, "users", ("connection", "id", "name", "team_id"), people)
        facts.upsert(
            store, "teams", ("connection", "id", "name"), (("crm", f"T{at}", f"Team {at}") for at in range(50))
        )
        values.write(store, _values(owners), run_id)
        runs.note_news(store, run_id, NOW)
        runs.finish(store, run_id, "done", NOW, {})


def _values(owners: int) -> Iterator[tuple[Any, ...]]:
    """A value for every target."""
    chance = random.Random(1)
    blank = dict.fromkeys(values.VALUE_COLUMNS)
    for owner in range(owners):
        for kpi, unit in KPIS.items():
            for start in _months():
                number = USUAL[unit] * chance.uniform(0.8, 1.2)
                yield tuple({**blank, **_cell(kpi, owner, start), "value": number, "unit": unit}.values())


def _cell(kpi: str, owner: int, start: date) -> dict[str, Any]:
    end = date(start.year + start.month // 12, start.month % 12 + 1, 1)
    moment = NOW.isoformat().replace("+00:00", "Z")
    return {
        "connection": "crm",
        "kpi": kpi,
        "scope": "owner",
        "scope_id": f"U{owner}",
        "period": "month",
        "period_start": start.isoformat(),
        "period_end": end.isoformat(),
        "n": 40,
        "currency": "EUR",
        "status": "ok",
        "excluded": 0,
        "as_of": moment,
        "data_as_of": moment,
        "definition": "abc",
        "assumptions": "",
    }


# ---- measuring -----------------------------------------------------------------------------------------------------


class Took(NamedTuple):
    """How long something took: on the clock, and of the processor's time, which a busy machine does not stretch."""

    wall: float
    cpu: float


def _round(config: Config, store: Store) -> dict[str, Took]:
    with store.transaction():
        store.writing.execute("DELETE FROM gaps")
    with kept_in_memory():
        reading, book = _timed(lambda: read_book(config, store))
        if book.problems:
            raise SystemExit(f"{len(book.problems)} targets are wrong, the first: {book.problems[0]}")
        gaps, report = _timed(lambda: judge(config, store, book, run_id=2))
    again, unchanged = _timed(lambda: update_gaps(config, store, run_id=3))
    if report.changed != len(book.entries) or unchanged.changed or set(report.statuses) != {"ok"}:
        raise SystemExit(f"not every target was judged once: {report.changed}, {unchanged.changed}, {report.statuses}")
    return {"reading": reading, "gaps": gaps, "again": again}


def _timed(work: Callable[[], T]) -> tuple[Took, T]:
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return Took(time.perf_counter() - wall, time.process_time() - cpu), result


def _print(targets: int, rounds: list[dict[str, Took]]) -> None:
    names = {
        "reading": "the file: lines to targets, every name looked up",
        "gaps": "targets and values to gaps, all of them new, written",
        "again": "both once more, nothing changed",
    }
    print(f"| {targets:,} targets | s (median) | of the processor | targets a second |")
    print("|---|---|---|---|")
    for name, words in names.items():
        wall, cpu = (median(getattr(one[name], part) for one in rounds) for part in ("wall", "cpu"))
        print(f"| {words} | {wall:.2f} | {cpu:.2f} | {targets / wall:,.0f} |")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    taken = median(one["gaps"].wall for one in rounds)
    verdict = "kept" if taken <= BUDGET_SECONDS else "MISSED"
    print(f"\nbudget of {BUDGET_SECONDS:.0f} s for the gaps: {verdict}; {len(rounds)} rounds; peak {memory:.0f} MB")


if __name__ == "__main__":
    main()
