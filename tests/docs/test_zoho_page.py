"""docs/zoho.md: each of the messages that it explains is one that the code says."""

from __future__ import annotations

import re
import runpy
from pathlib import Path


def said(page: str) -> list[str]:
    """The left column of the table of messages; "…" stands for whatever a message fills in."""
    table = page.split("| it says | do |\n| --- | --- |\n")[1]
    return [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("|")]


def test_every_message_that_is_explained_is_one_of_ours(root: Path) -> None:
    sentences = "\n".join(runpy.run_path(str(root / "docs/catalogue.py"))["templates"]())
    explained = said((root / "docs/zoho.md").read_text("utf-8"))
    assert len(explained) > 5
    for words in explained:
        parts = [re.escape(part.strip()) for part in words.split("…") if part.strip()]
        assert re.search(".*".join(parts), sentences), words
