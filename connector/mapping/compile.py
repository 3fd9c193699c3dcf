"""A mapping made ready to run."""

from __future__ import annotations

from connector.mapping.model import TableMapping


class Converted:
    """Facts out of one page."""


class CompiledMapping:
    """One table's mapping, checked and with its readers made."""


def compile_mapping(
    table: str, mapping: TableMapping, *, timezone: str, currency: str, where: str = ""
) -> CompiledMapping:
    """Check a mapping against the fact table and make it ready to run."""
    raise NotImplementedError
