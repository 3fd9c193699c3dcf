"""Snapshots and additions, runs without news, files that change, files that are missing."""

from __future__ import annotations

import os
from typing import Any

import pytest

from connector.contract import Finished, OpenFile
from connector.errors import ConfigError, RejectedError, SourceChanged

ONE, TWO = "id,name\n1,a\n", "id,name\n2,b\n"


def no_news(pulled: Any, state: Any) -> bool:
    return (pulled.pages, pulled.unreadable, pulled.finished) == ([], [], Finished("deals", next_state=state))


def test_an_unchanged_file_is_not_read_again(folder: Any) -> None:
    path = folder.write("deals.csv", ONE)
    state = folder.pull("id").end.next_state
    assert no_news(folder.pull("id", state=state), state)
    os.utime(path, ns=(1, 1))
    assert no_news(folder.pull("id", state=state), state)


def test_the_same_time_and_size_do_not_hide_a_change(folder: Any) -> None:
    path = folder.write("deals.csv", ONE)
    before = path.stat()
    state = folder.pull("id").end.next_state
    folder.write("deals.csv", TWO)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert folder.pull("id", state=state).rows == [("2", "b")]


def test_other_settings_read_it_again(folder: Any) -> None:
    folder.write("deals.csv", "id,name\n1,'a'\n")
    state = folder.pull("id").end.next_state
    folder.table(quote="'")
    assert folder.pull("id", state=state).rows == [("1", "a")]


def test_a_snapshot_of_several_files_is_read_whole_when_one_changed(folder: Any) -> None:
    folder.write("deals_1.csv", ONE)
    folder.write("deals_2.csv", TWO)
    folder.table("deals_*.csv")
    first = folder.pull("id")
    assert (first.rows, first.end.vendor_count) == ([("1", "a"), ("2", "b")], 2)
    assert no_news(folder.pull("id", state=first.end.next_state), first.end.next_state)
    folder.write("deals_2.csv", "id,name\n2,changed\n")
    second = folder.pull("id", state=first.end.next_state)
    assert (second.rows, second.end.snapshot) == ([("1", "a"), ("2", "changed")], True)
    (folder.path / "deals_2.csv").unlink()
    third = folder.pull("id", state=second.end.next_state)
    assert (third.rows, third.end.snapshot, third.end.vendor_count) == ([("1", "a")], True, 1)


def test_additions_are_read_once_each(folder: Any) -> None:
    folder.write("in/1.csv", ONE)
    folder.table("in/*.csv", semantics="append")
    first = folder.pull("id")
    assert (first.rows, first.end.snapshot) == ([("1", "a")], False)
    folder.write("in/2.csv", TWO)
    second = folder.pull("id", state=first.end.next_state)
    assert (second.rows, second.end.snapshot, second.end.vendor_count) == ([("2", "b")], False, 1)
    assert no_news(folder.pull("id", state=second.end.next_state), second.end.next_state)
    folder.write("in/1.csv", ONE + "3,c\n")
    third = folder.pull("id", state=second.end.next_state)
    assert third.rows == [("1", "a"), ("3", "c")]
    for path in (folder.path / "in").iterdir():
        path.unlink()
    assert no_news(folder.pull("id", state=third.end.next_state), third.end.next_state)


def test_files_of_one_table_may_have_other_columns_in_another_order(folder: Any) -> None:
    folder.write("1.csv", "id,name,x\n1,a,9\n")
    folder.write("2.csv", "name;id\nb;2\n")
    folder.table(["1.csv", "2.csv"], delimiter=",", overrides=[{"files": "2.csv", "format": {"delimiter": ";"}}])
    assert folder.pull("id", "name").records == [{"id": "1", "name": "a", "x": "9"}, {"name": "b", "id": "2"}]


def test_a_file_that_changes_while_it_is_read(folder: Any) -> None:
    path = folder.write("deals.csv", ONE)
    opened = []

    def grow(effect: Any) -> None:
        if isinstance(effect, OpenFile):
            opened.append(effect)
            if len(opened) == 2:  # the first time it is hashed, the second time it is read
                path.write_text(ONE + "3,c\n")

    with pytest.raises(SourceChanged, match=r"deals\.csv: changed while it was read") as caught:
        folder.pull("id", after=grow)
    assert "run again" in str(caught.value.hint)


def test_a_file_that_goes_while_it_is_read(folder: Any) -> None:
    path = folder.write("deals.csv", ONE)
    opened = []

    def remove(effect: Any) -> None:
        if isinstance(effect, OpenFile):
            opened.append(effect)
            if len(opened) == 2:
                path.unlink()

    with pytest.raises(SourceChanged):
        folder.pull("id", after=remove)


@pytest.mark.parametrize(
    ("files", "hint"),
    [("deal.csv", "did you mean deals.csv?"), ("*.tsv", "one of: deals.csv"), ("in/deals.csv", "the folder is empty")],
)
@pytest.mark.parametrize("semantics", ["snapshot", "append"])
def test_a_missing_file(folder: Any, files: str, hint: str, semantics: str) -> None:
    folder.write("deals.csv", ONE)
    folder.table(files, semantics=semantics)
    with pytest.raises(RejectedError, match="no such file in") as caught:
        folder.pull("id")
    assert hint in str(caught.value.hint)


def test_one_missing_file_of_several_is_not_taken_for_a_deletion(folder: Any) -> None:
    folder.write("1.csv", ONE)
    folder.table(["1.csv", "2.csv"])
    with pytest.raises(RejectedError, match=r"2\.csv: no such file"):
        folder.pull("id")


def test_files_that_programs_leave_are_not_read(folder: Any) -> None:
    folder.write("deals.csv", ONE)
    folder.write("~$deals.csv", b"\0\0")
    folder.write(".deals.csv", b"\0\0")
    folder.table("*.csv")
    assert folder.pull("id").rows == [("1", "a")]


def test_a_folder_whose_name_looks_like_a_pattern(folder: Any) -> None:
    folder.write("[2017]/deals.csv", ONE)
    folder.table("*.csv")
    folder.settings["folder"] = "[2017]"
    assert folder.pull("id").rows == [("1", "a")]


def test_a_module_that_no_table_has(folder: Any) -> None:
    with pytest.raises(ConfigError, match="no table is called deal") as caught:
        folder.adapter.pull({"deal": ("id",)})
    assert "did you mean deals?" in str(caught.value)


def test_the_state_survives_a_move_of_the_folder(folder: Any, new_folder: Any) -> None:
    folder.write("deals.csv", ONE)
    state = folder.pull("id").end.next_state
    other = new_folder()
    other.write("deals.csv", ONE)
    assert no_news(other.pull("id", state=state), state)
