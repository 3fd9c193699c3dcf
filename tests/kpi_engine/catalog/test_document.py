from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.catalog.document import LONGEST, dotted, plain, read_document
from kpi_engine.errors import DefinitionError

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the two disagree about some broken texts


def problems(text: str) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        read_document(text, name="my.yaml")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("true", True),
        ("false", False),
        ("yes", "yes"),
        ("no", "no"),
        ("NO", "NO"),
        ("on", "on"),
        ("True", "True"),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("007", "007"),
        ("0x1f", "0x1f"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("9" * 18, int("9" * 18)),
        ("9" * 5_000, "9" * 5_000),
        ("1.5", 1.5),
        ("-.5", -0.5),
        ("2e3", 2000.0),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("2017-03-01", "2017-03-01"),
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


def test_every_value_has_its_line() -> None:
    document = read_document("kpis:\n- id: one\n  where:\n  - {column: a,\n     is: b}\n- id: two\n", name="my.yaml")
    assert document.where(("kpis", 0, "where", 0, "is")) == "my.yaml:5 kpis[0].where[0].is"
    assert document.where(("kpis", 1)) == "my.yaml:6 kpis[1]"


def test_what_is_missing_is_placed_by_what_is_around_it() -> None:
    document = read_document("kpis:\n- id: one\n", name="my.yaml")
    assert document.where(("kpis", 0, "unit")) == "my.yaml:2 kpis[0].unit"
    assert document.where(()) == "my.yaml:1"


def test_an_alias_repeats_what_it_names() -> None:
    assert read_document("a: &it [1, 2]\nb: *it\n", name="x").data == {"a": [1, 2], "b": [1, 2]}


def test_all_keys_given_twice_are_found_at_once() -> None:
    assert problems("a: 1\nb:\n  c: 1\n  c: 2\na: 2\n") == [
        "my.yaml:4 b.c: c is given twice",
        "my.yaml:5 a: a is given twice",
    ]


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdef", "bcdefg", strict=True)
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: b: c", "my.yaml:1: this is not YAML: mapping values are not allowed"),
        ("a:\n\t- b", "my.yaml:2: this is not YAML"),
        ("a: 'open", "my.yaml:1: this is not YAML"),
        ("a: *nobody", "my.yaml:1: this is not YAML: found undefined alias"),
        ("a\0b", "my.yaml: this is not YAML"),
        ("\ud800", "my.yaml: this is not YAML"),
        ("a: 1\n---\nb: 1", "my.yaml:2: a second document begins here"),
        (
            "a: !!python/object/apply:os.system [x]",
            "my.yaml:1: the tag tag:yaml.org,2002:python/object/apply:os.system is",
        ),
        ("a: !secret x", "the tag !secret is not allowed"),
        ("a: !!str 1", "the tag tag:yaml.org,2002:str is not allowed"),
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
    with suppress(DefinitionError):
        found = read_document(text, name="x").data
        assert type(found) is type(yaml.load(text, Loader=LOADER))  # a safe one, whichever it is


def test_a_path_is_written_as_people_write_it() -> None:
    assert dotted(("kpis", 0, "where", 1, "column")) == "kpis[0].where[1].column"
    assert dotted(()) == ""
