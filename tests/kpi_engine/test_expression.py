from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.errors import DefinitionError
from kpi_engine.expression import (
    DEEPEST,
    LONGEST,
    Assumption,
    Expression,
    Kpi,
    Number,
    Operation,
    Previous,
    PriorYear,
    names,
    parse,
    walk,
)

A, B = Kpi("aa"), Kpi("bb")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("aa", A),
        ("2", Number(2.0)),
        (".5e1", Number(5.0)),
        ("-2", Number(-2.0)),
        ("-aa", Operation("*", Number(-1.0), A)),
        ("aa + bb", Operation("+", A, B)),
        ("aa - bb", Operation("-", A, B)),
        ("aa * bb", Operation("*", A, B)),
        ("aa / bb", Operation("/", A, B)),
        ("aa + bb * 2", Operation("+", A, Operation("*", B, Number(2.0)))),
        ("(aa + bb) * 2", Operation("*", Operation("+", A, B), Number(2.0))),
        ("aa - bb - 2", Operation("-", Operation("-", A, B), Number(2.0))),
        ("previous(aa)", Previous(A)),
        ("prior_year(aa + 1)", PriorYear(Operation("+", A, Number(1.0)))),
        ("previous(prior_year(aa))", Previous(PriorYear(A))),
        ('assumption("margin")', Assumption("margin")),
        ("assumption('margin')", Assumption("margin")),
        ("  aa +\n  bb\n", Operation("+", A, B)),
    ],
)
def test_reads_arithmetic_on_kpis(text: str, tree: Expression) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read"),
        ("aa +", "cannot be read"),
        ("aa bb", "cannot be read"),
        ("aa; bb", "cannot be read at character 3"),
        ("aa = 1", "cannot be read"),
        ("1or 2", "cannot be read"),
        ("0777", "cannot be read"),
        ("aa\0", "cannot be read"),
        ("\ud800", "cannot be read"),
        ("'", "cannot be read"),
        ("# nothing", "cannot be read"),
        ("aa ** 9", "aa ** 9 cannot be part"),
        ("aa // 2", "cannot be part"),
        ("aa % 2", "cannot be part"),
        ("aa < 2", "cannot be part"),
        ("aa if bb else 1", "cannot be part"),
        ("lambda: 1", "cannot be part"),
        ("[1 for x in aa]", "cannot be part"),
        ("aa.real", "aa.real cannot be part"),
        ("aa['x']", "cannot be part"),
        ("(aa, bb)", "cannot be part"),
        ("(x := 1)", "cannot be part"),
        ("f'{aa}'", "cannot be part"),
        ("'text'", "'text' cannot be part"),
        ("True", "True cannot be part"),
        ("None", "None cannot be part"),
        ("1j", "1j cannot be part"),
        ("+aa", "cannot be part"),
        ("not aa", "cannot be part"),
        ("await aa", "cannot be"),
        ("previous", "previous cannot be part"),
        ("previous()", "previous takes exactly one argument"),
        ("previous(aa, 2)", "previous takes exactly one argument"),
        ("previous(aa, of=2)", "cannot be part"),
        ("previous(*aa)", "cannot be part"),
        ("previos(aa)", "previos is not a function (did you mean previous?)"),
        ("__import__('os').system('true')", "cannot be part"),
        ("open('x')", "open is not a function"),
        ("assumption(margin)", 'named in quotes (write assumption("gross_margin"))'),
        ("assumption(b'margin')", "named in quotes"),
        ("1e999", "too large"),
        ("9" * 400, "too large"),
        ("aa + " + "9" * 500, "too large"),
    ],
    ids=lambda text: ascii(text[:30]),
)
def test_refuses_everything_else(text: str, message: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse(text)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "(" * 1_000_000,
        "(" * 400 + "aa" + ")" * 400,
        "-" * 990 + "aa",
        "+".join(["aa"] * 300),
        "[" * 900,
        "assumption(" * 90,
        "f(" * 450 + ")" * 450,
        "lambda:" * 140 + "1",
        "not " * 240 + "1",
        "1" + "**1" * 300,
        "9" * 1_000,
    ],
    ids=lambda text: f"{text[:12]}-{len(text)}",
)
def test_neither_length_nor_depth_can_break_it(text: str) -> None:
    with pytest.raises(DefinitionError):
        parse(text)


def test_goes_as_deep_and_as_long_as_it_says() -> None:
    assert len(list(walk(parse("+".join(["aa"] * (DEEPEST + 1)))))) == 2 * DEEPEST + 1
    with pytest.raises(DefinitionError, match="operations deep"):
        parse("+".join(["aa"] * (DEEPEST + 2)))
    parse("a" * LONGEST)
    with pytest.raises(DefinitionError, match="longer than"):
        parse("a" * (LONGEST + 1))


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(DefinitionError):
        assert list(walk(parse(text)))


@given(st.text(alphabet="ab1.+-*/()\"' previous_yearassumption,", max_size=60))
def test_any_text_like_a_formula_is_read_or_refused(text: str) -> None:
    with suppress(DefinitionError):
        assert list(walk(parse(text)))


def written(tree: Expression) -> str:
    match tree:
        case Number(value):
            return f"({value!r})"
        case Kpi(name):
            return name
        case Assumption(name):
            return f'assumption("{name}")'
        case Previous(of):
            return f"previous({written(of)})"
        case PriorYear(of):
            return f"prior_year({written(of)})"
        case Operation(op, left, right):
            return f"({written(left)} {op} {written(right)})"


leaves = (
    st.builds(Number, st.floats(-1e9, 1e9).map(abs).filter(lambda value: value > 0))
    | st.sampled_from(["calls", "won_amount", "x1"]).map(Kpi)
    | st.sampled_from(["gross_margin", "cost rate"]).map(Assumption)
)
trees = st.recursive(
    leaves,
    lambda inner: (
        inner.map(Previous) | inner.map(PriorYear) | st.builds(Operation, st.sampled_from("+-*/"), inner, inner)
    ),
    max_leaves=12,
)


@given(trees)
def test_reads_back_every_tree(tree: Expression) -> None:
    assert parse(written(tree)) == tree


@given(trees)
def test_names_are_those_of_all_parts(tree: Expression) -> None:
    text = written(tree)
    found = names(tree)
    assert found.kpis == {name for name in ("calls", "won_amount", "x1") if name in text}
    assert found.assumptions == {name for name in ("gross_margin", "cost rate") if f'"{name}"' in text}


def test_an_error_says_which_formula_it_is() -> None:
    with pytest.raises(DefinitionError) as caught:
        parse("1 +", where="my_kpi expression")
    (problem,) = caught.value.problems
    assert problem.where == "my_kpi expression"
