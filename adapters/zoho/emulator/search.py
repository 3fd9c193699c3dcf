"""Search: by criteria, address, number or word; at most 2,000 records, out of an index that may lag."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, assert_never

from adapters.zoho.emulator.answers import NOTHING, Answer, Refusal, invalid_data, ok
from adapters.zoho.emulator.calls import Call, Endpoint
from adapters.zoho.emulator.criteria import Condition, Criteria, Group, parsed_criteria
from adapters.zoho.emulator.meta import FieldMeta
from adapters.zoho.emulator.paging import BY_PAGE
from adapters.zoho.emulator.parameters import listed, module_of, moment_of, whole
from adapters.zoho.emulator.records import VISIBLE, answer_rows, selected
from adapters.zoho.emulator.settings import Settings
from adapters.zoho.emulator.state import State, quoted, stamp

MOST_CONDITIONS = 15
_SIGNS = {
    "equals": "=", "not_equal": "<>", "greater_than": ">", "greater_equal": ">=", "less_than": "<", "less_equal": "<=",
}  # fmt: skip
_LIKE: Mapping[str, str] = {"starts_with": "{}%", "contains": "%{}%", "ends_with": "%{}"}
_NUMBERS: Mapping[str, Callable[[str], Any]] = {
    "integer": int, "bigint": int, "double": float, "currency": float, "percent": float,
}  # fmt: skip


class Search:
    """GET /{module}/search."""

    def __init__(self, state: State, settings: Settings) -> None:
        self.state, self.settings = state, settings

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Its route."""
        return (Endpoint("GET", "/crm/v8/{module}/search", self.found, _scope),)

    def found(self, call: Call) -> Answer:
        """A page of what was found."""
        module = module_of(self.state, call.parameters["module"]).api_name
        size = whole(call.query, "per_page", default=200, most=200)
        page = whole(call.query, "page", default=1)
        if page * size > BY_PAGE:
            text = "searches end with the first 2000 records"
            raise Refusal(400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED", text, details={"limit": BY_PAGE})
        condition, values = self._condition(module, call)
        known = self.state.fields(module)
        asked = [name for name in listed(call.query.get("fields")) if name in known and known[name].api_shown]
        names = selected(self.state, module, asked or [name for name, each in known.items() if each.api_shown])
        rows = self.state.db.execute(
            f"SELECT {', '.join(map(quoted, names))} FROM {quoted(module)} WHERE {VISIBLE} AND {condition} "  # noqa: S608
            "ORDER BY id DESC LIMIT ? OFFSET ?",
            (*values, size + 1, (page - 1) * size),
        ).fetchall()
        if not rows:
            return NOTHING
        info = {"per_page": size, "count": min(size, len(rows)), "page": page, "more_records": len(rows) > size}
        return ok({"data": answer_rows(self.state, module, names, rows[:size]), "info": info})

    def _condition(self, module: str, call: Call) -> tuple[str, list[Any]]:
        condition, values = self._asked(module, call.query)
        if self.settings.search_lag_seconds and "Modified_Time" in self.state.fields(module):
            indexed = stamp(self.state.now() - timedelta(seconds=self.settings.search_lag_seconds))
            return f"{condition} AND Modified_Time <= ?", [*values, indexed]
        return condition, values

    def _asked(self, module: str, query: Mapping[str, str]) -> tuple[str, list[Any]]:
        if criteria := query.get("criteria"):
            return criteria_sql(self.state, module, criteria)
        known = self.state.fields(module).values()
        if email := query.get("email"):
            return _any([each for each in known if each.data_type == "email"], "{}", email)
        if phone := query.get("phone"):
            return _any([each for each in known if each.data_type == "phone"], "%{}%", phone)
        word = query.get("word", "")
        if len(word) < 2:
            raise Refusal(400, "REQUIRED_PARAM_MISSING", "one of the expected parameters is missing", details={
                "param_names": ["criteria", "email", "phone", "word"]
            })  # fmt: skip
        return _any([each for each in known if each.data_type in ("text", "textarea", "email")], "%{}%", word)


def criteria_sql(state: State, module: str, text: str) -> tuple[str, list[Any]]:
    """A condition for WHERE, and its values.

    Raises:
        Refusal: it cannot be read, names no field, or has too many conditions.
    """
    tree = parsed_criteria(text)
    if _size(tree) > MOST_CONDITIONS:
        details = {"limit": MOST_CONDITIONS, "param_name": "criteria"}
        raise Refusal(400, "LIMIT_EXCEEDED", "too many conditions", details=details)
    return _sql(state, module, tree)


def _size(tree: Criteria) -> int:
    return 1 if isinstance(tree, Condition) else sum(map(_size, tree.parts))


def _sql(state: State, module: str, tree: Criteria) -> tuple[str, list[Any]]:
    match tree:
        case Condition():
            return _condition_sql(state, module, tree)
        case Group():
            parts = [_sql(state, module, part) for part in tree.parts]
            joined = f" {tree.operator.upper()} ".join(sql for sql, _ in parts)
            return f"({joined})", [value for _, values in parts for value in values]
        case _:
            assert_never(tree)


def _condition_sql(state: State, module: str, condition: Condition) -> tuple[str, list[Any]]:
    field = state.fields(module).get(condition.field.removesuffix(".id"))
    if field is None or not field.api_shown:
        raise Refusal(400, "INVALID_QUERY", "invalid query formed", details={"api_name": condition.field})
    column, values = quoted(field.api_name), [_value(field, text) for text in condition.values]
    if field.sql_type == "TEXT":
        column = f"{column} COLLATE NOCASE"
    match condition.comparator:
        case "in" | "not_in":
            word = "IN" if condition.comparator == "in" else "NOT IN"
            return f"{column} {word} ({', '.join('?' * len(values))})", values
        case "between" if len(values) == 2:
            return f"{column} BETWEEN ? AND ?", values
        case name if name in _LIKE:
            return f"{column} LIKE ? ESCAPE '\\'", [_LIKE[name].format(_escaped(condition.values[0]))]
        case name if name in _SIGNS:
            return f"{column} {_SIGNS[name]} ?", [_value(field, ",".join(condition.values))]
    details = {"api_name": field.api_name, "operator": condition.comparator}
    raise Refusal(400, "INVALID_QUERY", "invalid query formed", details=details)


def _value(field: FieldMeta, text: str) -> Any:
    """A value as it is stored."""
    try:
        if field.data_type in _NUMBERS:
            return _NUMBERS[field.data_type](text)
    except ValueError as exc:
        raise invalid_data(api_name=field.api_name, expected_data_type=field.data_type) from exc
    if field.data_type == "boolean":
        return int(text.lower() == "true")
    if field.data_type == "datetime":
        found = moment_of(text)
        if found is None:
            raise invalid_data(api_name=field.api_name, expected_data_type="datetime")
        return found
    return text


def _any(fields: list[FieldMeta], pattern: str, text: str) -> tuple[str, list[Any]]:
    """Whether one of the fields is like it."""
    wanted = pattern.format(_escaped(text))
    found = " OR ".join(f"{quoted(each.api_name)} LIKE ? ESCAPE '\\'" for each in fields if each.api_shown)
    return (f"({found})" if found else "0", [wanted for each in fields if each.api_shown])


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _scope(call: Call) -> str:
    return f"ZohoCRM.modules.{call.parameters['module']}.READ ZohoSearch.securesearch.READ"
