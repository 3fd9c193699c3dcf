"""Writing records: insert, update, upsert, delete, mass update; one result for each record, in the order of input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.zoho.emulator.answers import Answer, Refusal, invalid_data, results
from adapters.zoho.emulator.calls import JSON, Call, Endpoint
from adapters.zoho.emulator.checks import missing, stored_value
from adapters.zoho.emulator.duplicates import Duplicates
from adapters.zoho.emulator.meta import ModuleMeta
from adapters.zoho.emulator.parameters import denied, header_moment, listed, module_of, module_scope
from adapters.zoho.emulator.records import zoned
from adapters.zoho.emulator.state import State
from adapters.zoho.emulator.workflows import fire

MOST, MOST_IDS, HEAVY = 100, 500, 10
TRIGGERS = ("approval", "workflow", "blueprint", "pathfinder", "orchestration")
"""What a write may set off."""


@dataclass(frozen=True, slots=True)
class Request:
    """What all records of one call share."""

    module: str
    trigger: Sequence[str] | None
    unmodified_since: str | None


class Writing:
    """The handlers."""

    def __init__(self, state: State) -> None:
        self.state, self.duplicates = state, Duplicates(state)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Their routes."""
        create, update, delete = map(module_scope, ("CREATE", "UPDATE", "DELETE"))
        one = "/crm/v8/{module}/{id}"
        return (
            Endpoint("POST", "/crm/v8/{module}", self.insert, create, credits=_by_ten, heavy=_is_heavy),
            Endpoint("PUT", "/crm/v8/{module}", self.update, update, credits=_by_ten, heavy=_is_heavy),
            Endpoint("PUT", one, self.update, update),
            Endpoint("POST", "/crm/v8/{module}/upsert", self.upsert, _both, credits=_by_ten, heavy=_is_heavy),
            Endpoint("DELETE", "/crm/v8/{module}", self.delete, delete),
            Endpoint("DELETE", one, self.delete, delete),
            Endpoint("POST", "/crm/v8/{module}/actions/mass_update", self.mass_update, update, credits=_mass_credits),
        )

    def insert(self, call: Call) -> Answer:
        """New records."""
        request, items = self._read(call)
        found = [self._one(self._insert, request, item, place=place, call=call) for place, item in enumerate(items)]
        return results(found, created=True)

    def update(self, call: Call) -> Answer:
        """Records by their ids, or the one in the path."""
        request, items = self._read(call)
        if only := call.parameters.get("id"):
            if len(items) > 1:
                raise _too_many_records(1)
            items = [_addressed(items[0], only)]
        return self._answer(
            [self._one(self._update, request, item, place=place, call=call) for place, item in enumerate(items)]
        )

    def upsert(self, call: Call) -> Answer:
        """Update what is found, insert what is not."""
        request, items = self._read(call)
        keys = self.duplicates.asked(request.module, call.json().get("duplicate_check_fields"))
        for key in keys:
            self.state.index_on(request.module, key)

        def write(request: Request, item: JSON, path: str) -> JSON:
            return self._upsert(request, item, path, keys=keys)

        return self._answer(
            [self._one(write, request, item, place=place, call=call) for place, item in enumerate(items)]
        )

    def delete(self, call: Call) -> Answer:
        """Into the recycle bin."""
        module = self._module(call)
        only = call.parameters.get("id")
        ids = [only] if only else listed(call.query.get("ids"))
        if not ids:
            text = "One of the expected parameter is missing"
            raise Refusal(400, "REQUIRED_PARAM_MISSING", text, details={"param_name": "ids"})
        if len(ids) > MOST:
            raise Refusal(400, "LIMIT_EXCEEDED", "too many ids", details={"limit": MOST, "param_name": "ids"})
        trigger: list[str] | None = [] if denied(call.query, "wf_trigger") else None
        with self.state.transaction():
            return results([self._delete(module.api_name, each, trigger=trigger) for each in ids])

    def mass_update(self, call: Call) -> Answer:
        """The same values for up to 500 records."""
        request, items = self._read(call)
        ids = call.json().get("ids")
        if not isinstance(ids, list) or not ids:
            raise Refusal(400, "MANDATORY_NOT_FOUND", "required field not found", details={"api_name": "ids"})
        if len(ids) > MOST_IDS:
            details = {"api_name": "ids", "maximum_length": MOST_IDS}
            raise Refusal(400, "LIMIT_EXCEEDED", "too many ids", details=details)
        return results([
            self._one(self._update, request, _addressed(items[0], each), place=place, call=call)
            for place, each in enumerate(ids)
        ])  # fmt: skip

    # ---- one record --------------------------------------------------------------------------------------------------

    def _one(self, write: Any, request: Request, item: Any, *, place: int, call: Call) -> JSON:
        """The result of one record: all of it is written, or nothing."""
        path = f"$.data[{place}]"
        try:
            if str(place) == (call.faults.get("partial_207", "") or "0") and "partial_207" in call.faults:
                raise Refusal(400, "RECORD_LOCKED", "record is locked", details={"json_path": path})
            if not isinstance(item, dict):
                raise Refusal(400, "INVALID_DATA", "invalid data", details={
                    "json_path": path, "expected_data_type": "jsonobject"
                })  # fmt: skip
            with self.state.transaction():
                found: JSON = write(request, item, path)
                return found
        except Refusal as refusal:
            return refusal.item()

    def _insert(self, request: Request, item: JSON, path: str) -> JSON:
        values = self._checked(request.module, item, path)
        for name, field in self.state.fields(request.module).items():
            if field.mandatory and not field.read_only and values.get(name) is None:
                raise missing(name, f"{path}.{name}")
        self.duplicates.refuse(request.module, values, path)
        row = self.state.insert(request.module, values)
        fire(self.state, request.module, row["id"], event="create", trigger=request.trigger)
        return self._done(request.module, row["id"], "record added")

    def _update(self, request: Request, item: JSON, path: str) -> JSON:
        record = str(item.get("id") or "")
        before = self.state.get(request.module, record) if record else None
        if not record:
            raise missing("id", f"{path}.id")
        if before is None:
            details = {"id": record, "api_name": "id", "json_path": f"{path}.id"}
            raise Refusal(400, "INVALID_DATA", "the id given seems to be invalid", details=details)
        _check_open(before, path)
        if request.unmodified_since and before["Modified_Time"] > request.unmodified_since:
            raise self._already_modified(before)
        values = self._checked(request.module, item, path)
        self.duplicates.refuse(request.module, values, path, but=record)
        self._check_stage(request.module, {**before, **values}, path)
        self.state.update(request.module, record, values)
        fire(self.state, request.module, record, event="edit", trigger=request.trigger)
        return self._done(request.module, record, "record updated")

    def _upsert(self, request: Request, item: JSON, path: str, *, keys: Sequence[str]) -> JSON:
        if item.get("id"):
            return self._update(request, item, path) | {"action": "update", "duplicate_field": None}
        checked = self._checked(request.module, item, path)
        for key in keys:
            if checked.get(key) is None:
                continue
            if found := self.duplicates.found(request.module, key, checked[key]):
                done = self._update(request, {**item, "id": found}, path)
                return done | {"action": "update", "duplicate_field": key}
        return self._insert(request, item, path) | {"action": "insert", "duplicate_field": None}

    def _delete(self, module: str, record: str, *, trigger: Sequence[str] | None) -> JSON:
        if not self.state.delete(module, record):
            details = {"id": record}
            return Refusal(400, "INVALID_DATA", "the id given seems to be invalid", details=details).item()
        fire(self.state, module, record, event="delete", trigger=trigger)
        return {"code": "SUCCESS", "details": {"id": record}, "message": "record deleted", "status": "success"}

    # ---- checks ------------------------------------------------------------------------------------------------------

    def _checked(self, module: str, item: JSON, path: str) -> dict[str, Any]:
        """The values of an item in stored form; names that are no fields, and what is read only, are passed over."""
        known = self.state.fields(module)
        found: dict[str, Any] = {}
        for name, value in item.items():
            field = known.get(name)
            if field is None or field.read_only or name in ("id", "Created_Time", "Modified_Time"):
                continue
            found[name] = stored_value(self.state, field, value, path=f"{path}.{name}")
        if "$se_module" in item and "What_Id" in found:
            found["$se_module"] = item["$se_module"]
        self._check_stage(module, found, path)
        return found

    def _check_stage(self, module: str, row: Mapping[str, Any], path: str) -> None:
        """A stage belongs to its pipeline."""
        if module != "Deals" or not row.get("Pipeline") or not row.get("Stage"):
            return
        for pipeline in self.state.documents("pipeline"):
            stages = [each["actual_value"] for each in pipeline["maps"]]
            if pipeline["actual_value"] == row["Pipeline"] and row["Stage"] not in stages:
                details = {"api_name": "Stage", "json_path": f"{path}.Stage", "mapped_field": "Pipeline"}
                raise Refusal(400, "MAPPING_MISMATCH", "the stage is not of the pipeline", details=details)

    def _already_modified(self, before: Mapping[str, Any]) -> Refusal:
        speak = zoned(str(self.state.setting("zone", "UTC")))
        details = {
            "id": before["id"],
            "Modified_Time": speak(before["Modified_Time"]),
            "Modified_By": self.state.person(before.get("Modified_By")),
        }
        return Refusal(412, "ALREADY_MODIFIED", "the record has been already modified", details=details)

    # ---- what all have in common -------------------------------------------------------------------------------------

    def _module(self, call: Call) -> ModuleMeta:
        module = module_of(self.state, call.parameters["module"])
        if not module.editable:
            raise Refusal(400, "NOT_SUPPORTED", "the module cannot be written", details={"resource_path_index": 0})
        return module

    def _read(self, call: Call) -> tuple[Request, list[Any]]:
        module, body = self._module(call), call.json()
        items = body.get("data")
        if not isinstance(items, list) or not items:
            details = {"api_name": "data", "json_path": "$.data", "expected_data_type": "jsonarray"}
            code = "MANDATORY_NOT_FOUND" if "data" not in body else "INVALID_DATA"
            raise Refusal(400, code, "invalid data", details=details)
        if len(items) > MOST:
            raise _too_many_records(MOST)
        trigger = body.get("trigger")
        if trigger is not None and not isinstance(trigger, list):
            raise invalid_data(api_name="trigger", json_path="$.trigger", expected_data_type="jsonarray")
        for place, each in enumerate(trigger or ()):
            if each not in TRIGGERS:
                raise invalid_data(api_name="trigger", json_path=f"$.trigger[{place}]", supported_values=list(TRIGGERS))
        since = header_moment(call.headers, "if-unmodified-since")
        return Request(module.api_name, trigger, since), items

    def _answer(self, items: list[JSON]) -> Answer:
        """412 where nothing else happened than that the records had changed."""
        codes = {item["code"] for item in items}
        found = results(items)
        return Answer(412, found.payload) if codes == {"ALREADY_MODIFIED"} else found

    def _done(self, module: str, record: str, message: str) -> JSON:
        row = self.state.get(module, record) or {}
        speak = zoned(str(self.state.setting("zone", "UTC")))
        details: JSON = {"id": record, "$approval_state": "approved"}
        for name in ("Created_Time", "Modified_Time"):
            details[name] = row.get(name) and speak(row[name])
        for name in ("Created_By", "Modified_By"):
            details[name] = self.state.person(row.get(name))
        return {"code": "SUCCESS", "details": details, "message": message, "status": "success"}


def _check_open(row: Mapping[str, Any], path: str) -> None:
    """Nobody changes a record that is locked, or that waits for somebody's approval."""
    if row.get("Locked__s"):
        raise Refusal(400, "RECORD_LOCKED", "record is locked", details={"json_path": path})
    if row.get("$approval_state"):
        raise Refusal(400, "NOT_APPROVED", "the record is not approved yet", details={"json_path": path})


def _too_many_records(most: int) -> Refusal:
    details = {"api_name": "data", "json_path": "$.data", "maximum_length": most}
    return Refusal(400, "LIMIT_EXCEEDED", "too many records", details=details)


def _addressed(item: Any, record: Any) -> Any:
    """An item with the id of its record; what is no object stays what it is, and is refused as that."""
    return {**item, "id": record} if isinstance(item, dict) else item


def _count(call: Call, name: str = "data") -> int:
    try:
        items = call.json().get(name)
    except Refusal:
        return 1
    return len(items) if isinstance(items, list) else 1


def _by_ten(call: Call) -> int:
    """One credit for ten records."""
    return max(1, min(10, -(-_count(call) // 10)))


def _mass_credits(call: Call) -> int:
    return max(1, -(-_count(call, "ids") // 10))


def _is_heavy(call: Call) -> bool:
    return _count(call) > HEAVY


def _both(call: Call) -> str:
    module = call.parameters["module"]
    return f"ZohoCRM.modules.{module}.CREATE ZohoCRM.modules.{module}.UPDATE"
