"""A text file's dialect is settled before a record of it is read."""

from __future__ import annotations

from typing import Any


def test_a_tsv_is_read_as_such(folder: Any) -> None:
    folder.write("deals.tsv", "id\tname\n1\ta, b\n")
    folder.table("deals.tsv")
    assert folder.pull("id").rows == [("1", "a, b")]
