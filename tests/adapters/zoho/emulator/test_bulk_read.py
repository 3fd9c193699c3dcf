"""Bulk read: jobs and their states, pages and tokens, what the CSV holds, and each documented limit and error."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.zoho.emulator.answers import Answer, Refusal
from adapters.zoho.emulator.bulk_csv import SEPARATOR
from adapters.zoho.emulator.bulk_jobs import Jobs
from adapters.zoho.emulator.bulk_query import bulk_query
from adapters.zoho.emulator.bulk_read import DOWNLOADS, PATH, BulkRead
from adapters.zoho.emulator.calls import Call
from adapters.zoho.emulator.meta import FieldMeta, ModuleMeta
from adapters.zoho.emulator.records import answer_rows
from adapters.zoho.emulator.state import State
from tests.adapters.zoho.emulator.small_org import an_id, small_org

DEALS = [
    {
        "id": an_id(101),
        "Deal_Name": 'One, "two"\nthree',
        "Owner": an_id(1),
        "Modified_Time": "2026-01-01T00:00:00+00:00",
        "Account_Name": an_id(12),
        "Stage": "Won",
        "Amount": 1e21,
        "Probability": 10,
        "Starred": 1,
        "Closing_Date": "2026-01-31",
        "Products": '["A", "B"]',
        "Tag": '[{"name": "x", "id": "1"}, {"name": "y", "id": "2"}]',
        "Salary": 9.0,
    },
    {"id": an_id(102), "Modified_Time": "2026-01-02T00:00:00+00:00", "Amount": 12.5, "Starred": 0, "Stage": "50%_"},
    {"id": an_id(103), "Modified_Time": "2026-01-03T00:00:00+00:00", "$approval_state": "pending"},
    {"id": an_id(104), "Modified_Time": "2026-01-03T00:00:00+00:00", "Stage": "Lost", "Owner": an_id(2)},
]


class Client:
    """Asks the handlers as the app does."""

    def __init__(self, state: State, *, rows_of_page: int = 200_000, seconds: float = 0.0) -> None:
        self.state = state
        self.bulk = BulkRead(state, Jobs(state, seconds=seconds), rows_of_page=rows_of_page)

    def create(self, query: object, *, faults: Mapping[str, Any] | None = None, **more: Any) -> str:
        body = orjson.dumps({"query": query, **more})
        answer = self.bulk.create(Call("POST", PATH, body=body, faults=faults or {}))
        assert answer.status == 201
        return str(answer.payload["data"][0]["details"]["id"])

    def status(self, job: str) -> dict[str, Any]:
        found = self.bulk.status(Call("GET", f"{PATH}/{job}", parameters={"id": job})).payload["data"]
        assert len(found) == 1
        return dict(found[0])

    def download(self, job: str) -> Answer:
        return self.bulk.result(Call("GET", f"{PATH}/{job}/result", parameters={"id": job}))

    def done(self, query: object) -> dict[str, Any]:
        job = self.create(query)
        while (found := self.status(job))["state"] != "COMPLETED":
            assert found["state"] in ("QUEUED", "IN PROGRESS")
        return found

    def table(self, query: object) -> list[list[str]]:
        return unpacked(self.download(self.done(query)["id"]))


def unpacked(answer: Answer) -> list[list[str]]:
    with zipfile.ZipFile(io.BytesIO(answer.body())) as archive:
        (name,) = archive.namelist()
        return list(csv.reader(io.StringIO(archive.read(name).decode(), newline="")))


def deals(**more: Any) -> dict[str, Any]:
    return {"module": {"api_name": "Deals"}, **more}


def condition(name: str, comparator: str, value: object) -> dict[str, Any]:
    return {"field": {"api_name": name}, "comparator": comparator, "value": value}


@pytest.fixture
def org() -> Iterator[State]:
    state = small_org(deals=DEALS)
    yield state
    state.close()


@pytest.fixture
def client(org: State) -> Client:
    return Client(org)


def test_what_a_new_job_is_told(client: Client) -> None:
    body = orjson.dumps({"query": deals(), "file_type": "csv", "callback": {"url": "https://x/cb", "method": "post"}})
    answer = client.bulk.create(Call("POST", PATH, body=body))
    (added,) = answer.payload["data"]
    details = added.pop("details")
    assert added == {"status": "success", "code": "ADDED_SUCCESSFULLY", "message": "Added successfully."}
    assert details | {"id": ""} == {
        "id": "",
        "operation": "read",
        "state": "ADDED",
        "created_by": {"id": an_id(1), "name": "Ada Lovelace"},
        "created_time": "2026-03-01T08:00:00+00:00",
    }


def test_a_job_goes_on_with_each_question(client: Client) -> None:
    job = client.create(deals(fields=["Stage"], criteria=condition("Stage", "equal", "Won")))
    assert [client.status(job)["state"] for _ in range(4)] == ["QUEUED", "IN PROGRESS", "COMPLETED", "COMPLETED"]
    found = client.status(job)
    assert found["result"] == {
        "page": 1,
        "count": 1,
        "download_url": f"/crm/bulk/v8/read/{job}/result",
        "per_page": 200_000,
        "more_records": False,
        "next_page_token": None,
    }
    assert found["query"]["module"]["api_name"] == "Deals"
    assert (found["query"]["fields"], found["query"]["page"]) == (["Stage"], 1)


def test_jobs_take_their_time_one_after_the_other(org: State) -> None:
    client = Client(org, seconds=100)
    first, second = client.create(deals()), client.create(deals())
    seen = []
    for _ in range(21):
        seen.append((client.status(first)["state"], client.status(second)["state"]))
        org.advance(10)
    assert seen[0] == ("ADDED", "ADDED")
    assert seen[1] == ("QUEUED", "ADDED")
    assert seen[2] == ("IN PROGRESS", "QUEUED")
    assert seen[9] == ("IN PROGRESS", "QUEUED")
    assert seen[10] == ("COMPLETED", "IN PROGRESS")
    assert seen[20] == ("COMPLETED", "COMPLETED")


def test_cells(client: Client, org: State) -> None:
    org.set_setting("zone", "Asia/Kolkata")
    fields = ["id", "Deal_Name", "Owner", "Owner.last_name", "Account_Name", "Account_Name.Account_Name", "Amount"]
    fields += ["Probability", "Starred", "Closing_Date", "Modified_Time", "Products", "Tag", "Salary"]
    header, one, two, _ = client.table(deals(fields=fields))
    assert header == ["Id", *fields[1:]]
    assert one == [
        an_id(101),
        'One, "two"\nthree',
        an_id(1),
        "Lovelace",
        an_id(12),
        "Bolt",
        "1000000000000000000000",
        "10",
        "true",
        "2026-01-31",
        "2026-01-01T05:30:00+05:30",
        "A;B",
        "x,y",
        "",
    ]
    assert two[6:9] == ["12.5", "", "false"]
    org.set_setting(SEPARATOR, ",")
    assert client.table(deals(fields=["Products"]))[1] == [an_id(101), "A,B"]


def test_all_fields_without_a_list_of_them(client: Client) -> None:
    header = client.table(deals())[0]
    assert header[0] == "Id"
    assert {"Stage", "Owner", "Description", "Salary"} < set(header)
    assert not {"id", "Items", "Files", "Photo", "Partners", "$approval_state"} & set(header)


def test_the_zip_equals_the_list(client: Client, org: State) -> None:
    names = ["id", "Deal_Name", "Stage", "Owner", "Account_Name"]
    rows = org.db.execute(
        'SELECT id, Deal_Name, Stage, Owner, Account_Name FROM "Deals" WHERE "$approval_state" IS NULL'
    )
    listed = answer_rows(org, "Deals", names, rows)
    flat = [[(value["id"] if isinstance(value, dict) else value) or "" for value in row.values()] for row in listed]
    assert client.table(deals(fields=names))[1:] == flat


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        (condition("Stage", "equal", "won"), [101]),
        (condition("Stage", "not_equal", "Won"), [102, 104]),
        (condition("Stage", "in", ["Won", "Lost"]), [101, 104]),
        (condition("Stage", "in", "Won, Lost"), [101, 104]),
        (condition("Stage", "not_in", ["Won", "Lost"]), [102]),
        (condition("Stage", "starts_with", "50%"), [102]),
        (condition("Stage", "ends_with", "%_"), [102]),
        (condition("Stage", "contains", "os"), [104]),
        (condition("Stage", "not_contains", "o"), [102]),
        (condition("Amount", "greater_than", 12.5), [101]),
        (condition("Amount", "greater_equal", "12.5"), [101, 102]),
        (condition("Amount", "less_than", 13), [102]),
        (condition("Amount", "less_equal", 12.4), []),
        (condition("Amount", "between", [12, 13]), [102]),
        (condition("Amount", "not_between", ["12", "13"]), [101]),
        (condition("Modified_Time", "greater_equal", "2026-01-02T05:30:00+05:30"), [102, 104]),
        (condition("Starred", "equal", True), [101]),
        (condition("Owner", "equal", an_id(2)), [104]),
        (condition("Owner.last_name", "equal", "noyce"), [104]),
        (condition("Owner", "equal", "${EMPTY}"), [102]),
        (condition("Owner", "not_equal", "${EMPTY}"), [101, 104]),
        (condition("id", "greater_than", an_id(101)), [102, 104]),
        (condition("Products", "equal", "A"), [101]),
        (
            {
                "group_operator": "AND",
                "group": [
                    condition("id", "greater_than", "0"),
                    {
                        "group_operator": "or",
                        "group": [condition("Stage", "equal", "Won"), condition("Stage", "equal", "Lost")],
                    },
                ],
            },
            [101, 104],
        ),
    ],
)
def test_criteria(client: Client, criteria: object, found: list[int]) -> None:
    rows = client.table(deals(fields=["Stage"], criteria=criteria))[1:]
    assert [row[0] for row in rows] == list(map(an_id, found))


@given(st.integers(0, 12), st.integers(1, 5), st.booleans())
@settings(max_examples=40)
def test_pages_by_token_and_by_number_give_every_record_once(count: int, most: int, by_token: bool) -> None:
    state = small_org(deals=[{"id": an_id(100 + place), "Stage": str(place)} for place in range(count)])
    client, query, read, page = Client(state, rows_of_page=most), deals(fields=["Stage"]), [], 1
    while True:
        state.advance(60)  # ten downloads a minute
        found = client.done(query)
        read += unpacked(client.download(found["id"]))[1:]
        assert (found["result"]["page"], found["query"]["page"]) == (page, page)
        page += 1
        if not found["result"]["more_records"]:
            break
        query = {"page_token": found["result"]["next_page_token"]} if by_token else deals(fields=["Stage"], page=page)
    assert read == [[an_id(100 + place), str(place)] for place in range(count)]
    state.close()


def test_a_page_is_written_some_thousand_rows_at_a_time(org: State) -> None:
    org.db.execute("DELETE FROM Deals")
    org.load("Deals", ["id"], ([an_id(number)] for number in range(13_001)))
    client, read = Client(org, rows_of_page=6_500), []
    for page in (1, 2, 3):
        read += client.table(deals(fields=["id"], page=page))[1:]
    assert read == [[an_id(number)] for number in range(13_001)]


def test_a_page_is_read_in_the_order_of_ids_and_never_sorted(org: State) -> None:
    window = ["2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]
    criteria = condition("Modified_Time", "between", window)
    query = bulk_query(org, deals(criteria=criteria))
    statement = query.statement(after="", limit=5)
    steps = [row[3] for row in org.db.execute(f"EXPLAIN QUERY PLAN {statement.sql}", statement.values)]
    assert steps[0].startswith("SEARCH t0 USING INDEX sqlite_autoindex_Deals_1 (id>?)")
    assert not [step for step in steps if "TEMP B-TREE" in step]


def test_a_token_lives_for_a_day(org: State) -> None:
    client = Client(org, rows_of_page=1)
    token = client.done(deals())["result"]["next_page_token"]
    org.advance(timedelta(hours=24).total_seconds() - 1)
    client.create({"page_token": token})
    org.advance(1)
    with pytest.raises(Refusal) as refused:
        client.create({"page_token": token})
    assert (refused.value.code, refused.value.details) == ("EXPIRED_VALUE", {"api_name": "page_token"})


def test_a_file_for_the_sdk(client: Client) -> None:
    job = client.done(deals())["id"]
    answer = client.download(job)
    assert answer.media_type == "application/zip"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{job}.zip"'
    assert zipfile.ZipFile(io.BytesIO(answer.body())).namelist() == [f"{job}.csv"]


def test_a_result_that_was_lost_is_made_again(client: Client, org: State) -> None:
    job = client.done(deals(fields=["Stage"]))["id"]
    before = unpacked(client.download(job))
    assert unpacked(Client(org).download(job)) == before


def test_a_result_is_kept_for_a_day(client: Client, org: State) -> None:
    job = client.done(deals())["id"]
    org.advance(timedelta(hours=24).total_seconds() - 1)
    assert client.status(job)["state"] == "COMPLETED"
    org.advance(1)
    for ask in (client.status, client.download):
        with pytest.raises(Refusal) as refused:
            ask(job)
        assert (refused.value.status, refused.value.code) == (404, "RESOURCE_NOT_FOUND")


def test_a_job_that_fails(client: Client) -> None:
    job = client.create(deals(), faults={"failed_job": None})
    assert [client.status(job)["state"] for _ in range(3)] == ["QUEUED", "IN PROGRESS", "FAILURE"]
    assert "result" not in client.status(job)
    with pytest.raises(Refusal) as refused:
        client.download(job)
    assert refused.value.status == 404


def test_a_job_that_is_not_done_has_no_file(client: Client) -> None:
    with pytest.raises(Refusal) as refused:
        client.download(client.create(deals()))
    assert refused.value.code == "RESOURCE_NOT_FOUND"


def test_ten_downloads_a_minute(client: Client, org: State) -> None:
    job = client.done(deals())["id"]
    for _ in range(DOWNLOADS):
        client.download(job)
    for wait in (0, 30, 29):
        org.advance(wait)
        with pytest.raises(Refusal) as refused:
            client.download(job)
        assert (refused.value.status, refused.value.code) == (429, "TOO_MANY_REQUESTS")
    org.advance(1)
    assert client.download(job).status == 200


def test_history_of_what_is_gone_is_left_out(client: Client, org: State) -> None:
    fields = [FieldMeta("id", "bigint", "id"), FieldMeta("Potential_Name", "lookup", "Deal", lookup="Deals")]
    org.create_module(ModuleMeta("DealHistory", "History", "History", name_field="id", parent="Deals"), fields)
    for number, deal in ((1, an_id(101)), (2, None)):
        org.store("DealHistory", {"id": an_id(number), "Potential_Name": deal})
    assert client.table({"module": {"api_name": "DealHistory"}})[1:] == [[an_id(1), an_id(101)]]


def grouped(count: int) -> dict[str, Any]:
    return {"group_operator": "and", "group": [condition("id", "greater_than", "0")] * count}


@pytest.mark.parametrize(
    ("query", "code", "details"),
    [
        ("no object", "REQUEST_BODY_NOT_SUPPORTED", {}),
        ({}, "REQUEST_BODY_NOT_SUPPORTED", {}),
        ({"module": {"api_name": "Nothing"}}, "MODULE_NOT_AVAILABLE", {"api_name": "Nothing"}),
        ({"module": {"api_name": "Users"}}, "MODULE_NOT_SUPPORTED", {}),
        (deals(fields=["Nothing"]), "FIELD_NOT_AVAILABLE", {"api_name": "Nothing", "module": "Deals"}),
        (deals(fields="Stage"), "REQUEST_BODY_NOT_SUPPORTED", {}),
        (deals(fields=["Items"]), "FIELD_NOT_SUPPORTED", {"api_name": "Items"}),
        (deals(cvid="1"), "CVID_NOT_SUPPORTED", {}),
        (deals(page=0.5), "PAGE_NOT_SUPPORTED", {}),
        (deals(page=-1), "PAGE_NOT_SUPPORTED", {}),
        (deals(page=51), "PAGE_RANGE_EXCEEDED", {"max_limit": 50}),
        ({"page_token": "none"}, "INVALID_DATA", {"api_name": "page_token"}),
        (deals(criteria=[]), "INVALID_CRITERIA", {}),
        (deals(criteria={"comparator": "equal"}), "INVALID_CRITERIA", {}),
        (deals(criteria={"group_operator": "and", "group": []}), "AMBIGUOUS_GROUP_IN_CRITERIA", {}),
        (
            deals(criteria={"group_operator": "xor", "group": [condition("id", "equal", "1")]}),
            "GROUP_OPERATOR_NOT_SUPPORTED",
            {"supported": ["and", "or"]},
        ),
        (deals(criteria=grouped(26)), "CRITERIA_LIMIT_EXCEEDED", {"max_limit": 25}),
        (
            deals(criteria=condition("Stage", "in", [str(number) for number in range(201)])),
            "VALUE_LIMIT_EXCEEDED_IN_CRITERIA",
            {"max_limit": 200},
        ),
        (
            deals(criteria=condition("Stage", "like", "a")),
            "FIELD_COMPARATOR_IN_CRITERIA_NOT_SUPPORTED",
            {"api_name": "Stage", "comparator": "like"},
        ),
        (
            deals(criteria=condition("Starred", "greater_than", "a")),
            "FIELD_AND_COMPARATOR_IN_CRITERIA_NOT_COMPATIBLE",
            {"api_name": "Starred", "comparator": "greater_than", "supported": ["equal"]},
        ),
        (
            deals(criteria=condition("Amount", "equal", "much")),
            "FIELD_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE",
            {"api_name": "Amount"},
        ),
        (
            deals(criteria=condition("Amount", "between", [1])),
            "COMPARATOR_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE",
            {"comparator": "between"},
        ),
        (
            deals(criteria=condition("Amount", "equal", {"a": 1})),
            "COMPARATOR_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE",
            {"comparator": "equal"},
        ),
        (deals(criteria=condition("Nothing", "equal", 1)), "FIELD_IN_CRITERIA_NOT_AVAILABLE", {"api_name": "Nothing"}),
        (
            deals(criteria=condition("Description", "equal", "a")),
            "FIELD_IN_CRITERIA_NOT_SUPPORTED",
            {"api_name": "Description"},
        ),
    ],
    ids=str,
)
def test_refusals(client: Client, query: object, code: str, details: dict[str, object]) -> None:
    with pytest.raises(Refusal) as refused:
        client.create(query)
    assert (refused.value.status, refused.value.code, refused.value.details) == (400, code, details)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "REQUEST_BODY_IS_EMPTY"),
        (b"{", "REQUEST_BODY_NOT_READABLE"),
        (b'{"query": {"module": {"api_name": "Deals"}}, "file_type": "ics"}', "NOT_SUPPORTED_FEATURE"),
    ],
)
def test_bodies_that_are_none(client: Client, body: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        client.bulk.create(Call("POST", PATH, body=body))
    assert refused.value.code == code


def test_as_many_criteria_and_values_as_there_may_be(client: Client) -> None:
    client.create(deals(criteria=grouped(25)))
    client.create(deals(criteria=condition("Stage", "in", [str(number) for number in range(200)])))


def test_a_job_costs_fifty_credits(client: Client) -> None:
    assert [each.credits for each in client.bulk.endpoints()] == [50, 1, 1]
