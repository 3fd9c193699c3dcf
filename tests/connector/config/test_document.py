"""What the settings file adds to YAML: the disk, and variables from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.config.document import MOST_BYTES, parse_document, read_document
from connector.errors import ConfigError
from kpi_engine.document import LONGEST


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
        ("a: 1\nb: !x 1", "c.yaml:2 b: the tag !x is not allowed"),
        ("a:\n\t- 1", "indent with spaces, not with tabs"),
        ("[" * 3000, "nested more than"),
        ("a: &a [*a]", "its aliases repeat too much"),
        ("a: \x00", "this is not YAML"),
        ("#" * (LONGEST + 1), "is longer than"),
    ],
    ids=["twice", "tag", "tab", "deep", "alias", "control", "long"],
)
def test_what_no_yaml_may_hold_is_refused_here_too(text: str, said: str) -> None:
    assert said in refused(text)


def test_a_sequence_with_a_tag_runs_nothing(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    parse_document(f"a: !!python/object/apply:pathlib.Path.touch [{victim}]", environment={}, name="c.yaml")
    assert not victim.exists()


def test_every_problem_is_named_at_once() -> None:
    assert len(refused("a: ${X}${Z}\nb: ${Y}\nb: 1").splitlines()) == 4


def test_keys_and_numbers_are_not_looked_at() -> None:
    assert parsed("{'${A}': 1, b: 2}", A="x") == {"${A}": 1, "b": 2}


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
