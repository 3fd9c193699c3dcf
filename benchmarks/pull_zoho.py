"""Zoho to store: `pull` against the stand-in, beside bare loops and dlt; its credits, and its memory.

    python benchmarks/pull_zoho.py [--records 200000] [--latency-ms 0 50] [--rounds 3] [--memory 50000 1000000]
                                   [--only speed credits memory] [--job-seconds 0.001]

Deals, with the accounts and users that they link to. The stand-in and every contender run in processes of their own.
The bare loops (requests, orjson, executemany; one call after the other) make the same conversions into the same tables
of the same store; facts are compared row for row, dlt's are counted. CRM_KPI_DLT names a Python with `dlt[sqlalchemy]`;
without it, one is installed into a temporary folder, or dlt is left out.

Budgets: 0.8 of the bare loop that reads the same way, 4 times dlt, with latency 3 times a loop by page tokens; a run
without news 3 calls a module and 6 beside; less than 150 MB however many records.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from zoho_processes import DLT, Measured, StandIn, python_with_dlt, run, run_alone, stand_in

MODULES = ("Accounts", "Deals")
BUDGET_BARE, BUDGET_DLT, BUDGET_TOKENS, BUDGET_MEGABYTES = 0.8, 4.0, 3.0, 150
CALLS_A_MODULE, CALLS_BESIDE = 3, 6
MODULES_PULLED = 3
"""Users are one, too."""
PARTS = ("speed", "credits", "memory")
TITLES = {
    "pull": "crm-kpi: pull, the way that it picks",
    "pull_coql": "crm-kpi: pull, told to use COQL",
    "bare": "bare loop, the ways that crm-kpi picked",
    "bare_coql": "bare loop, COQL",
    "bare_list": "bare loop, list pages by page token",
    "dlt": "dlt, rest_api into SQLite",
}
Round = Mapping[str, Measured]


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        org = Path(folder, "org.sqlite")
        if "speed" in options.only:
            with python_with_dlt() as python:
                for latency in options.latency_ms:
                    _speed(org, latency, python, options)
        if "credits" in options.only:
            _credits(org, options.records)
        if "memory" in options.only:
            _memory(Path(folder), options.memory)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=200_000, help="how many deals, about")
    parser.add_argument("--latency-ms", type=float, nargs="+", default=[0.0, 50.0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", type=int, nargs="+", default=[50_000, 1_000_000])
    parser.add_argument("--only", choices=PARTS, nargs="+", default=PARTS)
    parser.add_argument(
        "--job-seconds",
        type=float,
        default=0.001,
        help="of a bulk job, beside making its file; with 0 each question moves it on a step",
    )
    return parser.parse_args()


# ---- speed ---------------------------------------------------------------------------------------------------------


def _speed(org: Path, latency: float, python: str | None, options: argparse.Namespace) -> None:
    rounds = [_round(org, latency, python, options) for _ in range(options.rounds)]
    _print_speed(Table(rounds), latency)
    if python is None:
        print(f"\ndlt is left out: it could not be installed; name a Python that has dlt[sqlalchemy] with {DLT}")


def _round(org: Path, latency: float, python: str | None, options: argparse.Namespace) -> Round:
    """Each contender once, one after the other."""
    with stand_in(org, records=options.records, latency_ms=latency, job_seconds=options.job_seconds) as server:
        found = {"pull": run_alone("zoho_pull.py", server)}
        found["pull_coql"] = run_alone("zoho_pull.py", server, "--way", "coql")
        found["bare"] = _bare(server, found["pull"]["ways"])
        for way in ("coql", "list"):
            found[f"bare_{way}"] = _bare(server, dict.fromkeys(MODULES, way))
        if python is not None:
            found["dlt"] = run_alone("zoho_dlt.py", server, python=python)
    return found


def _bare(server: StandIn, ways: Mapping[str, str]) -> Measured:
    return run_alone("zoho_bare.py", server, "--ways", json.dumps(ways))


@dataclass(frozen=True, slots=True)
class Table:
    """All rounds of one latency."""

    rounds: Sequence[Round]

    @property
    def names(self) -> list[str]:
        return list(self.rounds[0])

    @property
    def records(self) -> int:
        """Users, accounts and deals."""
        return sum(count for count, _ in self.rounds[0]["pull"]["tables"].values())

    def middle(self, name: str, what: str = "seconds") -> float:
        return median(float(each[name][what]) for each in self.rounds)

    def times(self, name: str, other: str) -> float:
        """How many times as fast one is as another."""
        return self.middle(other) / self.middle(name)

    def facts_equal(self) -> bool:
        ours = {json.dumps(each[name]["tables"]) for each in self.rounds for name in self.names if name != "dlt"}
        return len(ours) == 1

    def counts_equal(self) -> bool:
        """Those of dlt."""
        return all(_counts(each["dlt"]) == _counts(each["pull"]) for each in self.rounds)


def _counts(measured: Measured) -> list[int]:
    return [count for count, _ in measured["tables"].values()]


def _print_speed(table: Table, latency: float) -> None:
    print(f"\n{table.records:,} records, {latency:g} ms a request, median of {len(table.rounds)}\n")
    print(
        "| contender | seconds | of them its processor's | records/s | of bare, same ways | of page tokens | peak MB |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name in table.names:
        seconds, megabytes = table.middle(name), table.middle(name, "megabytes")
        times = f"{seconds:.1f} | {table.middle(name, 'processor'):.1f} | {table.records / seconds:,.0f}"
        shares = f"{table.times(name, 'bare'):.2f} | {table.times(name, 'bare_list'):.2f}"
        print(f"| {TITLES[name]} | {times} | {shares} | {megabytes:.0f} |")
    ways = ", ".join(f"{module} by {way}" for module, way in table.rounds[0]["pull"]["ways"].items())
    print(f"\nways that crm-kpi picked: {ways}; facts {'equal' if table.facts_equal() else 'DIFFER'}")
    for words, value, budget in _judged(table, latency):
        print(f"{words}: {value:.2f}, budget of {budget:g} {'kept' if value >= budget else 'NOT kept'}")


def _judged(table: Table, latency: float) -> Iterator[tuple[str, float, float]]:
    yield "of the bare loop that reads the same ways", table.times("pull", "bare"), BUDGET_BARE
    yield "of the bare loop by COQL, told to use COQL", table.times("pull_coql", "bare_coql"), BUDGET_BARE
    if "dlt" in table.names:
        counts = "equal" if table.counts_equal() else "DIFFER"
        yield f"times dlt (counts {counts})", table.times("pull", "dlt"), BUDGET_DLT
    if latency:
        yield "times the loop by page tokens", table.times("pull", "bare_list"), BUDGET_TOKENS


# ---- credits -------------------------------------------------------------------------------------------------------


def _credits(org: Path, records: int) -> None:
    """First load, no change, one percent changed: each by us, then by a reader of list pages, on one organisation."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "org.sqlite")
        if not org.exists():
            with stand_in(org, records=records):
                pass
        shutil.copy(org, copy)
        with stand_in(copy, records=records) as server:
            readers = Readers(server, Path(folder))
            print("\nCalls and credits, counted by the stand-in\n")
            print("| run | crm-kpi, calls | credits | list pages, calls | credits |")
            print("| --- | ---: | ---: | ---: | ---: |")
            readers.step("first load")
            server.later(1_200)
            calls = readers.step("no change")
            server.later(1_200)
            _change(server, Path(folder, "pull.sqlite"))
            readers.step("1 % of the deals changed")
    most = CALLS_A_MODULE * MODULES_PULLED + CALLS_BESIDE
    print(f"\nwithout news: {calls} calls, budget of {most} {'kept' if calls <= most else 'NOT kept'}")
    print("The reader of list pages asks for what changed since its last run: it sees no deletion and checks no count;")
    print("where it looks for deletions by reading everything, each of its runs costs what its first one did.")


@dataclass(slots=True)
class Readers:
    """Both readers, with what they have stored so far."""

    server: StandIn
    folder: Path
    since: str = ""
    """When the reader of list pages ran the last time."""

    def step(self, title: str) -> int:
        """Let both read, and print what it took; returns our calls."""
        (calls, credits), begun = self._spent("zoho_pull.py", "pull"), self.server.now()
        ways = json.dumps(dict.fromkeys(MODULES, "list"))
        lists = self._spent("zoho_bare.py", "list", "--ways", ways, "--since", self.since)
        self.since = begun
        print(f"| {title} | {calls:,} | {credits:,} | {lists[0]:,} | {lists[1]:,} |", flush=True)
        return calls

    def _spent(self, script: str, name: str, *more: str) -> tuple[int, int]:
        before = len(self.server.calls())
        run(script, self.server, self.folder / f"{name}.sqlite", *more)
        made: list[Mapping[str, Any]] = self.server.calls()[before:]
        return len(made), sum(each["credits"] for each in made)


def _change(server: StandIn, store: Path) -> None:
    """Every hundredth deal, twenty in a second."""
    with closing(sqlite3.connect(store)) as db:
        ids = [row[0] for row in db.execute("SELECT id FROM deals ORDER BY id")][::100]
    for number, record_id in enumerate(ids):
        server.update("Deals", record_id, {"Amount": 1_000 + number})
        if number % 20 == 19:
            server.later(1)
    server.later(60)


# ---- memory --------------------------------------------------------------------------------------------------------


def _memory(folder: Path, sizes: Sequence[int]) -> None:
    print("\nPeak memory of crm-kpi's pull, the way that it picks, once each\n")
    print("| records | of them deals | seconds | records/s | peak MB |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    most = 0.0
    for size in sizes:
        with tempfile.TemporaryDirectory(dir=folder) as place, stand_in(Path(place, "org"), records=size) as server:
            found = run_alone("zoho_pull.py", server)
        records, seconds, megabytes = sum(_counts(found)), found["seconds"], found["megabytes"]
        deals = found["tables"]["deals"][0]
        print(f"| {records:,} | {deals:,} | {seconds:.1f} | {records / seconds:,.0f} | {megabytes:.0f} |", flush=True)
        most = max(most, megabytes)
    print(f"\nbudget of {BUDGET_MEGABYTES} MB {'kept' if most < BUDGET_MEGABYTES else 'NOT kept'}")


if __name__ == "__main__":
    main()
