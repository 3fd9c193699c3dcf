"""`crm-kpi auth zoho`, against the stand-in."""

from __future__ import annotations

import json
import shlex
import stat
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from click.testing import CliRunner, Result

from adapters.zoho.emulator.server import Served, serve
from adapters.zoho.emulator.settings import ALL_SCOPES, Settings
from connector import system_keyring
from connector.cli import cli
from connector.config import read
from connector.transport import Accesses, World, converse
from tests.connector.test_system_keyring import Safe, of_module

Auth = Callable[..., Result]
SETTINGS = """\
organisation: {name: Zylker, timezone: Asia/Kolkata, currency: INR}
connections:
  crm:
    adapter: zoho
    settings:
      accounts_url: ADDRESS
      client_id: ${ZOHO_CLIENT_ID}
      client_secret: ${ZOHO_CLIENT_SECRET}
      refresh_token: ${ZOHO_REFRESH_TOKEN}
"""


@pytest.fixture(scope="module")
def zoho() -> Iterator[Served]:
    with serve(Settings(modules=())) as served:
        yield served


@pytest.fixture
def code(zoho: Served) -> str:
    """A grant code that nobody has used."""
    code = "1000.fresh.c0de"
    zoho.app.accounts.grant(code, {"ZohoCRM.org.READ", "ZohoCRM.modules.ALL"})
    return code


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zoho: Served) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE", "CRM_KPI_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "crm-kpi.yaml").write_text(SETTINGS.replace("ADDRESS", zoho.url))
    return tmp_path


@pytest.fixture
def auth(folder: Path, zoho: Served, code: str) -> Auth:
    """Runs the command as a script does, with everything in the environment but what `without` names."""
    del folder
    everything = {
        "ZOHO_CLIENT_ID": zoho.settings.client_id,
        "ZOHO_CLIENT_SECRET": zoho.settings.client_secret,
        "ZOHO_CODE": code,
    }

    def invoke(*arguments: str, without: str = "", stdin: str = "", **more: str) -> Result:
        environment = {**{name: value for name, value in everything.items() if name != without}, **more}
        return CliRunner().invoke(cli, ["auth", "zoho", *arguments], env=environment, input=stdin)

    return invoke


@pytest.fixture
def ring() -> Iterator[Safe]:
    before, backend = keyring.get_keyring(), Safe()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


@pytest.fixture
def no_ring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(of_module("keyring.backends.fail"))
    yield
    keyring.set_keyring(before)


def variables(path: Path) -> dict[str, str]:
    lines = (line.partition("=") for line in path.read_text().splitlines())
    return {name: value for name, _, value in lines}


def signed_in(path: Path, environment: dict[str, str], **secret: Any) -> list[Any]:
    """Asks the stand-in something with what the settings say now."""
    adapter = read(path, environment=environment, **secret).connections["crm"].connect()

    def talk() -> Iterator[Any]:
        from connector.contract import HttpRequest

        answers.append((yield HttpRequest("GET", "/crm/v8/org")))  # type: ignore[misc]  # a conversation

    answers: list[Any] = []
    list(converse(talk(), adapter="zoho", http=adapter.http, world=World(accesses=Accesses(path.parent / "access"))))  # type: ignore[arg-type]  # as above
    return answers


@pytest.mark.usefixtures("no_ring")
def test_secrets_go_into_a_private_file_and_work(auth: Auth, folder: Path, zoho: Served) -> None:
    (folder / "my.env").write_text("# mine\nOTHER=1\nexport ZOHO_REFRESH_TOKEN=old\n")
    result = auth("--env-file", "my.env")
    assert result.exit_code == 0, result.output
    assert stat.S_IMODE((folder / "my.env").stat().st_mode) == 0o600
    kept = variables(folder / "my.env")
    assert list(kept) == ["# mine", "OTHER", "ZOHO_CLIENT_ID", "ZOHO_CLIENT_SECRET", "ZOHO_REFRESH_TOKEN"]
    assert kept["ZOHO_CLIENT_SECRET"] == zoho.settings.client_secret
    assert "refresh_token: ${ZOHO_REFRESH_TOKEN}" in result.stdout
    assert [each.name for each in folder.iterdir() if "unfinished" in each.name] == []
    assert "  set -a; . ./my.env; set +a\n" in result.stdout
    assert signed_in(folder / "crm-kpi.yaml", kept)[0].status == 200


def test_secrets_go_into_the_keyring_and_work(auth: Auth, folder: Path, zoho: Served, ring: Safe) -> None:
    result = auth()
    assert result.exit_code == 0, result.output
    assert {name for _, name in ring.kept} == {"zoho_client_id", "zoho_client_secret", "zoho_refresh_token"}
    path = folder / "crm-kpi.yaml"
    for name in ("client_id", "client_secret", "refresh_token"):
        line = f"{name}: ${{keyring:zoho_{name}}}"
        assert line in result.stdout
        path.write_text(path.read_text().replace(f"{name}: ${{ZOHO_{name.upper()}}}", line))
    assert signed_in(path, {})[0].status == 200


def test_no_secret_is_printed_or_logged(
    auth: Auth, folder: Path, code: str, zoho: Served, ring: Safe, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    good, again = auth("--debug"), auth("--debug")
    assert (good.exit_code, again.exit_code) == (0, 1)
    secrets = {code, zoho.settings.client_secret, *ring.kept.values()} - {zoho.settings.client_id}
    for result in (good, again):
        text = result.output + "".join(traceback.format_exception(result.exception))
        assert not [secret for secret in secrets if secret in text]
    assert "/oauth/v2/token" in caplog.text  # urllib3 tells what it does
    assert not [secret for secret in secrets if secret in caplog.text]
    assert not [path for path in folder.rglob("*") if path.is_file() and any(s in path.read_text() for s in secrets)]


@pytest.mark.usefixtures("ring")
def test_a_code_that_was_used_is_one_clear_line(auth: Auth) -> None:
    assert auth().exit_code == 0
    result = auth()
    assert result.exit_code == 1
    assert "error: Zoho does not accept the grant code: it was used, has expired, or is not of com" in result.stderr
    assert "hint: make a new one in the API console" in result.stderr


@pytest.mark.usefixtures("ring")
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("ZOHO_CLIENT_ID", "does not know this client in the data centre com"),
        ("ZOHO_CLIENT_SECRET", "does not accept the client secret"),
        ("ZOHO_CODE", "does not accept the grant code"),
    ],
)
def test_what_is_wrong_is_named(auth: Auth, name: str, says: str) -> None:
    result = auth(**{name: "wrong"})
    assert result.exit_code == 1
    assert says in result.stderr


@pytest.mark.usefixtures("ring")
def test_the_throttle_is_one_clear_line(auth: Auth, zoho: Served) -> None:
    zoho.faults.plan("token_throttle")
    result = auth()
    zoho.faults.clear()
    assert result.exit_code == 1
    assert "error: Zoho gives no more access tokens for now" in result.stderr
    assert "hint: wait ten minutes" in result.stderr
    assert auth().exit_code == 0


@pytest.mark.usefixtures("ring")
def test_what_is_missing_is_named_with_its_variable(auth: Auth) -> None:
    result = auth(without="ZOHO_CODE")
    assert result.exit_code == 2
    assert "code: is missing: the grant code" in result.stderr
    assert "hint: set ZOHO_CODE, or start it at a terminal" in result.stderr


@pytest.mark.usefixtures("ring")
def test_a_script_may_say_it_on_standard_input(auth: Auth, code: str) -> None:
    result = auth("--json", without="ZOHO_CODE", stdin=f"OTHER=1\nnonsense\nZOHO_CODE='{code}'\n")
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert said["kept"] == "keyring"
    assert said["settings"]["refresh_token"] == "${keyring:zoho_refresh_token}"  # where it is
    assert said["title"]


@pytest.mark.usefixtures("ring")
def test_a_data_centre_that_is_none(auth: Auth) -> None:
    result = auth(ZOHO_DATA_CENTRE="cmo")
    assert result.exit_code == 2
    assert "data_centre: must be one of com, eu" in result.stderr


@pytest.mark.usefixtures("no_ring")
def test_without_a_keyring_the_code_is_not_used_up(auth: Auth, folder: Path) -> None:
    result = auth()
    assert result.exit_code == 2
    assert "there is no system keyring to use" in result.stderr
    assert "--env-file" in result.stderr
    assert auth("--env-file", str(folder / "nowhere" / "my.env")).exit_code == 2
    assert auth("--env-file", "my.env").exit_code == 0


@pytest.mark.usefixtures("no_ring")
def test_a_link_is_not_followed(auth: Auth, folder: Path) -> None:
    (folder / "victim").write_text("precious")
    (folder / "my.env").symlink_to(folder / "victim")
    result = auth("--env-file", "my.env")
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr
    assert (folder / "victim").read_text() == "precious"
    (folder / "my.env").unlink()
    assert auth("--env-file", "my.env").exit_code == 0, "the code was not used up"


@pytest.mark.usefixtures("no_ring")
def test_a_file_that_cannot_be_kept_up_uses_up_no_code(auth: Auth, folder: Path) -> None:
    (folder / "my.env").write_bytes(b"NAME=Gr\xfc\xdfe\n")
    result = auth("--env-file", "my.env")
    assert result.exit_code == 1
    assert "my.env cannot be written: it is not written in UTF-8" in result.stderr
    assert "hint: name a file" in result.stderr
    assert (folder / "my.env").read_bytes() == b"NAME=Gr\xfc\xdfe\n"
    assert auth("--env-file", "other.env").exit_code == 0


@pytest.mark.usefixtures("ring")
def test_scopes_that_were_not_granted_are_named(auth: Auth) -> None:
    result = auth("--stage", "write")
    assert "warning: the scope ZohoCRM.settings.fields.CREATE was not granted" in result.stderr
    assert "ZohoCRM.org.READ was not granted" not in result.stderr
    assert "ZohoCRM.modules.deals.READ was not granted" not in result.stderr


def test_show_needs_nothing_and_asks_for_no_more_than_the_settings_need(auth: Auth, folder: Path) -> None:
    whole = json.loads(auth("--show", "--json").stdout)["scopes"]
    writing = json.loads(auth("--show", "--stage", "write", "--json").stdout)["scopes"]
    assert set(whole) < set(writing)
    assert "ZohoCRM.modules.leads.READ" in whole
    config = folder / "crm-kpi.yaml"
    config.write_text(config.read_text() + "    mapping: {leads: null}\n")
    fewer = json.loads(auth("--show", "--json").stdout)["scopes"]
    assert "ZohoCRM.modules.leads.READ" not in fewer
    config.unlink()
    looked_at = {"ZohoCRM.modules.custom.READ", "ZohoCRM.modules.invoices.READ"}
    assert {*json.loads(auth("--show", "--json").stdout)["scopes"]} == {*whole} | looked_at
    text = auth("--show").stdout
    assert "Self Client" in text
    assert "ZohoCRM.org.READ" in text


def test_the_scopes_end_the_line_so_that_they_can_be_copied(auth: Auth) -> None:
    scopes = json.loads(auth("--show", "--json").stdout)["scopes"]
    assert auth("--show").stdout.endswith(f" {','.join(scopes)}\n")


def test_a_secret_is_no_setting_on_the_command_line(auth: Auth) -> None:
    result = auth("--setting", "client_secret=s3cr3t", "--setting", "data_center=eu")
    assert result.exit_code == 2
    assert "client_secret: is a secret" in result.stderr
    assert "data_center: is not a known setting" in result.stderr
    assert "s3cr3t" not in result.output


@pytest.mark.usefixtures("no_ring")
def test_without_settings_it_says_how_to_go_on_and_that_works(auth: Auth, folder: Path, zoho: Served) -> None:
    (folder / "crm-kpi.yaml").unlink()
    zoho.app.accounts.grant("1000.wide.c0de", ALL_SCOPES)
    result = auth("--setting", f"accounts_url={zoho.url}", "--env-file", "my.env", ZOHO_CODE="1000.wide.c0de")
    assert result.exit_code == 0, result.output
    (line,) = (line for line in result.stdout.splitlines() if line.startswith("there are no settings yet"))
    command = shlex.split(line.partition(" crm-kpi ")[2])
    assert command[:3] == ["init", "--adapter", "zoho"]
    went_on = CliRunner().invoke(cli, command, input="")  # nothing is asked, and no second code is used
    assert "the settings are in crm-kpi.yaml" in went_on.stdout, went_on.output
    assert "  set -a; . ./my.env; set +a\n" in went_on.stdout
    assert signed_in(folder / "crm-kpi.yaml", variables(folder / "my.env"))[0].status == 200


@pytest.mark.usefixtures("ring")
def test_what_is_in_the_keyring_is_found_by_init(auth: Auth, folder: Path, zoho: Served) -> None:
    (folder / "crm-kpi.yaml").unlink()
    zoho.app.accounts.grant("1000.wide.c0de", ALL_SCOPES)
    assert auth("--setting", f"accounts_url={zoho.url}", ZOHO_CODE="1000.wide.c0de").exit_code == 0
    words = ["init", "--adapter", "zoho", "--setting", f"accounts_url={zoho.url}"]
    went_on = CliRunner().invoke(cli, words, input="")
    assert went_on.exit_code == 0, went_on.output
    assert "${keyring:zoho_refresh_token}" in (folder / "crm-kpi.yaml").read_text()


@pytest.mark.usefixtures("no_ring")
def test_a_file_that_is_none_of_variables_is_one_line(folder: Path, zoho: Served) -> None:
    (folder / "crm-kpi.yaml").unlink()
    (folder / "my.env").write_text("ZOHO_CLIENT_ID='half\n")
    words = ["init", "--adapter", "zoho", "--setting", f"accounts_url={zoho.url}", "--env-file", "my.env"]
    result = CliRunner().invoke(cli, words, input="")
    assert (result.exit_code, "my.env cannot be read" in result.stderr) == (1, True), result.output


def test_a_variable_that_is_there_and_empty_is_not_filled_in_yet(auth: Auth) -> None:
    result = auth("--show", ZOHO_REFRESH_TOKEN="")
    assert result.exit_code == 0, result.output


def test_settings_with_faults_are_told(auth: Auth, folder: Path) -> None:
    config = folder / "crm-kpi.yaml"
    config.write_text(config.read_text().replace("Asia/Kolkata", "Asia/Nowhere"))
    result = auth("--show")
    assert result.exit_code == 2
    assert "is not an IANA time zone" in result.stderr


@pytest.mark.usefixtures("ring")
def test_one_of_several_connections(auth: Auth, folder: Path) -> None:
    config = folder / "crm-kpi.yaml"
    text = config.read_text()
    own = text[text.index("  crm:\n") :]
    config.write_text(text + own.replace("  crm:\n", "  second:\n"))
    result = auth()
    assert result.exit_code == 2
    assert "crm, second are connections of Zoho CRM" in result.stderr
    assert "secnd is no connection" in auth("--connection", "secnd").stderr
    result = auth("--connection", "second", SECOND_CODE="1000.fresh.c0de", SECOND_CLIENT_SECRET="stand-in-secret")
    assert result.exit_code == 0, result.output
    assert "refresh_token: ${keyring:second_refresh_token}" in result.stdout


def test_files_need_no_signing_in(folder: Path) -> None:
    del folder
    result = CliRunner().invoke(cli, ["auth", "generic_csv"])
    assert result.exit_code == 2
    assert "nobody signs in to" in result.stderr


def test_secrets_are_no_arguments() -> None:
    from connector.cli.auth import auth as command

    names = {name for parameter in command.params for name in parameter.opts}
    assert not [name for name in names if "secret" in name or "token" in name or "code" in name]
    assert system_keyring.SERVICE == "crm-kpi"


@pytest.mark.usefixtures("ring")
def test_at_a_terminal_a_person_is_told_where_to_click_and_asked(
    auth: Auth, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.cli.auth._is_terminal", lambda _: True)
    result = auth(without="ZOHO_CODE", stdin=f"\nstaging\nproduction\n{code}\n", ZOHO_ENVIRONMENT="")
    assert result.exit_code == 0, result.output
    assert "choose Self Client" in result.stderr
    assert "the data centre: how the address of your CRM ends" in result.stderr
    assert code not in result.output
