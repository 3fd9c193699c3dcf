"""What hangs on a record: GET /{module}/{id}/{list}, and a deal's stage history among it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.zoho.emulator.answers import NOTHING, Answer, Refusal, ok
from adapters.zoho.emulator.calls import Call, Endpoint
from adapters.zoho.emulator.parameters import demanded_fields, header_moment, module_of, module_scope, whole
from adapters.zoho.emulator.records import VISIBLE, answer_rows, selected
from adapters.zoho.emulator.state import State, quoted

POLYMORPHIC = ("Accounts", "Deals", "Leads", "Cases", "Campaigns")
"""Modules that activities may hang on."""


@dataclass(frozen=True, slots=True)
class RelatedList:
    """A list, the module that its records are of, and the lookup that leads from them."""

    name: str
    module: str
    field: str


def related_lists(state: State, module: str) -> Iterator[RelatedList]:
    """The lists of a module; where two lookups lead to it, the second list has the lookup's name."""
    seen: set[str] = set()
    for child, known in state.modules().items():
        for field in state.fields(child).values() if known.api_supported else ():
            if field.lookup != module and not (field.lookup == "se_module" and module in POLYMORPHIC):
                continue
            name = "Stage_History" if child == "DealHistory" else child if child not in seen else field.api_name
            seen.add(child)
            yield RelatedList(name, child, field.api_name)


class Related:
    """The handler."""

    def __init__(self, state: State) -> None:
        self.state = state

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Its route."""
        return (Endpoint("GET", "/crm/v8/{module}/{id}/{list}", self.records, module_scope("READ")),)

    def records(self, call: Call) -> Answer:
        """A page of a related list."""
        parent = module_of(self.state, call.parameters["module"]).api_name
        wanted = call.parameters["list"]
        for each in related_lists(self.state, parent):
            if each.name == wanted:
                return self._page(each, call)
        raise Refusal(400, "INVALID_DATA", "the relation name given seems to be invalid", details={
            "resource_path_index": 2
        })  # fmt: skip

    def _page(self, related: RelatedList, call: Call) -> Answer:
        names = selected(self.state, related.module, demanded_fields(self.state, related.module, call.query))
        size, page = whole(call.query, "per_page", default=200, most=200), whole(call.query, "page", default=1)
        since = header_moment(call.headers, "if-modified-since") or ""
        rows = self.state.db.execute(
            f"SELECT {', '.join(map(quoted, names))} FROM {quoted(related.module)} "  # noqa: S608
            f"WHERE {quoted(related.field)} = ? AND {VISIBLE} AND Modified_Time >= ? "
            "ORDER BY Modified_Time DESC, id DESC LIMIT ? OFFSET ?",
            (call.parameters["id"], since, size + 1, (page - 1) * size),
        ).fetchall()
        if not rows:
            return NOTHING
        info = {"per_page": size, "count": min(size, len(rows)), "page": page, "more_records": len(rows) > size}
        return ok({"data": answer_rows(self.state, related.module, names, rows[:size]), "info": info})
