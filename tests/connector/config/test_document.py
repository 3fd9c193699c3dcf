"""YAML as data with lines: what is read, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connector.config.document import MOST_BYTES, parse_document, read_document
from connector.errors import ConfigError


def parsed(text: str, **environment: str) -> object:
    document = parse_document(text, environment=environment, name="c.yaml")
    assert document.problems == ()
    return document.data


def refused(text: str, **environment: str) -> str:
    """The problems, one a line."""
    try:
        problems = parse_document(text, environment=environment, name="c.yaml").problems
    except ConfigError as error:
        problems = error.problems
    return "\n".join(map(str, problems))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("off", "off"),
        ("true", True),
        ("False", False),
        ("007", "007"),
        ("12:30", "12:30"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("12", 12),
        ("-3", -3),
        ("0.5", 0.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        (".", "."),
        ("-.", "-."),
        (".inf", ".inf"),
        ("~", None),
        ("", None),
        ("2017-03-01", date(2017, 3, 1)),
        ("2017-02-30", "2017-02-30"),
        ("'2017-03-01'", "2017-03-01"),
        ("9" * 200, "9" * 200),
    ],
)
def test_plain_words_are_read_as_yaml_1_2(text: str, value: object) -> None:
    assert parsed(f"a: {text}") == {"a": value}


def test_keys_are_texts_as_they_are_written() -> None:
    assert parsed("{1: a, yes: b, 2017-01-01: c, null: d}") == {"1": "a", "yes": "b", "2017-01-01": "c", "null": "d"}


def test_an_empty_file_is_an_empty_group() -> None:
    assert parsed("# nothing yet\n") == {}


def test_variables_come_from_the_environment() -> None:
    assert parsed("a: x${HOME_DIR}y", HOME_DIR="/h") == {"a": "x/hy"}


def test_two_dollars_stand_for_one() -> None:
    assert parsed("a: $${NAME} costs $5") == {"a": "${NAME} costs $5"}


def test_a_variable_is_not_expanded_twice() -> None:
    assert parsed("a: ${A}", A="${B}", B="secret") == {"a": "${B}"}


def test_a_missing_variable_is_named_at_its_line() -> None:
    assert refused("a: 1\nb: ${NOPE}").startswith("c.yaml:2 b: the environment variable NOPE is not set")


def test_a_variable_needs_a_name() -> None:
    assert "${a-b} does not name an environment variable" in refused("a: ${a-b}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3", "c.yaml:3 a: is given twice, first on line 1"),
        ("a: [1, 2", "c.yaml:1: this is not valid YAML"),
        ("a:\n\t- 1", "indent with spaces, not with tabs"),
        ("a: !!python/object/apply:os.system [ls]\nb: !x 1", "c.yaml:2 b: YAML tags are not supported"),
        ("a: &a {b: 1}\nc:\n  <<: *a", "merge keys (<<) are not supported"),
        ("? [a]\n: 1", "a key must be a plain text"),
        ("a: &a [*a]", "repeats or nests itself too often"),
        ("[" * 3000, "this is not valid YAML"),
        ("a: \x00", "this is not valid YAML"),
    ],
)
def test_what_is_refused(text: str, said: str) -> None:
    assert said in refused(text)


def test_a_sequence_with_a_tag_runs_nothing(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    parse_document(f"a: !!python/object/apply:pathlib.Path.touch [{victim}]", environment={}, name="c.yaml")
    assert not victim.exists()


def test_an_alias_bomb_is_stopped() -> None:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8)]
    assert "repeats or nests itself too often" in refused("\n".join(lines))


def test_every_problem_is_named_at_once() -> None:
    assert len(refused("a: ${X}\nb: ${Y}\nb: 1").splitlines()) == 3


def test_where_finds_the_nearest_line() -> None:
    document = parse_document("a:\n  b:\n    - c: 1\n", environment={}, name="c.yaml")
    assert document.where(("a", "b", 0, "c")) == "c.yaml:3 a.b[1].c"
    assert document.where(("a", "b", 0, "missing")) == "c.yaml:3 a.b[1].missing"
    assert document.where(("x",)) == "c.yaml x"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a: \xff\xfe", "is not written in UTF-8"),
        (b"#" * (MOST_BYTES + 1), "is too large"),
        (None, "there is no such file"),
    ],
    ids=["utf-8", "large", "missing"],
)
def test_files_that_cannot_be_read(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "c.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=said):
        read_document(path, environment={})


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_document(tmp_path, environment={})


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("a: 1", encoding="utf-8-sig")
    assert read_document(path, environment={}).data == {"a": 1}
