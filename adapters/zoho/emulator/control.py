"""`/__stand_in/…`, which Zoho does not have: faults, clock, journal, and what other users do, while it runs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from adapters.zoho.emulator.answers import Answer, invalid_data, ok
from adapters.zoho.emulator.calls import Call, Endpoint
from adapters.zoho.emulator.faults import FAULTS, Fault
from adapters.zoho.emulator.parameters import listed
from adapters.zoho.emulator.state import stamp
from adapters.zoho.emulator.workflows import Workflow, add_workflow, workflow_runs
from connector.errors import ConfigError

if TYPE_CHECKING:
    from adapters.zoho.emulator.app import StandIn

BASE = "/__stand_in"


class Control:
    """The handlers; they need no sign-in and cost nothing."""

    def __init__(self, stand_in: StandIn) -> None:
        self.stand_in = stand_in

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Their routes."""
        found = (
            ("GET", "faults", self.faults),
            ("POST", "faults", self.plan),
            ("DELETE", "faults", self.clear),
            ("GET", "journal", self.journal),
            ("GET", "calls", self.calls),
            ("GET", "credits", self.credits),
            ("GET", "clock", self.clock),
            ("POST", "clock", self.set_clock),
            ("GET", "workflows", self.workflows),
            ("POST", "workflows", self.add_workflow),
            ("POST", "grant_code", self.grant_code),
            ("POST", "change", self.change),
        )
        return tuple(Endpoint(method, f"{BASE}/{name}", handler, credits=0) for method, name, handler in found)

    def faults(self, call: Call) -> Answer:
        """What is planned, what was played, and what there is."""
        faults = self.stand_in.faults
        return ok({"planned": faults.as_json(), "played": faults.played, "known": dict(FAULTS)})

    def plan(self, call: Call) -> Answer:
        """`{"fault": "drop_body=2:/crm/v8/Deals"}`, or `{"name": …, "at": …, "times": …, "prefix": …}`."""
        body = call.json()
        try:
            fault = Fault.parsed(body["fault"]) if "fault" in body else Fault(**body)
            self.stand_in.faults.plan(**asdict(fault))
        except (ConfigError, TypeError) as exc:
            raise invalid_data(reason=str(exc)) from exc
        return self.faults(call)

    def clear(self, call: Call) -> Answer:
        """No more faults."""
        self.stand_in.faults.clear()
        return self.faults(call)

    def journal(self, call: Call) -> Answer:
        """Every mutation that was accepted, in order."""
        return ok({"journal": self.stand_in.state.journal()})

    def calls(self, call: Call) -> Answer:
        """Every request that was answered."""
        return ok({"calls": [asdict(each) for each in self.stand_in.calls]})

    def credits(self, call: Call) -> Answer:
        """What was spent in 24 hours, what there is, and how many calls there were at once."""
        ledger = self.stand_in.ledger
        return ok({"spent": ledger.spent(), "limit": ledger.limit, "at_once": self.stand_in.gate.most})

    def clock(self, call: Call) -> Answer:
        """What time it is here."""
        return ok({"now": stamp(self.stand_in.state.now())})

    def set_clock(self, call: Call) -> Answer:
        """`{"now": "…"}` or `{"advance_seconds": …}` stops the clock; `{"run": true}` lets it run."""
        body, state = call.json(), self.stand_in.state
        if "advance_seconds" in body:
            state.advance(float(body["advance_seconds"]))
        else:
            state.set_clock(None if body.get("run") else datetime.fromisoformat(body["now"]))
        return self.clock(call)

    def workflows(self, call: Call) -> Answer:
        """Every rule that fired."""
        return ok({"runs": workflow_runs(self.stand_in.state)})

    def add_workflow(self, call: Call) -> Answer:
        """One more rule: `{"name": …, "module": …, "events": […], "sets": {…}}`."""
        add_workflow(self.stand_in.state, Workflow(**call.json()))
        return self.workflows(call)

    def grant_code(self, call: Call) -> Answer:
        """A code with some scopes: `{"code": "…", "scopes": "ZohoCRM.org.READ,…", "minutes": 3}`."""
        body = call.json()
        scopes = listed(body.get("scopes")) or self.stand_in.settings.scopes
        self.stand_in.accounts.grant(body["code"], scopes, minutes=float(body.get("minutes", 10)))
        return ok({"code": body["code"]})

    def change(self, call: Call) -> Answer:
        """What another user does: insert, update, delete, restore or merge, with values in stored form."""
        body, state = call.json(), self.stand_in.state
        module, values, record = body["module"], body.get("values", {}), str(body.get("id", ""))
        found: Any = None
        match body["action"]:
            case "insert":
                found = state.insert(module, values)
            case "update":
                found = state.update(module, record, values)
            case "delete":
                found = state.delete(module, record, permanent=bool(body.get("permanent")))
            case "restore":
                found = state.restore(module, record, touch=bool(body.get("touch")))
            case "merge":
                state.merge(module, record, str(body["loser"]))
            case other:
                raise invalid_data(action=other)
        return ok({"result": found})
