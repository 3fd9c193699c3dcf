"""Every column of the data dictionary is filled somewhere; the one that is not is named here."""

from __future__ import annotations

from datetime import date

from connector.sample import generate
from kpi_engine.facts import FACTS

EMPTY = {"deleted_at"}
"""A sample is what a CRM holds now: what was deleted is found gone by a later pull, never told by the CRM."""


def test_every_column_is_filled_somewhere() -> None:
    sample = generate("small", until=date(2025, 12, 1))
    for table in sample.tables():
        filled = {
            name
            for page in sample.pages(table)
            for name, column in page.columns.items()
            if any(value is not None for value in column)
        }
        assert set(FACTS[table].column_names) - filled == EMPTY, table
