"""A small company in a stand-in of Zoho, and everything that `crm-kpi run` does with it, as settings.

Its modules are read in all three ways, each in several pages: accounts by Bulk Read, deals by COQL, calls by lists. Its
numbers go back as fields of accounts and as report records. Pages are a few records long, so that there are page edges.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from adapters.zoho.adapter import ZohoAdapter
from adapters.zoho.emulator.app import opened
from adapters.zoho.emulator.settings import Settings
from adapters.zoho.emulator.state import State, stamp
from adapters.zoho.reading import bulk, coql, list_pages
from connector.config import Config, read
from connector.run import RunReport, run
from connector.store import Store, run_lock
from connector.transport import Accesses, World

START = datetime(2025, 6, 30, 9, 0, tzinfo=UTC)
"""When the first run is; nobody's clock moves in the middle of a run."""
LATER = START + timedelta(hours=1)
"""When the second one is, and other people have worked in between."""

SETTINGS = """\
organisation: {{timezone: Europe/Berlin, currency: USD}}
store: store.sqlite
connections:
  crm:
    adapter: zoho
    settings:
      client_id: {client_id}
      client_secret: {client_secret}
      refresh_token: {refresh_token}
      accounts_url: {url}
      modules: {{Accounts: {{way: bulk}}, Deals: {{way: coql}}, Calls: {{way: list}}}}
    mapping:
      users: null
      teams: null
      fx_rates: null
      contacts: null
      leads: null
      deal_stage_changes: null
      orders: null
      cases: null
      campaigns: null
      accounts: {{columns: {{owner_id: null}}}}
      deals: {{columns: {{owner_id: null, contact_id: null, campaign_id: null}}}}
      activities:
        - {{module: Tasks, columns: null}}
        - {{module: Events, columns: null}}
        - {{module: Calls, columns: {{owner_id: null, contact_id: null, lead_id: null}}}}
kpis:
  enabled: [won_amount, win_rate, calls]
  since: 2025-04-01
  scopes: {{organisation: [quarter], account: [all]}}
write_back:
  max_changed_share: 1
  targets:
    - name: accounts
      connection: crm
      kind: fields
      module: Accounts
      scope: account
      fields: {{KPI_Won: {{kpi: won_amount, period: all}}, KPI_Calls: {{kpi: calls, period: all}}}}
    - {{name: report, connection: crm, kind: records, scopes: [organisation]}}
"""


def an_id(number: int) -> str:
    """An id as Zoho writes them."""
    return str(4_800_000_000_000_000_000 + number)


def account(number: int) -> str:
    """The id of an account."""
    return an_id(100 + number)


def deal(number: int) -> str:
    """The id of a deal."""
    return an_id(200 + number)


def call(number: int) -> str:
    """The id of a call."""
    return an_id(300 + number)


# ---- what the organisation holds -----------------------------------------------------------------------------------


def founded() -> State:
    """The organisation on the morning of the first run."""
    state = opened(Settings(modules=(), clock=lambda: START))
    state.set_clock(START)
    _load(state, "Accounts", [_account(number) for number in range(6)])
    _load(state, "Deals", [_deal(number) for number in range(9)])
    _load(state, "Calls", [_call(number) for number in range(7)])
    return state


def _load(state: State, module: str, rows: Sequence[Mapping[str, Any]]) -> None:
    with state.transaction():
        for row in rows:
            state.store(module, row)


def _stamped(record_id: str, number: int) -> dict[str, Any]:
    """Three records a second: ties, and ties across the edges of pages."""
    at = stamp(START - timedelta(days=3) + timedelta(seconds=number // 3))
    return {"id": record_id, "Created_Time": at, "Modified_Time": at}


def _account(number: int) -> dict[str, Any]:
    return {**_stamped(account(number), number), "Account_Name": f"Firm {number}, “quoted”\nline two"}


def _deal(number: int) -> dict[str, Any]:
    stage = ("Closed won", "Closed won", "Closed lost", "Proposal")[number % 4]
    return {
        **_stamped(deal(number), number),
        "Deal_Name": f"Deal {number}",
        "Account_Name": account(number % 5),
        "Stage": stage,
        "Amount": 100.25 + number,
        "Currency": "USD",
        "Exchange_Rate": 1.0,
        "Closing_Date": "2025-05-20",
    }


def _call(number: int) -> dict[str, Any]:
    return {
        **_stamped(call(number), number),
        "Subject": f"Call {number}",
        "Call_Type": "Outbound",
        "Call_Start_Time": "2025-05-21T08:00:00+00:00",
        "Call_Duration_in_seconds": 60,
        "What_Id": account(number % 4),
        "$se_module": "Accounts",
    }


def worked_on(state: State) -> None:
    """What people do between the two runs: change, make, delete, merge."""
    state.set_clock(LATER - timedelta(minutes=20))
    state.update("Deals", deal(3), {"Stage": "Closed won", "Amount": 1_000.5})
    state.update("Deals", deal(0), {"Amount": 7.0})
    state.insert("Deals", {**_deal(20), **dict.fromkeys(("Created_Time", "Modified_Time"), stamp(state.now()))})
    state.delete("Deals", deal(5))
    state.insert("Calls", {**_call(21), **dict.fromkeys(("Created_Time", "Modified_Time"), stamp(state.now()))})
    state.delete("Calls", call(6), permanent=True)
    state.merge("Accounts", account(1), account(4))
    state.set_clock(LATER)


def unwritten(state: State) -> State:
    """The same organisation: the fields and the module that we write to are there, and hold nothing."""
    with state.transaction():
        for module in ("Accounts", "KPI_Reports", "journal"):
            state.db.execute(f"DELETE FROM {module}")  # noqa: S608  # names of this list
    _load(state, "Accounts", [_account(number) for number in range(6)])
    return state


def copied(state: State, *, at: datetime) -> State:
    """A state of its own, with a clock that stands still."""
    db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    state.db.backup(db)
    copy = State(db, clock=lambda: at)
    copy.set_clock(at)
    return copy


# ---- what is run ---------------------------------------------------------------------------------------------------


def settled_in(folder: Path, url: str, *, settings: str = SETTINGS, **secrets: str) -> Path:
    """Write the settings for a stand-in at this address."""
    stated = Settings()
    known = {name: getattr(stated, name) for name in ("client_id", "client_secret", "refresh_token")}
    path = folder / "crm-kpi.yaml"
    path.write_text(settings.format(url=url, **{**known, **secrets}), "utf-8")
    return path


def configured(folder: Path) -> Config:
    """The settings as the command line reads them."""
    return read(folder / "crm-kpi.yaml", environment={})


def go(folder: Path, now: datetime, world: World, *, yes: bool = True) -> RunReport:
    """What `crm-kpi run --yes` does."""
    config = configured(folder)
    with run_lock(config.store), Store.open(config.store, create=True) as store:
        return run(config, store, now=now, yes=yes, world=world)


def quiet_world(folder: Path, now: datetime, /, **others: Any) -> World:
    """Effects over real HTTP, with a clock that stands still and waits that take no time."""
    effects = {"sleep": lambda _: None, "now": lambda: now, "accesses": Accesses(folder / "access")}
    return World(**{**effects, **others})


@contextmanager
def small_pages(*, at_once: int = 1) -> Iterator[None]:
    """Every page a few records long, and as many conversations at once: with one, requests come in a fixed order."""
    capable = replace(ZohoAdapter.capabilities, conversations_at_once=at_once)
    fours: Callable[[int | None], int] = lambda _: 4  # noqa: E731
    with ExitStack() as stack:
        for place, name, value in (
            (ZohoAdapter, "capabilities", capable),
            (coql, "FEW", 3),
            (coql, "COQL_ROWS", 4),
            (coql, "coql_limit", fours),
            (list_pages, "LIST_ROWS", 4),
            (list_pages, "PAGE_ROWS", 4),
            (bulk, "PAGE_ROWS", 4),
        ):
            stack.enter_context(patch.object(place, name, value))
        yield
