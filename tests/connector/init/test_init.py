"""Init: from a folder of exports to settings that a run can use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from connector.config import Config, read
from connector.errors import ConfigError, ConnectorError
from connector.init import Answers, InitReport, Question, init
from connector.run import run
from connector.store import Store, run_lock
from connector.targets import check_targets

KNOWN = Answers(currency="EUR", timezone="Europe/Berlin")
TODAY = date(2025, 3, 10)


def nobody(_: Question) -> None:
    """There is nobody to ask."""


def files(folder: Path, contents: Mapping[str, str], *, encoding: str = "utf-8") -> Path:
    data = folder / "data"
    data.mkdir()
    for name, text in contents.items():
        (data / name).write_text(text, encoding=encoding)
    return data


def drafted(folder: Path, contents: Mapping[str, str], answers: Answers = KNOWN, **more: object) -> InitReport:
    return init(
        files(folder, contents),
        path=folder / "crm-kpi.yaml",
        force=False,
        answers=answers,
        ask=nobody,
        today=TODAY,
        **more,  # type: ignore[arg-type]  # passed on
    )


def accepted(report: InitReport) -> Config:
    """The settings, which need no correction."""
    assert report.open_questions == ()
    return read(report.path, environment={})


ENGLISH = {
    "Customers.csv": "Customer ID,Customer Name,Industry,Country\nC1,Nordwind,Energy,Germany\nC2,Isar,Retail,Austria\n",
    "opportunities.csv": (
        "Opportunity ID,Customer ID,Sales Rep,Stage,Amount,Close Date,Internal note\n"
        "O1,C1,Ann,Closed Won,100,2025-01-31,x\nO2,C2,Bea,Closed Lost,50,2025-02-01,y\nO3,C2,Bea,Proposal,10,,z\n"
    ),
}
CHINESE = {
    "客户.csv": "客户编号,客户名称,行业,地区\nC1,云帆物流,物流,上海\nC2,灯桥,零售,北京\n",
    "商机.csv": (
        "商机编号,客户名称,负责人,阶段,商机金额,成交日期\n"
        "O1,云帆物流,李伟,赢单,3.5万,2025年1月31日\nO2,灯桥,王芳,输单,1.2万,2025年2月1日\nO3,灯桥,王芳,方案报价,9800,\n"
    ),
}


def test_an_english_export(tmp_path: Path) -> None:
    config = accepted(drafted(tmp_path, ENGLISH))
    mapping = config.connections["crm"].mapping
    assert set(mapping) == {"users", "accounts", "deals"}
    (deals,) = mapping["deals"]
    assert deals.id == ("Opportunity ID",)
    assert {name: how.source for name, how in deals.columns.items()} == {
        "account_id": ("Customer ID",),
        "owner_id": ("Sales Rep",),
        "stage": ("Stage",),
        "outcome": ("Stage",),
        "amount": ("Amount",),
        "closed_on": ("Close Date",),
    }
    assert deals.columns["outcome"].values == {"Closed Lost": "lost", "Closed Won": "won", "Proposal": "open"}
    assert deals.columns["account_id"].link is None
    assert mapping["accounts"][0].columns["region"].source == ("Country",)
    assert mapping["users"][0].distinct


def test_a_guess_is_marked_as_one(tmp_path: Path) -> None:
    text = drafted(tmp_path, ENGLISH).text
    assert "# please check: taken for open: Proposal" in text
    assert "# not used: Internal note" in text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_chinese_export(tmp_path: Path, encoding: str) -> None:
    data = files(tmp_path, CHINESE, encoding=encoding)
    report = init(data, path=tmp_path / "crm-kpi.yaml", force=False, answers=KNOWN, ask=nobody, today=TODAY)
    mapping = accepted(report).connections["crm"].mapping
    (deals,) = mapping["deals"]
    assert deals.columns["outcome"].values == {"赢单": "won", "输单": "lost", "方案报价": "open"}
    assert deals.columns["amount"].number is not None
    assert deals.columns["amount"].number.chinese_units
    assert deals.columns["closed_on"].date is not None
    assert deals.columns["closed_on"].date.pattern == "%Y年%m月%d日"
    assert deals.columns["account_id"].link is not None


AMBIGUOUS = {
    "deals.csv": "Id,Stage,Amount,Closed\nD1,Won,10,03/04/2025\nD2,Lost,20,05/06/2025\n",
}


def test_a_date_that_can_be_read_in_two_ways_is_never_guessed(tmp_path: Path) -> None:
    report = drafted(tmp_path, AMBIGUOUS)
    assert [question.about for question in report.open_questions] == ["deals.Closed"]
    assert report.open_questions[0].options == ("%d/%m/%Y", "%m/%d/%Y")
    assert "REQUIRED: choose one format" in report.text
    with pytest.raises(ConfigError, match=r"deals\.columns\.closed_on\.date"):
        read(report.path, environment={})


def test_a_person_is_asked(tmp_path: Path) -> None:
    asked: dict[str, str] = {}
    said = {
        "deals.Closed": "%m/%d/%Y",
        "currency": "USD",
        "timezone": "Asia/Shanghai",
        "fiscal_year_starts": "April",
        "language": "zh-CN",
        "targets": "win_rate",
    }

    def answer(question: Question) -> str:
        asked[question.about] = question.default
        return said[question.about]

    answers = Answers(machine_timezone="Europe/Berlin", reader="zh-TW")
    report = init(
        files(tmp_path, AMBIGUOUS), path=tmp_path / "c.yaml", force=False, answers=answers, ask=answer, today=TODAY
    )
    config = accepted(report)
    assert asked == {
        "deals.Closed": "",
        "currency": "",
        "timezone": "Europe/Berlin",
        "fiscal_year_starts": "january",
        "language": "zh-TW",
        "targets": "win_rate, won_amount",
    }
    organisation = config.organisation
    assert (organisation.currency, organisation.timezone) == ("USD", "Asia/Shanghai")
    assert (organisation.fiscal_year_starts, organisation.language) == (4, "zh-CN")
    assert "please check: where your days" not in report.text
    date = config.connections["crm"].mapping["deals"][0].columns["closed_on"].date
    assert date is not None
    assert date.pattern == "%m/%d/%Y"


@pytest.mark.parametrize("column", ["deals.Closed", "deals.closed_on"])
def test_a_script_answers_in_advance(tmp_path: Path, column: str) -> None:
    answers = Answers(currency="EUR", timezone="UTC", formats={column: "%d/%m/%Y"})
    accepted(drafted(tmp_path, AMBIGUOUS, answers))


@pytest.mark.parametrize(
    ("formats", "said"),
    [
        ({"deals.Closde": "%d/%m/%Y"}, "deals.Closde: there is no such column (did you mean deals.Closed?)"),
        ({"deals.Closed": "%Y-%m-%d"}, "does not read the whole column (one of: %d/%m/%Y, %m/%d/%Y)"),
    ],
)
def test_answers_that_fit_no_question(tmp_path: Path, formats: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        drafted(tmp_path, AMBIGUOUS, Answers(currency="EUR", timezone="UTC", formats=formats))
    assert said in str(caught.value)
    assert not (tmp_path / "crm-kpi.yaml").exists()


def test_in_a_script_the_usual_answers_hold(tmp_path: Path) -> None:
    report = drafted(tmp_path, ENGLISH, Answers(currency="EUR", machine_timezone="Europe/Berlin", reader="zh-TW"))
    organisation = accepted(report).organisation
    assert (organisation.timezone, organisation.fiscal_year_starts) == ("Europe/Berlin", 1)
    assert organisation.language == "zh-TW"
    assert "please check: where your days begin and end" in report.text


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (Answers(currency="euro"), "currency: is not an ISO 4217 code"),
        (Answers(timezone="Europe/Berlni"), "timezone: is not an IANA time zone (did you mean Europe/Berlin?)"),
        (Answers(fiscal_year_starts="Aprilis"), "fiscal_year_starts: is not a month"),
        (Answers(fiscal_year_starts="13"), "fiscal_year_starts: must be at most 12"),
        (Answers(targets=("win_rat",)), "targets: win_rat is not a KPI (did you mean win_rate?)"),
    ],
)
def test_answers_that_settings_may_not_have(tmp_path: Path, answers: Answers, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        drafted(tmp_path, ENGLISH, answers)
    assert said in str(caught.value)
    assert not (tmp_path / "crm-kpi.yaml").exists()
    assert not (tmp_path / "targets").exists()


def test_a_fiscal_year_as_a_number(tmp_path: Path) -> None:
    config = accepted(drafted(tmp_path, ENGLISH, replace(KNOWN, fiscal_year_starts="4")))
    assert config.organisation.fiscal_year_starts == 4


# ---- from when to when ---------------------------------------------------------------------------------------------


def test_values_begin_with_the_files(tmp_path: Path) -> None:
    report = drafted(tmp_path, ENGLISH)
    assert accepted(report).kpis.since == date(2025, 1, 1)
    assert accepted(report).kpis.until is None


def test_an_archive_has_an_end_too(tmp_path: Path) -> None:
    report = drafted(tmp_path, {name: text.replace("2025-", "2017-") for name, text in ENGLISH.items()})
    kpis = accepted(report).kpis
    assert (kpis.since, kpis.until) == (date(2017, 1, 1), date(2017, 4, 1))
    assert "please check: the data end on 2017-02-01" in report.text


def test_the_fiscal_year_counts(tmp_path: Path) -> None:
    report = drafted(tmp_path, ENGLISH, replace(KNOWN, fiscal_year_starts="april"))
    assert accepted(report).kpis.since == date(2024, 4, 1)


def test_files_without_dates_say_nothing_of_it(tmp_path: Path) -> None:
    report = drafted(tmp_path, {"deals.csv": "Id,Stage,Amount\nD1,Won,10\nD2,Lost,20\n"})
    assert accepted(report).kpis.since is None


# ---- the sheet of targets ------------------------------------------------------------------------------------------


def sheet_rows(report: InitReport) -> list[dict[str, Any]]:
    assert report.sheet is not None
    heads, *rows = load_workbook(report.sheet).active.iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in rows]


def test_a_sheet_of_targets_is_written_for_everybody_in_the_files(tmp_path: Path) -> None:
    report = drafted(tmp_path, ENGLISH, replace(KNOWN, name="Nordlicht", targets=("won_amount", "win_rate")))
    assert report.sheet == tmp_path / "targets/targets.xlsx"
    rows = sheet_rows(report)
    assert [(row["kpi"], row["scope"], row["of"]) for row in rows[:3]] == [
        ("won_amount", "organisation", None),
        ("won_amount", "owner", "Ann"),
        ("won_amount", "owner", "Bea"),
    ]
    assert [row["kpi"] for row in rows[3:]] == ["win_rate"] * 3
    assert {row["period"] for row in rows} == {"2025-Q1"}
    assert {row["target"] for row in rows} == {None}
    assert (rows[0]["name"], rows[0]["currency"], rows[0]["unit"]) == ("Nordlicht", "EUR", "money")


def test_what_nobody_has_filled_in_is_no_error(tmp_path: Path) -> None:
    config = accepted(drafted(tmp_path, ENGLISH))
    with Store.open(config.store, create=True) as store:
        found = check_targets(config, store)
    assert (found.targets, found.unset, found.problems) == (0, 6, ())


def test_a_filled_row_is_a_target(tmp_path: Path) -> None:
    report = drafted(tmp_path, ENGLISH)
    workbook = load_workbook(report.sheet)
    sheet = workbook.active
    column = [cell.value for cell in sheet[1]].index("target") + 1
    for row in range(2, sheet.max_row + 1):
        percent = sheet.cell(row, 1).value == "win_rate"
        sheet.cell(row, column, value=0.6 if percent else 1000)
    workbook.save(report.sheet)
    config = accepted(report)
    with run_lock(config.store), Store.open(config.store, create=True) as store:
        done = run(config, store, now=datetime(2025, 3, 10, tzinfo=UTC))
    assert (done.gaps.targets, done.gaps.problems) == (6, ())


def test_a_sheet_of_an_archive_is_for_its_last_quarter(tmp_path: Path) -> None:
    report = drafted(tmp_path, {name: text.replace("2025-", "2017-") for name, text in ENGLISH.items()})
    assert {row["period"] for row in sheet_rows(report)} == {"2017-Q1"}


def test_no_sheet_is_written_where_none_is_wanted(tmp_path: Path) -> None:
    assert drafted(tmp_path, ENGLISH, replace(KNOWN, targets=())).sheet is None
    assert not (tmp_path / "targets").exists()


def test_a_sheet_that_is_there_may_be_filled_in_and_stays(tmp_path: Path) -> None:
    sheet = drafted(tmp_path, ENGLISH).sheet
    assert sheet is not None
    sheet.write_bytes(b"mine")
    again = init(tmp_path / "data", path=tmp_path / "crm-kpi.yaml", force=True, answers=KNOWN, ask=nobody, today=TODAY)
    assert again.sheet is None
    assert sheet.read_bytes() == b"mine"


def test_the_currency_is_told_by_its_sign_or_asked(tmp_path: Path) -> None:
    euros = {"deals.csv": "Id;Stage;Amount\nD1;Won;1.234,50 €\nD2;Lost;99,90 €\n"}
    config = accepted(drafted(tmp_path, euros, Answers(timezone="UTC")))
    assert config.organisation.currency == "EUR"
    number = config.connections["crm"].mapping["deals"][0].columns["amount"].number
    assert number is not None
    assert (number.decimal, number.thousands) == (",", ".")


def test_without_a_currency_the_settings_are_not_complete(tmp_path: Path) -> None:
    report = drafted(tmp_path, ENGLISH, Answers(timezone="UTC"))
    assert [question.about for question in report.open_questions] == ["currency"]
    with pytest.raises(ConfigError, match=r"organisation\.currency: is empty"):
        read(report.path, environment={})


def test_a_required_column_that_no_file_has_is_asked_for(tmp_path: Path) -> None:
    report = drafted(tmp_path, {"deals.csv": "Id,Amount\nD1,10\nD2,20\n"})
    assert [question.about for question in report.open_questions] == ["deals.outcome"]
    with pytest.raises(ConfigError, match=r"deals\.columns\.outcome"):
        read(report.path, environment={})


def test_a_file_of_calls_has_only_calls(tmp_path: Path) -> None:
    config = accepted(drafted(tmp_path, {"calls.csv": "Id,Owner,Start\n1,Ann,2025-01-01\n2,Bea,2025-01-02\n"}))
    assert config.connections["crm"].mapping["activities"][0].columns["kind"].constant == "call"


def test_settings_are_never_overwritten_unless_told(tmp_path: Path) -> None:
    report = drafted(tmp_path, ENGLISH)
    report.path.write_text("mine", encoding="utf-8")
    with pytest.raises(ConnectorError, match="is there already"):
        init(tmp_path / "data", path=report.path, force=False, answers=KNOWN, ask=nobody, today=TODAY)
    assert report.path.read_text("utf-8") == "mine"
    init(tmp_path / "data", path=report.path, force=True, answers=KNOWN, ask=nobody, today=TODAY)
    assert report.path.read_text("utf-8") == report.text


@pytest.mark.parametrize("contents", [{}, {"notes.csv": "a,b\n1,2\n"}, {"deals.csv": ""}, {"deals.csv": "Id,Stage\n"}])
def test_a_folder_without_exports(tmp_path: Path, contents: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="is like a table of facts"):
        drafted(tmp_path, contents)


def test_files_that_cannot_be_read_are_reported_and_left_out(tmp_path: Path) -> None:
    report = drafted(tmp_path, {**ENGLISH, "orders.csv": "Id,Id\n1,2\n"})
    assert "orders" in report.left_out
    assert report.problems


def test_hostile_names_cannot_break_the_file(tmp_path: Path) -> None:
    rows = 'D1,Won,10,1\nD2,"x\n- y: {z} # w",20,2\nD3,null,30,3\nD4,"""yes""",40,4\n'
    report = drafted(tmp_path, {"deals.csv": 'Id,Stage,Amount,"a: ""b"" #\nc"\n' + rows})
    values = accepted(report).connections["crm"].mapping["deals"][0].columns["outcome"].values
    assert values == {"Won": "won", "x\n- y: {z} # w": "open", "null": "open", '"yes"': "open"}


def test_the_comments_are_in_the_readers_language(tmp_path: Path) -> None:
    report = drafted(tmp_path, ENGLISH, translate=lambda template: template.replace("not used", "没有用到"))
    assert "# 没有用到: Internal note" in report.text


def test_the_maven_export(tmp_path: Path, shared_data: Path) -> None:
    """Real files that nobody here made: only the currency and the zone have to be said."""
    answers = Answers(currency="USD", timezone="America/New_York")
    path = tmp_path / "crm-kpi.yaml"
    report = init(shared_data / "maven_crm", path=path, force=False, answers=answers, ask=nobody, today=TODAY)
    mapping = accepted(report).connections["crm"].mapping
    assert report.tables == {
        "users": "sales_teams",
        "teams": "sales_teams",
        "accounts": "accounts",
        "deals": "sales_pipeline",
    }
    assert report.left_out == ("products",)
    assert mapping["users"][0].columns["team_id"].source == ("manager",)
    assert mapping["deals"][0].columns["closed_on"].source == ("close_date",)
    assert mapping["deals"][0].columns["amount"].source == ("close_value",)
    kpis = accepted(report).kpis
    assert (kpis.since, kpis.until) == (date(2017, 1, 1), date(2018, 1, 1)), "no quarter after the last deal"
    rows = sheet_rows(report)
    assert len(rows) == 2 * (1 + 6 + 35), "the company, managers and agents"
    assert {row["period"] for row in rows} == {"2017-Q4"}
