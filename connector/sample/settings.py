"""How the exported files are read back: settings and mapping of the CSV adapter, as plain values for a config file."""

from __future__ import annotations

from typing import Any

from connector.sample.generator import Sample
from connector.sample.labels import LABELS, Labels, exported_columns, is_flag, linked_by_name
from kpi_engine.facts import FACTS


def csv_tables(sample: Sample) -> dict[str, Any]:
    """What belongs under a connection's `settings: tables:`."""
    return {table: {"files": f"{table}.csv"} for table in sample.tables()}


def csv_mapping(sample: Sample) -> dict[str, Any]:
    """What belongs under a connection's `mapping:`: owners and teams are found by their names."""
    labels = LABELS[sample.company.words.language]
    return {
        table: {
            "id": labels.record_id,
            "columns": {column: _source(labels, table, column) for column in exported_columns(table) if column != "id"},
        }
        for table in sample.tables()
    }


def _source(labels: Labels, table: str, column: str) -> str | dict[str, Any]:
    head = labels.head(table, column)
    if linked_by_name(table, column):
        return {"from": head, "link": {"by": "name"}}
    if is_flag(table, column):
        return {"from": head, "values": {labels.yes: True, labels.no: False}}
    found = FACTS[table].column(column)
    if found and found.values:
        return {"from": head, "values": {word: value for value, word in labels.values[column].items()}}
    return head
