"""The firm that most tests report on; computed once, as nobody changes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.connector.report.firm import PEOPLE, TEAMS, Firm, usual_deals


@pytest.fixture(scope="session")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Firm:
    """Two teams in one, five people, one of whom never sold anything; targets for the company and for Ann."""
    made = Firm(tmp_path_factory.mktemp("firm")).fill(teams=TEAMS, people=PEOPLE, deals=usual_deals()).compute()
    made.target("won_amount", "organisation", "", actual=7_400, target=10_000, gap=-2_600, attainment=0.74)
    made.target(
        "won_amount", "owner", "U1", actual=6_500, target=6_000, gap=500, attainment=1.083, rag="blue", expected=3_300
    )
    made.target(
        "win_rate", "owner", "U1", actual=0.75, target=0.7, gap=0.05, unit="percent", rag="grey",
        status="insufficient_n",
    )  # fmt: skip
    return made


@pytest.fixture
def new_firm(tmp_path: Path) -> Callable[..., Firm]:
    """An empty firm of one's own."""

    def make(**settings: str) -> Firm:
        return Firm(tmp_path, **settings)

    return make
