"""Every kind of fault at every request of a run: afterwards the store and the CRM are as if nothing had happened.

26 kinds (`fault_kinds.py`), at each request of three runs (`faulted.py`): a first load, a second slice of data, and
the making of fields and modules. Whatever the fault was, no number is shown as a fact that is none, nothing is lost,
and nothing is written twice.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.effort import quickly
from tests.end_to_end.zoho.fault_kinds import KINDS
from tests.end_to_end.zoho.faulted import SCENARIOS, Laboratory, laboratory, reached


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    with laboratory(tmp_path_factory.mktemp("faults")) as found:
        yield found


def test_there_are_26_kinds() -> None:
    assert len(KINDS) == 26


@pytest.mark.parametrize("kind", quickly("401", "429", "timeout after it was done", "207 mixed", of=KINDS))
def test_a_fault_leaves_no_trace(kind: str, lab: Laboratory) -> None:
    """Each kind once, at the first request that it means anything for, in the middle of the second run."""
    scenario = lab.scenarios["news"]
    numbers = [*reached(scenario, kind)]
    _expect_no_trace(lab, "news", kind, at=numbers[len(numbers) // 2])


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name", [pytest.param(each, marks=() if each == "news" else pytest.mark.exhaustive) for each in SCENARIOS]
)
def test_a_fault_at_any_request_leaves_no_trace(name: str, kind: str, lab: Laboratory) -> None:
    for at in reached(lab.scenarios[name], kind):
        _expect_no_trace(lab, name, kind, at=at)


def _expect_no_trace(lab: Laboratory, name: str, kind: str, *, at: int) -> None:
    scenario = lab.scenarios[name]
    ended = lab.experiment(scenario, KINDS[kind].at(at), at=at)
    where = f"{kind} at request {at}, {' '.join(scenario.requests[at - 1])}: {ended.said}"
    assert ended.played, where
    assert ended.unlike == {}, where
    assert not ended.journal, f"{where}: {ended.journal}"
    assert ended.false == {}, where
