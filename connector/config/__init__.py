"""Settings: one YAML file, read and checked as a whole, so that every problem is reported at once."""

from connector.config.connections import Connection
from connector.config.document import parse_document, read_document
from connector.config.model import (
    Credits,
    DatedNumber,
    FieldSource,
    FieldsTarget,
    Kpis,
    Organisation,
    RecordsTarget,
    SettingsFile,
    Target,
    WriteBack,
)
from connector.config.read import Config, read
from connector.config.word import Section, Wrong

__all__ = [
    "Config",
    "Connection",
    "Credits",
    "DatedNumber",
    "FieldSource",
    "FieldsTarget",
    "Kpis",
    "Organisation",
    "RecordsTarget",
    "Section",
    "SettingsFile",
    "Target",
    "WriteBack",
    "Wrong",
    "parse_document",
    "read",
    "read_document",
]
