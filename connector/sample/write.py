"""A sample as files, as a CRM would export it.

UTF-8, comma, one header line with the labels that a CRM would show, owners and teams by name, money with two
decimals and a point, dates ``2025-03-01``, instants ``2025-03-01T08:00:00Z`` (UTC), empty where there is nothing.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from connector.sample.customers import ACCOUNT, account_name
from connector.sample.generator import FactPage, Sample
from connector.sample.labels import LABELS, Labels, exported_columns, is_flag, linked_by_name
from kpi_engine.facts import FACTS, SCALE, ColumnType

TRUTH_FILE = "truth.json"


def write_csv(sample: Sample, folder: Path, *, tables: Iterable[str] | None = None) -> Mapping[str, int]:
    """One CSV file for each table, and the truth beside them; returns the rows of each table.

    Raises:
        OSError: the folder cannot be made or written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    export = _Export(sample)
    rows = {table: export.write(table, folder / f"{table}.csv") for table in tables or sample.tables()}
    truth = sample.truth() | {"rows": rows}
    (folder / TRUTH_FILE).write_text(json.dumps(truth, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return rows


def money_text(amount: int) -> str:
    """Ten-thousandths as decimal text.

    >>> money_text(1234_5000), money_text(-5_0001)
    ('1234.50', '-5.0001')
    """
    units, rest = divmod(abs(amount), SCALE)
    digits = f"{rest:04}"
    return f"{'-' if amount < 0 else ''}{units}.{digits[:2]}{digits[2:].rstrip('0')}"


class _Export:
    """Turns pages into the cells of an export."""

    def __init__(self, sample: Sample) -> None:
        self.sample = sample
        self.labels: Labels = LABELS[sample.company.words.language]
        staff = sample.company.staff
        self.names = {
            "users": {user.id: user.name for user in staff.users},
            "teams": {team.id: team.name for team in staff.teams},
        }

    def write(self, table: str, path: Path) -> int:
        columns, rows = exported_columns(table), 0
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(self.heads(table))
            for page in self.sample.pages(table):
                cells = [cell for column in columns for cell in self._cells(table, column, page)]
                writer.writerows(zip(*cells, strict=True))
                rows += page.count
        return rows

    def heads(self, table: str) -> list[str]:
        heads = []
        for column in exported_columns(table):
            heads.append(self.labels.head(table, column))
            if column == "account_id":
                heads.append(self.labels.account_name)
        return heads

    def _cells(self, table: str, column: str, page: FactPage) -> Iterator[Sequence[Any]]:
        """The column or columns of an export that one fact column becomes."""
        values = page.columns[column]
        found = FACTS[table].column(column)
        if found and found.type is ColumnType.MONEY:
            yield [None if value is None else money_text(value) for value in values]
        elif is_flag(table, column):
            yield [None if value is None else self.labels.yes if value else self.labels.no for value in values]
        elif by_name := linked_by_name(table, column):
            names = self.names[by_name]
            yield [None if value is None else names[value] for value in values]
        elif found and found.values:
            yield [None if value is None else self.labels.values[column][value] for value in values]
        else:
            yield values
        if column == "account_id":
            yield self._account_names(values)

    def _account_names(self, ids: Sequence[str | None]) -> list[str | None]:
        company = self.sample.company
        return [None if found is None else account_name(company, int(found[1:]) - ACCOUNT) for found in ids]
