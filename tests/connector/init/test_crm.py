"""Settings out of what a CRM says about itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, SecretStr

from connector.config import read
from connector.contract import (
    AdapterType,
    ColumnProposal,
    ModuleInfo,
    OrganisationInfo,
    SurveyTalk,
    TableProposal,
)
from connector.errors import ConfigError, ConnectorError, Message
from connector.init import Answers
from connector.init.crm import CrmInitReport, init_crm
from connector.kit.fake_crm import FakeCrmAdapter

TODAY = date(2025, 6, 1)


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")
    region: str = "eu"
    key: SecretStr


def proposed() -> list[TableProposal]:
    def sure(field: str, **more: object) -> ColumnProposal:
        return ColumnProposal({"from": field, **more}, 1.0, Message(""), 80)

    values = {"values": {"成交": "won", "*": "open"}}
    return [
        TableProposal("users", "Users", "id", {"name": sure("full_name")}, records=12),
        TableProposal("accounts", "Accounts", "id", {"name": sure("Account_Name")}, records=50),
        TableProposal(
            "deals",
            "Deals",
            "id",
            {
                "outcome": sure("Stage", **values),
                "closed_on": sure("Closing_Date"),
                "amount": ColumnProposal({"from": "Amount"}, 0.8, Message("its label is 金额"), 60),
                "product": ColumnProposal({"from": "Thing"}, 0.3, Message("its label is like it"), 60),
            },
            records=100,
            since="2023-05-04",
            missing={"engaged_on": Message("add a date field to Deals"), "probability": Message("no such field")},
        ),
        TableProposal("activities", "Calls", "id", {"kind": ColumnProposal({"constant": "call"}, 1.0, Message(""))}),
        TableProposal("activities", "Tasks", "id", {"kind": ColumnProposal({"constant": "task"}, 1.0, Message(""))}),
    ]


def survey(settings: Settings, folder: Path) -> SurveyTalk:
    assert settings.key.get_secret_value() == "hush"
    yield OrganisationInfo("大明 Hardware", "Asia/Shanghai", "CNY", 4, "zh-CN")
    yield ModuleInfo("Deals", ())
    yield from proposed()


KIND = AdapterType("surveyed", "A CRM that knows itself", Settings, lambda *_: FakeCrmAdapter(), survey=survey)


def drafted(path: Path, *, force: bool = False, answers: Answers = Answers()) -> CrmInitReport:
    return init_crm(
        KIND,
        {"key": "${CRM_KEY}"},
        path=path,
        force=force,
        answers=answers,
        today=TODAY,
        environment={"CRM_KEY": "hush"},
    )


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.registry.adapter_type", lambda _: KIND)


def test_the_settings_can_be_read_and_say_what_the_crm_said(tmp_path: Path, installed: None) -> None:
    drafted(tmp_path / "crm-kpi.yaml")
    config = read(tmp_path / "crm-kpi.yaml", environment={"CRM_KEY": "hush"})
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


def test_no_secret_is_in_the_file(tmp_path: Path) -> None:
    assert "hush" not in drafted(tmp_path / "crm-kpi.yaml").text
    assert "${CRM_KEY}" in (tmp_path / "crm-kpi.yaml").read_text()


def test_what_is_not_sure_is_marked_and_what_is_hardly_likely_commented_out(tmp_path: Path) -> None:
    lines = drafted(tmp_path / "crm-kpi.yaml").text.splitlines()
    assert "          amount: Amount  # please check, 80 % sure: its label is 金额" in lines
    assert "          # product: Thing  # please check, 30 % sure: its label is like it" in lines
    assert "          # engaged_on:  # add a date field to Deals" in lines


def test_several_modules_that_fill_one_table_are_a_list(tmp_path: Path, installed: None) -> None:
    drafted(tmp_path / "crm-kpi.yaml")
    config = read(tmp_path / "crm-kpi.yaml", environment={"CRM_KEY": "hush"})
    assert [each.module for each in config.connections["crm"].mapping["activities"]] == ["Calls", "Tasks"]


def test_the_default_placement_holds_only_kpis_that_there_are_facts_for(tmp_path: Path, installed: None) -> None:
    drafted(tmp_path / "crm-kpi.yaml")
    fields, records = read(tmp_path / "crm-kpi.yaml", environment={"CRM_KEY": "hush"}).write_back.targets
    assert fields.kind == "fields"
    assert set(fields.fields) == {"KPI_Won_Amount", "KPI_Win_Rate"}
    assert records.kind == "records"
    assert (records.module, records.kpis) == ("KPI_Reports", ("won_amount", "win_rate"))


def test_what_was_answered_goes_before_what_the_crm_says(tmp_path: Path, installed: None) -> None:
    drafted(tmp_path / "crm-kpi.yaml", answers=Answers(currency="EUR", fiscal_year_starts="july"))
    organisation = read(tmp_path / "crm-kpi.yaml", environment={"CRM_KEY": "hush"}).organisation
    assert (organisation.currency, organisation.fiscal_year_starts) == ("EUR", 7)


def test_settings_that_are_there_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "crm-kpi.yaml").write_text("mine")
    with pytest.raises(ConnectorError, match="is there already"):
        drafted(tmp_path / "crm-kpi.yaml")
    assert (tmp_path / "crm-kpi.yaml").read_text() == "mine"


def test_a_secret_that_is_not_there_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="CRM_KEY is not set"):
        init_crm(
            KIND,
            {"key": "${CRM_KEY}"},
            path=tmp_path / "crm-kpi.yaml",
            force=False,
            answers=Answers(),
            today=TODAY,
            environment={},
        )
    assert not (tmp_path / "crm-kpi.yaml").exists()
