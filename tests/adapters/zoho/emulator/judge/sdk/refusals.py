"""What Zoho refuses, as the SDK's own exceptions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from session import Access, answered, parameters, plain
from zohocrmsdk.src.com.zoho.crm.api.bulk_read import BulkReadOperations
from zohocrmsdk.src.com.zoho.crm.api.coql import BodyWrapper as QueryBody
from zohocrmsdk.src.com.zoho.crm.api.coql import CoqlOperations
from zohocrmsdk.src.com.zoho.crm.api.exception import SDKException
from zohocrmsdk.src.com.zoho.crm.api.fields import FieldsOperations
from zohocrmsdk.src.com.zoho.crm.api.fields.fields_operations import GetFieldsParam
from zohocrmsdk.src.com.zoho.crm.api.record import BodyWrapper, Record, RecordOperations
from zohocrmsdk.src.com.zoho.crm.api.record.record_operations import GetRecordsParam


def steps(access: Access) -> Iterator[tuple[str, Any]]:
    """Each with the class that says it."""
    yield "unknown module", _said(lambda: RecordOperations("Nonsense").get_records(_fields("id")))
    yield (
        "fields of an unknown module",
        _said(lambda: FieldsOperations().get_fields(parameters({GetFieldsParam.module: "Nonsense"}))),
    )
    yield "no fields named", _said(lambda: RecordOperations("Leads").get_records())
    yield "missing mandatory field", _said(lambda: RecordOperations("Leads").create_records(_nameless()))
    yield (
        "unknown column",
        _said(lambda: CoqlOperations().get_records(_query("select Nope from Deals where id is not null"))),
    )
    yield "no query", _said(lambda: CoqlOperations().get_records(_query("select id from")))
    yield "unknown job", _said(lambda: BulkReadOperations().get_bulk_read_job_details(1))
    yield "record that is gone", RecordOperations("Leads").get_record(1).get_status_code()


def _fields(names: str) -> Any:
    return parameters({GetRecordsParam.fields: names})


def _nameless() -> BodyWrapper:
    record = Record()
    record.add_key_value("Company", "No name")
    body = BodyWrapper()
    body.set_data([record])
    return body


def _query(text: str) -> QueryBody:
    body = QueryBody()
    body.set_select_query(text)
    return body


def _said(call: Callable[[], Any]) -> Any:
    try:
        response = call()
    except SDKException as refused:
        return {"class": type(refused).__name__, "code": refused.code, "details": refused.details}
    found = answered(response)
    if hasattr(found, "get_data"):
        (found,) = found.get_data()
    return {"class": type(found).__name__, "http": response.get_status_code(), **plain(found)}
