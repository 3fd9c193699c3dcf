"""Whatever a file holds, a pull ends with records, quarantined rows or one of our errors."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.errors import ConnectorError
from tests.effort import examples

TABLE = 'id,name,amount\r\n1,客户,2\r\n2,"a, ""b""",3\r\n3,"two\nlines",\r\n'.encode()


def zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("deals.csv", content)
    return packed.getvalue()


def outcome(folder: Any, content: bytes) -> None:
    folder.write("deals.csv", content)
    try:
        pulled = folder.pull()
    except ConnectorError as error:
        said = (str(error.message), str(error.hint))
    else:
        said = ("read", "")
        assert pulled.end.vendor_count == len(pulled.rows) + len(pulled.unreadable)
    assert said[0]
    assert said[1] or said[0] == "read"
    for module in folder.inspect():
        assert module.rows is not None or module.problems


CONTENT = st.binary(max_size=60) | st.text("ab,;\"'\n\r\t\0é客", max_size=60).map(str.encode)


@examples(quick=100, thorough=3_000)
def test_any_content(new_folder: Any, examples: int) -> None:
    @settings(max_examples=examples)
    @given(content=CONTENT)
    def holds(content: bytes) -> None:
        outcome(new_folder(), content)

    holds()


@pytest.fixture(scope="session")
def samples(make_workbook: Any) -> dict[str, bytes]:
    """The same table as every kind of file."""
    return {
        "plain": TABLE,
        "gzip": gzip.compress(TABLE),
        "zip": zipped(TABLE),
        "workbook": make_workbook(Deals=[["id", "name"], [1, "a"], [2, "b"]]),
    }


HITS = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=3)


@examples(quick=60, thorough=2_000)
@pytest.mark.parametrize("kind", ["plain", "gzip", "zip", "workbook"])
def test_any_damage(new_folder: Any, samples: dict[str, bytes], kind: str, examples: int) -> None:
    @settings(max_examples=examples)
    @given(hits=HITS, kept=st.none() | st.integers(0, 10_000))
    def holds(hits: list[tuple[int, int]], kept: int | None) -> None:
        content = bytearray(samples[kind])
        for at, value in hits:
            content[at % len(content)] = value
        outcome(new_folder(), bytes(content if kept is None else content[: kept % len(content)]))

    holds()
