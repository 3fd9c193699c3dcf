"""Reading by Bulk Read: Zoho makes files of 200,000 records, in jobs that are waited for.

The job's id is remembered as soon as it is known, and how many of its rows were stored: after a crash the same file is
taken up again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, BinaryIO, Final

from adapters.zoho import faults
from adapters.zoho.asking import Answer, Asking, unreadable
from adapters.zoho.reading.archive import checked, rows_of
from adapters.zoho.reading.module import Batch, ModuleRead, Say
from adapters.zoho.values import of_csv
from connector.contract import PAGE_ROWS, Deletions, State, Wait
from connector.errors import RateLimited, RejectedError

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
DOWNLOADS_REST: Final = 61.0
FORGOTTEN: Final = frozenset(("RESOURCE_NOT_FOUND", "INVALID_URL_PATTERN", "INVALID_DATA"))
"""Of a job that Zoho does not know any more: it keeps files for a day."""
EXPIRED: Final = frozenset(("EXPIRED_VALUE", "TOKEN_BOUND_DATA_MISMATCH", "INVALID_DATA"))
"""Of a token that leads to the next job no more."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job, and how far its file was read."""

    id: str
    page: int = 1
    token: str = ""
    """Of the page before: what this job goes on from."""
    done: int = 0
    """Rows that were said."""

    def as_state(self) -> dict[str, Any]:
        return {"way": "bulk", **asdict(self)}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Job:
        return cls(state["id"], state["page"], state["token"], state["done"])


@dataclass(frozen=True, slots=True)
class _Made:
    """What a job made."""

    more: bool
    next_token: str


def read_all(read: ModuleRead, say: Say, *, job: Job | None, remember: Callable[[dict[str, Any]], State]) -> Asking:
    """Every record, file after file; returns how many.

    Args:
        read: The module.
        say: Told of the records.
        job: What an earlier run began; forgotten where Zoho forgot it.
        remember: Makes the state that keeps a job.
    """
    count = 0
    found = job
    while True:
        if found is None or not found.id:
            begun = yield from _created(read, found or Job(""))
            yield _noted(read, remember(begun.as_state()))
            made = yield from _waited_for(read, begun)
        else:
            begun = found
            try:
                made = yield from _waited_for(read, begun)
            except RejectedError as error:
                if error.code not in FORGOTTEN:
                    raise
                found = _another(begun)
                continue
        count += yield from _said(read, say, begun)
        if not made.more:
            return count
        found = Job("", begun.page + 1, made.next_token)


def _another(job: Job) -> Job:
    """In place of a job that Zoho forgot: whatever was read of its file says nothing of the new one's."""
    return replace(job, id="", done=0) if job.page > 1 and job.token else Job("")


def _noted(read: ModuleRead, state: State) -> Deletions:
    """Keeps the state: no record is deleted by it."""
    return Deletions(read.module, (), next_state=state)


def _created(read: ModuleRead, job: Job) -> Asking:
    """A new job; it begins with the first page where the token of the page before has expired."""
    try:
        answer: Answer = yield read.api.bulk_job(_query(read, job))
    except RejectedError as error:
        if not job.token or error.code not in EXPIRED:
            raise
        job = Job("")
        answer = yield read.api.bulk_job(_query(read, job))
    details = answer.rows[0].get("details") if answer.rows else None
    if not isinstance(details, dict) or not str(details.get("id") or "").isalnum():
        raise unreadable()
    return replace(job, id=str(details["id"]))


def _query(read: ModuleRead, job: Job) -> dict[str, Any]:
    if job.token:
        return {"page_token": job.token}
    names = [name for name in read.fields if name != "id"]
    return {"module": {"api_name": read.module}, "fields": names, "page": job.page}


def _waited_for(read: ModuleRead, job: Job) -> Asking:
    """Ask, wait, ask again; returns what the job made."""
    pause, waited = FIRST_WAIT, 0.0
    while True:
        answer: Answer = yield read.api.bulk_status(job.id)
        status = answer.rows[0] if answer.rows else {}
        match str(status.get("state") or "").upper().replace("_", " "):
            case "COMPLETED":
                result = status.get("result")
                return _made(result if isinstance(result, dict) else {})
            case "ADDED" | "QUEUED" | "IN PROGRESS" | "INPROGRESS":
                pass
            case other:
                raise faults.job_failed(read.module, other or "?")
        if waited >= read.settings.bulk_wait_minutes * 60:
            raise faults.job_too_slow(read.module, read.settings.bulk_wait_minutes)
        yield Wait(pause)
        waited += pause
        pause = min(pause * 2, LONGEST_WAIT)


def _made(result: Mapping[str, Any]) -> _Made:
    return _Made(result.get("more_records") is True, str(result.get("next_page_token") or ""))


def _downloaded(read: ModuleRead, job: Job) -> Asking:
    """The job's file; ten may be fetched in a minute, and who asks for more waits for a minute."""
    try:
        return (yield read.api.bulk_result(job.id, decode=checked))
    except RateLimited:
        yield Wait(DOWNLOADS_REST)
    return (yield read.api.bulk_result(job.id, decode=checked))


def _said(read: ModuleRead, say: Say, job: Job) -> Asking:
    """Download the job's file and say what is in it; returns how many records that were."""
    file: BinaryIO = yield from _downloaded(read, job)
    count, done = 0, job.done
    for header, rows in rows_of(file, at_once=PAGE_ROWS, skip=job.done):
        if missing := sorted(set(read.fields) - {"id", *header}):
            raise faults.missing_columns(read.module, missing)
        done += len(rows)
        columns = of_csv(rows, header, read.fields, read.metadata)
        batch = read.checked(Batch(columns, len(rows), f"{read.module} (bulk)"))
        count += batch.count
        yield from say(batch, replace(job, done=done).as_state())
    file.close()
    return count
