"""16 secrets, and nothing that leaves the program has any of them in it, in any form, whatever goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import requests
from click.testing import CliRunner
from starlette.types import Receive, Scope, Send

import connector.clock
import connector.opening
import connector.transport.conversation
from adapters.zoho.emulator import answers, breakage, oauth
from adapters.zoho.emulator.app import StandIn
from adapters.zoho.emulator.server import Served, serve
from adapters.zoho.emulator.settings import Settings
from adapters.zoho.emulator.state import State
from connector.cli import cli
from connector.transport import World
from tests.effort import quickly
from tests.end_to_end.zoho import bugs
from tests.end_to_end.zoho.canaries import PLANTED, forms, found
from tests.end_to_end.zoho.company import SETTINGS, START, copied, founded, quiet_world, small_pages
from tests.end_to_end.zoho.fault_kinds import KINDS, Line

COMMANDS = (("plan", "--json"), ("status", "--json"), ("check", "--json"), ("report", "--format", "html,json,csv"))
REQUESTS = {"signing in": 1, "reading": 4, "reading pages": 14, "writing": 31}
"""Numbers of requests of a first run (`test_faults`)."""


class Talkative(StandIn):
    """Repeats what it was told, wherever a vendor could."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = [
                    (b"set-cookie", f"session={PLANTED['cookie']}".encode()),
                    (b"www-authenticate", f"Bearer {PLANTED['authenticate-header']}".encode()),
                    (b"x-request-id", PLANTED["request-id-header"].encode()),
                ]
                message = {**message, "headers": [*message.get("headers", ()), *headers]}
            await send(message)

        await super().__call__(scope, receive, sent)


@contextmanager
def gossip(tokens: Iterator[int]) -> Iterator[None]:
    """Tokens are secrets of ours, and refusals and pages repeat some."""
    refused: Callable[..., None] = answers.Refusal.__init__

    def telling(self: Any, status: int, code: str, message: str = "", **how: Any) -> None:
        details = {**(how.pop("details", None) or {}), "near": PLANTED["error-details"]}
        refused(self, status, code, f"{message} {PLANTED['error-message']}", details=details, **how)

    def access(self: Any, refresh: str, base_url: str) -> dict[str, object]:
        given = _access(self, refresh, base_url)
        name = f"access-token-{next(tokens) % 4 + 1}"
        self.state.db.execute("DELETE FROM oauth_access WHERE token = ?", (PLANTED[name],))
        self.state.db.execute(
            "UPDATE oauth_access SET token = ? WHERE token = ?", (PLANTED[name], given["access_token"])
        )
        return {**given, "access_token": PLANTED[name]}

    _access = oauth.Accounts._access
    page = f"<html><head><title>%s</title></head><body>{PLANTED['html-page']}%s</body></html>".replace("%+", "%%+")
    with ExitStack() as stack:
        stack.enter_context(patch.object(answers.Refusal, "__init__", telling))
        stack.enter_context(patch.object(oauth.Accounts, "_access", access))
        stack.enter_context(patch.object(breakage, "HTML", page.encode()))
        elsewhere = f"https://elsewhere.example/{PLANTED['redirect-address']}"
        stack.enter_context(patch.object(breakage, "ELSEWHERE", elsewhere))
        yield


@pytest.fixture(scope="module")
def organisation() -> Iterator[State]:
    state = founded()
    yield state
    state.close()


@pytest.fixture
def zoho(organisation: State) -> Iterator[Served]:
    """The talkative stand-in of a small company."""
    settings = Settings(
        clock=lambda: START,
        client_secret=PLANTED["client-secret"],
        refresh_token=PLANTED["refresh-token"],
        grant_code=PLANTED["grant-code"],
    )
    with small_pages(), gossip(count()), serve(Talkative(settings, state=copied(organisation, at=START))) as served:
        yield served


class Ears(logging.Handler):
    """Hears everything that anybody logs."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(f"{self.format(record)} {record.args!r}")


@pytest.fixture
def ears() -> Iterator[Ears]:
    heard, root = Ears(), logging.getLogger()
    level = root.level
    root.addHandler(heard)
    root.setLevel(logging.DEBUG)
    yield heard
    root.removeHandler(heard)
    root.setLevel(level)


class Program:
    """The command line in a folder, in a world without waits; everything that it leaves behind."""

    def __init__(self, folder: Path, zoho: Served, ears: Ears) -> None:
        self.folder, self.ears = folder, ears
        self.said: list[str] = []
        stated = SETTINGS.format(
            client_id=zoho.settings.client_id,
            client_secret="${CLIENT_SECRET}",  # the name of it
            refresh_token="${REFRESH_TOKEN}",
            url=zoho.url,
        )
        (folder / "crm-kpi.yaml").write_text(stated, "utf-8")

    def run(self, *arguments: str, line: Line | None = None) -> None:
        """One command with --debug, in the environment that holds the secrets."""
        line = line or Line(START)
        environment = {
            "CRM_KPI_CONFIG": str(self.folder / "crm-kpi.yaml"),
            "CLIENT_SECRET": PLANTED["client-secret"],
            "REFRESH_TOKEN": PLANTED["refresh-token"],
            "LC_ALL": "C",
        }

        def world(**_: Any) -> World:
            return quiet_world(self.folder, START, session=line.session, now=line.now)

        with ExitStack() as stack:
            for place in (connector.opening, connector.transport.conversation):
                stack.enter_context(patch.object(place, "World", world))
            stack.enter_context(patch.object(connector.clock, "now", lambda: START))
            result = CliRunner().invoke(cli, [*arguments, "--debug"], env=environment)
        self.said.append(result.output)
        self.said.append(repr(result.exception))

    def leaves(self) -> Iterator[tuple[str, bytes]]:
        """(where, what): all that anybody could read afterwards, but for the file of the access itself."""
        yield "said", "\n".join(self.said).encode()
        yield "logged", "\n".join(self.ears.heard).encode()
        for path in sorted(self.folder.rglob("*")):
            yield "named", str(path).encode()
            if path.is_file() and path.parent.name != "access":
                yield path.name, path.read_bytes()

    def told(self) -> list[str]:
        """The secrets that can be found."""
        return [f"{where}: {each}" for where, text in self.leaves() for each in found(text)]


@pytest.fixture
def program(tmp_path: Path, zoho: Served, ears: Ears) -> Program:
    return Program(tmp_path, zoho, ears)


def test_the_forms_are_found() -> None:
    """A test that looks for secrets finds them."""
    for name, planted in PLANTED.items():
        for form, written in forms(planted):
            assert any(each.startswith(name) for each in found(b"before " + written + b" after")), form


def test_an_undisturbed_run_tells_nothing(program: Program) -> None:
    program.run("run", "--yes")
    for command in COMMANDS:
        program.run(*command)
    assert program.told() == []
    assert "records" in program.said[0]
    assert "Error" not in "".join(program.said)
    assert any("crm/v8" in each for each in program.ears.heard), "urllib3 speaks at DEBUG"
    access = next((program.folder / "access").iterdir()).read_bytes()
    assert found(access), "where it belongs"


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("moment", REQUESTS)
@pytest.mark.parametrize("kind", KINDS)
def test_no_fault_tells_a_secret(kind: str, moment: str, program: Program, zoho: Served) -> None:
    fault = KINDS[kind].at(REQUESTS[moment])
    line = fault.planned(zoho, START, at=REQUESTS[moment])
    program.run("run", "--yes", "--json", line=line)
    program.run("status", "--json")
    assert program.told() == []


@pytest.mark.parametrize("kind", quickly("redirect to another host", of=KINDS))
def test_a_fault_that_stays_tells_no_secret(kind: str, program: Program, zoho: Served) -> None:
    """What fails every time ends in an error, which is printed with its whole trace, and kept in the store."""
    for fault in KINDS[kind].variants:
        if fault.server:
            zoho.faults.plan(fault.server, 2, times=10_000, argument=fault.argument)
        line = Line(START, at=2, fault=fault.line, lasts=True)
        program.run("run", "--yes", line=line)
        program.run("check", line=line)
        zoho.faults.clear()
    assert program.told() == []


def test_a_token_in_a_log_is_caught(program: Program) -> None:
    original = requests.Session.request
    bugs.token_in_log()
    try:
        program.run("run", "--yes")
    finally:
        requests.Session.request = original  # type: ignore[method-assign]
    assert any(each.startswith("logged: access-token") for each in program.told())
