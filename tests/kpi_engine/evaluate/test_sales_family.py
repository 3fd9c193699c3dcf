"""The shipped sales family on the Maven export: the published golden numbers, and pandas for everything else."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from kpi_engine.catalog import shipped
from kpi_engine.evaluate import Status
from kpi_engine.period import Grain

QUARTERS = ["2017-01-01", "2017-04-01", "2017-07-01", "2017-10-01"]
OUTCOMES = {"Won": "won", "Lost": "lost", "Engaging": "open", "Prospecting": "open"}
GOLDEN = {
    "2017-01-01": (531, 116, 0.8207, 0.7893, 0.8483, 1_134_672, 65.63, 74),
    "2017-04-01": (1254, 778, 0.6171, 0.5958, 0.6380, 3_086_111, 51.01, 52),
    "2017-07-01": (1257, 790, 0.6141, 0.5928, 0.6349, 2_982_255, 48.82, 49),
    "2017-10-01": (1196, 789, 0.6025, 0.5808, 0.6238, 2_802_496, 49.56, 51),
}


@pytest.fixture
def pipeline(shared_data):
    folder = shared_data / "maven_crm"
    if not folder.is_dir():
        pytest.skip(f"no Maven export at {folder}")
    deals = pd.read_csv(folder / "sales_pipeline.csv", parse_dates=["engage_date", "close_date"])
    return deals.merge(pd.read_csv(folder / "sales_teams.csv"), on="sales_agent", how="left")


@pytest.fixture
def values(world, pipeline):
    given = pipeline.astype(object).where(pipeline.notna(), None)
    agents = given[["sales_agent", "manager"]].drop_duplicates()
    world.has("teams", *({"id": manager} for manager in sorted(set(agents["manager"]))))
    world.has("users", *({"id": agent, "team_id": manager} for agent, manager in agents.itertuples(index=False)))
    world.has(
        "deals",
        *(
            {
                "id": deal.opportunity_id,
                "owner_id": deal.sales_agent,
                "account_id": deal.account,
                "product": deal.product,
                "outcome": OUTCOMES[deal.deal_stage],
                "engaged_on": deal.engage_date and deal.engage_date.date(),
                "closed_on": deal.close_date and deal.close_date.date(),
                "amount": deal.close_value,
            }
            for deal in given.itertuples(index=False)
        ),
    )
    sales = [one for one in shipped() if getattr(one, "table", "deals") == "deals"]
    wanted = [one for one in sales if one.kind != "derived"]
    found = world.values(
        *wanted,
        scopes=dict.fromkeys(("organisation", "owner", "team"), (Grain.QUARTER,)),
        as_of=datetime(2017, 12, 31, 23, 59, 59, tzinfo=UTC),
        since=date(2017, 1, 1),
        until=date(2018, 1, 1),
        currency="USD",
    )
    return {(one.kpi, one.scope, one.scope_id, one.period_start): one for one in found}


@pytest.mark.parametrize("quarter", QUARTERS)
def test_golden_numbers_of_the_organisation(values, quarter):
    won, lost, rate, low, high, amount, mean, median = GOLDEN[quarter]
    of = {kpi: values[kpi, "organisation", "", quarter] for kpi, _, _, start in values if start == quarter}
    assert (of["win_rate"].numerator, of["win_rate"].denominator) == (won, won + lost)
    assert [round(one, 4) for one in (of["win_rate"].value, of["win_rate"].ci_low, of["win_rate"].ci_high)] == [
        rate,
        low,
        high,
    ]
    assert of["won_amount"].value == amount
    assert round(of["sales_cycle_mean"].value, 2) == mean
    assert of["sales_cycle"].value == median


def test_lost_deals_that_all_carry_zero_give_no_value_rate(values):
    statuses = {values["win_rate_value", "organisation", "", quarter].status for quarter in QUARTERS}
    assert statuses == {Status.NOT_APPLICABLE}


@pytest.mark.parametrize(("scope", "column"), [("owner", "sales_agent"), ("team", "manager")])
def test_owners_and_teams_as_pandas_has_them(values, pipeline, scope, column):
    closed = pipeline[pipeline["close_date"].notna()].copy()
    closed["quarter"] = closed["close_date"].dt.to_period("Q").dt.start_time.dt.strftime("%Y-%m-%d")
    closed["won"] = closed["deal_stage"] == "Won"
    closed["days"] = (closed["close_date"] - closed["engage_date"]).dt.days
    won = closed[closed["won"]]
    rates = closed.groupby([column, "quarter"])["won"].mean()
    by = won.groupby([column, "quarter"])
    expected = {
        "win_rate": rates,
        "won_amount": by["close_value"].sum(),
        "sales_cycle": by["days"].median(),
        "sales_cycle_mean": by["days"].mean(),
        "sales_cycle_p90": by["days"].quantile(0.9),
    }
    for kpi, series in expected.items():
        found = {key[2:]: one.value for key, one in values.items() if key[:2] == (kpi, scope) and one.n}
        assert found == pytest.approx(series.to_dict(), rel=1e-12), kpi
        assert len(found) > 20
