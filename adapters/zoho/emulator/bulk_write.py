"""Bulk write: a job for an uploaded CSV, its status, and the file that tells what became of each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from adapters.zoho.emulator.answers import Answer, download, ok
from adapters.zoho.emulator.bulk_criteria import refused
from adapters.zoho.emulator.bulk_jobs import Job, Jobs, not_found
from adapters.zoho.emulator.bulk_rows import Operation, Outcome, RowWriter, result_zip
from adapters.zoho.emulator.bulk_sheet import Mapped, Sheet, mapped_columns, records_of, sheet_of
from adapters.zoho.emulator.bulk_upload import Files
from adapters.zoho.emulator.calls import Call, Endpoint
from adapters.zoho.emulator.duplicates import Duplicates
from adapters.zoho.emulator.meta import ModuleMeta
from adapters.zoho.emulator.records import zoned
from adapters.zoho.emulator.state import State

WRITE_CREDITS = 500
PATH = "/crm/bulk/v8/write"
SCOPE = "ZohoCRM.bulk.CREATE"
RUNNING = "bulk_write_running"
"""Setting of the stand-in: how a job in progress is spelt; Zoho's documents have INPROGRESS and IN PROGRESS."""
OPERATIONS = ("insert", "update", "upsert")


@dataclass(frozen=True, slots=True)
class Task:
    """A job's work, checked."""

    operation: Operation
    module: ModuleMeta
    sheet: Sheet
    columns: Sequence[Mapped]
    find_by: str
    ignore_empty: bool


class BulkWrite:
    """The handlers of bulk write. The work is done at once; the states are told as time goes by."""

    def __init__(self, state: State, jobs: Jobs, files: Files) -> None:
        self.state, self.jobs, self.files = state, jobs, files

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Their routes."""
        return (
            Endpoint("POST", PATH, self.create, SCOPE, credits=WRITE_CREDITS),
            Endpoint("GET", f"{PATH}/{{id}}", self.status, SCOPE),
            Endpoint("GET", f"{PATH}/{{id}}/result", self.result, SCOPE),
        )

    def create(self, call: Call) -> Answer:
        """A new job."""
        body = call.json()
        fails = "failed_job" in call.faults
        with self.state.transaction():
            task = self._task(body)
            outcomes = [] if fails else self._written(task)
            job = self.jobs.add("write", _request(body, task, outcomes), fails=fails)
            if not fails:
                content = result_zip(task.module.api_name, task.sheet, task.columns, outcomes)
                self.files.keep(_result_id(job.id), content)
        details = {"id": job.id, "created_by": self.state.person(self.state.current_user)}
        made = {"status": "success", "code": "SUCCESS", "message": "success", "details": details}
        return ok(made, status=201)

    def status(self, call: Call) -> Answer:
        """How a job stands."""
        with self.state.lock:
            job = self.jobs.get("write", call.parameters["id"], poll=True)
        found = {
            "id": job.id,
            "status": self._word(job),
            "operation": job.request["operation"],
            "character_encoding": job.request["character_encoding"],
            "created_by": self.state.person(self.state.current_user),
            "created_time": zoned(str(self.state.setting("zone", "UTC")))(job.created),
            "callback": job.request["callback"],
            "resource": [self._resource(job)],
        }
        if job.phase == "DONE" and not job.fails:
            found["result"] = {"download_url": f"{call.base_url}{PATH}/{job.id}/result"}
        return ok(found)

    def result(self, call: Call) -> Answer:
        """What became of each row."""
        with self.state.lock:
            job = self.jobs.get("write", call.parameters["id"])
            content = self.files.get(_result_id(job.id))
        if job.phase != "DONE" or content is None:
            raise not_found(job.id)
        return download(content, name=f"{job.id}.zip")

    def _task(self, body: Mapping[str, Any]) -> Task:
        operation = body.get("operation")
        if operation not in OPERATIONS:
            raise refused("INVALID_DATA", "invalid data", api_name="operation", supported_values=list(OPERATIONS))
        resource = _resource_of(body)
        module = self._module(resource.get("module"))
        find_by = self._find_by(resource, operation, module)
        sheet = self._sheet(resource, str(body.get("character_encoding") or "UTF-8"))
        columns = mapped_columns(self.state, module.api_name, sheet, resource.get("field_mappings"))
        self._check_mapped(operation, module, columns, find_by)
        ignore_empty = bool(resource.get("ignore_empty", False))
        return Task(cast(Operation, operation), module, sheet, columns, find_by, ignore_empty)

    def _written(self, task: Task) -> list[Outcome]:
        records = records_of(self.state, task.sheet, task.columns, ignore_empty=task.ignore_empty)
        writer = RowWriter(self.state, task.module.api_name, task.columns)
        return writer.write(records, operation=task.operation, find_by=task.find_by)

    def _module(self, given: Any) -> ModuleMeta:
        name = given.get("api_name") if isinstance(given, dict) else given
        meta = self.state.modules().get(str(name))
        if meta is None or not meta.api_supported:
            raise refused("MODULE_NOT_AVAILABLE", "the module is not available", api_name=name)
        if not meta.editable:
            raise refused("INVALID_REQUEST", "the module cannot be written", api_name=name)
        return meta

    def _find_by(self, resource: Mapping[str, Any], operation: str, module: ModuleMeta) -> str:
        """The field that records are found by: the id, or another that tells them apart."""
        find_by = resource.get("find_by")
        if find_by is None and operation != "insert":
            raise refused("MANDATORY_NOT_FOUND", "Required key find_by is not available", api_name="find_by")
        if find_by is not None and find_by not in ("id", *Duplicates(self.state).fields(module.api_name)):
            raise refused("INVALID_FIELD", "the field is invalid", api_name=find_by)
        return str(find_by or "id")

    def _sheet(self, resource: Mapping[str, Any], encoding: str) -> Sheet:
        file_id = resource.get("file_id")
        content = self.files.get(str(file_id))
        if content is None:
            raise refused("FILE_NOT_FOUND", "the file is not found", file_id=file_id)
        names = resource.get("file_names") or [None]
        return sheet_of(content, name=names[0], encoding=encoding)

    def _check_mapped(self, operation: str, module: ModuleMeta, columns: Sequence[Mapped], find_by: str) -> None:
        """What must have a column: what a new record needs, or what records are found by."""
        mapped = {column.field.api_name for column in columns}
        fields = self.state.fields(module.api_name).values()
        needed = {each.api_name for each in fields if each.mandatory and not each.read_only}
        wanted = {find_by} if operation == "update" else needed
        if absent := sorted(wanted - mapped):
            raise refused("MANDATORY_FIELDS_NOT_MAPPED", "mandatory fields are not mapped", fields=absent)

    def _resource(self, job: Job) -> dict[str, Any]:
        word, request = self._word(job), job.request
        counts = request["counts"] if job.phase == "DONE" and not job.fails else dict.fromkeys(request["counts"], 0)
        state = "SKIPPED" if word == "COMPLETED" and 0 < counts["total_count"] == counts["skipped_count"] else word
        return {**request["resource"], "status": state, "file": {"status": state, "name": request["file"], **counts}}

    def _word(self, job: Job) -> str:
        match job.phase:
            case "ADDED" | "QUEUED":
                return "ADDED"
            case "IN PROGRESS":
                return str(self.state.setting(RUNNING, "INPROGRESS"))
            case "DONE":
                return "FAILED" if job.fails else "COMPLETED"


def _resource_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The one resource of a job; children of records in CSVs of their own are not here."""
    resources = body.get("resource")
    if not isinstance(resources, list) or not resources:
        raise refused("MISSING_REQUIRED_KEY", "a required key is missing", json_path="$.resource")
    if len(resources) > 1 or not isinstance(resources[0], dict) or resources[0].get("type", "data") != "data":
        raise refused("REQUEST_BODY_NOT_SUPPORTED", "the body of the request is not supported")
    return resources[0]


def _request(body: Mapping[str, Any], task: Task, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """What the status of a job repeats, and what it counts once it is done."""
    found = [outcome.status for outcome in outcomes]
    counts = {f"{word.lower()}_count": found.count(word) for word in ("ADDED", "UPDATED", "SKIPPED")}
    return {
        "operation": task.operation,
        "character_encoding": body.get("character_encoding") or "UTF-8",
        "callback": body.get("callback"),
        "file": task.sheet.name,
        "counts": {**counts, "total_count": len(found)},
        "resource": {
            "type": "data",
            "module": {"api_name": task.module.api_name, "id": task.module.id},
            "find_by": task.find_by,
            "ignore_empty": task.ignore_empty,
            "field_mappings": [
                {"api_name": column.field.api_name, "index": column.index, "find_by": None, "format": None}
                for column in task.columns
            ],
        },
    }


def _result_id(job_id: str) -> str:
    return f"{job_id}-result"
