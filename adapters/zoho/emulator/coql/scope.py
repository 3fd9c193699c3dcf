"""Names of a query to fields of the org: which module, which column, and by which lookups one gets there."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.zoho.emulator.coql.refusals import invalid_column, refused
from adapters.zoho.emulator.coql.tree import Column
from adapters.zoho.emulator.meta import FieldMeta
from adapters.zoho.emulator.records import SHOWN_ANYWAY
from adapters.zoho.emulator.state import State, quoted

RELATIONS = 2
"""How many lookups one name may follow."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column's values are."""

    column: Column
    module: str
    field: FieldMeta
    sql: str


class Scope:
    """The module of a query and the records that its lookups point to, each joined once."""

    def __init__(self, state: State, module: str, *, depth: int = 0) -> None:
        meta = state.modules().get(module)
        if meta is None or not meta.api_supported:
            raise refused("INVALID_MODULE", "the given module is not supported in api")
        self.state, self.module, self.depth = state, module, depth
        self.base = f"t{depth}"
        self._joined: dict[tuple[str, ...], tuple[str, str]] = {}
        self._joins: list[str] = []

    @property
    def source(self) -> str:
        """What stands after FROM."""
        return " ".join([f"{quoted(self.module)} AS {self.base}", *self._joins])

    @property
    def relations(self) -> int:
        """How many lookups are followed."""
        return len(self._joins)

    def place(self, column: Column) -> Place:
        """Where a column is; follows its lookups.

        Raises:
            Refusal: there is no such field, or no way to it.
        """
        *lookups, name = column.path
        if name == "id" and lookups:  # the id is in the lookup itself
            *lookups, name = lookups
        if len(lookups) > RELATIONS:
            raise invalid_column(column)
        module, alias = self._reached(column, tuple(lookups))
        field = self._field(column, module, name)
        return Place(column, module, field, f"{alias}.{quoted(field.api_name)}")

    def _reached(self, column: Column, lookups: tuple[str, ...]) -> tuple[str, str]:
        """The module that lookups lead to, and what it is called in the SQL."""
        if not lookups:
            return self.module, self.base
        if lookups not in self._joined:
            module, alias = self._reached(column, lookups[:-1])
            lookup = self._field(column, module, lookups[-1])
            self._joined[lookups] = self._join(column, lookup, alias)
        return self._joined[lookups]

    def _join(self, column: Column, lookup: FieldMeta, alias: str) -> tuple[str, str]:
        target = lookup.lookup
        if not lookup.is_lookup or target not in self.state.modules():
            raise invalid_column(column)
        joined = f"j{self.depth}_{len(self._joins)}"
        self._joins.append(f"LEFT JOIN {quoted(target)} AS {joined} ON {joined}.id = {alias}.{quoted(lookup.api_name)}")
        return target, joined

    def _field(self, column: Column, module: str, name: str) -> FieldMeta:
        field = self.state.fields(module).get(name)
        shown = field is not None and (name in SHOWN_ANYWAY or (field.api_shown and field.visible))
        if field is None or not shown:
            raise invalid_column(column)
        return field
