"""`crm-kpi check` names each scope that reading or writing needs and that was not granted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.zoho.adapter import ADAPTER
from adapters.zoho.emulator.app import StandIn
from adapters.zoho.emulator.server import Served, serve
from connector.auth import signing_in
from connector.check import check
from tests.end_to_end.zoho.company import START, configured, founded, quiet_world, settled_in


@pytest.fixture(scope="module")
def zoho() -> Iterator[Served]:
    state = founded()
    with serve(StandIn(state=state)) as served:
        yield served
    state.close()


def asked_for(folder: Path, url: str) -> tuple[list[str], list[str]]:
    """The scopes for reading, and those that writing needs beside them."""
    signing = signing_in(ADAPTER, path=settled_in(folder, url), environment={})
    reading = list(signing.scopes("read"))
    return reading, [each for each in signing.scopes("write") if each not in reading]


def said_of(folder: Path, server: Served, granted: list[str]) -> tuple[str, str]:
    """Errors and warnings of a check with a token of these scopes."""
    server.state.db.execute("UPDATE oauth_refresh SET scopes = ?", (",".join(granted),))
    server.state.db.execute("DELETE FROM oauth_access")
    report = check(configured(folder), world=quiet_world(folder, START))
    return tuple("\n".join(f"{each} {each.hint}" for each in found) for found in (report.errors, report.warnings))  # type: ignore[return-value]


def test_each_scope_that_is_not_granted_is_named(zoho: Served, tmp_path: Path) -> None:
    reading, writing = asked_for(tmp_path, zoho.url)
    assert len(reading) > 10
    assert len(writing) > 6
    everything = [*reading, *writing]
    errors, warnings = said_of(tmp_path, zoho, everything)
    assert "scope" not in errors + warnings
    for taken in everything:
        for path in (tmp_path / "access").iterdir():
            path.unlink()
        errors, warnings = said_of(tmp_path, zoho, [each for each in everything if each != taken])
        assert taken in (errors if taken in reading else warnings), taken
