"""The demo over files: an export of the sample company, and copies of it with KPI columns."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector.config.layout import flow, scalar
from connector.errors import Message
from connector.init.text import Pen
from connector.sample import Sample, csv_mapping, csv_tables, write_csv

DATA = Path("data")
UNFINISHED = ".unfinished"


@dataclass(frozen=True, slots=True)
class Files:
    """The sample company's files."""

    sample: Sample

    def put(self, folder: Path) -> None:
        """The export's files that are missing; all are made, as a file is no faster made alone."""
        data = folder / DATA
        if all((data / f"{table}.csv").exists() for table in self.sample.tables()):
            return
        unfinished = data / UNFINISHED
        shutil.rmtree(unfinished, ignore_errors=True)
        write_csv(self.sample, unfinished)
        for made in sorted(unfinished.iterdir()):
            if not (data / made.name).exists():
                os.replace(made, data / made.name)
        shutil.rmtree(unfinished)

    @staticmethod
    def place_id(table: str, sample_id: str) -> str:
        """Ids are those of the sample."""
        del table
        return sample_id

    def connection(self, pen: Pen) -> Iterator[str]:
        """A folder, and which column is which."""
        yield "connections:"
        yield "  crm:"
        yield "    adapter: generic_csv"
        yield "    settings:"
        yield "      folder: data"
        yield pen.line("      tables:", Message("one file for each table of facts"))
        yield from _block(csv_tables(self.sample), indent=8)
        yield pen.line("    mapping:", Message("column of the facts: column of the file"))
        for table, mapping in csv_mapping(self.sample).items():
            yield f"      {table}:"
            yield f"        id: {scalar(mapping['id'])}"
            yield "        columns:"
            yield from _block(mapping["columns"], indent=10)

    def write_back(self, pen: Pen) -> Iterator[str]:
        """Into copies of the files."""
        yield from pen.comment(Message("Where the numbers are written: here into copies of the export's files."))
        yield "write_back:"
        yield "  targets:"
        yield pen.line("    - name: accounts", Message("the customer's numbers beside the customer's name"))
        yield "      connection: crm"
        yield "      kind: fields"
        yield "      module: accounts"
        yield "      scope: account"
        yield "      fields:"
        yield "        KPI_Won_Amount: {kpi: won_amount, period: year}"
        yield "        KPI_Order_Amount: {kpi: order_amount, period: year}"
        yield "        KPI_Pipeline: {kpi: pipeline_value, period: year}"
        yield "      options: {output: out/accounts.csv}"
        yield pen.line("    - name: people", Message("each person's number, target and gap of the quarter"))
        yield "      connection: crm"
        yield "      kind: fields"
        yield "      module: users"
        yield "      scope: owner"
        yield "      fields:"
        yield "        KPI_Won_Amount: {kpi: won_amount, period: quarter}"
        yield "        KPI_Target: {kpi: won_amount, period: quarter, show: target}"
        yield "        KPI_Gap: {kpi: won_amount, period: quarter, show: gap}"
        yield "        KPI_State: {kpi: won_amount, period: quarter, show: rag}"
        yield "      options: {output: out/users.csv}"
        yield pen.line("    - name: report", Message("one line per number"))
        yield "      connection: crm"
        yield "      kind: records"
        yield "      kpis: [win_rate, won_amount, sales_cycle, order_amount]"
        yield "      scopes: [organisation, team]"
        yield "      periods: [quarter, year]"
        yield "      options: {output: out/kpi_report.csv}"


def _block(values: Mapping[str, Any], *, indent: int) -> Iterator[str]:
    for name, value in values.items():
        yield f"{' ' * indent}{name}: {flow(value)}"
