"""Bulk Read down to its file, Bulk Write from upload to result."""

from __future__ import annotations

import csv
import io
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from session import Access, answered, plain
from zohocrmsdk.src.com.zoho.crm.api.bulk_read import BodyWrapper, BulkReadOperations, Criteria, Query
from zohocrmsdk.src.com.zoho.crm.api.bulk_write import (
    BulkWriteOperations,
    FieldMapping,
    FileBodyWrapper,
    RequestWrapper,
    Resource,
    UploadFileHeader,
)
from zohocrmsdk.src.com.zoho.crm.api.fields import MinifiedField
from zohocrmsdk.src.com.zoho.crm.api.header_map import HeaderMap
from zohocrmsdk.src.com.zoho.crm.api.modules import MinifiedModule
from zohocrmsdk.src.com.zoho.crm.api.org import OrgOperations
from zohocrmsdk.src.com.zoho.crm.api.util import Choice, StreamWrapper

PATIENCE = 50
"""Questions after a job before it is given up."""
COLUMNS = ["Subject", "Status", "Owner", "Due_Date", "Modified_Time"]
WRITTEN = [["Last_Name", "Company", "Email"], ["Bulk", "Bulk & Co.", "bulk@judge.example"], ["", "No name", ""]]


def steps(access: Access) -> Iterator[tuple[str, Any]]:
    """Both jobs."""
    yield "bulk read", _read(access.folder, criteria=None)
    criteria = Criteria()
    field = MinifiedField()
    field.set_api_name("Status")
    criteria.set_field(field)
    criteria.set_comparator(Choice("equal"))
    criteria.set_value("Completed")
    yield "bulk read of some", _read(access.folder, criteria=criteria)
    yield "bulk write", _write(access.folder)


def _read(folder: Path, *, criteria: Criteria | None) -> Any:
    module = MinifiedModule()
    module.set_api_name("Tasks")
    query = Query()
    query.set_module(module)
    query.set_fields(COLUMNS)
    query.set_page(1)
    if criteria:
        query.set_criteria(criteria)
    body = BodyWrapper()
    body.set_query(query)
    body.set_file_type("csv")
    operations = BulkReadOperations()
    (made,) = answered(operations.create_bulk_read_job(body)).get_data()
    job = int(made.get_details()["id"])
    done = _awaited(lambda: answered(operations.get_bulk_read_job_details(job)).get_data()[0], "get_state", "COMPLETED")
    file = answered(operations.download_result(job)).get_file()
    return {"job": str(job), "detail": plain(done), **_content(file, folder)}


def _write(folder: Path) -> Any:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(WRITTEN)
    path = folder / "leads.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("leads.csv", text.getvalue())
    operations = BulkWriteOperations()
    uploaded = plain(_uploaded(operations, path))
    made = answered(operations.create_bulk_write_job(_request(str(uploaded["details"]["file_id"]))))
    job = str(made.get_details()["id"])
    done = _awaited(lambda: answered(operations.get_bulk_write_job_details(job)), "get_status", "COMPLETED")
    file = answered(operations.download_bulk_write_result(done.get_result().get_download_url())).get_file()
    return {"upload": uploaded, "made": plain(made), "detail": plain(done), **_content(file, folder)}


def _uploaded(operations: BulkWriteOperations, path: Path) -> Any:
    headers = HeaderMap()
    headers.add(UploadFileHeader.feature, "bulk-write")
    headers.add(UploadFileHeader.x_crm_org, str(answered(OrgOperations().get_organization()).get_org()[0].get_zgid()))
    body = FileBodyWrapper()
    body.set_file(StreamWrapper(file_path=str(path)))
    return answered(operations.upload_file(body, headers))


def _request(file: str) -> RequestWrapper:
    resource = Resource()
    resource.set_type(Choice("data"))
    module = MinifiedModule()
    module.set_api_name("Leads")
    resource.set_module(module)
    resource.set_file_id(file)
    resource.set_field_mappings([_mapping(name, index) for index, name in enumerate(WRITTEN[0])])
    request = RequestWrapper()
    request.set_character_encoding("UTF-8")
    request.set_operation(Choice("insert"))
    request.set_resource([resource])
    return request


def _mapping(name: str, index: int) -> FieldMapping:
    found = FieldMapping()
    found.set_api_name(name)
    found.set_index(index)
    return found


def _awaited(ask: Any, getter: str, wanted: str) -> Any:
    for _ in range(PATIENCE):
        found = ask()
        if plain(getattr(found, getter)()) == wanted:
            return found
        time.sleep(0.1)
    raise TimeoutError(plain(found))


def _content(file: StreamWrapper, folder: Path) -> Any:
    """The CSV in a zip that is downloaded as the SDK's own samples do."""
    path = folder / file.get_name()
    with path.open("wb") as opened:
        for chunk in file.get_stream().iter_content(chunk_size=50_000):
            opened.write(chunk)
    with zipfile.ZipFile(path) as archive:
        (name,) = archive.namelist()
        rows = list(csv.reader(io.StringIO(archive.read(name).decode("utf-8"), newline="")))
    return {"file": file.get_name(), "entry": name, "rows": rows}
