"""Sample data with a known truth, for the demo, the tests and the benchmarks."""

from __future__ import annotations

from connector.sample.dirt import KINDS as DIRT
from connector.sample.generator import FactPage, Sample, generate
from connector.sample.settings import csv_mapping, csv_tables
from connector.sample.write import write_csv

__all__ = [
    "DIRT",
    "FactPage",
    "Sample",
    "csv_mapping",
    "csv_tables",
    "generate",
    "write_csv",
]
