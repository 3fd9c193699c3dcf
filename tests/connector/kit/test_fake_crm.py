"""The fake CRM's adapter keeps the contract, and the fake CRM misbehaves as planned."""

from __future__ import annotations

import json

import pytest

from connector.contract import Change, HttpRequest, WriteTarget
from connector.errors import AdapterError, AuthError, Unavailable, UnexpectedResponse
from connector.kit.conformance import AdapterConformance, Sample
from connector.kit.fake_adapter import FakeCrmAdapter, FakeSettings
from connector.kit.fake_crm import URL, FakeCrm, Fault
from connector.mapping import TableMapping
from connector.transport import converse

OUTCOMES = ("open", "won", "lost")


def filled_crm(records: int = 23, *, page_size: int = 5) -> FakeCrm:
    crm = FakeCrm(page_size=page_size)
    for number in range(records):
        crm.put("deals", f"d{number}", outcome=OUTCOMES[number % 3], amount=number + 0.5, owner=f"u{number % 2}")
    crm.put("users", "u0", name="Ann")
    crm.put("users", "u1", name="Bob")
    return crm


MAPPINGS = {
    "users": TableMapping.model_validate({"id": "id", "columns": {"name": "name", "modified_at": "modified"}}),
    "deals": TableMapping.model_validate(
        {
            "id": "id",
            "columns": {"outcome": "outcome", "amount": "amount", "owner_id": "owner", "modified_at": "modified"},
        }
    ),
}


class TestFakeCrmAdapter(AdapterConformance):
    @pytest.fixture
    def sample(self) -> Sample:
        crm = filled_crm()

        def remove() -> tuple[str, str]:
            crm.delete("deals", "d3")
            return "deals", "d3"

        return Sample(
            adapter_name="fake_crm",
            make_adapter=lambda: FakeCrmAdapter(FakeSettings(modules=("users", "deals"))),
            mappings=MAPPINGS,
            world=crm.world(),
            change=lambda: crm.put("deals", "d4", amount=99),
            remove=remove,
            target=WriteTarget("scores", "fields", "deals", ("id",), ("score",)),
            changes=[Change(f"c{number}", f"d{number}", {"score": number}) for number in range(12)],
        )


def get(crm: FakeCrm) -> object:
    def talk():  # type: ignore[no-untyped-def]
        answer = yield HttpRequest("GET", f"{URL}/deals", idempotent=False)
        assert json.loads(answer.body)["records"]

    return list(converse(talk(), adapter="test", world=crm.world()))


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault.SERVER_ERROR, Unavailable),
        (Fault.BAD_GATEWAY, Unavailable),
        (Fault.UNAUTHORISED, AuthError),
        (Fault.REDIRECT, UnexpectedResponse),
        (Fault.TIMEOUT_BEFORE, Unavailable),
        (Fault.TIMEOUT_AFTER, Unavailable),
        (Fault.RESET_AFTER, Unavailable),
    ],
)
def test_a_fault_that_may_have_done_something_is_not_repeated(fault: Fault, expected: type[AdapterError]) -> None:
    crm = filled_crm()
    crm.faults[0] = fault
    with pytest.raises(expected):
        get(crm)
    assert len(crm.calls) == 1


@pytest.mark.parametrize("fault", [Fault.TOO_MANY, Fault.RESET_BEFORE])
def test_a_fault_before_anything_was_done_is_repeated(fault: Fault) -> None:
    crm = filled_crm()
    crm.faults[0] = fault
    assert get(crm) == []
    assert len(crm.calls) == 2
