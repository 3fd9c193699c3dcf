"""The whole loop over the sample that ships: a folder to look around in, and a table of KPIs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from connector.compute import OpenEngine
from connector.config import Config, read
from connector.engine.duckdb import DuckDBEngine
from connector.errors import ConnectorError, Message
from connector.run import RunReport, run
from connector.store import Store, run_lock, values

FOLDER = "crm-kpi-demo"
SETTINGS = "crm-kpi.yaml"
AS_OF = datetime(2025, 11, 28, 10, 0, tzinfo=UTC)
"""The sample's last afternoon: the same numbers come out whenever the demo is run."""


@dataclass(frozen=True, slots=True)
class DemoValue:
    """One line of the table: a KPI of the whole company for the sample's year."""

    kpi: str
    name: str
    value: float | None
    unit: str
    currency: str
    n: int | None
    status: str


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What there is to look at now."""

    folder: Path
    settings: Path
    run: RunReport
    values: tuple[DemoValue, ...]
    written: tuple[Path, ...]
    """The files that the write-back has made."""


def demo(
    folder: Path,
    *,
    now: datetime,
    engine: OpenEngine = DuckDBEngine,
    progress: Callable[[Message], None] = lambda _: None,
) -> DemoReport:
    """Copy the sample into a folder and run everything over it; once more in the same folder changes nothing.

    Write-back goes to files of that folder only, so nobody is asked to confirm it.

    Args:
        folder: Made when it does not exist; files of an earlier demo in it stay as they are.
        now: The run's moment.
        engine: Opens the engine that queries run on.
        progress: Told what is being done.

    Raises:
        ConnectorError: the folder holds something else, or cannot be written.
    """
    _refuse_foreign(folder)
    try:
        _copy(_sample(), folder)
    except OSError as error:
        raise ConnectorError(
            Message("{folder}: {reason}", folder=str(folder), reason=error.strerror or str(error)),
            hint=Message("choose a folder that this user may write to"),
        ) from error
    config = read(folder / SETTINGS, environment={})
    with run_lock(config.store), Store.open(config.store, create=True) as store:
        report = run(config, store, now=now, as_of=AS_OF, yes=True, engine=engine, progress=progress)
        shown = tuple(_values(config, store))
    return DemoReport(folder, config.path, report, shown, tuple(sorted((folder / "out").glob("*.csv"))))


def _sample() -> Traversable:
    return resources.files("connector") / "sample_data"


def _refuse_foreign(folder: Path) -> None:
    """A demo never mixes its files into somebody else's folder."""
    if not folder.exists() or _is_demo(folder):
        return
    if not folder.is_dir() or any(folder.iterdir()):
        raise ConnectorError(
            Message("{folder} is there already and is not a demo", folder=str(folder)),
            hint=Message("name another folder: crm-kpi demo --folder PATH"),
        )


def _is_demo(folder: Path) -> bool:
    settings = folder / SETTINGS
    first_line = (_sample() / SETTINGS).read_text("utf-8").partition("\n")[0]
    return settings.is_file() and settings.read_bytes().startswith(first_line.encode())


def _copy(source: Traversable, target: Path) -> None:
    """Copy what is not there yet; the settings, by which a demo is known, come before the data."""
    target.mkdir(parents=True, exist_ok=True)
    for entry in sorted(source.iterdir(), key=lambda entry: (entry.is_dir(), entry.name)):
        copied = target / entry.name
        if entry.is_dir():
            _copy(entry, copied)
        elif not copied.exists():
            unfinished = target / (entry.name + ".unfinished")
            unfinished.write_bytes(entry.read_bytes())
            os.replace(unfinished, copied)


def _values(config: Config, store: Store) -> Iterator[DemoValue]:
    language = config.organisation.language.lower().replace("-", "_")
    names = {definition.id: getattr(definition.names, language) for definition in config.definitions}
    for row in values.read(store, scope="organisation", period="year", period_start="2025-01-01"):
        if row["kpi"] in names:
            yield DemoValue(
                kpi=row["kpi"],
                name=names[row["kpi"]],
                value=row["value"],
                unit=row["unit"],
                currency=row["currency"],
                n=row["n"],
                status=row["status"],
            )
