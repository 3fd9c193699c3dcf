"""Compiles a mapping and turns pages of raw records into facts, column by column.

`model` is what the YAML says, `check` what can be wrong with it, `compile` what becomes of it, `links` how names find ids.
"""

from connector.mapping.compile import CompiledMapping, Converted, compile_mapping
from connector.mapping.model import ColumnMapping, TableMapping, merged

__all__ = ["ColumnMapping", "CompiledMapping", "Converted", "TableMapping", "compile_mapping", "merged"]
