"""Performs effects."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any, TypeVar

from connector.contract import Effect

E = TypeVar("E")


def converse(talk: Generator[Effect | E, Any, None], *, adapter: str) -> Iterator[E]:
    """Lead one conversation: perform its effects, hand on everything else that it yields."""
    raise NotImplementedError
