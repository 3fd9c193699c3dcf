"""Settings out of what a CRM says about itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, SecretStr

from connector.config import Config, read
from connector.contract import AdapterType, FieldInfo, ModuleInfo, OrganisationInfo, SurveyTalk
from connector.errors import ConfigError, ConnectorError, Message
from connector.init import Answers
from connector.init.crm import CrmInitReport, init_crm
from connector.init.proposing import proposed
from connector.kit.fake_adapter import FakeCrmAdapter

TODAY = date(2025, 6, 1)


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")
    region: str = "eu"
    key: SecretStr


DEFAULT = """
users: {module: Users, id: id, columns: {name: full_name}}
deals:
  module: Deals
  id: id
  columns:
    outcome: {from: Stage, values: {成交: won, "*": open}}
    closed_on: Closing_Date
    amount: Amount
    probability: Probability
activities:
  - {module: Calls, id: id, columns: {kind: {constant: call}}}
  - {module: Tasks, id: id, columns: {kind: {constant: task}}}
costs: {module: Costs, id: id, columns: {category: Category}}
"""
DEALS = ModuleInfo(
    "Deals",
    (
        FieldInfo("id"),
        FieldInfo("Stage", "阶段", "choice", values=("成交", "洽谈"), filled=1.0),
        FieldInfo("Closing_Date", "结束日期", "date", filled=1.0),
        FieldInfo("Amount", "金额", "money", filled=0.6),
        FieldInfo("Field7", "产品", "choice", filled=0.5),
        FieldInfo("Product_Name", "Sonstiges", "text", filled=0.5),
    ),
    rows=100,
    since="2023-05-04",
    remedies={"deals.engaged_on": Message("add a date field to Deals")},
)


def survey(settings: Settings, folder: Path) -> SurveyTalk:
    assert settings.key.get_secret_value() == "hush"
    yield OrganisationInfo("大明 Hardware", "Asia/Shanghai", "CNY", 4, "zh-CN")
    yield ModuleInfo("Users", (FieldInfo("id"), FieldInfo("full_name")), rows=12)
    yield ModuleInfo("Accounts", (FieldInfo("id"), FieldInfo("Account_Name", "客户名称", "text", filled=1.0)), rows=50)
    yield DEALS
    yield ModuleInfo("Calls", (FieldInfo("id"),))
    yield ModuleInfo("Tasks", (FieldInfo("id"),))


@pytest.fixture
def kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AdapterType:
    (tmp_path / "mapping.yaml").write_text(DEFAULT, "utf-8")
    made = AdapterType(
        "surveyed",
        "A CRM that knows itself",
        Settings,
        lambda *_: FakeCrmAdapter(),
        default_mapping=tmp_path / "mapping.yaml",
        survey=survey,
    )
    monkeypatch.setattr("connector.registry.adapter_type", lambda _: made)
    return made


Drafted = Callable[..., CrmInitReport]


@pytest.fixture
def drafted(kind: AdapterType, tmp_path: Path) -> Drafted:
    def draft(answers: Answers = Answers(), environment: Mapping[str, str] = {"CRM_KEY": "hush"}) -> CrmInitReport:
        return init_crm(
            kind,
            {"key": "${CRM_KEY}"},
            path=tmp_path / "crm-kpi.yaml",
            force=False,
            answers=answers,
            today=TODAY,
            environment=environment,
        )

    return draft


def settings_of(report: CrmInitReport) -> Config:
    return read(report.path, environment={"CRM_KEY": "hush"})


def test_the_settings_can_be_read_and_say_what_the_crm_said(drafted: Drafted) -> None:
    config = settings_of(drafted())
    organisation = config.organisation
    assert (organisation.name, organisation.timezone, organisation.currency) == (
        "大明 Hardware",
        "Asia/Shanghai",
        "CNY",
    )
    assert (organisation.fiscal_year_starts, organisation.language) == (4, "zh-CN")
    assert config.kpis.since == date(2023, 4, 1)  # the fiscal year of the oldest record
    (deals,) = config.connections["crm"].mapping["deals"]
    assert deals.columns["amount"].source == ("Amount",)
    assert deals.columns["outcome"].values == {"成交": "won", "*": "open"}


def test_what_the_organisation_lacks_is_taken_out_of_the_adapters_mapping(drafted: Drafted) -> None:
    report = drafted()
    mapping = settings_of(report).connections["crm"].mapping
    assert "costs" not in mapping
    assert "probability" not in mapping["deals"][0].columns
    assert "          probability: null  # Deals has no field Probability here" in report.text.splitlines()


def test_no_secret_is_in_the_file(drafted: Drafted) -> None:
    report = drafted()
    assert "hush" not in report.text
    assert "${CRM_KEY}" in report.path.read_text("utf-8")


def test_what_the_crm_says_is_no_setting_and_no_secret(kind: AdapterType, drafted: Drafted) -> None:
    """A company, a label or a word of a list may be called anything; the environment is not looked up for it."""

    def hostile(settings: Settings, folder: Path) -> SurveyTalk:
        del settings, folder
        yield OrganisationInfo("${CRM_KEY} $${CRM_KEY}", currency="EUR")
        label = "Produkt\n      key: ${CRM_KEY}\x1b[2J\x00\u2028evil: true"
        stage = FieldInfo("Stage", label, "choice", values=("成交", "${CRM_KEY}"), filled=1.0)
        yield ModuleInfo(
            "Deals",
            (FieldInfo("id"), stage, FieldInfo("Closing_Date", label, "date"), FieldInfo("Product", label, "text")),
            label=label,
        )

    object.__setattr__(kind, "survey", hostile)
    config = settings_of(drafted())
    assert config.organisation.name == "${CRM_KEY} $${CRM_KEY}"
    assert set(config.connections["crm"].mapping) == {"deals"}
    assert "hush" not in repr(config)


def test_own_fields_are_recognised_by_their_label_and_marked(drafted: Drafted) -> None:
    report = drafted()
    assert settings_of(report).connections["crm"].mapping["deals"][0].columns["product"].source == ("Product_Name",)
    assert any("product: Product_Name  # please check, 68 % sure" in line for line in report.text.splitlines())


def test_what_is_personal_and_needed_by_no_kpi_is_not_proposed() -> None:
    contacts = ModuleInfo("Contacts", (FieldInfo("Name", "Name", "text"), FieldInfo("Email", "Email", "text")), rows=5)
    (fill,) = proposed({}, [contacts])
    assert set(fill.columns) == {"name"}


def test_where_the_crm_has_no_standard_field_the_remedy_is_in_the_file(drafted: Drafted) -> None:
    assert "          # engaged_on:  # add a date field to Deals" in drafted().text.splitlines()


def test_several_modules_that_fill_one_table_are_a_list(drafted: Drafted) -> None:
    activities = settings_of(drafted()).connections["crm"].mapping["activities"]
    assert [each.module for each in activities] == ["Calls", "Tasks"]


def test_the_default_placement_holds_only_kpis_that_there_are_facts_for(drafted: Drafted) -> None:
    fields, records = settings_of(drafted()).write_back.targets
    assert fields.kind == "fields"
    assert "KPI_Won_Amount" in fields.fields
    assert "KPI_Order_Amount" not in fields.fields
    assert records.kind == "records"
    assert (records.module, records.kpis) == ("KPI_Reports", ("won_amount", "win_rate"))


def test_what_was_answered_goes_before_what_the_crm_says(drafted: Drafted) -> None:
    organisation = settings_of(drafted(Answers(currency="EUR", fiscal_year_starts="july"))).organisation
    assert (organisation.currency, organisation.fiscal_year_starts) == ("EUR", 7)


def test_settings_that_are_there_are_not_overwritten(drafted: Drafted, tmp_path: Path) -> None:
    (tmp_path / "crm-kpi.yaml").write_text("mine")
    with pytest.raises(ConnectorError, match="is there already"):
        drafted()
    assert (tmp_path / "crm-kpi.yaml").read_text() == "mine"


def test_a_secret_that_is_not_there_is_said_before_anything_is_asked(drafted: Drafted, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="CRM_KEY is not set"):
        drafted(environment={})
    assert not (tmp_path / "crm-kpi.yaml").exists()
