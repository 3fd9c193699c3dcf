"""The query of a bulk read: which module, which columns, which records, from where on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.zoho.emulator.answers import Refusal
from adapters.zoho.emulator.bulk_criteria import checked_criteria, refused
from adapters.zoho.emulator.coql.criteria import Checked, Statement
from adapters.zoho.emulator.coql.kinds import selectable
from adapters.zoho.emulator.coql.scope import Place, Scope
from adapters.zoho.emulator.coql.tree import Column
from adapters.zoho.emulator.coql.where import where_sql
from adapters.zoho.emulator.meta import FieldMeta, ModuleMeta
from adapters.zoho.emulator.state import VISIBLE, State, quoted

ROWS_OF_PAGE = 200_000
LAST_PAGE = 50


@dataclass(frozen=True, slots=True)
class BulkQuery:
    """What a job reads; `id` is always its first column."""

    scope: Scope
    columns: tuple[Place, ...]
    where: Checked | None
    conditions: tuple[str, ...]

    def statement(self, *, after: str, limit: int, offset: int = 0) -> Statement:
        """The SQL of some rows.

        Args:
            after: The id behind which they begin.
            limit: How many at most.
            offset: How many are passed over.
        """
        where = Statement("1") if self.where is None else where_sql(self.where, indexed=False)
        identity = f"{self.scope.base}.id"
        columns = [identity, *(place.sql for place in self.columns)]
        parts = ["SELECT", ", ".join(columns), "FROM", self.scope.source]
        parts += ["WHERE", " AND ".join([f"{identity} > ?", *self.conditions, where.sql])]
        parts += ["ORDER BY", identity, "LIMIT ? OFFSET ?"]
        return Statement(" ".join(parts), (after, *where.values, limit, offset))


def bulk_query(state: State, query: Mapping[str, Any]) -> BulkQuery:
    """The query that a request means.

    Raises:
        Refusal: it does not fit the org.
    """
    if query.get("cvid"):
        raise refused("CVID_NOT_SUPPORTED", "the custom view is not available")
    meta = _module(state, query.get("module"))
    scope = Scope(state, meta.api_name)
    columns = [_column(scope, name) for name in _names(state, meta.api_name, query.get("fields"))]
    criteria = query.get("criteria")
    where = None if criteria is None else checked_criteria(criteria, scope)
    return BulkQuery(scope, tuple(columns), where, tuple(_always(scope, meta)))


def page_of(query: Mapping[str, Any]) -> int:
    """The page that is asked for, from 1.

    Raises:
        Refusal: it is none, or too far.
    """
    page = query.get("page") or 1
    if isinstance(page, bool) or not isinstance(page, int) or page < 1:
        raise refused("PAGE_NOT_SUPPORTED", "the page is not supported")
    if page > LAST_PAGE:
        raise refused("PAGE_RANGE_EXCEEDED", "the page is out of range", max_limit=LAST_PAGE)
    return page


def _module(state: State, given: Any) -> ModuleMeta:
    """Older versions of the API name the module without an object around it."""
    name = given.get("api_name") if isinstance(given, dict) else given
    if not isinstance(name, str):
        raise refused("REQUEST_BODY_NOT_SUPPORTED", "the body of the request is not supported")
    meta = state.modules().get(name)
    if meta is None:
        raise refused("MODULE_NOT_AVAILABLE", "the module is not available", api_name=name)
    if not meta.api_supported:
        raise refused("MODULE_NOT_SUPPORTED", "the module is not supported")
    return meta


def _names(state: State, module: str, fields: Any) -> Sequence[str]:
    """Fields without the id, which comes by itself; all of the module where none are named."""
    if fields is None:
        known = state.fields(module).values()
        return [each.api_name for each in known if _shown_by_default(module, each) and each.api_name != "id"]
    if not isinstance(fields, list) or not all(isinstance(name, str) for name in fields):
        raise refused("REQUEST_BODY_NOT_SUPPORTED", "the body of the request is not supported")
    return [name for name in dict.fromkeys(fields) if name.lower() != "id"]


def _shown_by_default(module: str, field: FieldMeta) -> bool:
    return field.api_shown and field.visible and selectable(module, field)


def _column(scope: Scope, name: str) -> Place:
    try:
        place = scope.place(Column(tuple(name.split("."))))
    except Refusal as unknown:
        message = "the field is not available"
        raise refused("FIELD_NOT_AVAILABLE", message, api_name=name, module=scope.module) from unknown
    if not selectable(place.module, place.field):
        raise refused("FIELD_NOT_SUPPORTED", "the field is not supported", api_name=name)
    return place


def _always(scope: Scope, meta: ModuleMeta) -> list[str]:
    """What holds for every job: nothing that waits for approval, and no history of a record that is gone."""
    conditions = [f"{scope.base}.{VISIBLE}"]
    for field in scope.state.fields(meta.api_name).values():
        if meta.parent is not None and field.lookup == meta.parent:
            conditions.append(f"{scope.base}.{quoted(field.api_name)} IS NOT NULL")
    return conditions
