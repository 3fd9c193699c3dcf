"""Compiles a mapping and turns pages of raw records into facts, column by column.

`model` is what the YAML says, `check` what can be wrong with it, `compile` what becomes of it, `convert` the work
itself, `readers` how one column is read, `links` how names find ids, `fit` when a file no longer fits its formats,
`several` how the modules are told apart that feed one table.
"""

from connector.mapping.check import Fault, mapping_faults, unknown_fields
from connector.mapping.compile import CompiledMapping, compile_mapping
from connector.mapping.convert import Converted, Converter, Issue, Rejected, bounded, raw_record
from connector.mapping.links import NameIndex
from connector.mapping.model import ColumnMapping, TableMapping, ValueFormats, merged, module_of
from connector.mapping.several import compile_mappings, several_faults, shares

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
    "compile_mappings",
    "mapping_faults",
    "merged",
    "module_of",
    "raw_record",
    "several_faults",
    "shares",
    "unknown_fields",
]
