"""CSV files and workbooks as a CRM: what is in this folder, in reading order.

settings.py     what the admin states
listing.py      which files a table consists of
archive.py      plain, gzip, zip or workbook; bombs and untrusted names refused
encoding.py     which characters the bytes are; everyday.py: how a right reading of Chinese is told from a wrong one
dialect.py      how a text is written, settled before it is read
layout.py       delimiter and quote of a text, inferred from all of it     header.py   which line names its columns
cutting.py      the csv module's reader, bounded
text_table.py   records of a text          workbook.py   records of a sheet
reading.py      records as pages
protocol.py     a pull, as a conversation
inspection.py   what `init` and `check` are told
field_file.py   write-back: a copy of a file with our columns     report_file.py   write-back: report records
limits.py       every bound              faults.py     every error
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from adapters.generic_csv import faults
from adapters.generic_csv.inspection import inspect_folder
from adapters.generic_csv.limits import LIMITS, Limits
from adapters.generic_csv.protocol import TablePull
from adapters.generic_csv.settings import GenericCsvSettings
from adapters.generic_csv.write_back import Place, push
from connector.contract import (
    AdapterType,
    Capabilities,
    Capability,
    Change,
    Conversation,
    InspectTalk,
    IntroduceTalk,
    Introduction,
    PlaceTalk,
    PushTalk,
    WriteTarget,
)


class GenericCsvAdapter:
    """A folder of exported files."""

    capabilities = Capabilities(
        incremental=Capability(False, "a file does not say which of its rows changed; an unchanged file is not read"),
        deletions=Capability(True, "with `semantics: snapshot`, a row that left the file is deleted"),
        field_write=Capability(True, "into a copy of the file; the original stays as it is"),
        record_write=Capability(True, "into a CSV file of its own"),
        whole_file_write=True,
        conversations_at_once=1,  # reading CSV keeps one core busy: a second thread would only wait
    )
    http = None

    def __init__(self, settings: GenericCsvSettings, folder: Path, *, limits: Limits = LIMITS) -> None:
        self._settings = settings
        self._base = folder
        self._folder = folder / settings.folder
        self._limits = limits

    def introduce(self) -> IntroduceTalk:
        """A folder belongs to whoever has it."""
        yield Introduction("")

    def pull(self, modules: Mapping[str, Sequence[str]]) -> Sequence[Conversation]:
        """One conversation per table.

        Raises:
            ConfigError: a module is not among the tables of the settings.
        """
        return [self._conversation(module, tuple(fields)) for module, fields in modules.items()]

    def _conversation(self, module: str, fields: tuple[str, ...]) -> Conversation:
        tables = self._settings.tables
        if module not in tables:
            raise faults.unknown_module(module, known=tables)
        pull = TablePull(module, tables[module], self._folder, fields, self._limits)
        return Conversation(module=module, key=module, talk=pull.talk, atomic=True)

    def push(self, target: WriteTarget, changes: Sequence[Change]) -> PushTalk:
        """Write one file whole; one receipt for each change."""
        place = Place(base=self._base, folder=self._folder, settings=self._settings, limits=self._limits)
        return push(target, changes, place=place)

    def places(self, target: WriteTarget, *, make: bool) -> PlaceTalk:
        """None: a file is written whole, columns and all."""
        del target, make
        yield from ()

    def inspect(self) -> InspectTalk:
        """The configured tables, or every file of the folder that could be one."""
        return inspect_folder(self._settings, self._folder, limits=self._limits)


ADAPTER = AdapterType(
    name="generic_csv",
    title="CSV files and Excel workbooks",
    settings=GenericCsvSettings,
    connect=GenericCsvAdapter,
)
