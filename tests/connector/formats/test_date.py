"""How a column writes its dates, as a config says it; what is read with it is in `test_moment`."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from connector.formats.date import DateFormat


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("%d/%m", "year"),
        ("%H:%M", "year"),
        ("dd/mm/yyyy", "year"),
        ("%Y-%m-%d %Q", "%Q"),
        ("%Y-%m-%d %d", "twice"),
        ("", "year"),
    ],
)
def test_a_pattern_that_is_no_date_is_refused(pattern: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        DateFormat(pattern=pattern)


def test_in_a_config_a_format_is_one_word() -> None:
    assert DateFormat.model_validate("%d.%m.%Y").model_dump() == "%d.%m.%Y"
