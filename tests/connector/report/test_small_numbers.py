"""Small numbers are the rule: most cells of a rep's page tell something, in the company that the demo shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.config import read
from connector.demo import demo
from connector.engine.duckdb import DuckDBEngine
from connector.report.audience import Audience
from connector.report.document import document
from connector.report.people import NOBODY
from connector.report.view import Views
from connector.report.wording import CellText
from connector.store import Store

pytestmark = pytest.mark.slow
WANTED = 0.8


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[CellText]]:
    """The cells of each person's page, as they are written: two periods, and twelve months where a KPI has them."""
    folder = tmp_path_factory.mktemp("demo") / "sample"
    demo(folder)
    return cells_of(folder)


def cells_of(folder: Path) -> dict[str, list[CellText]]:
    config = read(folder / "crm-kpi.yaml", environment={})
    with Store.open(config.store, read_only=True) as store:
        made = document(config, store, audience=Audience(), language="en", period=None, engine=DuckDBEngine)
        views = Views(made)
        return {
            page.name: [text for line in page.lines for text in views.cells(page, line) if text.main]
            for page in made.pages()
            if page.place.scope == "owner" and page.place.id != NOBODY
        }


def test_most_cells_of_every_rep_tell_something(pages: dict[str, list[CellText]]) -> None:
    assert len(pages) >= 12
    for name, cells in pages.items():
        told = sum(cell.kind != "nothing" or bool(cell.small) for cell in cells)
        assert told >= WANTED * len(cells), f"{name}: {told} of {len(cells)}"


def test_that_is_not_because_everything_can_be_judged(pages: dict[str, list[CellText]]) -> None:
    kinds = [cell.kind for cells in pages.values() for cell in cells]
    assert kinds.count("counts") > len(kinds) / 10


def test_most_counts_have_a_comparison_beside_them(pages: dict[str, list[CellText]]) -> None:
    thin = [cell for cells in pages.values() for cell in cells if cell.kind == "counts"]
    assert sum(bool(cell.small) for cell in thin) >= WANTED * len(thin)
