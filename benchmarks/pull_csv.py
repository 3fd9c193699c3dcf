"""CSV to store: `pull` with generic_csv, beside a bare csv + executemany loop, and DuckDB's read_csv for the record.

    python benchmarks/pull_csv.py [--rows 100000 1000000] [--rounds 3]

Both loops make the same conversions into the same table of the same store, with its durability and its upsert; their
facts are compared. Each contender runs in a process of its own, so that its peak memory is its own. Prints a table in
Markdown. Budget: at least half of the bare loop's speed, and less than 150 MB however many rows.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median

CONTENDERS = {
    "pull": "crm-kpi: pull with generic_csv",
    "bare": "bare csv + executemany",
    "duckdb": "DuckDB read_csv, for the record (no upsert, no checks)",
}
BUDGET_SHARE, BUDGET_MEGABYTES = 0.5, 150
HEADER = ["id", "name", "account", "owner", "stage", "amount", "product", "created", "engaged", "closed"]
OUTCOMES = {"Prospecting": "open", "Engaging": "open", "Won": "won", "Lost": "lost"}
COLUMNS = {
    "name": "name",
    "account_id": "account",
    "owner_id": "owner",
    "stage": "stage",
    "outcome": {"from": "stage", "values": OUTCOMES},
    "amount": "amount",
    "product": "product",
    "created_at": "created",
    "engaged_on": {"from": "engaged", "date": "%d/%m/%Y"},
    "closed_on": {"from": "closed", "date": "%d/%m/%Y"},
}
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    options = _options()
    if options.contender:
        print(json.dumps(_run_here(options.contender, options.folder)))
        return
    for rows in options.rows:
        with tempfile.TemporaryDirectory() as folder:
            write_deals(Path(folder, "deals.csv"), rows)
            rounds = [{name: _run(name, Path(folder)) for name in CONTENDERS} for _ in range(options.rounds)]
        _print(rows, rounds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--contender", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def write_deals(path: Path, rows: int) -> None:
    """A seeded export: ids and instants that never repeat, amounts that seldom do, dates and names that often do."""
    chance = random.Random(rows)  # a seeded sample, no secret
    first = date(2015, 1, 1)
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(HEADER)
        for number in range(rows):
            engaged = first + timedelta(days=chance.randrange(3_000))
            closed = engaged + timedelta(days=chance.randrange(200))
            writer.writerow(
                [
                    f"D{number:08}",
                    f"Deal {number}",
                    f"Account {chance.randrange(20_000)}",
                    f"Owner {chance.randrange(200)}",
                    chance.choice([*OUTCOMES]),
                    f"{chance.randrange(10_000_000) / 100:.2f}",
                    f"Product {chance.randrange(50)}",
                    f"{engaged}T{chance.randrange(24):02}:{chance.randrange(60):02}:{chance.randrange(60):02}+01:00",
                    f"{engaged:%d/%m/%Y}",
                    f"{closed:%d/%m/%Y}",
                ]
            )


def _run(contender: str, folder: Path) -> dict[str, object]:
    command = [sys.executable, __file__, "--contender", contender, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # this very file
    return json.loads(done.stdout)


def _run_here(contender: str, folder: Path) -> dict[str, object]:
    # sqlite-utils imports pandas where it finds it (60 MB); only our tests have it, whoever installs crm-kpi has not.
    sys.modules["pandas"] = None  # type: ignore[assignment]  # the documented way to make an import fail
    contenders: dict[str, Callable[[Path, Path], str]] = {"pull": _pull, "bare": _bare, "duckdb": _duckdb}
    with tempfile.TemporaryDirectory() as scratch:
        begun = time.perf_counter()
        answer = contenders[contender](folder, Path(scratch, f"{contender}.sqlite"))
        seconds = time.perf_counter() - begun
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": seconds, "megabytes": kilobytes / 1024, "answer": answer}


def _print(rows: int, rounds: list[dict[str, dict[str, object]]]) -> None:
    def middle(name: str, what: str) -> float:
        return median(float(each[name][what]) for each in rounds)  # type: ignore[arg-type]  # numbers by these names

    answers = {json.dumps(each[name]["answer"]) for each in rounds for name in ("pull", "bare")}
    print(f"\n{rows:,} rows, median of {len(rounds)}\n")
    print("| contender | rows/s | of bare | peak MB |")
    print("| --- | ---: | ---: | ---: |")
    for name, title in CONTENDERS.items():
        seconds = middle(name, "seconds")
        share = middle("bare", "seconds") / seconds
        print(f"| {title} | {rows / seconds:,.0f} | {share:.2f} | {middle(name, 'megabytes'):.0f} |")
    kept = middle("bare", "seconds") / middle("pull", "seconds") >= BUDGET_SHARE
    small = middle("pull", "megabytes") < BUDGET_MEGABYTES
    print(f"\nfacts {'equal' if len(answers) == 1 else 'DIFFER'}, budget {'kept' if kept and small else 'NOT kept'}")


# ---- the contenders: each returns a digest of the facts ----


def _pull(folder: Path, path: Path) -> str:
    from connector.mapping import TableMapping, compile_mapping
    from connector.pull import Source, pull
    from connector.registry import adapter_type
    from connector.store import Store, runs

    kind = adapter_type("generic_csv")
    # As `init` writes it into the config, and as the bare loop knows it: a pull verifies the format, it infers nothing.
    written = {"encoding": "utf-8", "delimiter": ",", "quote": '"', "header_row": 1}
    tables = {"deals": {"files": "deals.csv", "format": written}}
    adapter = kind.connect(kind.settings.model_validate({"tables": tables}), folder)
    mapping = TableMapping.model_validate({"id": "id", "columns": COLUMNS})
    compiled = compile_mapping("deals", mapping, timezone="Europe/Berlin", currency="EUR")
    with Store.open(path, create=True) as store:
        with store.transaction():
            run_id = runs.start(store, "pull", NOW)
        report = pull(store, [Source("crm", kind.name, adapter, (compiled,))], run_id=run_id, now=NOW)
        assert not report.failed, report.failed[0].error
        return _digest(store.db.conn)


def _bare(folder: Path, path: Path) -> str:
    from connector.store import Store, facts

    filled = ["connection", "id", *COLUMNS, "currency"]
    with Store.open(path, create=True) as store:
        with store.transaction(), (folder / "deals.csv").open(newline="", encoding="utf-8") as handle:
            facts.upsert(store, "deals", filled, _converted(csv.DictReader(handle)))
        return _digest(store.db.conn)


def _converted(records: csv.DictReader[str]) -> Iterator[tuple[object, ...]]:
    for record in records:
        yield (
            "crm",
            record["id"].strip(),
            record["name"].strip() or None,
            record["account"].strip() or None,
            record["owner"].strip() or None,
            record["stage"].strip() or None,
            OUTCOMES[record["stage"].strip()],
            int(Decimal(record["amount"]) * 10_000) if record["amount"] else None,
            record["product"].strip() or None,
            _instant(record["created"]) if record["created"] else None,
            _day(record["engaged"]) if record["engaged"] else None,
            _day(record["closed"]) if record["closed"] else None,
            "EUR",
        )


def _instant(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(text: str) -> str:
    return date(int(text[6:]), int(text[3:5]), int(text[:2])).isoformat()


def _digest(connection: object) -> str:
    statement = (
        "SELECT count(*), sum(amount), min(created_at), max(created_at), count(DISTINCT account_id), "
        "sum(outcome = 'won'), min(closed_on), max(closed_on), sum(length(name)) FROM deals"
    )
    return json.dumps(connection.execute(statement).fetchone())  # type: ignore[attr-defined]  # an SQLite connection


def _duckdb(folder: Path, path: Path) -> str:
    import duckdb

    with duckdb.connect(str(path.with_suffix(".duckdb"))) as connection:
        connection.execute(
            "CREATE TABLE deals AS SELECT * FROM read_csv(?, dateformat = '%d/%m/%Y')", [str(folder / "deals.csv")]
        )
        return json.dumps(connection.execute("SELECT count(*) FROM deals").fetchone())


if __name__ == "__main__":
    main()
