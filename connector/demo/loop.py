"""The whole loop over the sample company: a folder to look around in, a table of KPIs with their targets, a report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from connector.compute import OpenEngine
from connector.config import Config, Connection, read
from connector.config.write_back import write_target
from connector.contract import Page, WriteTarget
from connector.demo.folder import REPORT, UNTIL, filled
from connector.engine.duckdb import DuckDBEngine
from connector.errors import Message
from connector.report import report
from connector.run import RunReport, run
from connector.store import Store, gaps, run_lock, values
from connector.transport import converse
from kpi_engine.gap import Rag
from kpi_engine.period import Grain, Period

SHOWN = Grain.QUARTER


@dataclass(frozen=True, slots=True)
class DemoValue:
    """One line of the table: a KPI of the whole company for the last full quarter."""

    kpi: str
    name: str
    value: float | None
    unit: str
    currency: str
    n: int | None
    status: str
    target: float | None
    """None where none is set."""
    rag: Rag | None
    gap_status: str


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What there is to look at now."""

    folder: Path
    settings: Path
    company: str
    period: Period
    """Of the values."""
    run: RunReport
    values: tuple[DemoValue, ...]
    written: tuple[Path, ...]
    """The files that the write-back has made."""
    read_back: Mapping[str, int]
    """Module of the CRM -> records that hold our numbers, as the CRM itself says when it is asked again."""
    report: Path


def demo(
    folder: Path,
    *,
    language: str = "en",
    scale: float = 1.0,
    crm: bool = False,
    engine: OpenEngine = DuckDBEngine,
    progress: Callable[[Message], None] = lambda _: None,
) -> DemoReport:
    """Make a sample company and run everything over it; once more in the same folder changes nothing.

    The clock stands on the evening before the sample's export, so that the same numbers, and the same bytes, come out
    whenever the demo is run. Write-back goes to files of the folder only, so nobody is asked to confirm it.

    Args:
        folder: Made when it does not exist; files of an earlier demo in it stay as they are.
        language: The reader's; a new folder's sample company speaks it too.
        scale: Multiplies the sample's customers and their business.
        crm: Over a stand-in of a CRM on this machine, written to and read again through its API; else over files.
        engine: Opens the engine that queries run on.
        progress: Told what is being done.

    Raises:
        ConnectorError: the folder holds something else, or cannot be written.
    """
    progress(Message("making a sample company"))
    with filled(folder, language=language, scale=scale, crm=crm) as settings:
        config = read(settings, environment={})
        evening = config.calendar().start_of_day(UNTIL) - timedelta(seconds=1)
        with run_lock(config.store), Store.open(config.store, create=True) as store:
            done = run(config, store, now=evening, as_of=evening, yes=True, engine=engine, progress=progress)
            read_back = _read_back(config)
            period = _last_full(config, evening)
            shown = tuple(_values(config, store, period, language))
            told = report(config, store, output=folder / REPORT, language=language, engine=engine, progress=progress)
    return DemoReport(
        folder=folder,
        settings=settings,
        company=config.organisation.name,
        period=period,
        run=done,
        values=shown,
        written=tuple(sorted((folder / "out").glob("*.csv"))),
        read_back=read_back,
        report=told.files[0],
    )


def _read_back(config: Config) -> dict[str, int]:
    """What the CRM holds now, asked as a pull asks; a file is its own witness."""
    found: dict[str, int] = {}
    for target in config.write_back.targets:
        connection = config.connections[target.connection]
        if connection.connect().http is not None:
            found[target.module] = _held(connection, write_target(config, target))
    return found


def _held(connection: Connection, target: WriteTarget) -> int:
    """Records of the CRM that have any of our numbers."""
    adapter = connection.connect()
    spoken = partial(converse, adapter=connection.adapter.name, http=adapter.http)
    ours = [place.field for place in spoken(adapter.places(target, make=False)) if place.field]
    (conversation,) = adapter.pull({target.module: ["id", *ours]})
    pages = (said for said in spoken(conversation.talk(None)) if isinstance(said, Page))
    return sum(_filled(page, ours) for page in pages)


def _filled(page: Page, fields: Sequence[str]) -> int:
    columns = [page.columns[name] for name in fields]
    return sum(any(cell is not None for cell in cells) for cells in zip(*columns, strict=True))


def _last_full(config: Config, moment: datetime) -> Period:
    calendar = config.calendar()
    running = calendar.period_of(SHOWN, calendar.local_date(moment))
    return calendar.previous(running) or running


def _values(config: Config, store: Store, period: Period, language: str) -> Iterator[DemoValue]:
    where = {"scope": "organisation", "period": period.grain.value, "period_start": period.key}
    found = {row["kpi"]: row for row in values.read(store, **where)}
    judged = {row["kpi"]: row for row in gaps.read(store, **where)}
    for definition in config.definitions:
        if definition.id in found:
            row, gap = found[definition.id], judged.get(definition.id)
            yield DemoValue(
                kpi=definition.id,
                name=getattr(definition.names, language.lower().replace("-", "_")),
                value=row["value"],
                unit=row["unit"],
                currency=row["currency"],
                n=row["n"],
                status=row["status"],
                target=gap["target"] if gap else None,
                rag=Rag(gap["rag"]) if gap else None,
                gap_status=gap["status"] if gap else "",
            )
