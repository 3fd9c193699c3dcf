"""A record's life: made, changed, found again by its key, deleted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from session import Access, answered, parameters, plain
from zohocrmsdk.src.com.zoho.crm.api.fields import BodyWrapper as FieldsBody
from zohocrmsdk.src.com.zoho.crm.api.fields import Fields as NewField
from zohocrmsdk.src.com.zoho.crm.api.fields import FieldsOperations
from zohocrmsdk.src.com.zoho.crm.api.fields.fields_operations import CreateFieldParam
from zohocrmsdk.src.com.zoho.crm.api.record import BodyWrapper, Record, RecordOperations
from zohocrmsdk.src.com.zoho.crm.api.record.record_operations import (
    DeleteRecordParam,
    DeleteRecordsParam,
    GetDeletedRecordsParam,
)
from zohocrmsdk.src.com.zoho.crm.api.util import Choice


def steps(access: Access) -> Iterator[tuple[str, Any]]:
    """Each answer of the SDK, and at the end what is left for a comparison with the stand-in."""
    leads = RecordOperations("Leads")
    made = _sent(leads.create_records, _lead("One"), _lead("Two"), _lead("Three"))
    yield "create", made
    one, two, three = (int(each["details"]["id"]) for each in made)
    yield (
        "update many",
        _sent(leads.update_records, _change(one, Company="New & Co."), _change(two, Phone="+1 312 5550101")),
    )
    yield (
        "update one",
        plain(answered(leads.update_record(three, _body([_change(None, Phone="+1 312 5550102")]))).get_data()),
    )
    yield (
        "update nobody",
        _sent(leads.update_records, _change(1, Phone="+1 312 5550103"), _change(two, Phone="+1 312 5550104")),
    )
    yield (
        "upsert",
        _sent(
            leads.upsert_records,
            _change(None, Last_Name="One", Email="one@judge.example", Phone="+1 312 5550105"),
            _change(None, Email="nobody@judge.example"),
            _change(None, Last_Name="Four", Email="four@judge.example", Company="Fourth"),
            by=["Email"],
        ),
    )
    yield (
        "delete one",
        plain(answered(leads.delete_record(three, parameters({DeleteRecordParam.wf_trigger: False}))).get_data()),
    )
    ids = parameters({DeleteRecordsParam.ids: f"{two},1", DeleteRecordsParam.wf_trigger: False})
    yield "delete many", plain(answered(leads.delete_records(ids)).get_data())
    kind = parameters({GetDeletedRecordsParam.type: "all"})
    yield "deleted", plain(answered(leads.get_deleted_records(kind)).get_data())
    yield "new field", _new_field()
    yield "move a deal", _moved_deal()


def _lead(name: str) -> Record:
    return _change(None, Last_Name=name, Company="Judge & Söhne 公司", Email=f"{name.lower()}@judge.example")


def _change(record: int | None, **values: Any) -> Record:
    found = Record()
    if record is not None:
        found.set_id(record)
    for name, value in values.items():
        found.add_key_value(name, value)
    return found


def _body(records: list[Record], *, by: list[str] | None = None) -> BodyWrapper:
    body = BodyWrapper()
    body.set_data(records)
    body.set_trigger([])
    if by:
        body.set_duplicate_check_fields(by)
    return body


def _sent(call: Any, *records: Record, by: list[str] | None = None) -> list[Any]:
    return [
        {"class": type(each).__name__, **plain(each)} for each in answered(call(_body(list(records), by=by))).get_data()
    ]


def _new_field() -> list[Any]:
    field = NewField()
    field.set_field_label("KPI Score")
    field.set_data_type("double")
    field.set_length(10)
    field.set_decimal_place(2)
    body = FieldsBody()
    body.set_fields([field])
    return plain(
        answered(FieldsOperations().create_field(body, parameters({CreateFieldParam.module: "Accounts"}))).get_fields()
    )


def _moved_deal() -> list[Any]:
    """A new deal, then its next stage."""
    deals = RecordOperations("Deals")
    values = {"Stage": Choice("Qualification"), "Amount": 1234.5, "Closing_Date": date(2026, 6, 30)}
    (made,) = _sent(deals.create_records, _change(None, Deal_Name="Judged", **values))
    (moved,) = _sent(deals.update_records, _change(int(made["details"]["id"]), Stage=Choice("Closed won")))
    return [made, moved]
