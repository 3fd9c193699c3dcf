import re

import pytest

from kpi_engine.facts import COMMON, FACTS, Column, ColumnType, FactTable

TABLES = list(FACTS.values())
COLUMNS = [
    pytest.param(table, column, id=f"{table.name}.{column.name}") for table in TABLES for column in table.columns
]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
class TestColumn:
    def test_its_name_says_its_type(self, table: FactTable, column: Column) -> None:
        assert (column.type is ColumnType.INSTANT) == column.name.endswith("_at")
        assert (column.type is ColumnType.DATE) == column.name.endswith("_on")

    def test_its_name_is_a_plain_word_that_leaves_x_to_administrators(self, table: FactTable, column: Column) -> None:
        assert re.fullmatch(r"(?!x_)[a-z][a-z0-9_]*", column.name)

    def test_it_says_what_it_means(self, table: FactTable, column: Column) -> None:
        assert column.meaning

    def test_it_links_to_a_table_that_exists(self, table: FactTable, column: Column) -> None:
        assert not column.links or column.links in FACTS
        assert not column.links or column.type is ColumnType.TEXT

    def test_money_stands_beside_its_currency(self, table: FactTable, column: Column) -> None:
        assert column.type is not ColumnType.MONEY or table.column("currency") is not None


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
class TestTable:
    def test_no_column_twice(self, table: FactTable) -> None:
        assert len(set(table.column_names)) == len(table.column_names)

    def test_common_columns_first(self, table: FactTable) -> None:
        assert table.column_names[: len(COMMON)] == tuple(column.name for column in COMMON)

    def test_every_named_column_is_found(self, table: FactTable) -> None:
        assert [table.column(name).name for name in table.column_names] == list(table.column_names)  # type: ignore[union-attr]


def test_an_unknown_column_is_none() -> None:
    assert FACTS["deals"].column("amout") is None


def test_the_key_is_required() -> None:
    assert [column.name for column in COMMON if not column.nullable] == ["connection", "id"]


def test_abandoned_is_an_outcome_of_its_own() -> None:
    outcome = FACTS["deals"].column("outcome")
    assert outcome is not None
    assert outcome.values == ("open", "won", "lost", "abandoned")
    assert not outcome.nullable
