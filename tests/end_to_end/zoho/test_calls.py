"""What a run without news costs: three calls a module and six beside, with everything that the adapter maps.

The token may do what `crm-kpi auth` asks for, and nothing else.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from adapters.zoho.adapter import ADAPTER
from adapters.zoho.emulator.app import StandIn, opened
from adapters.zoho.emulator.server import Served, serve
from adapters.zoho.emulator.settings import Settings
from connector.auth import signing_in
from connector.transport import Session
from tests.end_to_end.zoho.company import START, configured, go, quiet_world, settled_in

SETTINGS = """\
organisation: {{timezone: America/Chicago, currency: USD}}
store: store.sqlite
connections:
  crm:
    adapter: zoho
    settings:
      client_id: {client_id}
      client_secret: {client_secret}
      refresh_token: {refresh_token}
      accounts_url: {url}
kpis:
  enabled: [won_amount, win_rate, calls, meetings]
  since: 2025-01-01
  scopes: {{organisation: [quarter], account: [all]}}
write_back:
  max_changed_share: 1
  targets:
    - name: accounts
      connection: crm
      kind: fields
      module: Accounts
      scope: account
      fields: {{KPI_Won: {{kpi: won_amount, period: all}}}}
    - {{name: report, connection: crm, kind: records, scopes: [organisation]}}
"""
A_MODULE, BESIDE = 3, 6
_PLACES = {"users": "Users", "settings/roles": "Roles", "org/currencies": "Currencies"}
"""Paths of what is read like modules."""
_FROM = re.compile(r" from (\w+)")


def module_of(request: requests.PreparedRequest) -> str:
    """The module that a request is about; empty for what is beside."""
    path = urlsplit(request.url or "").path.removeprefix("/crm/v8/")
    if path == "coql":
        asked = _FROM.search(json.loads(request.body or b"{}")["select_query"])
        assert asked is not None
        return asked[1]
    return _PLACES.get(path) or ("" if path.startswith(("/", "org", "settings")) else path.partition("/")[0])


def asked_for(folder: Path) -> frozenset[str]:
    """The scopes that `crm-kpi auth` says to grant, for the settings above."""
    path = settled_in(folder, "http://127.0.0.1:9", settings=SETTINGS)
    return frozenset(signing_in(ADAPTER, path=path, environment={}).scopes("write"))


@pytest.fixture(scope="module")
def zoho(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The sample company, where somebody deleted a few things, too."""
    scopes = asked_for(tmp_path_factory.mktemp("asked"))
    settings = Settings(scale=0.05, clock=lambda: START, scopes=scopes)
    state = opened(settings)
    state.set_clock(START)
    for module in ("Deals", "Accounts", "Calls"):
        (record,) = state.db.execute(f'SELECT min(id) FROM "{module}"').fetchone()  # noqa: S608  # names of this list
        state.delete(module, record)
    with serve(StandIn(settings, state=state)) as served:
        yield served
    state.close()


class Counting:
    """Sessions that count what goes out."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()

    def session(self) -> requests.Session:
        session, calls = Session(), self.calls
        send: Callable[..., requests.Response] = session.send

        def counted(request: requests.PreparedRequest, **how: Any) -> requests.Response:
            calls[module_of(request)] += 1
            return send(request, **how)

        session.send = counted  # type: ignore[method-assign]
        return session


@pytest.mark.slow
def test_a_run_without_news_costs_three_calls_a_module_and_six_beside(zoho: Served, tmp_path: Path) -> None:
    settled_in(tmp_path, zoho.url, settings=SETTINGS)
    modules = {each.module for _, each in configured(tmp_path).connections["crm"].each_mapping()}
    assert len(modules) >= 14
    now = START
    for hours in (0, 1, 2):  # everything; the echo of what was written; and then nothing
        now = START + timedelta(hours=hours)
        zoho.state.set_clock(now)
        zoho.calls.clear()
        counting = Counting()
        report = go(tmp_path, now, quiet_world(tmp_path, now, session=counting.session))
        assert not report.pulled.failed
    assert all(each.no_news for each in report.pulled.modules), [
        each for each in report.pulled.modules if not each.no_news
    ]
    assert counting.calls.total() == len(zoho.calls)
    beside = counting.calls.pop("")
    assert counting.calls.keys() == modules
    assert {module: calls for module, calls in counting.calls.items() if calls > A_MODULE} == {}
    assert beside <= BESIDE
    assert sum(each.credits for each in zoho.calls) <= 4 * len(modules) + BESIDE
