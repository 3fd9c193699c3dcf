"""The data dictionary keeps its own conventions."""

from __future__ import annotations

import re

import pytest

from kpi_engine.facts import COMMON, FACTS, ColumnType, FactTable


@pytest.mark.parametrize("table", FACTS.values(), ids=FACTS)
class TestEveryColumn:
    """Each assertion names all columns of the table that break it."""

    def test_its_name_says_its_type(self, table: FactTable) -> None:
        assert {column.name for column in table.columns if column.type is ColumnType.INSTANT} == {
            column.name for column in table.columns if column.name.endswith("_at")
        }
        assert {column.name for column in table.columns if column.type is ColumnType.DATE} == {
            column.name for column in table.columns if column.name.endswith("_on")
        }

    def test_its_name_is_a_plain_word_that_leaves_x_to_administrators(self, table: FactTable) -> None:
        assert [name for name in table.column_names if not re.fullmatch(r"(?!x_)[a-z][a-z0-9_]*", name)] == []

    def test_it_says_what_it_means(self, table: FactTable) -> None:
        assert [column.name for column in table.columns if not column.meaning] == []

    def test_it_links_to_a_table_that_exists(self, table: FactTable) -> None:
        linked = [column for column in table.columns if column.links]
        assert [column.name for column in linked if column.links not in FACTS] == []
        assert [column.name for column in linked if column.type is not ColumnType.TEXT] == []

    def test_money_stands_beside_its_currency(self, table: FactTable) -> None:
        money = [column.name for column in table.columns if column.type is ColumnType.MONEY]
        assert not money or table.column("currency") is not None

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
