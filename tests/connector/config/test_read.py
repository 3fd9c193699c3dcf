"""A settings file with something wrong in it names everything that is wrong, where it is, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from connector.config import Config, FieldsTarget, read
from connector.errors import ConfigError
from kpi_engine.period import Grain
from tests.company import FIELDS, SETTINGS

GOOD = SETTINGS + "          x_margin: {from: Margin, type: money}\n"


def written(folder: Path, text: str, files: Mapping[str, str] | None = None) -> Path:
    for name, content in (files or {}).items():
        (folder / name).write_text(content, encoding="utf-8")
    path = folder / "crm-kpi.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def good(folder: Path, more: str = "", *, files: Mapping[str, str] | None = None, **environment: str) -> Config:
    return read(written(folder, GOOD + more, files), environment=environment)


def wrong(folder: Path, text: str, *, files: Mapping[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(written(folder, text, files), environment={})
    assert caught.value.exit_code == 2
    return [str(problem) for problem in caught.value.problems]


def test_a_small_file_says_enough(tmp_path: Path) -> None:
    config = good(tmp_path)
    assert config.store == tmp_path / "crm-kpi.sqlite"
    assert config.folder == tmp_path
    assert config.organisation.fiscal_year_starts == 1
    assert config.organisation.week_starts == 0
    assert config.kpis.scopes["account"] == (Grain.YEAR, Grain.ALL)
    assert config.connections["crm"].mapping["deals"][0].id == ("Id",)
    assert config.connections["crm"].connect().capabilities.whole_file_write


def test_all_shipped_kpis_are_computed_but_those_whose_assumptions_nobody_stated(tmp_path: Path) -> None:
    def computed(more: str) -> set[str]:
        return {definition.id for definition in good(tmp_path, more).definitions}

    assert "win_rate" in computed("")
    assert "won_margin" not in computed("")
    assert "won_margin" in computed("assumptions: {gross_margin: [{from: 2017-01-01, value: 0.35}]}")


def test_what_an_enabled_kpi_is_derived_from_is_computed_too(tmp_path: Path) -> None:
    config = good(tmp_path, "kpis: {enabled: [order_amount_growth]}")
    assert {definition.id for definition in config.definitions} == {"order_amount", "order_amount_growth"}


def test_the_calendar_is_the_companys(tmp_path: Path) -> None:
    text = GOOD.replace(
        "currency: EUR", "currency: EUR\n  fiscal_year_starts: April\n  week_starts: Sunday\n  holidays: NO"
    )
    calendar = read(written(tmp_path, text), environment={}).calendar()
    assert calendar.period_of(Grain.YEAR, date(2017, 3, 31)).key == "2016-04-01"
    assert calendar.period_of(Grain.WEEK, date(2017, 3, 1)).key == "2017-02-26"
    assert not calendar.is_working_day(date(2017, 5, 17))  # Norway's constitution day: NO is a text, not a false


def test_assumptions_are_put_in_order(tmp_path: Path) -> None:
    more = "assumptions: {margin: [{from: 2018-01-01, value: 2}, {from: 2017-01-01, value: 1}]}"
    assert [number.value for number in good(tmp_path, more).assumptions["margin"]] == [1, 2]


def test_paths_start_at_the_settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    written(folder, GOOD + "store: out/kpi.sqlite")
    monkeypatch.chdir(tmp_path)
    assert read(Path("elsewhere/crm-kpi.yaml"), environment={}).store == folder / "out/kpi.sqlite"


def test_kpis_of_ones_own_may_use_extra_columns(tmp_path: Path) -> None:
    kpi = """\
kpis:
  - id: margin
    names: {en: Margin, zh-CN: 毛利, zh-TW: 毛利}
    question: What did we earn?
    formula: sum of the margins of won deals
    kind: sum
    table: deals
    time: closed_on
    sum: x_margin
    unit: money
"""
    config = good(tmp_path, "kpis: {enabled: [margin], files: [mine.yaml]}", files={"mine.yaml": kpi})
    assert [definition.id for definition in config.definitions] == ["margin"]


def test_targets_have_their_kind(tmp_path: Path) -> None:
    (target,) = good(tmp_path, FIELDS).write_back.targets
    assert isinstance(target, FieldsTarget)
    assert target.fields["Won"].kpi == "won_amount"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "tables:",
            "tabels:",
            "crm-kpi.yaml:10 connections.crm.settings.tabels: is not a known setting (did you mean tables?)",
        ),
        (
            "adapter: generic_csv",
            "adapter: generic_cvs",
            "crm-kpi.yaml:7 connections.crm.adapter: there is no adapter generic_cvs (did you mean generic_csv?)",
        ),
        ("adapter: generic_csv", "", "connections.crm.adapter: is missing"),
        (
            "currency: EUR",
            "currency: euro",
            "crm-kpi.yaml:4 organisation.currency: is not an ISO 4217 code (three capital letters, such as EUR)",
        ),
        ("currency: EUR", "", "organisation.currency: is missing"),
        ("  currency: EUR", "  currency: EUR\n  holidays: XX", "crm-kpi.yaml:5 organisation.holidays:"),
        (
            "Europe/Berlin",
            "Europe/Berln",
            "organisation.timezone: is not an IANA time zone (did you mean Europe/Berlin?)",
        ),
        ("Europe/Berlin", "../../etc/passwd", "organisation.timezone: is not an IANA time zone"),
        (
            "  name: Lantern",
            "  nmae: Lantern",
            "crm-kpi.yaml:2 organisation.nmae: is not a known setting (did you mean name?)",
        ),
        ("  name: Lantern", "  name: [a]", "organisation.name: must be a text"),
        ("  name: Lantern", "  language: fr", "organisation.language: must be one of 'en', 'zh-CN' or 'zh-TW'"),
        ("  name: Lantern", "  week_starts: mondag", "is not a day of the week (did you mean monday?)"),
        ("  name: Lantern", "  fiscal_year_starts: 13", "organisation.fiscal_year_starts: must be at most 12"),
        ("  name: Lantern", "  fiscal_year_starts: Smarch", "organisation.fiscal_year_starts: is not a month"),
        (
            "  name: Lantern",
            "  extra_holidays: [soon]",
            "organisation.extra_holidays[0]: must be a date such as 2017-03-01",
        ),
        ("      deals:\n        id: Id", "      dael:\n        id: Id", "crm-kpi.yaml:15 connections.crm.mapping.dael"),
        (
            "          amount: Amount",
            "          amuont: Amount",
            "crm-kpi.yaml:20 connections.crm.mapping.deals.columns.amuont",
        ),
        ("Won: won", "Won: wonn", "connections.crm.mapping.deals.columns.outcome.values.Won"),
        ("  crm:\n", "  9crm:\n", "connections.9crm: must be letters, digits, - and _, beginning with a letter"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_remedy(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    problems = wrong(tmp_path, GOOD.replace(old, new, 1))
    assert any(said in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("conections: {}", "conections: is not a known setting (did you mean connections?)"),
        ("kpis: {enabled: [win_rat]}", "kpis.enabled[0]: win_rat is not a KPI (did you mean win_rate?)"),
        ("kpis: {enabled: [won_margin]}", "gross_margin"),
        ("kpis: {files: [none.yaml]}", "kpis.files[0]: none.yaml cannot be read"),
        ("kpis: {scopes: {teem: [year]}}", "kpis.scopes.teem: teem is not a scope (did you mean team?)"),
        ("kpis: {scopes: {team: [yaer]}}", "kpis.scopes.team[0]: must be one of 'week'"),
        ("kpis: {scopes: {account: [week]}}", "accounts are not computed by week"),
        ("kpis: {since: yesterday}", "kpis.since: must be a date such as 2017-03-01"),
        ("assumptions: {m: 0.3}", "assumptions.m: must be a list"),
        ("assumptions: {m: [{from: 2017-01-01, value: 1e999}]}", "assumptions.m[0].value: must be a finite number"),
        (
            "assumptions: {m: [{from: 2017-01-01, value: 1}, {from: 2017-01-01, value: 2}]}",
            "two values begin on 2017-01-01",
        ),
        (FIELDS.replace("kpi: won_amount", "kpi: won_amuont"), "won_amuont is not a KPI (did you mean won_amount?)"),
        (FIELDS.replace("kpi: won_amount", "kpi: won_margin"), "won_margin is not computed"),
        (FIELDS.replace("period: year", "period: month"), "account is not computed by month"),
        (
            FIELDS.replace("module: accounts", "module: acounts"),
            "acounts is not where accounts come from (did you mean accounts?)",
        ),
        (FIELDS.replace("connection: crm", "connection: crn"), "there is no connection crn (did you mean crm?)"),
        (
            FIELDS.replace("scope: account", "scope: organisation"),
            "organisation has no records that could hold a field",
        ),
        (FIELDS.replace("kind: fields", "kind: feilds"), "'kind' must be one of 'fields', 'records'"),
        (FIELDS + FIELDS.split("targets:\n")[1], "two targets are called accounts"),
        ("write_back: {max_changed_share: 2}", "write_back.max_changed_share: must be at most 1"),
        ("store: ${NOWHERE}", "the environment variable NOWHERE is not set"),
        ("store: [a]", "store: must be a text"),
    ],
)
def test_what_sections_say_about_each_other_is_checked(tmp_path: Path, more: str, said: str) -> None:
    problems = wrong(tmp_path, GOOD + more)
    assert any(said in problem for problem in problems), problems


def test_faults_of_kpi_files_are_named_with_their_place(tmp_path: Path) -> None:
    problems = wrong(tmp_path, GOOD + "kpis: {files: [mine.yaml]}", files={"mine.yaml": "kpis:\n  - {kind: cuont}"})
    assert any("mine.yaml:2" in problem for problem in problems), problems


def test_a_circle_of_kpis_is_refused(tmp_path: Path) -> None:
    names = "names: {en: A, zh-CN: A, zh-TW: A}, question: q, formula: f, unit: count, kind: derived"
    circle = f"kpis:\n  - {{id: aa, {names}, expression: bb + 1}}\n  - {{id: bb, {names}, expression: aa + 1}}\n"
    problems = wrong(tmp_path, GOOD + "kpis: {files: [mine.yaml]}", files={"mine.yaml": circle})
    assert any("aa" in problem and "bb" in problem for problem in problems), problems


def test_everything_is_reported_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("tables:", "tabels:").replace("EUR", "euro") + "kpis: {enabled: [win_rat]}\nsotre: x\n"
    problems = wrong(tmp_path, text)
    for place in ("tabels", "organisation.currency", "kpis.enabled[0]", "sotre"):
        assert any(place in problem for problem in problems), (place, problems)


def test_nothing_is_reported_twice(tmp_path: Path) -> None:
    problems = wrong(tmp_path, GOOD.replace("EUR", "euro"))
    assert len(problems) == len(set(problems)) == 1


def test_a_list_is_no_settings_file(tmp_path: Path) -> None:
    assert wrong(tmp_path, "- a\n- b\n")[0].startswith("crm-kpi.yaml:1: must be a group of settings")


def test_what_came_from_the_environment_is_never_shown(tmp_path: Path) -> None:
    text = GOOD.replace("currency: EUR", "currency: ${SECRET}").replace("folder: data", "folder: ['${SECRET}']")
    with pytest.raises(ConfigError) as caught:
        read(written(tmp_path, text), environment={"SECRET": "hunter2-token"})
    assert len(caught.value.problems) == 2
    assert "hunter2" not in str(caught.value)


SEVERAL = """\
      activities:
        - {module: calls, id: Id, columns: {kind: {constant: call}, owner_id: Owner}}
        - {module: visits, id: Id, columns: {kind: {constant: meeting}, onwer_id: Owner}}
"""


def test_several_modules_may_feed_one_table(tmp_path: Path) -> None:
    config = good(tmp_path, SEVERAL.replace("onwer_id", "owner_id"))
    assert [each.module for each in config.connections["crm"].mapping["activities"]] == ["calls", "visits"]


def test_a_fault_in_one_of_several_mappings_is_named_with_its_place(tmp_path: Path) -> None:
    problems = wrong(tmp_path, GOOD + SEVERAL)
    assert any("connections.crm.mapping.activities[1].columns.onwer_id" in each for each in problems), problems


def test_several_mappings_that_nothing_tells_apart_are_refused(tmp_path: Path) -> None:
    problems = wrong(
        tmp_path, GOOD + SEVERAL.replace("onwer_id", "owner_id").replace("constant: meeting", "from: Kind")
    )
    assert any("activities comes from calls, visits, and no column tells their rows apart" in each for each in problems)


def test_credits_and_accepted_differences(tmp_path: Path) -> None:
    text = GOOD + "    credits: {a_day: 500, reserve: 0.5}\n    accept_missing: {deals: 12}\n"
    (connection,) = read(written(tmp_path, text), environment={}).connections.values()
    assert (connection.credits.a_day, connection.credits.reserve) == (500, 0.5)
    assert connection.accept_missing == {"deals": 12}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("credits: {reserve: 1}", "credits.reserve: must be at most 0.9"),
        ("credits: {a_day: 0}", "credits.a_day: must be at least 1"),
        ("accept_missing: {deals: 0}", "accept_missing.deals: must be at least 1"),
        ("accept_missing: {daels: 3}", "daels is not a module that is read (did you mean deals?)"),
    ],
)
def test_what_makes_no_sense_about_credits_and_counts_is_named(tmp_path: Path, line: str, said: str) -> None:
    problems = wrong(tmp_path, f"{GOOD}    {line}\n")
    assert any(said in problem for problem in problems), problems
