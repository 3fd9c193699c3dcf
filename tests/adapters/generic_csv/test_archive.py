"""Compressed files: read as a stream, within bounds, and only where their members' names are plain."""

from __future__ import annotations

import gzip
import io
import stat
import zipfile
from dataclasses import replace
from typing import Any

import pytest

from adapters.generic_csv.limits import LIMITS
from connector.errors import RejectedError

TABLE = b"id,name\n1,a\n2,b\n"


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return packed.getvalue()


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("deals.csv")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize("name", ["deals.csv.gz", "deals.csv"], ids=["by name", "by content"])
def test_gzip(folder: Any, name: str) -> None:
    folder.write(name, gzip.compress(TABLE))
    folder.table(name)
    assert folder.pull("id").rows == [("1", "a"), ("2", "b")]


def test_zip_members_are_one_table(folder: Any) -> None:
    noise = (("__MACOSX/._a.csv", b"\0"), (".b.csv", b"\0"), ("readme.pdf", b"\0"), ("more/", b""))
    folder.write("deals.zip", zipped(("b.csv", b"name,id\nc,3\n"), ("more/a.tsv", b"id\tname\n4\td\n"), *noise))
    folder.table("deals.zip")
    pulled = folder.pull("id", "name")
    assert pulled.records == [{"id": "3", "name": "c"}, {"id": "4", "name": "d"}]
    assert [page.source for page in pulled.pages] == ["deals.zip/b.csv", "deals.zip/more/a.tsv"]
    assert pulled.end.vendor_count == 2


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        ("../deals.csv", "outside"),
        ("a/../../deals.csv", "outside"),
        ("/etc/deals.csv", "outside"),
        ("..\\deals.csv", "outside"),
        ("C:\\deals.csv", "outside"),
        (link(), "link"),
        ("deals.zip", "archive in an archive"),
        ("deals.csv.gz", "archive in an archive"),
    ],
    ids=["up", "up inside", "absolute", "backslash", "drive", "link", "nested zip", "nested gzip"],
)
def test_untrusted_members_are_refused(folder: Any, member: str | zipfile.ZipInfo, reason: str) -> None:
    folder.write("deals.zip", zipped(("good.csv", TABLE), (member, TABLE)))
    folder.table("deals.zip")
    with pytest.raises(RejectedError, match=rf"deals\.zip: refused because of .*{reason}"):
        folder.pull("id")
    assert [path.name for path in folder.path.iterdir()] == ["deals.zip"]


def test_an_encrypted_member_is_refused(folder: Any) -> None:
    content = bytearray(zipped(("deals.csv", TABLE)))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    folder.write("deals.zip", bytes(content))
    folder.table("deals.zip")
    with pytest.raises(RejectedError, match="encrypted"):
        folder.pull("id")


def test_a_zip_without_tables(folder: Any) -> None:
    folder.write("deals.zip", zipped(("readme.pdf", b"x")))
    folder.table("deals.zip")
    with pytest.raises(RejectedError, match=r"no \.csv, \.tsv or \.txt file is in it"):
        folder.pull("id")


ZEROS = b"id,name\n" + b"0,0\n" * 1_000_000


@pytest.mark.parametrize("name", ["deals.csv.gz", "deals.zip"])
@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"ratio_from_bytes": 1 << 20}, "more than 200 times its size"),
        ({"unpacked_bytes": 1 << 20}, "more than 1048576 bytes"),
    ],
    ids=["ratio", "bytes"],
)
def test_bombs_are_refused(folder: Any, name: str, limits: dict[str, int], reason: str) -> None:
    folder.limits = replace(LIMITS, **limits)
    folder.write(name, zipped(("deals.csv", ZEROS)) if name.endswith("zip") else gzip.compress(ZEROS))
    folder.table(name)
    with pytest.raises(RejectedError, match=reason) as caught:
        folder.pull("id")
    assert "unpack it yourself" in str(caught.value.hint)


def test_the_shipped_limits_stop_a_bomb(folder: Any) -> None:
    folder.write("deals.csv.gz", gzip.compress(ZEROS * 8))
    folder.table("deals.csv.gz")
    with pytest.raises(RejectedError, match="times its size"):
        folder.pull("id")


def test_too_many_members_are_refused(folder: Any) -> None:
    folder.limits = replace(LIMITS, members=3)
    folder.write("deals.zip", zipped(*((f"{n}.csv", TABLE) for n in range(4))))
    folder.table("deals.zip")
    with pytest.raises(RejectedError, match="more than 3 files"):
        folder.pull("id")


def test_a_declared_size_that_lies_does_not_get_past(folder: Any) -> None:
    content = bytearray(zipped(("deals.csv", TABLE * 100)))
    central = content.index(b"PK\x01\x02")
    content[central + 24 : central + 28] = (10).to_bytes(4, "little")
    folder.write("deals.zip", bytes(content))
    folder.table("deals.zip")
    with pytest.raises(RejectedError, match="damaged"):
        folder.pull("id")


@pytest.mark.parametrize(
    "content",
    [gzip.compress(TABLE * 1000)[:-20], gzip.compress(TABLE)[:12] + b"xxxxxxxx", b"PK\x03\x04 not a zip"],
    ids=["cut off", "garbled", "no zip"],
)
def test_damage_is_an_error(folder: Any, content: bytes) -> None:
    folder.write("deals.csv.gz", content)
    folder.table("deals.csv.gz", encoding="utf-8")
    with pytest.raises(RejectedError, match=r"deals\.csv\.gz: the file is damaged or cut off") as caught:
        folder.pull("id")
    assert "again" in str(caught.value.hint)


def test_an_old_excel_file_is_refused_with_the_remedy(folder: Any) -> None:
    folder.write("deals.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100))
    folder.table("deals.xls")
    with pytest.raises(RejectedError, match="cannot be read") as caught:
        folder.pull("id")
    assert ".xlsx" in str(caught.value.hint)
