"""A real export through the whole loop: golden numbers, and every owner and team against pandas."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from connector.cli import cli
from connector.config import Config, read
from connector.run import RunReport, run
from connector.store import Store, run_lock
from connector.targets import check_targets
from tests.company import stored, written

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
Z_95 = 1.959963984540054

GOLDEN = {  # quarter: won, lost, win rate, its interval, won value, mean and median cycle in days
    "2017-01-01": (531, 116, 0.8207, 0.7893, 0.8483, 1_134_672, 65.63, 74),
    "2017-04-01": (1254, 778, 0.6171, 0.5958, 0.6380, 3_086_111, 51.01, 52),
    "2017-07-01": (1257, 790, 0.6141, 0.5928, 0.6349, 2_982_255, 48.82, 49),
    "2017-10-01": (1196, 789, 0.6025, 0.5808, 0.6238, 2_802_496, 49.56, 51),
}


# ---- the same KPIs a second time: pandas and the textbook, written without a look at the engine --------------------


@dataclass(frozen=True)
class Expected:
    """What one scope shows for one quarter; None where nobody can know."""

    won: int
    closed: int
    win_rate: float | None
    won_amount: float
    cycle_mean: float | None
    cycle_median: float | None


def closed_deals(folder: Path) -> pd.DataFrame:
    """Won and lost deals with their quarter, cycle in days, and the agent's manager."""
    deals = pd.read_csv(folder / "sales_pipeline.csv", parse_dates=["engage_date", "close_date"])
    people = pd.read_csv(folder / "sales_teams.csv")
    closed = deals[deals.deal_stage.isin(["Won", "Lost"])].merge(people, on="sales_agent", how="left")
    assert closed.manager.notna().all()
    closed["quarter"] = closed.close_date.dt.to_period("Q").dt.start_time.dt.strftime("%Y-%m-%d")
    closed["cycle"] = (closed.close_date - closed.engage_date).dt.days
    return closed


def expected(deals: pd.DataFrame) -> Expected:
    won = deals[deals.deal_stage == "Won"]
    return Expected(
        won=len(won),
        closed=len(deals),
        win_rate=len(won) / len(deals) if len(deals) else None,
        won_amount=float(won.close_value.sum()),
        cycle_mean=float(won.cycle.mean()) if len(won) else None,
        cycle_median=float(won.cycle.median()) if len(won) else None,
    )


def expected_by(folder: Path, column: str) -> dict[tuple[str, str], Expected]:
    """(scope id, first day of the quarter) -> what is expected."""
    groups = closed_deals(folder).groupby([column, "quarter"])
    return {(str(scope), str(quarter)): expected(rows) for (scope, quarter), rows in groups}


def wilson(successes: int, n: int) -> tuple[float, float]:
    """Wilson 1927, the score interval."""
    share, z2 = successes / n, Z_95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 * ((share * (1 - share) + z2 / (4 * n)) / n) ** 0.5 / (1 + z2 / n)
    return middle - half, middle + half


# ---- the loop ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Loop:
    """One finished run over the export."""

    export: Path
    folder: Path
    store: Path

    def value(self, kpi: str, scope: str, scope_id: str, *, period: str, start: str) -> sqlite3.Row | None:
        found = self.rows(
            "SELECT * FROM kpi_values WHERE kpi = ? AND scope = ? AND scope_id = ? AND period = ? AND period_start = ?",
            (kpi, scope, scope_id, period, start),
        )
        return found[0] if found else None

    def quarter(self, kpi: str, start: str, *, scope: str = "organisation", scope_id: str = "") -> sqlite3.Row:
        row = self.value(kpi, scope, scope_id, period="quarter", start=start)
        assert row is not None, (kpi, scope, scope_id, start)
        return row

    def rows(self, statement: str, parameters: tuple[object, ...] = ()) -> list[sqlite3.Row]:
        with closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as db:
            db.row_factory = sqlite3.Row
            return db.execute(statement, parameters).fetchall()


def settings(root: Path, folder: Path, export: Path) -> Config:
    """The example as it is shipped, in a folder of its own, so that its store lies there."""
    for name in ("maven_crm.yaml", "maven_kpis.yaml", "maven_targets.csv"):
        shutil.copy(root / "examples" / name, folder)
    return read(folder / "maven_crm.yaml", environment={"MAVEN_CRM": str(export)})


def run_over(config: Config, *, now: datetime = NOW) -> RunReport:
    with run_lock(config.store), Store.open(config.store, create=True) as store:
        return run(config, store, now=now, yes=True)


@pytest.fixture(scope="module")
def maven(shared_data: Path, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Loop:
    export = shared_data / "maven_crm"
    if not export.is_dir():
        pytest.skip(f"the Maven export is not at {export} (set CRM_KPI_TEST_DATA)")
    folder = tmp_path_factory.mktemp("maven")
    config = settings(root, folder, export)
    report = run_over(config)
    assert not report.pulled.failed
    return Loop(export, folder, config.store)


@pytest.mark.parametrize("quarter", GOLDEN)
def test_the_organisation_per_quarter(maven: Loop, quarter: str) -> None:
    won, lost, rate, low, high, amount, mean, median = GOLDEN[quarter]
    win_rate = maven.quarter("win_rate", quarter)
    assert (win_rate["numerator"], win_rate["denominator"], win_rate["status"]) == (won, won + lost, "ok")
    assert round(win_rate["value"], 4) == rate
    assert (round(win_rate["ci_low"], 4), round(win_rate["ci_high"], 4)) == (low, high)
    assert (win_rate["ci_low"], win_rate["ci_high"]) == pytest.approx(wilson(won, won + lost), rel=1e-12)
    assert maven.quarter("won_amount", quarter)["value"] == amount
    assert round(maven.quarter("sales_cycle_mean", quarter)["value"], 2) == mean
    assert maven.quarter("sales_cycle", quarter)["value"] == median


def value_of(row: sqlite3.Row) -> float | None:
    """The value as computed: `insufficient_n` keeps it, and only says how to read it."""
    number: float | None = row["value"]
    return number


@pytest.mark.parametrize(("scope", "column"), [("owner", "sales_agent"), ("team", "manager")])
def test_every_owner_and_team_is_what_pandas_says(maven: Loop, scope: str, column: str) -> None:
    wanted = expected_by(maven.export, column)
    assert len(wanted) >= 4 * 6
    for (scope_id, quarter), figures in wanted.items():
        cell = {
            kpi: maven.quarter(kpi, quarter, scope=scope, scope_id=scope_id)
            for kpi in ("win_rate", "won_amount", "sales_cycle", "sales_cycle_mean")
        }
        assert (cell["win_rate"]["numerator"], cell["win_rate"]["denominator"]) == (figures.won, figures.closed)
        assert value_of(cell["win_rate"]) == pytest.approx(figures.win_rate, rel=1e-12)
        assert value_of(cell["won_amount"]) == pytest.approx(figures.won_amount, rel=1e-12)
        assert value_of(cell["sales_cycle"]) == pytest.approx(figures.cycle_median, rel=1e-12)
        assert value_of(cell["sales_cycle_mean"]) == pytest.approx(figures.cycle_mean, rel=1e-12)


def test_nobody_else_has_closed_a_deal(maven: Loop) -> None:
    """Five agents have no deals: their rate is unknown, not 0 %, and what they won is 0."""
    people = set(pd.read_csv(maven.export / "sales_teams.csv").sales_agent)
    busy = {agent for agent, _ in expected_by(maven.export, "sales_agent")}
    assert len(people - busy) == 5
    for agent in people - busy:
        rate = maven.quarter("win_rate", "2017-04-01", scope="owner", scope_id=agent)
        assert (rate["value"], rate["status"]) == (None, "no_data")
        assert maven.quarter("won_amount", "2017-04-01", scope="owner", scope_id=agent)["value"] == 0


def test_one_product_with_two_spellings_is_one_product(maven: Loop) -> None:
    products = {row[0] for row in maven.rows("SELECT DISTINCT product FROM deals")}
    assert "GTX Pro" in products
    assert "GTXPro" not in products
    deals = pd.read_csv(maven.export / "sales_pipeline.csv")
    won = deals[(deals["product"] == "GTXPro") & (deals.deal_stage == "Won") & (deals.close_date >= "2017-01-01")]
    year = maven.value("won_amount", "product", "GTX Pro", period="year", start="2017-01-01")
    assert year is not None
    assert year["value"] == won.close_value.sum() > 0


def test_open_deals_without_an_account_are_no_problem_and_no_guess(maven: Loop) -> None:
    without = maven.rows("SELECT count(*) FROM deals WHERE account_id IS NULL AND outcome = 'open'")[0][0]
    assert without == 1425
    assert maven.rows("SELECT count(*) FROM issues WHERE field = 'account'")[0][0] == 0
    assert maven.rows("SELECT count(*) FROM quarantine")[0][0] == 0


def test_prospects_without_dates_are_facts_that_no_period_can_place(maven: Loop) -> None:
    dateless = maven.rows("SELECT count(*) FROM deals WHERE engaged_on IS NULL AND closed_on IS NULL")[0][0]
    assert dateless == 500
    pipeline = maven.quarter("pipeline_value", "2017-10-01")
    assert pipeline["excluded"] >= 500


def test_lost_deals_at_zero_do_not_make_every_deal_won(maven: Loop) -> None:
    by_amount = maven.quarter("win_rate_value", "2017-04-01")
    assert (by_amount["value"], by_amount["status"]) == (None, "not_applicable")
    by_list_price = maven.quarter("win_rate_list_value", "2017-04-01")
    assert by_list_price["value"] == pytest.approx(win_rate_by_list_price(maven.export, "2017-04-01"), rel=1e-12)
    assert by_list_price["status"] == "ok"


def win_rate_by_list_price(export: Path, quarter: str) -> float:
    closed = closed_deals(export)
    closed = closed[closed.quarter == quarter].replace({"product": {"GTXPro": "GTX Pro"}})
    priced = closed.merge(pd.read_csv(export / "products.csv"), on="product")
    assert len(priced) == len(closed)
    won = priced[priced.deal_stage == "Won"]
    return float(won.sales_price.sum() / priced.sales_price.sum())


def test_the_accounts_file_comes_back_with_two_columns_more(maven: Loop) -> None:
    before = pd.read_csv(maven.export / "accounts.csv", dtype=str)
    after = pd.read_csv(maven.folder / "out" / "accounts.csv", dtype=str)
    assert list(after.columns) == [*before.columns, "KPI_Won_2017", "KPI_Win_Rate_2017"]
    pd.testing.assert_frame_equal(after[before.columns], before)
    deals = closed_deals(maven.export)
    won = deals[(deals.deal_stage == "Won")].groupby("account").close_value.sum()
    written = after.set_index("account").KPI_Won_2017.astype(float)
    assert {name: written[name] for name in won.index} == won.astype(float).to_dict()


def test_one_number_explained_can_be_checked_by_hand(maven: Loop) -> None:
    cell = ("--scope", "team", "--id", "Melvin Marxen", "--start", "2017-02-14", "--rows", "1000")
    command = ["--config", str(maven.folder / "maven_crm.yaml"), "kpi", "explain", "win_rate", "--json", *cell]
    result = CliRunner().invoke(cli, command, env={"MAVEN_CRM": str(maven.export)}, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    explained = json.loads(result.stdout)
    closed = closed_deals(maven.export)
    behind = closed[(closed.manager == "Melvin Marxen") & (closed.quarter == "2017-01-01")]
    assert [row["id"] for row in explained["rows"]] == sorted(behind.opportunity_id)
    assert sum(row["numerator"] or 0 for row in explained["rows"]) == (behind.deal_stage == "Won").sum()
    stored = maven.quarter("win_rate", "2017-01-01", scope="team", scope_id="Melvin Marxen")
    assert (
        explained["value"]["value"] == stored["value"] == pytest.approx((behind.deal_stage == "Won").mean(), rel=1e-12)
    )


PLAN = {"2017-01-01": 1_200_000, "2017-04-01": 3_000_000, "2017-07-01": 3_000_000, "2017-10-01": 3_000_000}


def thousands(number: float) -> int:
    return round(number / 1000) * 1000


@pytest.mark.parametrize(("scope", "column", "parts"), [("owner", "sales_agent", 35), ("team", "manager", 6)])
def test_every_quarterly_target_is_as_far_off_as_pandas_says(maven: Loop, scope: str, column: str, parts: int) -> None:
    won = {key: each.won_amount for key, each in expected_by(maven.export, column).items()}
    names = pd.read_csv(maven.export / "sales_teams.csv")[column].unique()
    assert len(names) == parts
    rows = maven.rows("SELECT * FROM gaps WHERE kpi = 'won_amount' AND scope = ?", (scope,))
    assert len(rows) == parts * len(PLAN)
    for row in rows:
        target, actual = (
            thousands(PLAN[row["period_start"]] / parts),
            won.get((row["scope_id"], row["period_start"]), 0.0),
        )
        assert (row["target"], row["actual"], row["gap"]) == (target, actual, actual - target)
        assert row["attainment"] == pytest.approx(actual / target, rel=1e-12)
        colour = "green" if actual >= target else "amber" if actual >= 0.9 * target else "red"
        assert (row["rag"], row["status"]) == (colour, "ok"), row["scope_id"]


def test_people_who_do_not_add_up_to_their_manager_are_told(maven: Loop) -> None:
    sizes = pd.read_csv(maven.export / "sales_teams.csv").manager.value_counts()
    with Store.open(maven.store, read_only=True) as store:
        config = read(maven.folder / "maven_crm.yaml", environment={"MAVEN_CRM": str(maven.export)})
        warnings = {each.where: str(each.message) for each in check_targets(config, store).warnings}
    for manager, size in sizes.items():
        total = size * 86_000
        share = f"{total - 500_000:+,} ({total / 5000:.1f} %)"
        said = f"the targets below add up to {total:,}, its own is 500,000: {share}"
        assert warnings[f"won_amount 2017-Q2 {manager}"] == said


def test_a_change_is_held_against_the_quarter_before(maven: Loop) -> None:
    (third,) = maven.rows("SELECT * FROM gaps WHERE kpi = 'win_rate' AND period_start = '2017-07-01'")
    before, after = (maven.quarter("win_rate", quarter)["value"] for quarter in ("2017-04-01", "2017-07-01"))
    assert (third["baseline"], third["target"]) == (before, pytest.approx(before + 0.02))
    assert third["gap"] == pytest.approx(after - before - 0.02)
    assert third["progress"] == pytest.approx((after - before) / 0.02)
    (cycle,) = maven.rows("SELECT * FROM gaps WHERE kpi = 'sales_cycle'")
    assert (cycle["baseline"], cycle["target"], cycle["actual"], cycle["rag"]) == (74, pytest.approx(66.6), 51, "green")


def test_a_second_run_changes_nothing_but_one_row_in_runs(shared_data: Path, root: Path, tmp_path: Path) -> None:
    export = shared_data / "maven_crm"
    config = settings(root, tmp_path, export)
    run_over(config)
    before = {**stored(config.store), **written(tmp_path)}
    run_over(config, now=NOW + timedelta(hours=1))
    after = {**stored(config.store), **written(tmp_path)}
    assert len(after.pop("runs")) == len(before.pop("runs")) + 1
    assert after == before
