"""The words that ship mean what they look like."""

from __future__ import annotations

import pytest

from connector.init.vocabulary import vocabulary


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("yes", "true"),
        ("On", "true"),
        ("是", "true"),
        ("NO", "false"),
        ("off", "false"),
        ("停用", "false"),
        ("maybe", None),
    ],
)
def test_words_for_yes_and_no_are_words(word: str, meaning: str | None) -> None:
    """YAML 1.1 would read some of them as truths."""
    assert vocabulary().meaning("boolean", word) == meaning
