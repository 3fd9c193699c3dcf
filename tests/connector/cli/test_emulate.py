"""`crm-kpi emulate`: what it says before it answers; the server itself has tests of its own."""

from __future__ import annotations

import builtins
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
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


def test_nothing_is_written_into_a_file_that_is_not_its_own(run: Run, tmp_path: Path) -> None:
    store, text = tmp_path / "store.sqlite", tmp_path / "notes.txt"
    with closing(sqlite3.connect(store)) as db:
        db.execute("CREATE TABLE kpi_values (kpi TEXT)")
    text.write_text("mine")
    for path in (store, text, tmp_path / "nowhere" / "org.sqlite"):
        before = path.read_bytes() if path.exists() else None
        said = run(*SMALL, "--state", str(path), code=2).err
        assert "--state" in said
        assert "name a new file" in said
        assert (path.read_bytes() if path.exists() else None) == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["notes.txt", "store.sqlite"]


@pytest.mark.usefixtures("at_once")
def test_goes_on_from_its_own_file(run: Run, tmp_path: Path) -> None:
    for _ in range(2):
        assert "http://127.0.0.1:" in run(*SMALL, "--state", str(tmp_path / "org.sqlite")).out


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
