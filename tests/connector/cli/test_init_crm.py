"""The first day with Zoho, against the stand-in: a grant code, settings, check, run, all from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.zoho.emulator.meta import FieldMeta
from adapters.zoho.emulator.server import Served, serve
from adapters.zoho.emulator.settings import Settings
from tests.connector.cli.conftest import Run

SECRETS = ("stand-in-secret", "1000.stand-in.code", "1000.stand-in.refresh")


@pytest.fixture(scope="module")
def company() -> Iterator[Served]:
    with serve(Settings(scale=0.05)) as served:
        yield served


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("ZOHO_CLIENT_ID", "ZOHO_CLIENT_SECRET", "ZOHO_REFRESH_TOKEN", "ZOHO_CODE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def known(company: Served) -> dict[str, str]:
    return {
        "ZOHO_CLIENT_ID": company.settings.client_id,
        "ZOHO_CLIENT_SECRET": company.settings.client_secret,
        "ZOHO_REFRESH_TOKEN": company.settings.refresh_token,
    }


def without_token(company: Served) -> dict[str, str]:
    return {"ZOHO_CLIENT_ID": company.settings.client_id, "ZOHO_CLIENT_SECRET": company.settings.client_secret}


def init(company: Served, *more: str) -> tuple[str, ...]:
    return ("init", "--adapter", "zoho", "--setting", f"accounts_url={company.url}", *more)


def test_from_secrets_in_the_environment_to_a_run(company: Served, run: Run, at_home: Path) -> None:
    env = known(company)
    said = run(*init(company, "--json"), env=env).data
    assert said["organisation"]["name"] == "Northfield Hardware"
    unready = [each["kpi"] for each in said["readiness"] if each["state"] != "ready"]
    assert unready == ["won_margin"]  # it takes a number that no CRM holds
    assert all(each["since"] for each in said["readiness"])
    run("check", env=env)
    assert "waits for a person" in run("run", env=env).err
    run("apply", "--yes", env=env)
    assert "nothing to write" in run("run", env=env).out
    assert not any(secret in (at_home / "crm-kpi.yaml").read_text() for secret in SECRETS)


def test_a_grant_code_is_exchanged_and_its_secrets_kept_in_the_file_that_is_named(run: Run, at_home: Path) -> None:
    with serve(Settings(scale=0.02)) as company:
        code = f"ZOHO_CODE={company.settings.grant_code}\n"
        done = run(*init(company, "--env-file", "zoho.env"), env=without_token(company), stdin=code)
    assert (at_home / "zoho.env").stat().st_mode & 0o777 == 0o600
    assert "ZOHO_REFRESH_TOKEN=" in (at_home / "zoho.env").read_text()
    settings = (at_home / "crm-kpi.yaml").read_text()
    assert "${ZOHO_REFRESH_TOKEN}" in settings
    assert not any(secret in settings + done.out + done.err for secret in SECRETS)


def test_the_scopes_that_auth_shows_are_all_that_the_first_day_needs(run: Run, at_home: Path) -> None:
    scopes = run("auth", "zoho", "--show", "--json").data["scopes"]
    with serve(Settings(scale=0.02)) as company:
        company.app.accounts.grant("1000.shown", set(scopes))
        words = init(company, "--env-file", "zoho.env")
        done = run(*words, env=without_token(company), stdin="ZOHO_CODE=1000.shown\n")
    assert "scope" not in done.err
    assert "survey_responses:" in (at_home / "crm-kpi.yaml").read_text()  # a module that this company made


def test_a_code_that_was_used_is_one_line_with_a_remedy(company: Served, run: Run, at_home: Path) -> None:
    words = init(company, "--env-file", "zoho.env")
    done = run(*words, env=without_token(company), stdin="ZOHO_CODE=1000.used.before\n", code=1)
    assert "does not accept the grant code" in done.err
    assert not (at_home / "crm-kpi.yaml").exists()


def test_a_setting_that_zoho_does_not_have_is_named(company: Served, run: Run) -> None:
    done = run("init", "--adapter", "zoho", "--setting", "data_center=eu", env=known(company), code=2)
    assert "data_centre" in done.err


def test_a_crm_is_not_asked_where_the_settings_are_there(company: Served, run: Run, at_home: Path) -> None:
    (at_home / "crm-kpi.yaml").write_text("mine")
    before = len(company.calls)
    assert "is there already" in run(*init(company), env=known(company), code=1).err
    assert len(company.calls) == before


def test_a_module_that_may_not_be_read_is_an_error_of_the_check(run: Run) -> None:
    """The run would fail by it; a warning that nothing is wrong would be a lie."""
    with serve(Settings(scale=0.02)) as company:
        run(*init(company), env=known(company))
        company.faults.plan("forbidden_403", times=99, prefix="/crm/v8/Cases")
        done = run("check", env=known(company), code=2)
    assert "error: zoho.Cases: " in done.err
    assert "permission" in done.err
    assert "nothing is wrong" not in done.out


def test_what_nobody_could_look_at_is_not_mapped_blindly(run: Run, at_home: Path) -> None:
    with serve(Settings(scale=0.02)) as company:
        company.faults.plan("forbidden_403", times=99, prefix="/crm/v8/Cases")
        done = run(*init(company), env=known(company))
        assert "warning: zoho.Cases: " in done.err
        (line,) = (
            each for each in (at_home / "crm-kpi.yaml").read_text().splitlines() if each.startswith("      cases")
        )
        assert line.startswith("      cases: null  # GET 127.0.0.1/crm/v8/Cases needs a permission")
        run("check", env=known(company))


def test_the_check_names_a_field_of_the_crm_that_cannot_hold_what_would_be_written(run: Run) -> None:
    with serve(Settings(scale=0.02)) as company:
        run(*init(company), env=known(company))
        field = FieldMeta("KPI_Won_Amount", "text", "Won", length=255, custom=True)
        company.state.add_field("Accounts", field)
        writes = [call for call in company.calls if call.method in ("PUT", "PATCH") or "upsert" in call.path]
        done = run("check", env=known(company), code=2)
    assert "Accounts.KPI_Won_Amount: it is a text field" in done.err
    assert writes == [call for call in company.calls if call.method in ("PUT", "PATCH") or "upsert" in call.path]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between two attempts."""
    monkeypatch.setattr("connector.transport.sending._pause", lambda _: 0.0)


@pytest.mark.usefixtures("impatient")
def test_a_crm_that_does_not_answer_is_one_line_of_the_check(run: Run) -> None:
    with serve(Settings(scale=0.02)) as company:
        run(*init(company), env=known(company))
    done = run("check", env=known(company), code=2)
    assert done.err.count("error: ") == 1
    assert "could not connect" in done.err


@pytest.mark.usefixtures("impatient")
def test_modules_that_fail_for_one_reason_are_one_line_of_the_run(run: Run, at_home: Path) -> None:
    with serve(Settings(scale=0.02)) as company:
        run(*init(company), env=known(company))
        run("pull", env=known(company))
    done = run("pull", env=known(company), code=1)
    assert done.err.count("error: crm: GET 127.0.0.1/crm/v8/org could not connect") == 1
    assert done.err.count("error: ") == 1
    assert "pull failed: crm." in run("status", env=known(company)).err


def test_a_secret_that_is_not_set_is_one_line(company: Served, run: Run) -> None:
    run(*init(company), env=known(company))
    done = run("check", env={**known(company), "ZOHO_REFRESH_TOKEN": None}, code=2)  # type: ignore[dict-item]  # unsets
    assert done.err.count("error: ") == 1
    assert "the environment variable ZOHO_REFRESH_TOKEN is not set" in done.err


def test_a_plan_lists_no_field_that_stays_as_it_is(company: Served, run: Run) -> None:
    env = known(company)
    run(*init(company), env=env)
    run("run", env=env)
    listed = run("plan", env=env).out.partition(": the first ")[2].splitlines()
    rows = [line.split() for line in listed if " KPI_" in line]
    assert rows
    assert all(len(row) > 2 for row in rows)  # record, field, and what will be there: nothing was there before


def test_the_check_notices_another_organisation_than_the_stores(company: Served, run: Run, at_home: Path) -> None:
    run(*init(company), env=known(company))
    run("pull", env=known(company))
    settings = at_home / "crm-kpi.yaml"
    with serve(Settings(scale=0.02, seed=7, language="zh-CN")) as other:
        settings.write_text(settings.read_text().replace(company.url, other.url))
        done = run("check", env=known(other), code=2)
    assert "北辰网络设备有限公司" in done.err
    assert "the store holds the facts of Northfield Hardware" in done.err
