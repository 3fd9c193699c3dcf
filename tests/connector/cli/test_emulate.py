"""`crm-kpi emulate`: what it says before it answers; the server itself has tests of its own."""

from __future__ import annotations

import builtins
import sys
from typing import Any

import pytest

from tests.connector.cli.conftest import Run

SMALL = ("emulate", "zoho", "--port", "0", "--scale", "0.01")


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody presses Ctrl-C as soon as it answers."""
    import adapters.zoho.emulator.foreground as foreground

    def stopped(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(foreground, "run", stopped)


@pytest.mark.usefixtures("at_once")
def test_says_how_to_reach_it(run: Run) -> None:
    said = run(*SMALL)
    assert "http://127.0.0.1:" in said.out
    for line in ("1000.stand-in.code", "adapter: zoho", 'accounts_url: "http://127.0.0.1:', 'refresh_token: "1000.'):
        assert line in said.out
    assert "stopped" in said.err


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("emulate", "zohoo"), "did you mean zoho?"),
        ((*SMALL, "--fault", "drop_bod=1"), "did you mean drop_body?"),
        ((*SMALL, "--fault", "drop_body=soon"), "5x3"),
        ((*SMALL, "--edition", "enterprize"), "did you mean enterprise?"),
        ((*SMALL, "--profile", "smal"), "did you mean small?"),
    ],
    ids=lambda value: value[-1] if isinstance(value, tuple) else "",
)
def test_what_cannot_be_had(run: Run, arguments: tuple[str, ...], hint: str) -> None:
    assert hint in run(*arguments, code=2).err


def test_names_every_fault(run: Run) -> None:
    assert "duplicate_rows" in run("emulate", "zoho", "--fault", "list").out


def test_without_the_extra_it_says_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.split(".")[0] == "starlette":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *rest)

    for module in [name for name in sys.modules if name.startswith(("adapters.zoho.emulator", "starlette"))]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr(builtins, "__import__", without)
    said = run("emulate", "zoho", code=1)
    assert "starlette" in said.err
    assert "pip install 'crm-kpi[demo]'" in said.err
