"""The contract's promises, kept in each of the three ways of reading; those of writing with each of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.zoho.adapter import ZohoAdapter
from connector.contract import Change, FieldShape, WriteTarget
from connector.kit.conformance import AdapterConformance, Facts, Sample
from connector.mapping import TableMapping
from tests.adapters.zoho.reading.organisation import Zoho, an_id, deals, loaded

ROWS = 2_100
DEALS = TableMapping.model_validate(
    {
        "module": "Deals",
        "id": "id",
        "columns": {
            "name": "Deal_Name",
            "stage": "Stage",
            "outcome": "$outcome",
            "amount": "Amount",
            "owner_id": "Owner",
            "closed_on": "$closed_on",
            "modified_at": "Modified_Time",
        },
    }
)


TARGET = WriteTarget(
    "deals",
    "fields",
    "Deals",
    ("id",),
    ("Description", "KPI_Won"),
    shapes={"Description": FieldShape("Description", "long_text"), "KPI_Won": FieldShape("Won", "money", 2)},
)
"""A field that is there, and one that has to be made."""
CHANGES = [
    *(Change(f"c{number}", an_id(number), {"Description": f"number {number}"}) for number in range(1, 131)),
    Change("of-none", an_id(0), {"Description": "of no record"}),
]


class ZohoConformance(AdapterConformance):
    """All promises, on deals of a stand-in."""

    WAY = "auto"

    @pytest.fixture
    def sample(self, connect: Callable[..., Zoho]) -> Sample:
        org = connect(way=self.WAY)
        loaded(org.state, "Deals", deals(ROWS))
        settings = org.adapter._settings

        def change() -> None:
            org.later(hours=1)
            org.state.update("Deals", an_id(7), {"Amount": 99.5})
            org.later(hours=1)

        def remove() -> tuple[str, str]:
            org.later(hours=1)
            org.state.delete("Deals", an_id(8))
            org.later(hours=1)
            return "deals", an_id(8)

        return Sample(
            adapter_name="zoho",
            make_adapter=lambda: ZohoAdapter(settings, Path()),
            mappings={"deals": DEALS},
            world=org.world,
            change=change,
            remove=remove,
            target=TARGET,
            changes=CHANGES,
        )


class TestByList(ZohoConformance):
    WAY = "list"


class TestByCoql(ZohoConformance):
    WAY = "coql"


class TestByBulk(ZohoConformance):
    WAY = "bulk"

    @pytest.mark.slow  # a job and its polls, for every point at which credits may end
    def test_when_credits_end_anywhere_what_was_read_is_kept_and_the_next_run_goes_on(
        self, sample: Sample, undisturbed: Facts, tmp_path: Path
    ) -> None:
        super().test_when_credits_end_anywhere_what_was_read_is_kept_and_the_next_run_goes_on(
            sample, undisturbed, tmp_path
        )
