"""Compiles a mapping and turns pages of raw records into facts, column by column.

`model` is what the YAML says, `check` what can be wrong with it, `compile` what becomes of it, `convert` the work
itself, `readers` how one column is read, `links` how names find ids, `fit` when a file no longer fits its formats.
"""

from connector.mapping.check import Fault, mapping_faults, unknown_fields
from connector.mapping.compile import CompiledMapping, compile_mapping
from connector.mapping.convert import Converted, Converter, Issue, Rejected, bounded, raw_record
from connector.mapping.links import NameIndex
from connector.mapping.model import ColumnMapping, TableMapping, ValueFormats, merged

__all__ = [
    "ColumnMapping",
    "CompiledMapping",
    "Converted",
    "Converter",
    "Fault",
    "Issue",
    "NameIndex",
    "Rejected",
    "TableMapping",
    "ValueFormats",
    "bounded",
    "compile_mapping",
    "mapping_faults",
    "merged",
    "raw_record",
    "unknown_fields",
]
