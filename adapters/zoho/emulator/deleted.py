"""What was deleted: GET /{module}/deleted."""

from __future__ import annotations

from adapters.zoho.emulator.answers import NOTHING, Answer, Refusal, ok
from adapters.zoho.emulator.calls import Call, Endpoint
from adapters.zoho.emulator.parameters import header_moment, module_of, module_scope, whole
from adapters.zoho.emulator.records import zoned
from adapters.zoho.emulator.state import State

TYPES = ("all", "recycle", "permanent")


class Deleted:
    """The recycle bin, and what is gone for good."""

    def __init__(self, state: State) -> None:
        self.state = state

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Its route."""
        return (Endpoint("GET", "/crm/v8/{module}/deleted", self.records, module_scope("READ"), credits=2),)

    def records(self, call: Call) -> Answer:
        """A page, the latest deletions first."""
        module = module_of(self.state, call.parameters["module"]).api_name
        kind = call.query.get("type", "all")
        if kind not in TYPES:
            details = {"param_name": "type", "supported_values": list(TYPES)}
            raise Refusal(400, "INVALID_DATA", "invalid data", details=details, wrapped="data")
        size, page = whole(call.query, "per_page", default=200, most=200), whole(call.query, "page", default=1)
        since = header_moment(call.headers, "if-modified-since") or ""
        rows = self.state.db.execute(
            "SELECT id, display_name, type, deleted_time, deleted_by, json_extract(data, '$.Created_By') "
            "FROM deleted_records WHERE module = ? AND deleted_time >= ? AND (type = ? OR ? = 'all') "
            "ORDER BY deleted_time DESC, id DESC LIMIT ? OFFSET ?",
            (module, since, kind, kind, size + 1, (page - 1) * size),
        ).fetchall()
        if not rows:
            return NOTHING
        speak = zoned(str(self.state.setting("zone", "UTC")))
        data = [
            {
                "id": row_id,
                "display_name": name,
                "type": of_type,
                "deleted_time": speak(at),
                "deleted_by": self.state.person(by),
                "created_by": None if of_type == "permanent" else self.state.person(creator),
            }
            for row_id, name, of_type, at, by, creator in rows[:size]
        ]
        info = {"per_page": size, "count": len(data), "page": page, "more_records": len(rows) > size}
        return ok({"data": data, "info": info})
