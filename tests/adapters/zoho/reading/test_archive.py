"""The file of a bulk job: whole, or not believed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest

from adapters.zoho.reading import archive
from adapters.zoho.reading.archive import checked, rows_of
from connector.contract import HttpResponse
from connector.errors import UnexpectedResponse

TEXT = 'Id,Name\n1,"a\nb"\n2,"say ""hi"""\n\n3,中文\n'


def packed(members: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return file.getvalue()


def answer(data: bytes) -> HttpResponse:
    return HttpResponse(200, {}, file=io.BytesIO(data))


def rows(data: bytes, **how: Any) -> list[list[str]]:
    return [row for _, found in rows_of(checked(answer(data)), at_once=2, **how) for row in found]


def test_rows_come_as_csv_writes_them() -> None:
    data = packed({"1.csv": b"\xef\xbb\xbf" + TEXT.encode()})
    assert rows(data) == [["1", "a\nb"], ["2", 'say "hi"'], ["3", "中文"]]
    assert rows(data, skip=2) == [["3", "中文"]]
    assert [len(found) for _, found in rows_of(checked(answer(data)), at_once=2)] == [2, 1]


def test_a_file_without_rows_has_none() -> None:
    assert rows(packed({"1.csv": b"Id,Name\n"})) == []
    assert rows(packed({"1.csv": b""})) == []


@pytest.mark.parametrize("at", [0.1, 0.5, 0.9])
def test_half_an_archive_is_none(at: float) -> None:
    data = packed({"1.csv": TEXT.encode() * 100})
    with pytest.raises(UnexpectedResponse):
        checked(answer(data[: int(len(data) * at)]))


def test_a_byte_that_is_wrong_in_the_middle_is_noticed_before_the_first_row() -> None:
    data = bytearray(packed({"1.csv": TEXT.encode() * 100_000}, method=zipfile.ZIP_STORED))
    data[len(data) // 2] ^= 1
    with pytest.raises(UnexpectedResponse):
        checked(answer(bytes(data)))


@pytest.mark.parametrize(
    "members",
    [{}, {"a.txt": b"1"}, {"a.csv": b"1", "b.csv": b"2"}, {"d.csv/": b""}, {f"{at}.csv": b"" for at in range(101)}],
    ids=["none", "no csv", "two", "a folder", "many"],
)
def test_an_archive_of_anything_but_one_csv_is_refused(members: dict[str, bytes]) -> None:
    with pytest.raises(UnexpectedResponse):
        checked(answer(packed(members)))


def test_a_bomb_is_refused_unread(monkeypatch: Any) -> None:
    monkeypatch.setattr(archive, "MOST_RATIO", 100)
    with pytest.raises(UnexpectedResponse):
        checked(answer(packed({"1.csv": b"0" * 10_000_000})))
    monkeypatch.setattr(archive, "MOST_BYTES", 10)
    with pytest.raises(UnexpectedResponse):
        checked(answer(packed({"1.csv": TEXT.encode()})))


def test_a_line_without_end_is_refused_before_it_is_held_in_memory(monkeypatch: Any) -> None:
    monkeypatch.setattr(archive, "CHUNK", 1_000)
    monkeypatch.setattr(archive, "LONGEST_LINE", 10_000)
    assert len(rows(packed({"1.csv": b"Id,Name\n" + b'1,"' + b"x" * 9_000 + b'"\n'}))) == 1
    with pytest.raises(UnexpectedResponse):
        checked(answer(packed({"1.csv": b"Id,Name\n" + b"1," * 10_000 + b"\n"})))


@pytest.mark.parametrize("text", [b"Id,Name\n1\n", b'Id,Name\n1,"a\n', b"Id,Name\n1,\xff\xfe\n"])
def test_what_is_no_csv_is_refused(text: bytes) -> None:
    with pytest.raises(UnexpectedResponse):
        rows(packed({"1.csv": text}))


def test_an_answer_without_a_file_is_none() -> None:
    with pytest.raises(UnexpectedResponse):
        checked(HttpResponse(204, {}))
