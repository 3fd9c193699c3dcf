"""Reading records: lists page by page, one record, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.zoho.emulator.answers import NOT_MODIFIED, NOTHING, Answer, Refusal, invalid_data, ok
from adapters.zoho.emulator.calls import Call, Endpoint
from adapters.zoho.emulator.others import others_act
from adapters.zoho.emulator.paging import BY_PAGE, PageTokens, Place, fingerprint
from adapters.zoho.emulator.parameters import (
    demanded_fields,
    header_moment,
    listed,
    module_of,
    module_scope,
    whole,
)
from adapters.zoho.emulator.records import VISIBLE, answer_rows, selected, zoned
from adapters.zoho.emulator.search import criteria_sql
from adapters.zoho.emulator.settings import Settings
from adapters.zoho.emulator.state import State, quoted

MOST_ROWS = 200
SORTABLE = ("id", "Created_Time", "Modified_Time")
SYSTEM = {"$approval_state": "approved", "$state": "save", "$locked_for_me": False, "$has_more": {}}
"""What a single record has beside its fields."""


class Listing:
    """The handlers of GET on a module."""

    def __init__(self, state: State, settings: Settings, tokens: PageTokens) -> None:
        self.state, self.settings, self.tokens = state, settings, tokens

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Their routes."""
        read = module_scope("READ")
        return (
            Endpoint("GET", "/crm/v8/{module}", self.records, read, credits=_list_credits, heavy=_is_sorted),
            Endpoint("GET", "/crm/v8/{module}/{id}", self.record, read),
            Endpoint("GET", "/crm/v8/{module}/actions/count", self.count, _count_scope),
        )

    def records(self, call: Call) -> Answer:
        """A page of a list."""
        module = module_of(self.state, call.parameters["module"]).api_name
        names = selected(self.state, module, demanded_fields(self.state, module, call.query))
        size = whole(call.query, "per_page", default=MOST_ROWS, most=MOST_ROWS)
        key, descending = self._order(module, call)
        since = header_moment(call.headers, "if-modified-since")
        bound = fingerprint(call.path, call.query, since)
        place, page = self._place(call, bound, size=size)
        where, values = self._where(module, call, since)
        offset = 0 if place else (page - 1) * size
        if place is not None and self.settings.tokens_count_rows:
            offset = place.served
        elif place is not None:
            mark = place.before if place.before and "duplicate_rows" in call.faults else place.after
            where, values = _behind(mark, key=key, descending=descending, where=where, values=values)
        rows = self._rows(
            module, [*names, key], where=where, values=values, key=key, descending=descending, limit=size + 1,
            offset=offset,
        )  # fmt: skip
        if not rows:
            return NOT_MODIFIED if since else NOTHING
        more, rows = len(rows) > size, rows[:size]
        info = self._info(call, rows, bound=bound, more=more, page=page, size=size, place=place)
        data = answer_rows(self.state, module, names, [row[:-1] for row in rows])
        others_act(self.state, module, data, call)
        return ok({"data": data[::-1] if "reordered_page" in call.faults else data, "info": info})

    def record(self, call: Call) -> Answer:
        """One record, with all its fields unless some are named."""
        module = module_of(self.state, call.parameters["module"]).api_name
        known = self.state.fields(module)
        asked = [name for name in listed(call.query.get("fields")) if name in known and known[name].api_shown]
        names = selected(self.state, module, asked or [name for name, each in known.items() if each.api_shown])
        columns = ", ".join(map(quoted, names))
        row = self.state.db.execute(
            f"SELECT {columns}, Modified_Time FROM {quoted(module)} WHERE id = ? AND {VISIBLE}",  # noqa: S608
            (call.parameters["id"],),
        ).fetchone()
        since = header_moment(call.headers, "if-modified-since")
        if row is None:
            return NOTHING
        if since and row[-1] < since:
            return NOT_MODIFIED
        return ok({"data": [answer_rows(self.state, module, names, [row[:-1]])[0] | SYSTEM]})

    def count(self, call: Call) -> Answer:
        """How many there are, those that wait for approval among them."""
        module = module_of(self.state, call.parameters["module"]).api_name
        where, values = self._converted(module, call)
        if criteria := call.query.get("criteria"):
            condition, more = criteria_sql(self.state, module, criteria)
            where, values = [*where, condition], [*values, *more]
        sql = f"SELECT count(*) FROM {quoted(module)} WHERE {' AND '.join(where) or '1'}"  # noqa: S608
        return ok({"count": self.state.db.execute(sql, values).fetchone()[0]})

    def _order(self, module: str, call: Call) -> tuple[str, bool]:
        key, order = call.query.get("sort_by", "id"), call.query.get("sort_order", "desc")
        if call.query.get("cvid"):
            raise invalid_data(param_name="cvid")
        if key not in SORTABLE or key not in self.state.fields(module):
            raise invalid_data(param_name="sort_by", supported_values=list(SORTABLE))
        if order not in ("asc", "desc"):
            raise invalid_data(param_name="sort_order", supported_values=["asc", "desc"])
        return key, order == "desc"

    def _place(self, call: Call, bound: str, *, size: int) -> tuple[Place | None, int]:
        """Where the page begins, by token or by number."""
        token = call.query.get("page_token")
        if token and "page" in call.query:
            details = {"ambiguity_due_to": [{"param_name": "page"}, {"param_name": "page_token"}]}
            raise Refusal(400, "AMBIGUITY_DURING_PROCESSING", "page and page_token exclude each other", details=details)
        if token:
            place = self.tokens.take(token, bound, expired="expired_page_token" in call.faults)
            return place, place.page
        page = whole(call.query, "page", default=1)
        if page * size > BY_PAGE:
            text = "pages end with the first 2000 records; use page_token"
            raise Refusal(400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED", text, details={"limit": BY_PAGE})
        return None, page

    def _where(self, module: str, call: Call, since: str | None) -> tuple[list[str], list[Any]]:
        where, values = self._converted(module, call)
        where.append(VISIBLE)
        if since:
            where.append(f"Modified_Time {'>=' if self.settings.modified_since_includes else '>'} ?")
            values.append(since)
        if ids := listed(call.query.get("ids")):
            where.append(f"id IN ({', '.join('?' * len(ids))})")
            values.extend(ids)
        return where, values

    def _converted(self, module: str, call: Call) -> tuple[list[str], list[Any]]:
        """Leads that became something else are not shown unless they are asked for."""
        asked = call.query.get("converted", "false").lower()
        if module != "Leads" or asked == "both":
            return [], []
        return ["coalesce(Converted__s, 0) = ?"], [int(asked == "true")]

    def _rows(
        self,
        module: str,
        columns: Sequence[str],
        *,
        where: Sequence[str],
        values: Sequence[Any],
        key: str,
        descending: bool,
        limit: int,
        offset: int,
    ) -> list[tuple[Any, ...]]:
        way = "DESC" if descending else "ASC"
        order = f"id {way}" if key == "id" else f"{quoted(key)} {way}, id {way}"
        sql = (
            f"SELECT {', '.join(map(quoted, columns))} FROM {quoted(module)} WHERE {' AND '.join(where)} "  # noqa: S608
            f"ORDER BY {order} LIMIT ? OFFSET ?"
        )
        return self.state.db.execute(sql, (*values, limit, offset)).fetchall()

    def _info(
        self,
        call: Call,
        rows: Sequence[Sequence[Any]],
        *,
        bound: str,
        more: bool,
        page: int,
        size: int,
        place: Place | None,
    ) -> dict[str, Any]:
        token = expires = None
        if more:
            served = (place.served if place else (page - 1) * size) + len(rows)
            last, middle = rows[-1], rows[len(rows) // 2]
            going_on = Place((last[-1], last[0]), (middle[-1], middle[0]), served, page + 1)
            token, end = self.tokens.give(bound, going_on)
            expires = zoned(str(self.state.setting("zone", "UTC")))(end)
        return {
            "call": False,
            "per_page": size,
            "count": len(rows),
            "page": page,
            "sort_by": call.query.get("sort_by", "id"),
            "sort_order": call.query.get("sort_order", "desc"),
            "email": False,
            "more_records": more,
            "next_page_token": token,
            "previous_page_token": None,
            "page_token_expiry": expires,
        }


def _behind(
    mark: tuple[Any, str], *, key: str, descending: bool, where: Sequence[str], values: Sequence[Any]
) -> tuple[list[str], list[Any]]:
    """Only what comes after the mark."""
    sign = "<" if descending else ">"
    if key == "id":
        return [*where, f"id {sign} ?"], [*values, mark[1]]
    return [*where, f"({quoted(key)}, id) {sign} (?, ?)"], [*values, *mark]


def _list_credits(call: Call) -> int:
    return 3 if "cvid" in call.query else 1


def _is_sorted(call: Call) -> bool:
    return "cvid" in call.query or "sort_by" in call.query


def _count_scope(call: Call) -> str:
    return f"ZohoCRM.modules.{call.parameters['module']}.READ ZohoSearch.securesearch.READ"
