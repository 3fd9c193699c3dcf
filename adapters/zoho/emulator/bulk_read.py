"""Bulk read: a job is made, asked about until it is done, and its zip fetched."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import weakref
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import orjson

from adapters.zoho.emulator.answers import Answer, Refusal, download, ok
from adapters.zoho.emulator.bulk_criteria import refused
from adapters.zoho.emulator.bulk_csv import write_page
from adapters.zoho.emulator.bulk_jobs import Job, Jobs, not_found
from adapters.zoho.emulator.bulk_query import ROWS_OF_PAGE, bulk_query, page_of
from adapters.zoho.emulator.calls import Call, Endpoint
from adapters.zoho.emulator.credits import too_many
from adapters.zoho.emulator.records import zoned
from adapters.zoho.emulator.state import State, stamp

READ_CREDITS = 50
PATH = "/crm/bulk/v8/read"
SCOPE = "ZohoCRM.bulk.READ"
DOWNLOADS = 10
"""In a minute; the next one gets 429, and so does every other for a minute."""
MINUTE = timedelta(minutes=1)
TOKEN_LIFE = timedelta(hours=24)
_TOKENS = """
CREATE TABLE IF NOT EXISTS bulk_tokens (
    token TEXT PRIMARY KEY, expires TEXT NOT NULL, query TEXT NOT NULL, after TEXT NOT NULL, page INTEGER NOT NULL
)
"""


class BulkRead:
    """The handlers of bulk read.

    Args:
        state: The org.
        jobs: Its jobs.
        rows_of_page: How many records a job gives.
    """

    def __init__(self, state: State, jobs: Jobs, *, rows_of_page: int = ROWS_OF_PAGE) -> None:
        self.state, self.jobs, self.rows_of_page = state, jobs, rows_of_page
        self.folder = Path(tempfile.mkdtemp(prefix="crm-kpi-bulk-"))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        self._running = Lock()
        self._downloads: deque[datetime] = deque()
        self._blocked_until: datetime | None = None
        state.db.execute(_TOKENS)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Their routes."""
        return (
            Endpoint("POST", PATH, self.create, SCOPE, credits=READ_CREDITS),
            Endpoint("GET", f"{PATH}/{{id}}", self.status, SCOPE),
            Endpoint("GET", f"{PATH}/{{id}}/result", self.result, SCOPE),
        )

    def create(self, call: Call) -> Answer:
        """A new job, of a query or of where another one ended."""
        body = _body(call)
        if body.get("file_type", "csv") != "csv":
            raise refused("NOT_SUPPORTED_FEATURE", "the file type is not supported")
        query = body.get("query")
        if not isinstance(query, dict):
            raise refused("REQUEST_BODY_NOT_SUPPORTED", "the body of the request is not supported")
        with self.state.transaction():
            request = self._continued(query["page_token"]) if query.get("page_token") else _begun(query)
            bulk_query(self.state, request["query"])
            job = self.jobs.add("read", request, fails="failed_job" in call.faults)
        details = {
            "id": job.id,
            "operation": "read",
            "state": job.phase,
            "created_by": self.state.person(self.state.current_user),
            "created_time": self._shown(job.created),
        }
        added = {"status": "success", "code": "ADDED_SUCCESSFULLY", "message": "Added successfully."}
        return ok({"data": [{**added, "details": details}], "info": {}}, status=201)

    def status(self, call: Call) -> Answer:
        """How a job stands."""
        with self.state.lock:
            job = self.jobs.get("read", call.parameters["id"], poll=True)
        done = job.phase == "DONE"
        phase = ("FAILURE" if job.fails else "COMPLETED") if done else job.phase
        found: dict[str, Any] = {
            "id": job.id,
            "operation": "read",
            "state": phase,
            "query": self._query(job),
            "created_by": self.state.person(self.state.current_user),
            "created_time": self._shown(job.created),
            "file_type": "csv",
        }
        if phase == "COMPLETED":
            found["result"] = self._ran(job)
        return ok({"data": [found], "info": {}})

    def result(self, call: Call) -> Answer:
        """The zip of a job that is done."""
        with self.state.lock:
            job = self.jobs.get("read", call.parameters["id"])
            if job.phase != "DONE" or job.fails:
                raise not_found(job.id)
            self._count_download()
        self._ran(job)
        return download(self._file(job), name=f"{job.id}.zip")

    def _continued(self, token: Any) -> dict[str, Any]:
        """The request of a job that goes on where another ended."""
        row = self.state.db.execute(
            "SELECT expires, query, after, page FROM bulk_tokens WHERE token = ?", (str(token),)
        ).fetchone()
        if row is None:
            raise refused("INVALID_DATA", "invalid data", api_name="page_token")
        if row[0] <= stamp(self.state.now()):
            raise refused("EXPIRED_VALUE", "page_token has expired", api_name="page_token")
        return {"query": orjson.loads(row[1]), "after": row[2], "page": row[3], "offset": 0}

    def _ran(self, job: Job) -> Mapping[str, Any]:
        """What a job gave; it is run when somebody first sees it done, and again where its file was lost."""
        path = self._file(job)
        with self._running:
            return job.result if job.result is not None and path.exists() else self._run(job, path)

    def _run(self, job: Job, path: Path) -> Mapping[str, Any]:
        request, unfinished = job.request, path.with_suffix(".part")
        offset = request["offset"] * self.rows_of_page
        query = bulk_query(self.state, request["query"])
        written = write_page(
            self.state, query, unfinished, after=request["after"], offset=offset, most=self.rows_of_page
        )
        unfinished.replace(path)
        result = {
            "page": request["page"],
            "count": written.count,
            "download_url": f"{PATH}/{job.id}/result",
            "per_page": self.rows_of_page,
            "more_records": written.more,
            "next_page_token": self._token(request, written.last_id) if written.more else None,
        }
        with self.state.transaction():
            self.jobs.finish(job, result)
        return result

    def _token(self, request: Mapping[str, Any], last_id: str) -> str:
        token, expires = secrets.token_hex(32), stamp(self.state.now() + TOKEN_LIFE)
        query = orjson.dumps(request["query"]).decode()
        with self.state.transaction():
            values = (token, expires, query, last_id, request["page"] + 1)
            self.state.db.execute("INSERT INTO bulk_tokens VALUES (?, ?, ?, ?, ?)", values)
        return token

    def _count_download(self) -> None:
        now = self.state.now()
        while self._downloads and self._downloads[0] <= now - MINUTE:
            self._downloads.popleft()
        if self._blocked_until is None and len(self._downloads) >= DOWNLOADS:
            self._blocked_until = now + MINUTE
        if self._blocked_until is not None and now < self._blocked_until:
            raise too_many()
        self._blocked_until = None
        self._downloads.append(now)

    def _file(self, job: Job) -> Path:
        return self.folder / f"{job.id}.zip"

    def _query(self, job: Job) -> dict[str, Any]:
        query = job.request["query"]
        module = query["module"]
        name = module["api_name"] if isinstance(module, dict) else module
        meta = self.state.modules().get(name)
        shown = {"module": {"api_name": name, "id": meta.id if meta else None}, "page": job.request["page"]}
        return shown | {key: query[key] for key in ("fields", "criteria") if query.get(key) is not None}

    def _shown(self, moment: str) -> str:
        return zoned(str(self.state.setting("zone", "UTC")))(moment)


def _begun(query: Mapping[str, Any]) -> dict[str, Any]:
    """The request of a job that begins a query, or one of its later pages."""
    page = page_of(query)
    return {"query": dict(query), "after": "", "page": page, "offset": page - 1}


def _body(call: Call) -> dict[str, Any]:
    if not call.body.strip():
        raise refused("REQUEST_BODY_IS_EMPTY", "the body of the request is empty")
    try:
        return call.json()
    except Refusal as unreadable:
        raise refused("REQUEST_BODY_NOT_READABLE", "the body of the request cannot be read") from unreadable
