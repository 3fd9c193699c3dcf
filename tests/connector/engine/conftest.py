"""Here the engine is as users have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from connector.engine import duckdb


@pytest.fixture(scope="module", autouse=True)
def as_users_have_it(checked_settings: Mapping[str, Any]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(duckdb, "FIXED", checked_settings)
        yield
