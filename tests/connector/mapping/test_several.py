"""Several modules that feed one fact table."""

from __future__ import annotations

from typing import Any

import pytest

from connector.errors import ConfigError
from connector.mapping import TableMapping, compile_mapping, compile_mappings, shares
from connector.store.share import Share


def mapping(module: str, **columns: Any) -> TableMapping:
    return TableMapping.model_validate({"module": module, "id": "id", "columns": columns})


def of(kind: str, module: str) -> TableMapping:
    return mapping(module, kind={"constant": kind}, owner_id="Owner")


TASKS, CALLS, EVENTS = of("task", "Tasks"), of("call", "Calls"), of("meeting", "Events")


def compiled(*mappings: TableMapping) -> dict[str, Any]:
    made = compile_mappings("activities", mappings, timezone="UTC", currency="EUR", where="m")
    return {each.module: each for each in made}


def test_the_constant_tells_whose_rows_are_whose() -> None:
    assert shares("activities", [TASKS, CALLS]) == [
        Share("kind", "task", ("call",), rest=True),
        Share("kind", "call", ("task",)),
    ]


def test_one_mapping_has_the_whole_table_and_is_what_it_was() -> None:
    (alone,) = compile_mappings("activities", [TASKS], timezone="UTC", currency="EUR")
    assert alone.digest == compile_mapping("activities", TASKS, timezone="UTC", currency="EUR").digest
    assert alone.share == Share()


@pytest.mark.parametrize(
    "others",
    [
        [mapping("Calls", kind="Type")],
        [of("task", "Calls")],
        [mapping("Calls", owner_id="Owner")],
        [CALLS, mapping("Events", kind={"constant": None})],
    ],
)
def test_without_a_constant_of_its_own_in_each_they_are_refused(others: list[TableMapping]) -> None:
    with pytest.raises(ConfigError) as caught:
        compiled(TASKS, *others)
    (problem,) = caught.value.problems
    assert "no column tells their rows apart" in str(problem.message)
    assert "kind: {constant: call}" in str(problem.hint)


def test_a_module_feeds_a_table_once() -> None:
    with pytest.raises(ConfigError, match="Calls feeds activities twice"):
        compiled(TASKS, CALLS, of("meeting", "Calls"))


def test_when_a_module_comes_or_goes_the_one_that_has_the_rest_is_read_again() -> None:
    two, three = compiled(TASKS, CALLS), compiled(TASKS, CALLS, EVENTS)
    assert two["Tasks"].digest != three["Tasks"].digest
    assert two["Calls"].digest == three["Calls"].digest
