"""Which periods are shown."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.connector.report.firm import PEOPLE, SETTINGS, TEAMS, Firm, usual_deals

NewFirm = Callable[..., Firm]


def periods(firm: Firm, **settings: str) -> dict[str, set[str]]:
    pages = json.loads(firm.report("json", **settings)["json"])["pages"]
    found: dict[str, set[str]] = {}
    for page in pages:
        shown = {row["period"] for row in page["values"]} - {"trailing_12_months"}
        found.setdefault(page["scope"], set()).update(shown)
    return found


def with_scopes(new_firm: NewFirm, scopes: str) -> Firm:
    settings = SETTINGS.replace("{organisation: [quarter], team: [quarter], owner: [quarter]}", scopes)
    return new_firm(settings=settings).fill(teams=TEAMS, people=PEOPLE, deals=usual_deals()).compute()


def test_the_shortest_that_everybody_has(new_firm: NewFirm) -> None:
    own = with_scopes(new_firm, "{organisation: [month, quarter, year], team: [quarter, year], owner: [quarter, year]}")
    assert periods(own) == {"organisation": {"quarter"}, "team": {"quarter"}, "owner": {"quarter"}}
    assert periods(own, period="year") == {"organisation": {"year"}, "team": {"year"}, "owner": {"year"}}
    # Asked for months, whoever has none keeps the shortest that there is.
    assert periods(own, period="month") == {"organisation": {"month"}, "team": {"quarter"}, "owner": {"quarter"}}


def test_nothing_in_common(new_firm: NewFirm) -> None:
    own = with_scopes(new_firm, "{organisation: [week], owner: [year, all]}")
    assert periods(own) == {"organisation": {"week"}, "owner": {"year"}}
    assert "Nov 17 – 23, 2025" in own.html().replace("\u2009", " ")  # the locale has thin spaces there


def test_the_whole_time_has_one_column(new_firm: NewFirm) -> None:
    own = with_scopes(new_firm, "{organisation: [all]}")
    text = own.html()
    assert periods(own) == {"organisation": {"all"}}
    assert "whole time" in text
    assert 'role="columnheader">–</th>' in text


def test_a_finished_period_is_not_to_date(new_firm: NewFirm) -> None:
    from datetime import UTC, datetime

    own = new_firm().fill(teams=TEAMS, people=PEOPLE, deals=usual_deals())
    text = own.compute(datetime(2025, 9, 30, 21, 59, 59, tzinfo=UTC)).html()
    assert "Q2 2025</th>" in text
    assert "Q3 2025</th>" in text
    assert "to date" not in text


def test_quarters_of_a_fiscal_year_are_named_by_their_months(new_firm: NewFirm) -> None:
    settings = SETTINGS.replace("holidays: DE", "holidays: DE, fiscal_year_starts: april")
    own = new_firm(settings=settings).fill(teams=TEAMS, people=PEOPLE, deals=usual_deals()).compute()
    assert "Jul – Sep 2025" in own.html().replace("\u2009", " ")
    assert "2025年7月至9月" in own.html(language="zh-CN")
