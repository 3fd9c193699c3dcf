"""COQL: a parser, a check against the org's modules and fields, and a translation to SQL with bound values."""

from __future__ import annotations

from adapters.zoho.emulator.coql.run import cost, module_of, run

__all__ = ["cost", "module_of", "run"]
