"""What a mapping says: vendor module and field -> fact column. The shape of the YAML, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connector.formats.date import DateFormat
from connector.formats.number import NumberFormat
from kpi_engine.facts import ColumnType

Scalar: TypeAlias = bool | int | float | str | None


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Link(_Strict):
    """How a column that holds another table's id finds it, where the export has no ids."""

    by: Literal["name"]
    """`name`: exact first, then without case, width, spaces and punctuation; an ambiguous name finds nobody."""


class ColumnMapping(_Strict):
    """Where one fact column comes from, and how its cells are read. A bare field name is `{from: name}`."""

    source: tuple[str, ...] = Field(default=(), alias="from")
    """The vendor field; several are joined with `|`, as ids are."""
    values: Mapping[str, Scalar] = Field(default_factory=dict)
    """What the vendor's words mean here; `"*"` stands for every other word."""
    constant: Scalar = None
    """The same for every record, where the vendor has no field for it."""
    default: Scalar = None
    """Taken where the cell is empty."""
    trim: bool = True
    """Spaces around text are dropped; false keeps them."""
    date: DateFormat | None = None
    """How its dates are written, where the table says otherwise."""
    number: NumberFormat | None = None
    """How its numbers are written, where the table says otherwise."""
    link: Link | None = None
    """How the other record is found, where the cell holds no id."""
    missing: str | None = None
    """The text that a link holds when its cell is empty or nobody of that name is known; without it, nothing."""
    type: ColumnType | None = None
    """Of an extra column (`x_…`); the fact tables' own columns have theirs."""

    @model_validator(mode="before")
    @classmethod
    def _field_name_alone(cls, value: Any) -> Any:
        return {"from": value} if isinstance(value, str | list | tuple) else value

    @field_validator("source", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("values", mode="before")
    @classmethod
    def _words_as_text(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        if any(isinstance(word, bool) for word in value):
            raise ValueError("put the vendor's words in quotes: YAML reads a bare Yes, No, On or Off as true or false")
        return {str(word): meaning for word, meaning in value.items()}

    @model_validator(mode="after")
    def _one_origin(self) -> ColumnMapping:
        if bool(self.source) == ("constant" in self.model_fields_set):
            raise ValueError("a column needs exactly one of from and constant")
        return self


class ValueFormats(_Strict):
    """How a whole table writes its values, where a column says nothing else."""

    number: NumberFormat = NumberFormat()
    """How numbers are written."""
    date: DateFormat = DateFormat()
    """How dates are written."""


class TableMapping(_Strict):
    """One fact table out of one vendor module. Several modules may feed a table: then it has a list of these."""

    module: str | None = None
    """The vendor's module; left out, it is called like the fact table."""
    id: tuple[str, ...]
    """The vendor field that identifies a record; several are joined with `|`."""
    distinct: bool = False
    """Rows that are the same in every mapped column are one fact (teams out of a list of people)."""
    columns: Mapping[str, ColumnMapping]
    """Fact column -> field, or how it is filled."""
    formats: ValueFormats = ValueFormats()
    """How the whole table writes numbers and dates."""

    @field_validator("id", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


def merged(default: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    """One connection's mapping as plain YAML: the adapter's default, overridden field by field by the admin's.

    A column is replaced whole (a constant does not inherit a `from`); a table or column set to null is taken out.
    Where several modules feed a table, each is overridden by the one of its module, or by one that names no module;
    one whose `columns` are null is taken out.
    """
    tables = dict(default)
    for table, theirs in override.items():
        tables[table] = _merged(table, tables.get(table), theirs)
    return {table: mapping for table, mapping in tables.items() if mapping is not None}


def module_of(table: str, mapping: Any) -> Any:
    """The vendor's module that a mapping names, in plain YAML."""
    return _mapping(mapping).get("module") or table


def _merged(table: str, ours: Any, theirs: Any) -> Any:
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        return _merged_table(ours, theirs)
    if isinstance(ours, list) and isinstance(theirs, Mapping) and "module" not in theirs:
        return [_merged_table(each, theirs) for each in ours]
    if ours is None or theirs is None or not {type(ours), type(theirs)} <= {dict, list}:
        return theirs
    return _by_module(table, _listed(ours), _listed(theirs))


def _by_module(table: str, ours: list[Any], theirs: list[Any]) -> list[Any]:
    """In the order of the default; what is named twice stays twice, for `several` to refuse."""
    over: dict[Any, list[Any]] = {}
    for each in theirs:
        over.setdefault(module_of(table, each), []).append(each)
    found: list[Any] = []
    for each in ours:
        first, *more = over.pop(module_of(table, each), [{}])
        found += [first if _is_taken_out(first) else _merged_table(each, first), *more]
    found += [each for left in over.values() for each in left]
    return [each for each in found if not _is_taken_out(each)]


def _is_taken_out(mapping: Any) -> bool:
    return isinstance(mapping, Mapping) and mapping.get("columns", ...) is None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _merged_table(default: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    columns = {**_mapping(default.get("columns")), **_mapping(override.get("columns"))}
    formats = {**_mapping(default.get("formats")), **_mapping(override.get("formats"))}
    together = {**default, **override, "columns": {name: how for name, how in columns.items() if how is not None}}
    return {**together, "formats": formats} if formats else together


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
