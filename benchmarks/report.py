"""A report of 200 owners, 41 KPIs and 24 months in every format: seconds, megabytes, peak memory.

    python benchmarks/report.py [--owners 200] [--kpis 41] [--rounds 3] [--store FOLDER]

Facts are made and values computed before the clock starts; the twelve months, which a report computes itself, are part
of what is measured. Each round is a process of its own, so that its peak memory is its own. Prints a table in Markdown.
Budget for HTML: 10 s and 15 MB.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

FOLDER = Path(__file__).parent
FORMATS = ("html", "json", "csv", "xlsx")
AS_OF = datetime(2025, 12, 20, 9, 0, tzinfo=UTC)
BUDGET_SECONDS, BUDGET_MEGABYTES = 10, 15
DEALS_EACH = 360
TABLES = ("users", "teams", "accounts", "deals", "cases", "activities", "orders")
TARGETS = ("won_amount", "won_deals", "win_rate", "calls", "sales_cycle")
SETTINGS = """\
organisation: {name: Benchmark, timezone: Asia/Shanghai, currency: CNY, language: LANGUAGE}
connections:
  crm:
    adapter: generic_csv
    settings: {folder: ., tables: FILES}
    mapping: MAPPING
assumptions: {gross_margin: [{from: 2024-01-01, value: 0.3}]}
kpis:
  since: 2024-01-01
  files: [own_kpis.yaml]
  enabled: [KPIS]
  scopes: {organisation: [month], team: [month], owner: [month]}
"""
OWN_KPI = """\
  - id: ID
    names: {en: English NUMBER, zh-CN: 指标 NUMBER, zh-TW: 指標 NUMBER}
    question: How many of the deals of product NUMBER did we win?
    formula: deals won / (deals won + deals lost) of one product
    kind: ratio
    table: deals
    time: closed_on
    where: [{column: outcome, in: [won, lost]}, {column: product, is: Product MADE}, {column: amount, at_least: NUMBER}]
    numerator: {count: rows, where: [{column: outcome, is: won}]}
    denominator: {count: rows}
    unit: percent
    better: higher
    minimum_n: 5
"""


def main() -> None:
    options = _options()
    if options.measure:
        print(json.dumps(_measured(options.store, options.measure)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.store or Path(temporary)
        if not (folder / "crm-kpi.sqlite").exists():
            _prepare(folder, options)
        rounds = [{name: _run(folder, name) for name in FORMATS} for _ in range(options.rounds)]
    _print(rounds, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--owners", type=int, default=200)
    parser.add_argument("--kpis", type=int, default=41)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--language", default="zh-CN")
    parser.add_argument("--store", type=Path, help="a folder that an earlier call filled, or an empty one to keep")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    return parser.parse_args()


def _prepare(folder: Path, options: argparse.Namespace) -> None:
    """Settings, facts of two years, 41 KPIs computed by month, five targets for everybody."""
    from connector.compute import compute
    from connector.config import read
    from connector.store import Store, runs

    _write_settings(folder, options)
    _write_facts(folder / "facts.sqlite", options.owners)
    config = read(folder / "crm-kpi.yaml", environment={})
    with Store.open(config.store, create=True) as store:
        _copy_facts(store, folder / "facts.sqlite")
        with store.transaction():
            run_id = runs.start(store, "pull", AS_OF)
            runs.note_news(store, run_id, AS_OF)
        compute(config, store, run_id=run_id, as_of=AS_OF)
        _set_targets(store)


def _write_settings(folder: Path, options: argparse.Namespace) -> None:
    from kpi_engine.catalog import shipped

    ids = [each.id for each in shipped()][: options.kpis]
    own = [f"own_{number}" for number in range(options.kpis - len(ids))]
    family = "".join(
        OWN_KPI.replace("NUMBER", str(at)).replace("MADE", str(at % 12)).replace("ID", name)
        for at, name in enumerate(own)
    )
    (folder / "own_kpis.yaml").write_text("kpis:\n" + family, "utf-8")
    settings = SETTINGS.replace("LANGUAGE", options.language).replace("KPIS", ", ".join([*ids, *own]))
    settings = settings.replace("FILES", json.dumps({table: {"files": f"{table}.csv"} for table in TABLES}))
    settings = settings.replace("MAPPING", json.dumps({table: _mapping(table) for table in TABLES}))
    (folder / "crm-kpi.yaml").write_text(settings, "utf-8")


def _mapping(table: str) -> dict[str, object]:
    """Every column from a field of its name: a KPI applies only where a mapping fills what it needs."""
    from kpi_engine.facts import FACTS

    return {"id": "id", "columns": {column.name: column.name for column in FACTS[table].columns}}


def _write_facts(path: Path, owners: int) -> None:
    from plain_data import Sizes, write

    deals = owners * DEALS_EACH
    write(path, Sizes(deals=deals, cases=deals // 3, activities=deals, accounts=deals // 5, users=owners, teams=20))


def _copy_facts(store: object, path: Path) -> None:
    database = store.db.conn
    database.execute("ATTACH ? AS made", (str(path),))
    with store.transaction():
        for table in ("users", "teams", "deals", "cases", "activities"):
            database.execute(f"INSERT INTO main.{table} SELECT * FROM made.{table}")  # noqa: S608  # our own names
    database.execute("DETACH made")


def _set_targets(store: object) -> None:
    """Five for everybody, a tenth above what was reached the month before."""
    from connector.store.gaps import GAP_COLUMNS

    filled = (*GAP_COLUMNS[: GAP_COLUMNS.index("status") + 1], "run_id")
    statement = f"""
        INSERT INTO gaps ({", ".join(filled)})
        SELECT 't' || rowid, connection, kpi, scope, scope_id, period, period_start, period_end, value, value * 1.1,
               NULL, unit, currency, value * -0.1, 1 / 1.1, NULL, value * 0.7, 1.2, NULL, NULL,
               CASE rowid % 3 WHEN 0 THEN 'green' WHEN 1 THEN 'amber' ELSE 'red' END, 'ok', run_id
        FROM kpi_values WHERE period_start = '2025-12-01' AND value > 0 AND kpi IN {TARGETS}
    """  # noqa: S608  # our own names
    with store.transaction():
        store.writing.execute(statement)


def _run(folder: Path, name: str) -> dict[str, float]:
    command = [sys.executable, str(FOLDER / "report.py"), "--store", str(folder), "--measure", name]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # our own file
    return json.loads(done.stdout)


def _measured(folder: Path, name: str) -> dict[str, float]:
    from connector.config import read
    from connector.report import report
    from connector.store import Store

    config = read(folder / "crm-kpi.yaml", environment={})
    started, busy = time.perf_counter(), time.process_time()
    with Store.open(config.store, read_only=True) as store:
        written = report(
            config, store, output=folder / "report", formats=(name,), language=config.organisation.language
        )
    return {
        "seconds": time.perf_counter() - started,
        "cpu": time.process_time() - busy,
        "megabytes": written.files[0].stat().st_size / 1e6,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "pages": written.pages,
    }


def _print(rounds: list[dict[str, dict[str, float]]], options: argparse.Namespace) -> None:
    print(f"{options.owners} owners x {options.kpis} KPIs x 24 months, medians of {len(rounds)} rounds\n")
    print("| format | s | CPU, s | MB | peak memory, MB |")
    print("|---|---|---|---|---|")
    for line in _lines(rounds):
        print(line)
    html = [one["html"] for one in rounds]
    seconds, megabytes = median(each["seconds"] for each in html), html[0]["megabytes"]
    verdict = "kept" if seconds < BUDGET_SECONDS and megabytes < BUDGET_MEGABYTES else "MISSED"
    print(f"\nbudget of {BUDGET_SECONDS} s and {BUDGET_MEGABYTES} MB for HTML: {verdict}")


def _lines(rounds: list[dict[str, dict[str, float]]]) -> Iterator[str]:
    for name in FORMATS:
        seconds, cpu, peak = (median(one[name][part] for one in rounds) for part in ("seconds", "cpu", "peak"))
        yield f"| {name} | {seconds:.1f} | {cpu:.1f} | {rounds[0][name]['megabytes']:.1f} | {peak:.0f} |"


if __name__ == "__main__":
    main()
