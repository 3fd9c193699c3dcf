"""How fast the sample generator makes pages in memory, and that its memory stays flat.

    python benchmarks/sample.py                 # 1 M and 5 M rows of each larger table, about four minutes
    python benchmarks/sample.py --rows 100000   # quicker

Every measurement runs in a process of its own, so that its peak is its own; rates are medians of three, setup included.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context

from connector.sample import generate

UNTIL = date(2025, 12, 1)
TABLES = {
    "activities": 8_000_000,
    "deal_stage_changes": 3_800_000,
    "cases": 1_260_000,
    "deals": 840_000,
    "leads": 1_344_000,
    "orders": 920_000,
    "contacts": 480_000,
    "campaign_members": 2_900_000,
}
"""Rows of the large profile at scale 1, about: how far it must be scaled to have enough."""
MIB = 1024 if sys.platform != "darwin" else 1024 * 1024
"""What `ru_maxrss` counts in, to a mebibyte."""


def measure(table: str, rows: int) -> tuple[float, float, float]:
    """Rows a second by the wall and by the processor, and the peak of the process in MB."""
    wall, processor = time.perf_counter(), time.process_time()
    sample = generate("large", until=UNTIL, scale=rows / TABLES[table] * 1.05)
    made = 0
    for page in sample.pages(table):
        made += page.count
        if made >= rows:
            break
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    return made / wall, made / processor, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB


def alone(table: str, rows: int) -> tuple[float, float, float]:
    """The same, in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(measure, table, rows).result()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--table", action="append", choices=sorted(TABLES), help="only this one; may be repeated")
    asked = parser.parse_args()
    print(f"| table | rows/s | rows/s of processor time | peak MB at {asked.rows:,} | peak MB at {5 * asked.rows:,} |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for table in asked.table or TABLES:
        runs = [alone(table, asked.rows) for _ in range(3)]
        wall, processor, peak = (statistics.median(column) for column in zip(*runs, strict=True))
        largest = alone(table, 5 * asked.rows)[2]
        print(f"| {table} | {wall:,.0f} | {processor:,.0f} | {peak:.0f} | {largest:.0f} |", flush=True)


if __name__ == "__main__":
    main()
