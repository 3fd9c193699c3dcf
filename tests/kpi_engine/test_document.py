"""YAML as data with lines: what is read, and what is refused."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.document import LONGEST, Report, at, compose, dotted, plain, read_document
from kpi_engine.errors import DocumentError
from kpi_engine.message import Message

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the two disagree about some broken texts


def problems(text: str) -> list[str]:
    """What is wrong, whether or not there is anything to go on with."""
    try:
        found = read_document(text, name="my.yaml").problems
    except DocumentError as error:
        found = error.problems
    return [str(problem) for problem in found]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("true", True),
        ("false", False),
        ("yes", "yes"),
        ("no", "no"),
        ("NO", "NO"),
        ("on", "on"),
        ("off", "off"),
        ("True", True),
        ("FALSE", False),
        ("tRUE", "tRUE"),
        ("null", None),
        ("NULL", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("+5", 5),
        ("007", "007"),
        ("007.5", "007.5"),
        ("1.", 1.0),
        (".", "."),
        ("-.", "-."),
        ("0o17", "0o17"),
        ("0x1f", "0x1f"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("9" * 18, int("9" * 18)),
        ("9" * 19, "9" * 19),
        ("9" * 5_000, "9" * 5_000),
        ("1.5", 1.5),
        ("-.5", -0.5),
        ("2e3", 2000.0),
        ("2E-3", 0.002),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("2017-03-01", "2017-03-01"),
        ("2017-03-01 10:00", "2017-03-01 10:00"),
        ("赢单", "赢单"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_word_means_what_it_looks_like(word: str, value: object) -> None:
    assert (type(plain(word)), plain(word)) == (type(value), value)
    assert read_document(f"key: {word}", name="x").data == {"key": value}


@pytest.mark.parametrize("word", ["true", "12", "1.5", "null", ""])
def test_quotes_make_a_text_of_anything(word: str) -> None:
    assert read_document(f"[\"{word}\", '{word}']", name="x").data == [word, word]


def test_keys_are_texts_as_they_are_written() -> None:
    text = "{1: a, yes: b, 2017-01-01: c, null: d, 007: e, true: f}"
    assert read_document(text, name="x").data == dict(
        zip(["1", "yes", "2017-01-01", "null", "007", "true"], "abcdef", strict=True)
    )


def test_every_value_has_its_line() -> None:
    document = read_document("kpis:\n- id: one\n  where:\n  - {column: a,\n     is: b}\n- id: two\n", name="my.yaml")
    assert document.where(("kpis", 0, "where", 0, "is")) == "my.yaml:5 kpis[0].where[0].is"
    assert document.where(("kpis", 1)) == "my.yaml:6 kpis[1]"


def test_what_is_missing_is_placed_by_what_is_around_it() -> None:
    document = read_document("kpis:\n- id: one\n", name="my.yaml")
    assert document.where(("kpis", 0, "unit")) == "my.yaml:2 kpis[0].unit"
    assert document.where(()) == "my.yaml:1"
    assert document.where(("targets",)) == "my.yaml targets"


def test_a_fault_stands_at_its_place() -> None:
    document = read_document("# a comment\n\na:\n- b: 1\n", name="my.yaml")
    assert str(document.problem(("a", 0, "b"), Message("is odd"))) == "my.yaml:4 a[0].b: is odd"
    assert str(document.problem((), Message("is odd"), hint=Message("even it"))) == "my.yaml:3: is odd (even it)"


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "~"])
def test_an_empty_text_has_a_first_line(text: str) -> None:
    document = read_document(text, name="my.yaml")
    assert (document.data, document.where(())) == (None, "my.yaml:1")


def test_a_value_is_found_by_its_place() -> None:
    data = read_document("a: [{b: 1}]", name="x").data
    assert [at(data, way) for way in ((), ("a", 0, "b"), ("a", 1), ("a", "b"), ("c",), ("a", 0, "b", "c"))] == [
        data, 1, None, None, None, None,
    ]  # fmt: skip


def test_an_alias_repeats_what_it_names() -> None:
    assert read_document("a: &it [1, 2]\nb: *it\n", name="x").data == {"a": [1, 2], "b": [1, 2]}


def test_an_alias_is_read_at_each_of_its_places() -> None:
    document = read_document("a: &it\n  b: 1\nc: *it\n", name="x")
    assert [document.where((key, "b")) for key in "ac"] == ["x:2 a.b", "x:2 c.b"]


def test_everything_that_hinders_nothing_else_is_found_at_once() -> None:
    document = read_document("a: 1\nb:\n  c: 1\n  c: 2\na: !x 2\nd: !y {<<: 1, '': 2, ? [e] : 3}\nf: 5", name="my.yaml")
    assert [str(problem) for problem in document.problems] == [
        "my.yaml:4 b.c: is given twice, first on line 3",
        "my.yaml:5 a: is given twice, first on line 1",
        "my.yaml:6 d: the tag !y is not allowed (leave it out)",
        "my.yaml:6 d: merge keys (<<) are not supported (write the settings out)",
        "my.yaml:6 d: a key must be a word",
        "my.yaml:6 d: a key must be a word",
    ]
    assert document.data == {"a": 1, "b": {"c": 1}, "d": {}, "f": 5}


def test_a_tag_is_named_once_and_the_value_read_without_it() -> None:
    document = read_document(
        "a: &it !!str 007\nb: *it\n!k c: !!python/object/apply:os.system [ls]\nd: ! x", name="my.yaml"
    )
    assert [str(problem) for problem in document.problems] == [
        "my.yaml:1 a: the tag tag:yaml.org,2002:str is not allowed (leave it out)",
        "my.yaml:3: the tag !k is not allowed (leave it out)",
        "my.yaml:3 c: the tag tag:yaml.org,2002:python/object/apply:os.system is not allowed (leave it out)",
        "my.yaml:4 d: the tag ! is not allowed (leave it out)",
    ]
    assert document.data == {"a": "007", "b": "007", "c": ["ls"], "d": "x"}


def test_texts_that_are_values_can_become_something_else() -> None:
    def expand(text: str, report: Report) -> str:
        if text == "no":
            report(Message("is refused"), Message("say yes"))
        return text.upper()

    document = read_document("a: [b, 'c', 1, true, 2017-03-01]\nd: {e: no}", name="my.yaml", expand=expand)
    assert document.data == {"a": ["B", "C", 1, True, "2017-03-01"], "d": {"e": "NO"}}
    assert [str(problem) for problem in document.problems] == ["my.yaml:2 d.e: is refused (say yes)"]


def test_the_nodes_are_those_of_the_same_reader() -> None:
    assert compose("a: 1", name="x").value[0][1].start_mark.column == 3
    with pytest.raises(DocumentError, match="nested more than"):
        compose("[" * 3000, name="x")


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdef", "bcdefg", strict=True)
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: b: c", "my.yaml:1: this is not YAML: mapping values are not allowed"),
        ("a:\n\t- b", "my.yaml:2: this is not YAML: found character"),
        ("a:\n\t- b", "(indent with spaces, not with tabs)"),
        ("a: 'open", "my.yaml:1: this is not YAML"),
        ("a: [1, 2", "this is not YAML"),
        ("a: *nobody", "my.yaml:1: this is not YAML: found undefined alias"),
        ("a\0b", "my.yaml: this is not YAML"),
        ("\ud800", "my.yaml: this is not YAML"),
        ("a: 1\n---\nb: 1", "my.yaml:2: a second document begins here"),
        (
            "a: !!python/object/apply:os.system [x]",
            "my.yaml:1 a: the tag tag:yaml.org,2002:python/object/apply:os.system is",
        ),
        ("a: !secret x", "my.yaml:1 a: the tag !secret is not allowed"),
        ("a: !!str 1", "the tag tag:yaml.org,2002:str is not allowed"),
        ("a: &a {b: 1}\nc:\n  <<: *a", "my.yaml:3 c: merge keys (<<) are not supported"),
        ("? [a]\n: b", "my.yaml:1: a key must be a word"),
        ("'': b", "my.yaml:1: a key must be a word"),
        ("[" * 21 + "]" * 21, "my.yaml:1: this is nested more than 20 deep"),
        ("[" * 900_000, "my.yaml:1: this is nested more than 20 deep"),
        ("{a: " * 100_000, "my.yaml:1: this is nested more than 20 deep"),
        ("- " * 100_000, "my.yaml:1: this is nested more than 20 deep"),
        ("a: &a [*a]", "its aliases repeat too much"),
        (BOMB, "its aliases repeat too much"),
        ("[" + "x," * 200_000 + "]", "the file is too large"),
        ("x" * (LONGEST + 1), "my.yaml: the file is longer than"),
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_what_is_dangerous_or_broken_is_refused(text: str, problem: str) -> None:
    (found,) = problems(text)
    assert problem in found


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\x85\u2028\u2029\ufeff\ufffe\uffff")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc_", min_size=1), inner, max_size=4),
    max_leaves=10,
)


@given(values)
def test_reads_back_what_is_written_as_json(value: Any) -> None:
    assert read_document(json.dumps(value, ensure_ascii=False), name="x").data == value


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#%? \n,", max_size=60))
def test_any_text_means_what_yaml_says_or_is_refused(text: str) -> None:
    with suppress(DocumentError):
        found = read_document(text, name="x")
        if not found.problems:
            assert type(found.data) is type(yaml.load(text, Loader=LOADER))  # a safe one, whichever it is


def test_a_path_is_written_as_people_write_it() -> None:
    assert dotted(("kpis", 0, "where", 1, "column")) == "kpis[0].where[1].column"
    assert dotted(()) == ""
