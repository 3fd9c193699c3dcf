import pytest

from kpi_engine.errors import MOST_LISTED, DefinitionError, KpiError, MissingFact, Problem, did_you_mean
from kpi_engine.message import Message


def test_a_problem_says_where_what_and_what_to_do() -> None:
    problem = Problem("kpis.yaml:3 kpis[0].tabel", Message("unknown key {key}", key="tabel"), Message("remove it"))
    assert str(problem) == "kpis.yaml:3 kpis[0].tabel: unknown key tabel (remove it)"


def test_a_problem_without_a_hint_has_no_brackets() -> None:
    assert str(Problem("here", Message("wrong"))) == "here: wrong"


def test_a_definition_error_lists_all_its_problems() -> None:
    error = DefinitionError(Problem("here", Message(f"wrong {n}")) for n in (1, 2))
    assert len(error.problems) == 2
    assert str(error) == "here: wrong 1; here: wrong 2"


@pytest.mark.parametrize("kind", [DefinitionError, MissingFact])
def test_every_error_is_a_kpi_error(kind: type[KpiError]) -> None:
    assert issubclass(kind, KpiError)


def test_an_error_carries_its_hint_apart() -> None:
    error = MissingFact(Message("no column x"), hint=Message("add it"))
    assert (str(error), str(error.hint)) == ("no column x", "add it")


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("amout", "did you mean amount?"),
        ("AMOUNT", "did you mean amount?"),
        ("xyz", "one of: amount, owner_id"),
    ],
    ids=["letters", "case", "nothing near"],
)
def test_did_you_mean(word: str, hint: str) -> None:
    assert str(did_you_mean(word, ["owner_id", "amount"])) == hint


def test_did_you_mean_keeps_the_known_spelling() -> None:
    assert str(did_you_mean("asia/shanghay", ["Asia/Shanghai"])) == "did you mean Asia/Shanghai?"


def test_did_you_mean_does_not_print_a_whole_dictionary() -> None:
    assert not did_you_mean("xyz", [f"word{n}" for n in range(MOST_LISTED + 1)])
    assert not did_you_mean("xyz", [])


def test_did_you_mean_survives_a_word_of_a_megabyte() -> None:
    assert str(did_you_mean("x" * 1_000_000, ["amount"])) == "one of: amount"
