"""Records: lists of any length, one record, counts, searches, queries, a deal's history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from session import Access, answered, parameters, plain
from zohocrmsdk.src.com.zoho.crm.api.coql import BodyWrapper, CoqlOperations
from zohocrmsdk.src.com.zoho.crm.api.record import RecordOperations
from zohocrmsdk.src.com.zoho.crm.api.record.record_operations import (
    GetRecordsParam,
    RecordCountParam,
    SearchRecordsParam,
)
from zohocrmsdk.src.com.zoho.crm.api.related_records import RelatedRecordsOperations
from zohocrmsdk.src.com.zoho.crm.api.related_records.related_records_operations import GetRelatedRecordsParam

TASK_FIELDS = "Subject,Status,Owner,Due_Date,Created_Time,Modified_Time"
HISTORY_FIELDS = "Stage,Moved_To__s,Modified_Time,Amount"


def steps(access: Access) -> Iterator[tuple[str, Any]]:
    """Nothing is changed."""
    tasks = list(_by_token("Tasks", TASK_FIELDS))
    yield "list by token", tasks
    yield "list by page", [row["id"] for page in range(1, 11) for row in _page("Tasks", page)]
    yield "page behind the last", plain(answered(_asked("Tasks", {GetRecordsParam.page: 11})))
    deals = list(_by_token("Deals", "Deal_Name,Stage,Amount,Account_Name,Closing_Date,Modified_Time"))
    yield "deals", deals
    yield "single record", _one("Deals", deals[0]["id"])
    yield "nothing", RecordOperations("Invoices").get_records(_fields("Subject")).get_status_code()
    yield "count", _count("Tasks")
    yield "count of some", _count("Tasks", "(Status:equals:Completed)")
    yield "search", _search("Deals", "((Stage:equals:Closed won)and(Amount:greater_than:1000))")
    yield (
        "query",
        _query(
            "select id, Deal_Name, Amount, Closing_Date, Account_Name.Account_Name, Owner.last_name from Deals "
            "where (Amount > 1000 and Stage is not null) order by Modified_Time asc, id asc limit 0, 200"
        ),
    )
    yield "long query", _query("select id, Subject from Tasks where id is not null order by id asc limit 0, 2000")
    yield "sums", _query("select Stage, COUNT(id), SUM(Amount) from Deals where id is not null group by Stage")
    yield "stage histories", {row["id"]: _history(row["id"]) for row in deals[-5:]}


def _asked(module: str, more: dict[Any, Any], fields: str = "id") -> Any:
    return RecordOperations(module).get_records(parameters({GetRecordsParam.fields: fields, **more}))


def _fields(names: str) -> Any:
    return parameters({GetRecordsParam.fields: names})


def _by_token(module: str, fields: str) -> Iterator[Any]:
    more: dict[Any, Any] = {GetRecordsParam.per_page: 200}
    while True:
        answer = answered(_asked(module, more, fields))
        yield from plain(answer.get_data())
        if not answer.get_info().get_more_records():
            return
        more = {GetRecordsParam.per_page: 200, GetRecordsParam.page_token: answer.get_info().get_next_page_token()}


def _page(module: str, number: int) -> list[Any]:
    return plain(answered(_asked(module, {GetRecordsParam.page: number, GetRecordsParam.per_page: 200})).get_data())


def _one(module: str, record: int) -> Any:
    return plain(answered(RecordOperations(module).get_record(record)).get_data())


def _count(module: str, criteria: str | None = None) -> int:
    asked = parameters({RecordCountParam.criteria: criteria} if criteria else {})
    return answered(RecordOperations(module).record_count(asked)).get_count()


def _search(module: str, criteria: str) -> list[Any]:
    found: list[Any] = []
    while True:
        asked = {SearchRecordsParam.criteria: criteria, SearchRecordsParam.page: len(found) // 200 + 1}
        answer = answered(
            RecordOperations(module).search_records(parameters({**asked, SearchRecordsParam.per_page: 200}))
        )
        found += plain(answer.get_data())
        if not answer.get_info().get_more_records():
            return found


def _query(text: str) -> Any:
    body = BodyWrapper()
    body.set_select_query(text)
    answer = answered(CoqlOperations().get_records(body))
    return {"rows": plain(answer.get_data()), "info": plain(answer.get_info())}


def _history(deal: int) -> list[Any]:
    asked = parameters({GetRelatedRecordsParam.fields: HISTORY_FIELDS})
    return plain(
        answered(RelatedRecordsOperations("Stage_History", "Deals").get_related_records(deal, asked)).get_data()
    )
