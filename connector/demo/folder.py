"""The demo's folder: the sample's files, its settings and its targets, each made only where it is not there yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from connector.demo.crm import STATE, Crm, answering, is_over_crm
from connector.demo.files import UNFINISHED, Files
from connector.demo.goals import targets_sheet
from connector.demo.settings import marker, settings_text
from connector.errors import ConnectorError, Message
from connector.language import translator
from connector.sample import Sample, generate
from connector.store.disk import put_whole
from kpi_engine.period import Calendar

SETTINGS, TARGETS, REPORT = "crm-kpi.yaml", Path("targets", "2025.csv"), "report.html"
UNTIL = date(2025, 12, 1)
"""The day of the sample's export: the same numbers come out whenever the demo is run."""
SEED = 5
"""Good quarters and bad ones, in both languages."""
SAMPLES: Mapping[str, str] = {"en": "en", "zh-CN": "zh-CN", "zh-TW": "zh-CN"}
"""Reader's language -> language of the sample company."""


@contextmanager
def filled(folder: Path, *, language: str, scale: float, crm: bool) -> Iterator[Path]:
    """Make what is missing; whatever a person has changed stays. The settings file is there as long as the block lasts.

    Args:
        folder: Made when it does not exist.
        language: The reader's. A folder that is there keeps the language in which it was made.
        scale: Of the sample.
        crm: Over a stand-in of a CRM, which answers as long as the block lasts; else over files. A folder that is there
            keeps to what it was made with.

    Raises:
        ConnectorError: the folder holds something else, or cannot be written.
    """
    try:
        made_in = _language_of(folder)
        if made_in is None:
            _refuse_foreign(folder)
        sample = generate("small", until=UNTIL, seed=SEED, language=made_in or SAMPLES[language], scale=scale)
        with _source(folder, sample, crm=crm if made_in is None else is_over_crm(folder / SETTINGS)) as source:
            _fill(folder, sample, source)
            yield folder / SETTINGS
    except OSError as error:
        raise ConnectorError(
            Message("{folder}: {reason}", folder=str(folder), reason=error.strerror or str(error)),
            hint=Message("choose a folder that this user may write to"),
        ) from error


@contextmanager
def _source(folder: Path, sample: Sample, *, crm: bool) -> Iterator[Files | Crm]:
    if not crm:
        yield Files(sample)
        return
    folder.mkdir(parents=True, exist_ok=True)
    morning = Calendar(timezone=sample.company.words.zone).start_of_day(UNTIL)
    language = sample.company.words.language
    answers = answering(
        folder, folder / SETTINGS, scale=sample.scale, seed=sample.seed, language=language, clock=lambda: morning
    )
    with answers as there:
        yield there


def _language_of(folder: Path) -> str | None:
    """The language of the demo that is in there, told by the first line of its settings; None where there is none."""
    settings = folder / SETTINGS
    if not settings.is_file():
        return None
    first_line = settings.read_bytes().partition(b"\n")[0]
    markers = {marker(translator(name)).encode(): name for name in SAMPLES.values()}
    return markers.get(first_line.rstrip(b"\r"))


def _refuse_foreign(folder: Path) -> None:
    """A demo never mixes its files into somebody else's folder."""
    if folder.exists() and (
        not folder.is_dir() or any(each.name not in (SETTINGS + UNFINISHED, STATE) for each in folder.iterdir())
    ):
        raise ConnectorError(
            Message("{folder} is there already and is not a demo", folder=str(folder)),
            hint=Message("name another folder: crm-kpi demo --folder PATH"),
        )


def _fill(folder: Path, sample: Sample, source: Files | Crm) -> None:
    """The settings, by which a demo is known, come before everything else."""
    translate = translator(sample.company.words.language)
    _put(folder / SETTINGS, lambda: settings_text(sample, source, translate).encode())
    _put(folder / TARGETS, lambda: targets_sheet(sample, translate, source.place_id))
    source.put(folder)


def _put(path: Path, content: Callable[[], bytes]) -> None:
    """Write a file whole, unless it is there."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    put_whole(path, content())
