"""The demo over a stand-in of a CRM, on this machine: asked what it holds, as a real one would be on the first day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from connector.config.layout import scalar
from connector.errors import ConfigError, Message
from connector.init.crm import default_mapping, surveyed
from connector.init.crm_text import mapping_lines
from connector.init.proposal import TableFill
from connector.init.proposing import proposed
from connector.init.text import Pen
from connector.registry import adapter_type
from connector.stand_in import PORT, Emulator, Ready, emulator_of
from kpi_engine.document import read_document
from kpi_engine.errors import DocumentError

CRM: Final = "zoho"
STATE: Final = "zoho.sqlite"
"""The stand-in's own memory, in the demo's folder."""


@dataclass(frozen=True, slots=True)
class Crm:
    """A stand-in that answers, and what it says of itself."""

    emulator: Emulator
    settings: Mapping[str, str]
    tables: tuple[TableFill, ...]
    default: Mapping[str, Any]

    def put(self, folder: Path) -> None:
        """Nothing: its records are in its own memory already."""

    def place_id(self, table: str, sample_id: str) -> str:
        """What the stand-in calls a person or a team."""
        return self.emulator.record_id(table, sample_id)

    def connection(self, pen: Pen) -> Iterator[str]:
        """How it is reached, and which field is which."""
        yield "connections:"
        yield "  crm:"
        yield f"    adapter: {CRM}"
        again = f"crm-kpi emulate {CRM} --state {STATE} --port {urlsplit(self.settings['accounts_url']).port}"
        remark = Message("a stand-in on this machine; start it again with: {command}", command=again)
        yield pen.line("    settings:", remark)
        for name, value in self.settings.items():
            yield f"      {name}: {scalar(value)}"
        yield from mapping_lines(self.tables, self.default, pen)

    def write_back(self, pen: Pen) -> Iterator[str]:
        """On the accounts, and as records of a module of their own."""
        yield from pen.comment(Message("Where the numbers are written: fields of the accounts, and report records."))
        yield "write_back:"
        yield "  targets:"
        yield pen.line("    - name: accounts", Message("the customer's numbers beside the customer's name"))
        yield "      connection: crm"
        yield "      kind: fields"
        yield "      module: Accounts"
        yield "      scope: account"
        yield "      fields:"
        yield "        KPI_Won_Amount: {kpi: won_amount, period: year}"
        yield "        KPI_Order_Amount: {kpi: order_amount, period: year}"
        yield "        KPI_Pipeline: {kpi: pipeline_value, period: year}"
        yield pen.line("    - name: report", Message("one record per number"))
        yield "      connection: crm"
        yield "      kind: records"
        yield "      module: KPI_Reports"
        yield "      kpis: [win_rate, won_amount, sales_cycle, order_amount]"
        yield "      scopes: [organisation, team]"
        yield "      periods: [quarter, year]"


@contextmanager
def answering(
    folder: Path, settings: Path, *, scale: float, seed: int, language: str, clock: Callable[[], datetime]
) -> Iterator[Crm]:
    """The folder's stand-in, which answers as long as the block lasts.

    Args:
        folder: Where its memory is kept; there already.
        settings: The demo's settings, which name its port once they are written.
        scale: Of the sample company, as are `seed` and `language`.
        clock: Its time.

    Raises:
        ConnectorError: its packages are not installed, or its port is taken.
    """
    emulator = emulator_of(CRM)
    ready = _listening(
        emulator, _port(settings), scale=scale, seed=seed, language=language, file=folder / STATE, clock=clock
    )
    with ready.serving():
        kind = adapter_type(CRM)
        survey = surveyed(kind, ready.settings(), folder=folder, environment={})
        default = default_mapping(kind)
        yield Crm(emulator, ready.settings(), proposed(default, survey.modules), default)


def _listening(emulator: Emulator, port: int | None, **company: Any) -> Ready:
    """On the port that the settings name; a new demo takes any, where the usual one is taken."""
    if port is not None:
        return emulator.prepare(port=port, **company)
    try:
        return emulator.prepare(port=PORT, **company)
    except ConfigError:
        return emulator.prepare(port=0, **company)


def is_over_crm(settings: Path) -> bool:
    """Whether a demo that is there was made over a stand-in."""
    return bool(_stated(settings, "adapter") == CRM)


def _port(settings: Path) -> int | None:
    """The port that the demo's settings name; None where there are none yet, or a person made them something else."""
    address = _stated(settings, "settings", "accounts_url")
    return urlsplit(address).port if isinstance(address, str) else None


def _stated(settings: Path, *steps: str) -> Any:
    if not settings.exists():
        return None
    try:
        return read_document(settings.read_text("utf-8-sig"), name=settings.name).at(("connections", "crm", *steps))
    except (DocumentError, UnicodeDecodeError):  # said better when the settings are read
        return None
