"""What `crm-kpi emulate zoho` says about the stand-in is so."""

from __future__ import annotations

import shlex

import requests

from adapters.zoho.emulator.foreground import EMULATOR
from tests.adapters.zoho.emulator.conftest import NOW


def test_a_fault_is_switched_on_while_it_runs_as_it_says() -> None:
    ready = EMULATOR.prepare(port=0, scale=0.01, faults=["error_500=1:/crm"], clock=lambda: NOW)
    (line,) = [said for _, said in ready.facts() if said.startswith("curl")]
    curl, option, body, address = shlex.split(line)
    assert (curl, option) == ("curl", "-d")
    with ready.serving():
        form = {"Content-Type": "application/x-www-form-urlencoded"}  # what curl says of it
        planned = requests.post(address, data=body, headers=form, timeout=10).json()["planned"]
        assert [(fault["name"], fault["at"]) for fault in planned] == [("error_500", 1), ("drop_body", 2)]
        assert requests.get(f"{ready.url}/crm/v8/org", timeout=10).status_code == 500
        assert ready.app.faults.played == [(1, "error_500")]
