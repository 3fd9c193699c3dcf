"""13 KPIs by owner and month: DuckDB over the store, beside hand-written SQL in SQLite and beside pandas.

    python benchmarks/compute.py [--deals 1000000] [--rounds 3] [--data FILE]

Each contender runs in a process of its own, loading included, so that its peak memory is its own; all answers are
compared cell by cell. Prints a table in Markdown. Budget: at most a quarter of the time of SQLite.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

FOLDER = Path(__file__).parent
CONTENDERS = {
    "kpi": "crm-kpi: definitions on DuckDB, intervals and statuses included",
    "sqlite": "hand-written SQL, 13 plain queries in SQLite",
    "pandas": "pandas, read_sql of the needed columns",
}
BUDGET = 0.25
TOLERANCE = 1e-9


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        data = options.data or _made(Path(folder, "facts.sqlite"), options)
        rounds = [{name: _run(name, data) for name in CONTENDERS} for _ in range(options.rounds)]
    _print(rounds)
    _compare(rounds[0])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deals", type=int, default=1_000_000, help="cases are 0.3 of it, activities twice as many")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, help="a file that plain_data.py wrote earlier")
    return parser.parse_args()


def _made(path: Path, options: argparse.Namespace) -> Path:
    from plain_data import Sizes, write

    write(path, Sizes(deals=options.deals, cases=options.deals * 3 // 10, activities=options.deals * 2))
    return path


def _run(contender: str, data: Path) -> dict[str, object]:
    """Seconds, peak megabytes and cells, as the contender's process reports them."""
    command = [sys.executable, str(FOLDER / "compute_contender.py"), contender, str(data)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # our own file
    return json.loads(done.stdout)


def _print(rounds: list[dict[str, dict[str, object]]]) -> None:
    print("| contender | load, s | compute, s | both, s (median) | of SQLite | peak MB |")
    print("|---|---|---|---|---|---|")
    both = {name: median(one[name]["load"] + one[name]["compute"] for one in rounds) for name in CONTENDERS}
    for name, words in CONTENDERS.items():
        load, compute = (median(one[name][part] for one in rounds) for part in ("load", "compute"))
        memory = median(one[name]["megabytes"] for one in rounds)
        share = both[name] / both["sqlite"]
        print(f"| {words} | {load:.2f} | {compute:.2f} | {both[name]:.2f} | {share:.2f} | {memory:.0f} |")
    share = both["kpi"] / both["sqlite"]
    verdict = "kept" if share <= BUDGET else "MISSED"
    print(f"\nbudget of {BUDGET}: {verdict} ({share:.2f}); medians of {len(rounds)} rounds, one after the other")


def _compare(answers: dict[str, dict[str, object]]) -> None:
    """Every contender gives the same cells with the same numbers, or this fails."""
    reference = answers["kpi"]["cells"]
    for name in CONTENDERS:
        cells = answers[name]["cells"]
        if cells.keys() != reference.keys():
            raise SystemExit(f"{name}: other cells: {sorted(cells.keys() ^ reference.keys())[:5]}")
        for key, value in cells.items():
            if abs(value - reference[key]) > TOLERANCE * max(1, abs(value)):
                raise SystemExit(f"{name}: {key} is {value}, not {reference[key]}")
    print(f"{len(reference)} cells agree between all contenders")


if __name__ == "__main__":
    main()
