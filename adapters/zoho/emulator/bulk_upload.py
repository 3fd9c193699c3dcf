"""`POST /crm/v8/upload`: the zip that a bulk write reads. Zoho has another host for it, this stand-in has not."""

from __future__ import annotations

import io
import zipfile

from python_multipart import parse_form
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import File

from adapters.zoho.emulator.answers import Answer, ok
from adapters.zoho.emulator.bulk_criteria import refused
from adapters.zoho.emulator.calls import Call, Endpoint
from adapters.zoho.emulator.records import zoned
from adapters.zoho.emulator.state import State, stamp

FEATURE = "bulk-write"
MOST_BYTES = 25 * 1024 * 1024
_TABLE = "CREATE TABLE IF NOT EXISTS bulk_files (id TEXT PRIMARY KEY, created TEXT NOT NULL, content BLOB NOT NULL)"


class Files:
    """Uploaded zips and results of bulk writes, kept in the state."""

    def __init__(self, state: State) -> None:
        self.state = state
        state.db.execute(_TABLE)

    def keep(self, file_id: str, content: bytes) -> None:
        """Keep a file."""
        values = (file_id, stamp(self.state.now()), content)
        self.state.db.execute("INSERT OR REPLACE INTO bulk_files VALUES (?, ?, ?)", values)

    def get(self, file_id: str) -> bytes | None:
        """A file; None where there is none."""
        row = self.state.db.execute("SELECT content FROM bulk_files WHERE id = ?", (file_id,)).fetchone()
        return None if row is None else bytes(row[0])


class Upload:
    """The handler of uploads."""

    def __init__(self, state: State, files: Files) -> None:
        self.state, self.files = state, files

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Its route."""
        return (Endpoint("POST", "/crm/v8/upload", self.upload, "ZohoFiles.files.ALL"),)

    def upload(self, call: Call) -> Answer:
        """Keep a zip and say what it is called."""
        self._check_headers(call)
        content = _file_of(call)
        if len(content) > MOST_BYTES:
            raise refused("FILE_TOO_LARGE", "the file is too large", max_size=MOST_BYTES)
        if not zipfile.is_zipfile(io.BytesIO(content)):
            raise refused("INVALID_FILE_FORMAT", "The file format is invalid")
        with self.state.transaction():
            file_id = self.state.new_id()
            self.files.keep(file_id, content)
        created = zoned(str(self.state.setting("zone", "UTC")))(stamp(self.state.now()))
        details = {"file_id": file_id, "created_time": created}
        kept = {"status": "success", "code": "FILE_UPLOAD_SUCCESS", "message": "file uploaded.", "details": details}
        return ok(kept)

    def _check_headers(self, call: Call) -> None:
        for header in ("feature", "x-crm-org"):
            if not call.headers.get(header):
                raise refused("MANDATORY_NOT_FOUND", "Required header is not found", header=header)
        if call.headers["feature"] != FEATURE:
            raise refused("NOT_SUPPORTED_FEATURE", "The feature is not supported", supported_values=[FEATURE])
        known = str(self.state.setting("org", {}).get("zgid", ""))
        if known and call.headers["x-crm-org"] != known:
            raise refused("INVALID_DATA", "invalid data", header="x-crm-org")


def _file_of(call: Call) -> bytes:
    """The part `file` of the form."""
    found: list[bytes] = []

    def on_file(part: File) -> None:
        if part.field_name == b"file":
            part.file_object.seek(0)
            found.append(part.file_object.read())
        part.close()

    content_type = call.headers.get("content-type", "").encode()
    try:
        if content_type.startswith(b"multipart/form-data"):
            headers = {"Content-Type": content_type, "Content-Length": str(len(call.body)).encode()}
            parse_form(headers, io.BytesIO(call.body), lambda _: None, on_file)
    except FormParserError as fault:
        raise refused("INVALID_DATA", "invalid data", api_name="file") from fault
    if not found:
        raise refused("MANDATORY_NOT_FOUND", "Required key is not found", api_name="file")
    return found[0]
