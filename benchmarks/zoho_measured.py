"""How the contenders of the Zoho benchmarks are called, timed, and how they tell what they did."""

from __future__ import annotations

import argparse
import json
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from hashlib import sha256
from pathlib import Path

# sqlite-utils imports pandas where it finds it (60 MB); only our tests have it, whoever installs crm-kpi has not.
sys.modules["pandas"] = None  # type: ignore[assignment]  # the documented way to make an import fail

TABLES = ("users", "accounts", "deals")
MIB = 1024 if sys.platform != "darwin" else 1024 * 1024
"""What `ru_maxrss` counts in, to a mebibyte."""
Address = Mapping[str, str]


def parser(description: str | None) -> argparse.ArgumentParser:
    """What every contender is told: where the stand-in answers, and where its facts go."""
    found = argparse.ArgumentParser(description=description)
    found.add_argument("--at", type=json.loads, required=True, help="what the stand-in's process said")
    found.add_argument("--store", type=Path, required=True)
    return found


def tell(run: Callable[[], Mapping[str, str]], store: Path) -> None:
    """Run it, and print its seconds, its peak and a digest of each table; what was imported before is not timed.

    Args:
        run: Fills the store; returns the way that each module was read by.
        store: The SQLite file.
    """
    begun, processor = time.perf_counter(), time.process_time()
    ways = run()
    seconds, processor = time.perf_counter() - begun, time.process_time() - processor
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB
    with closing(sqlite3.connect(store)) as db:
        tables = {table: _digest(db, table) for table in TABLES}
    said = {"seconds": seconds, "processor": processor, "megabytes": megabytes, "ways": ways, "tables": tables}
    print(json.dumps(said))


def _digest(db: sqlite3.Connection, table: str) -> tuple[int, str]:
    """How many rows there are, and what all of them say."""
    digest, count = sha256(), 0
    for row in db.execute(f"SELECT * FROM {table} ORDER BY id"):  # noqa: S608  # one of `TABLES`
        digest.update(repr(row).encode())
        count += 1
    return count, digest.hexdigest()
