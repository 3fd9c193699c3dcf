"""The loop between a conversation and the world, and what no adapter may say."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from connector.contract import PAGE_ROWS, FileInfo, Finished, ListFiles, OpenFile, Page, WriteFile
from connector.errors import AuthError, ConnectorError, Message, RejectedError, UnexpectedResponse
from connector.transport import converse

Talk = Generator[Any, Any, None]


def spoken(talk: Talk) -> list[Any]:
    return list(converse(talk, adapter="mine"))


def test_effects_are_performed_and_everything_else_is_handed_on(tmp_path: Path) -> None:
    handles = []

    def talk() -> Talk:
        written = yield WriteFile(tmp_path / "a.csv", [b"hello"])
        assert isinstance(written, FileInfo)
        (listed,) = yield ListFiles(str(tmp_path / "*.csv"))
        assert listed == written
        handle = yield OpenFile(listed.path)
        handles.append(handle)
        yield Page("deals", {"text": [handle.read()]}, 1)
        yield Finished("deals", next_state={"n": 1})

    page, finished = spoken(talk())
    assert page.columns == {"text": [b"hello"]}
    assert finished.next_state == {"n": 1}
    assert handles[0].closed


def test_handles_are_closed_when_nobody_listens_any_more(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x")
    said = []

    def talk() -> Talk:
        try:
            said.append((yield OpenFile(tmp_path / "a.csv")))
            yield Page("deals", {}, 0)
        finally:
            said.append("closed")

    listening = converse(talk(), adapter="mine")
    next(listening)
    listening.close()
    assert said[0].closed
    assert said[1] == "closed"


def test_a_failed_effect_is_thrown_into_the_conversation(tmp_path: Path) -> None:
    def talk() -> Talk:
        try:
            yield OpenFile(tmp_path / "missing.csv")
        except RejectedError as error:
            yield Page("deals", {"caught": [str(error)], "adapter": [error.adapter]}, 1)

    (page,) = spoken(talk())
    assert "not there" in page.columns["caught"][0]
    assert page.columns["adapter"] == ["mine"]


def test_what_it_does_not_catch_is_told(tmp_path: Path) -> None:
    def talk() -> Talk:
        yield OpenFile(tmp_path / "missing.csv")

    with pytest.raises(RejectedError) as caught:
        spoken(talk())
    assert caught.value.adapter == "mine"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (None, "NoneType"),
        ("hello", "str"),
        ({"module": "deals"}, "dict"),
        (Page("deals", {"a": [1, 2], "b": [1]}, 2), "other lengths"),
        (Page("deals", {"a": [1]}, 2), "other lengths"),
        (Page("deals", {"a": [1]}, 1, positions=(1, 2)), "other lengths"),
        (Page("deals", {"a": [1] * (PAGE_ROWS + 1)}, PAGE_ROWS + 1), "at most 2000"),
        (Page("deals", {"a": [1]}, 1, next_state={"at": {1, 2}}), "not JSON"),
        (Page("deals", {"a": [1]}, 1, next_state={"at": float("nan")}), "not JSON"),
        (Finished("deals", next_state=[1]), "not JSON"),  # type: ignore[arg-type]  # that is the fault
    ],
)
def test_what_no_adapter_may_say(said: object, why: str) -> None:
    def talk() -> Talk:
        yield said

    with pytest.raises(UnexpectedResponse, match=why) as caught:
        spoken(talk())
    assert "mine" in str(caught.value)
    assert caught.value.adapter == "mine"


def test_an_adapter_that_crashes_is_named_and_its_data_is_not_told() -> None:
    def talk() -> Talk:
        raise ValueError("the customer's s3cret")
        yield

    with pytest.raises(UnexpectedResponse, match="the adapter mine has a fault: it failed with ValueError") as caught:
        spoken(talk())
    assert "s3cret" not in str(caught.value)
    assert isinstance(caught.value.__cause__, ValueError)


def test_a_handle_that_fails_is_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    def talk() -> Talk:
        raise OSError(5, "Input/output error", str(tmp_path / "a.csv"))
        yield

    with pytest.raises(RejectedError, match=r"a\.csv: Input/output error"):
        spoken(talk())


@pytest.mark.parametrize("error", [AuthError(Message("no")), RejectedError(Message("no"), adapter="other")])
def test_errors_of_ours_stay_what_they_are(error: ConnectorError) -> None:
    def talk() -> Talk:
        raise error
        yield

    with pytest.raises(type(error)) as caught:
        spoken(talk())
    assert caught.value is error


def test_a_chunk_that_cannot_be_made_leaves_no_file(tmp_path: Path) -> None:
    def chunks() -> Generator[bytes, None, None]:
        yield b"half"
        raise LookupError

    def talk() -> Talk:
        yield WriteFile(tmp_path / "a.csv", chunks())

    with pytest.raises(UnexpectedResponse, match="LookupError"):
        spoken(talk())
    assert list(tmp_path.iterdir()) == []
