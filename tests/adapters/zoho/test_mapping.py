"""The default mapping: every table is one of ours, every field one of Zoho's or of this adapter's."""

from __future__ import annotations

import pytest
import yaml

from adapters.zoho.adapter import ADAPTER
from adapters.zoho.emulator.state import State
from adapters.zoho.metadata import DEPENDS
from adapters.zoho.reading.people import PSEUDO
from adapters.zoho.virtual import VIRTUAL, real_fields
from connector.mapping import TableMapping, compile_mapping
from kpi_engine.facts import FACTS
from tests.adapters.zoho.reading.organisation import without_records

assert ADAPTER.default_mapping is not None
TABLES = [
    (table, mapping)
    for table, stated in yaml.safe_load(ADAPTER.default_mapping.read_text(encoding="utf-8")).items()
    for mapping in (stated if isinstance(stated, list) else [stated])
]


@pytest.fixture(scope="module")
def state() -> State:
    return without_records()


@pytest.mark.parametrize(("table", "raw"), TABLES, ids=[raw["module"] for _, raw in TABLES])
def test_a_table_can_be_filled(table: str, raw: dict[str, object], state: State) -> None:
    mapping = TableMapping.model_validate(raw)
    compiled = compile_mapping(table, mapping, timezone="UTC", currency="EUR")
    required = {column.name for column in FACTS[table].columns if not column.nullable}
    assert required <= set(mapping.columns)
    if mapping.module in PSEUDO:
        return
    assert mapping.module is not None
    for name in real_fields(mapping.module, compiled.fields):
        assert name in DEPENDS or name == "id" or name.startswith("$se_") or name in state.fields(mapping.module), name


def test_what_is_made_here_is_made_of_something() -> None:
    assert all(virtual.needs for fields in VIRTUAL.values() for virtual in fields.values())
