"""From a page of the sample to columns of a module: small functions that `filled.py` puts together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from adapters.zoho.emulator.identity import linked, zoho_id
from connector.sample.company import Company
from kpi_engine.facts import SCALE


@dataclass(frozen=True, slots=True)
class Source:
    """A page of sample facts, and what is known about the company."""

    company: Company
    columns: Mapping[str, Sequence[Any]]
    rates: Mapping[str, float]
    """Units of a currency for one of the home currency."""
    admin: str
    """Owner of what nobody owns: in Zoho every record has one."""

    def __len__(self) -> int:
        return len(self.columns["id"])


Column: TypeAlias = Callable[[Source], Sequence[Any]]


def instant_text(value: str | None) -> str | None:
    """An instant as it is stored.

    >>> instant_text("2025-03-01T08:00:00Z")
    '2025-03-01T08:00:00+00:00'
    """
    return None if value is None else f"{value[:-1]}+00:00"


def plain(name: str) -> Column:
    """As it is."""
    return lambda source: source.columns[name]


def instant(name: str) -> Column:
    """Instants."""
    return lambda source: list(map(instant_text, source.columns[name]))


def money(name: str) -> Column:
    """Ten-thousandths as a number."""
    return lambda source: [None if value is None else value / SCALE for value in source.columns[name]]


def link(name: str, table: str) -> Column:
    """Lookups."""
    return lambda source: [linked(table, value) for value in source.columns[name]]


def owner(name: str = "owner_id") -> Column:
    """The owner, or the administrator."""
    return lambda source: [source.admin if value is None else zoho_id("users", value) for value in source.columns[name]]


def constant(value: Any) -> Column:
    """The same for all."""
    return lambda source: [value] * len(source)


def spoken(name: str, words: Mapping[Any, Any]) -> Column:
    """Values in other words; what has none stays empty."""
    return lambda source: [words.get(value) for value in source.columns[name]]


def exchange_rate(source: Source) -> Sequence[Any]:
    """The rate that was frozen on the record."""
    return [source.rates.get(code) for code in source.columns["currency"]]


def home_currency(source: Source) -> Sequence[Any]:
    """For records without money of their own."""
    return [source.company.words.currency] * len(source)
