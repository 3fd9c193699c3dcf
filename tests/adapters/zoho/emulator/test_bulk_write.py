"""Bulk write: upload, jobs by mapping and by header, what becomes of each row, and each documented limit and error."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import orjson
import pytest

from adapters.zoho.emulator.answers import Refusal
from adapters.zoho.emulator.bulk_jobs import Jobs
from adapters.zoho.emulator.bulk_upload import MOST_BYTES, Files, Upload
from adapters.zoho.emulator.bulk_write import PATH, RUNNING, BulkWrite
from adapters.zoho.emulator.calls import Call
from adapters.zoho.emulator.meta import FieldMeta, ModuleMeta, PickValue
from adapters.zoho.emulator.state import State
from adapters.zoho.emulator.workflows import NOTIFY, add_workflow, workflow_runs
from tests.adapters.zoho.emulator.small_org import an_id, small_org

PROJECTS = [
    {"id": an_id(201), "Name": "Old", "Code": "P1", "Score": 1.0, "Passed": 1},
    {"id": an_id(202), "Name": "Older", "Code": "P2", "Score": 2.0},
]
FIELDS = [
    FieldMeta("id", "bigint", "id", read_only=True),
    FieldMeta("Name", "text", "Name", mandatory=True, length=10),
    FieldMeta("Code", "text", "Code", length=10, unique=True),
    FieldMeta("Score", "double", "Score", decimal_place=2),
    FieldMeta("Rank", "integer", "Rank"),
    FieldMeta("Passed", "boolean", "Passed"),
    FieldMeta("Due", "date", "Due"),
    FieldMeta("Kind", "picklist", "Kind", picklist=(PickValue("A"), PickValue("B"))),
    FieldMeta("Kinds", "multiselectpicklist", "Kinds", picklist=(PickValue("A"), PickValue("B"))),
    FieldMeta("Account", "lookup", "Account", lookup="Accounts"),
    FieldMeta("Owner", "ownerlookup", "Owner", lookup="Users"),
    FieldMeta("Created_Time", "datetime", "Created", read_only=True),
    FieldMeta("Modified_Time", "datetime", "Modified", read_only=True),
]


class Client:
    """Asks the handlers as the app does."""

    def __init__(self, state: State, *, seconds: float = 0.0) -> None:
        self.state, files = state, Files(state)
        self.uploads = Upload(state, files)
        self.bulk = BulkWrite(state, Jobs(state, seconds=seconds), files)

    def upload(self, content: bytes, *, headers: Mapping[str, str] | None = None, part: str = "file") -> str:
        body, kind = form(content, part=part)
        sent = {"feature": "bulk-write", "x-crm-org": "77", "content-type": kind} if headers is None else headers
        answer = self.uploads.upload(Call("POST", "/crm/v8/upload", headers=sent, body=body))
        assert (answer.payload["code"], answer.payload["message"]) == ("FILE_UPLOAD_SUCCESS", "file uploaded.")
        assert answer.payload["details"]["created_time"] == "2026-03-01T08:00:00+00:00"
        return str(answer.payload["details"]["file_id"])

    def create(self, body: object, *, faults: Mapping[str, Any] | None = None) -> str:
        answer = self.bulk.create(Call("POST", PATH, body=orjson.dumps(body), faults=faults or {}))
        assert (answer.status, answer.payload["code"]) == (201, "SUCCESS")
        return str(answer.payload["details"]["id"])

    def status(self, job: str) -> dict[str, Any]:
        call = Call("GET", f"{PATH}/{job}", parameters={"id": job}, base_url="http://here")
        return dict(self.bulk.status(call).payload)

    def result(self, job: str) -> list[list[str]]:
        answer = self.bulk.result(Call("GET", f"{PATH}/{job}/result", parameters={"id": job}))
        with zipfile.ZipFile(io.BytesIO(answer.body())) as archive:
            (name,) = archive.namelist()
            assert name == "Projects-a.csv"
            return list(csv.reader(io.StringIO(archive.read(name).decode(), newline="")))

    def run(self, text: str, operation: str, **resource: Any) -> tuple[dict[str, Any], list[list[str]]]:
        """A job from its CSV to its counts and its result."""
        job = self.create(body(self.upload(zipped(text)), operation, **resource))
        while (found := self.status(job))["status"] not in ("COMPLETED", "FAILED"):
            pass
        return found["resource"][0]["file"], self.result(job)


def zipped(text: str | bytes, *, names: Sequence[str] = ("a.csv",)) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, text)
    return packed.getvalue()


def form(content: bytes, *, part: str) -> tuple[bytes, str]:
    """A form as browsers send it."""
    head = f'--edge\r\nContent-Disposition: form-data; name="{part}"; filename="a.zip"\r\n'
    head += "Content-Type: application/zip\r\n\r\n"
    return head.encode() + content + b"\r\n--edge--\r\n", "multipart/form-data; boundary=edge"


def body(uploaded: str, operation: str, **resource: Any) -> dict[str, Any]:
    given = {"type": "data", "module": {"api_name": "Projects"}, "file_id": uploaded, "file_names": ["a.csv"]}
    return {"operation": operation, "character_encoding": "UTF-8", "resource": [given | resource]}


def stored(state: State) -> list[dict[str, Any]]:
    ids = [row[0] for row in state.db.execute("SELECT id FROM Projects ORDER BY id")]
    return [state.get("Projects", each) or {} for each in ids]


@pytest.fixture
def org() -> Iterator[State]:
    state = small_org()
    state.create_module(ModuleMeta("Projects", "Project", "Projects"), FIELDS)
    state.create_module(ModuleMeta("History", "History", "History", editable=False), [FIELDS[0]])
    state.set_setting("org", {"zgid": "77"})
    for project in PROJECTS:
        state.store("Projects", project)
    add_workflow(state, NOTIFY)
    yield state
    state.close()


@pytest.fixture
def client(org: State) -> Client:
    return Client(org)


def test_insert_by_header(client: Client, org: State) -> None:
    text = (
        "Name,Score,Rank,Passed,Due,Kind,Kinds,Account.id,Owner,Unknown\n"
        f"New,1.25,3,true,2026-02-01,A,A;B,{an_id(11)},{an_id(2)},x\n"
        "Newer,,,FALSE,,,,,,\n"
        ",1,,,,,,,,\n"
        "Bad,,,,,C,,,,\n"
    )
    counts, rows = client.run(text, "insert")
    assert counts == {
        "status": "COMPLETED",
        "name": "a.csv",
        "added_count": 2,
        "updated_count": 0,
        "skipped_count": 2,
        "total_count": 4,
    }
    new, newer = stored(org)[2:]
    assert rows == [
        ["Name", "Score", "Rank", "STATUS", "RECORD_ID", "ERRORS"],
        ["New", "1.25", "3", "ADDED", new["id"], ""],
        ["Newer", "", "", "ADDED", newer["id"], ""],
        ["", "1", "", "SKIPPED", "", "MANDATORY_NOT_FOUND-Name"],
        ["Bad", "", "", "SKIPPED", "", "INVALID_DATA-Kind"],
    ]
    names = ["Name", "Score", "Rank", "Passed", "Due", "Kind", "Kinds", "Account", "Owner"]
    assert [new[name] for name in names] == ["New", 1.25, 3, 1, "2026-02-01", "A", '["A","B"]', an_id(11), an_id(2)]
    assert (newer["Passed"], newer["Score"], newer["Modified_Time"]) == (0, None, "2026-03-01T08:00:00+00:00")


def test_update_by_mapping(client: Client, org: State) -> None:
    text = f"key,x,points\n{an_id(201)},9,7.5\n{an_id(299)},9,1\n{an_id(202)},9,much\n"
    mappings = [{"api_name": "id", "index": 0}, {"api_name": "Score", "index": 2}]
    counts, rows = client.run(text, "update", find_by="id", field_mappings=mappings)
    assert (counts["updated_count"], counts["skipped_count"]) == (1, 2)
    assert rows[1:] == [
        [an_id(201), "7.5", "UPDATED", an_id(201), ""],
        [an_id(299), "1", "SKIPPED", "", "INVALID_DATA-key"],
        [an_id(202), "much", "SKIPPED", "", "INVALID_DATA-points"],
    ]
    assert [row["Score"] for row in stored(org)] == [7.5, 2.0]
    assert stored(org)[0]["Modified_Time"] == "2026-03-01T08:00:00+00:00"


@pytest.mark.parametrize(
    ("rank", "score", "errors"),
    [
        ("-3", "+1.50", ""),
        ("3", "1e3", "INVALID_DATA-Score"),
        ("3.0", "1", "INVALID_DATA-Rank"),
        ("1_000", "1", "INVALID_DATA-Rank"),
    ],
)
def test_numbers_in_cells(client: Client, rank: str, score: str, errors: str) -> None:
    _, rows = client.run(f"id,Rank,Score\n{an_id(201)},{rank},{score}\n", "update", find_by="id")
    assert rows[1][-1] == errors


def test_update_by_another_field(client: Client, org: State) -> None:
    counts, rows = client.run("Code,Score\nP2,5\nP9,5\n", "update", find_by="Code")
    assert [row[2:] for row in rows[1:]] == [["UPDATED", an_id(202), ""], ["SKIPPED", "", "INVALID_DATA-Code"]]
    assert counts["updated_count"] == 1
    assert [row["Score"] for row in stored(org)] == [1.0, 5.0]


def test_upsert(client: Client, org: State) -> None:
    _, rows = client.run("Code,Name\nP2,Two\nP3,Three\n", "upsert", find_by="Code")
    assert [row[2] for row in rows[1:]] == ["UPDATED", "ADDED"]
    assert [(row["Code"], row["Name"]) for row in stored(org)] == [("P1", "Old"), ("P2", "Two"), ("P3", "Three")]


def test_upsert_by_id(client: Client, org: State) -> None:
    _, rows = client.run(f"id,Name\n{an_id(201)},One\n,Old\n{an_id(299)},No\n", "upsert", find_by="id")
    assert [row[2] for row in rows[1:]] == ["UPDATED", "ADDED", "SKIPPED"]
    assert [row["Name"] for row in stored(org)] == ["One", "Older", "Old"]


@pytest.mark.parametrize(("ignore", "score"), [(True, 1.0), (False, None)])
def test_empty_cells(client: Client, org: State, ignore: bool, score: float | None) -> None:
    client.run(f"id,Score\n{an_id(201)},\n", "update", find_by="id", ignore_empty=ignore)
    assert stored(org)[0]["Score"] == score


def test_a_default_for_empty_cells(client: Client, org: State) -> None:
    mappings = [{"api_name": "id", "index": 0}, {"api_name": "Rank", "index": 1, "default_value": {"value": "4"}}]
    client.run(f"a,b\n{an_id(201)},\n{an_id(202)},6\n", "update", find_by="id", field_mappings=mappings)
    assert [row["Rank"] for row in stored(org)] == [4, 6]


def test_lookups_by_another_field(client: Client, org: State) -> None:
    text = f"id,Account.Account_Name\n{an_id(201)},Bolt\n{an_id(202)},Nobody\n"
    _, rows = client.run(text, "update", find_by="id")
    assert [row[-1] for row in rows[1:]] == ["", "INVALID_DATA-Account.Account_Name"]
    assert stored(org)[0]["Account"] == an_id(12)


@pytest.mark.parametrize("delimiter", list(",;:|"))
def test_delimiters(client: Client, delimiter: str, org: State) -> None:
    text = f'Name{delimiter}Code\n"a{delimiter}b"{delimiter}"c\nd"\n'
    client.run(text, "insert")
    assert (stored(org)[2]["Name"], stored(org)[2]["Code"]) == (f"a{delimiter}b", "c\nd")


def test_other_encodings(client: Client, org: State) -> None:
    given = body(client.upload(zipped("Name\n名前\n".encode("gb18030"))), "insert") | {"character_encoding": "gb18030"}
    client.create(given)
    client.create(body(client.upload(zipped("\ufeffName\n你好\n".encode())), "insert"))
    assert [row["Name"] for row in stored(org)[2:]] == ["名前", "你好"]


def test_no_workflow_runs(client: Client, org: State) -> None:
    client.run("Name\nNew\n", "insert")
    assert workflow_runs(org) == []


def test_a_job_goes_on_with_each_question(client: Client, org: State) -> None:
    job = client.create(body(client.upload(zipped("Name\nNew\n")), "insert"))
    seen = [client.status(job) for _ in range(4)]
    assert [each["status"] for each in seen] == ["ADDED", "INPROGRESS", "COMPLETED", "COMPLETED"]
    assert [each["resource"][0]["status"] for each in seen] == [each["status"] for each in seen]
    assert seen[1]["resource"][0]["file"]["added_count"] == 0
    assert "result" not in seen[1]
    assert seen[2]["result"] == {"download_url": f"http://here/crm/bulk/v8/write/{job}/result"}
    assert seen[2]["operation"] == "insert"


def test_the_other_spelling_of_a_running_job(client: Client, org: State) -> None:
    org.set_setting(RUNNING, "IN PROGRESS")
    job = client.create(body(client.upload(zipped("Name\nNew\n")), "insert"))
    assert [client.status(job)["status"] for _ in range(2)] == ["ADDED", "IN PROGRESS"]


def test_a_file_of_which_nothing_was_written_is_skipped(client: Client) -> None:
    assert client.run("Name,Kind\nNew,C\n", "insert")[0]["status"] == "SKIPPED"


def test_a_job_that_fails_writes_nothing(client: Client, org: State) -> None:
    job = client.create(body(client.upload(zipped("Name\nNew\n")), "insert"), faults={"failed_job": None})
    assert [client.status(job)["status"] for _ in range(3)] == ["ADDED", "INPROGRESS", "FAILED"]
    assert len(stored(org)) == len(PROJECTS)
    with pytest.raises(Refusal) as refused:
        client.result(job)
    assert refused.value.status == 404


def test_a_result_is_kept_for_a_week(client: Client, org: State) -> None:
    job = client.create(body(client.upload(zipped("Name\nNew\n")), "insert"))
    with pytest.raises(Refusal, match="RESOURCE_NOT_FOUND"):
        client.result(job)
    while client.status(job)["status"] != "COMPLETED":
        pass
    org.advance(timedelta(days=7).total_seconds() - 1)
    assert len(client.result(job)) == len(["header", "row"])
    org.advance(1)
    with pytest.raises(Refusal, match="RESOURCE_NOT_FOUND"):
        client.result(job)


def test_a_job_costs_five_hundred_credits(client: Client) -> None:
    assert [each.credits for each in client.bulk.endpoints()] == [500, 1, 1]


def test_as_many_rows_and_columns_as_there_may_be(client: Client) -> None:
    rows = "".join(f"N{number},{number}\n" for number in range(25_000))
    mappings = [{"api_name": "id", "index": 1}]  # no such ids: nothing is written, quickly
    counts, _ = client.run("Name,id\n" + rows, "update", find_by="id", field_mappings=mappings)
    assert counts["skipped_count"] == 25_000
    client.run(",".join(["Name", *(f"c{number}" for number in range(199))]) + "\nNew\n", "insert")


@pytest.mark.parametrize(
    ("text", "operation", "resource", "code"),
    [
        ("Name\nNew\n", "replace", {}, "INVALID_DATA"),
        ("Name\nNew\n", "insert", {"type": "file"}, "REQUEST_BODY_NOT_SUPPORTED"),
        ("Name\nNew\n", "insert", {"module": {"api_name": "Nothing"}}, "MODULE_NOT_AVAILABLE"),
        ("Name\nNew\n", "insert", {"module": {"api_name": "History"}}, "INVALID_REQUEST"),
        ("Name\nNew\n", "insert", {"file_id": "1"}, "FILE_NOT_FOUND"),
        ("Name\nNew\n", "insert", {"file_names": ["b.csv"]}, "FILE_NOT_FOUND"),
        ("Name\nNew\n", "update", {}, "MANDATORY_NOT_FOUND"),
        ("Name\nNew\n", "update", {"find_by": "Nothing"}, "INVALID_FIELD"),
        ("Name\nNew\n", "update", {"find_by": "Name"}, "INVALID_FIELD"),
        ("Name\nNew\n", "update", {"find_by": "id"}, "MANDATORY_FIELDS_NOT_MAPPED"),
        ("Code\nNew\n", "insert", {}, "MANDATORY_FIELDS_NOT_MAPPED"),
        ("", "insert", {}, "MANDATORY_FIELDS_NOT_MAPPED"),
        ("Name\n\xff\n".encode("latin-1"), "insert", {}, "INVALID_DATA"),
        ("Name\n" + "x\n" * 25_001, "insert", {}, "FILE_TOO_LARGE"),
        ("Name" + ",x" * 200 + "\n", "insert", {}, "HEADER_LIMIT_EXCEEDED"),
        ("Name\nNew\n", "insert", {"field_mappings": [{"api_name": "No", "index": 0}]}, "INVALID_FIELD"),
        ("Name\nNew\n", "insert", {"field_mappings": [{"api_name": "Name", "index": 1}]}, "COLUMN_INDEX_NOT_FOUND"),
        (
            "Name\nNew\n",
            "insert",
            {"field_mappings": [{"api_name": "Name", "index": 0, "format": "dd"}]},
            "REQUEST_BODY_NOT_SUPPORTED",
        ),
    ],
)
def test_refusals(client: Client, text: str | bytes, operation: str, resource: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        client.create(body(client.upload(zipped(text)), operation, **resource))
    assert (refused.value.status, refused.value.code) == (400, code)


def test_a_body_without_resource(client: Client) -> None:
    with pytest.raises(Refusal, match="MISSING_REQUIRED_KEY"):
        client.create({"operation": "insert"})


def test_a_zip_of_several_files_needs_a_name(client: Client, org: State) -> None:
    file_id = client.upload(zipped("Name\nNew\n", names=("a.csv", "b.csv")))
    with pytest.raises(Refusal, match="FILE_NOT_FOUND"):
        client.create(body(file_id, "insert", file_names=None))
    client.create(body(file_id, "insert", file_names=["b.csv"]))
    assert len(stored(org)) == len(PROJECTS) + 1


FORM = {"content-type": "multipart/form-data; boundary=edge"}


@pytest.mark.parametrize(
    ("headers", "part", "content", "code"),
    [
        ({"x-crm-org": "77"}, "file", zipped("a"), "MANDATORY_NOT_FOUND"),
        ({"feature": "bulk-write"}, "file", zipped("a"), "MANDATORY_NOT_FOUND"),
        ({"feature": "bulk-read", "x-crm-org": "77"}, "file", zipped("a"), "NOT_SUPPORTED_FEATURE"),
        ({"feature": "bulk-write", "x-crm-org": "78"}, "file", zipped("a"), "INVALID_DATA"),
        ({"feature": "bulk-write", "x-crm-org": "77"}, "other", zipped("a"), "MANDATORY_NOT_FOUND"),
        ({"feature": "bulk-write", "x-crm-org": "77"}, "file", b"Name\n", "INVALID_FILE_FORMAT"),
        ({"feature": "bulk-write", "x-crm-org": "77"}, "file", b"x" * (MOST_BYTES + 1), "FILE_TOO_LARGE"),
        ({"feature": "bulk-write", "x-crm-org": "77", "content-type": "text/csv"}, "file", b"", "MANDATORY_NOT_FOUND"),
        (
            {"feature": "bulk-write", "x-crm-org": "77", "content-type": "multipart/form-data"},
            "file",
            zipped("a"),
            "INVALID_DATA",
        ),
    ],
)
def test_refused_uploads(client: Client, headers: dict[str, str], part: str, content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        client.upload(content, headers=FORM | headers, part=part)
    assert (refused.value.status, refused.value.code) == (400, code)
