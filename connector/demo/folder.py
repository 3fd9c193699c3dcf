"""The demo's folder: the sample's files, its settings and its targets, each made only where it is not there yet."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from connector.demo.goals import targets_sheet
from connector.demo.settings import marker, settings_text
from connector.errors import ConnectorError, Message
from connector.language import translator
from connector.sample import Sample, generate, write_csv

SETTINGS, TARGETS, DATA, REPORT = "crm-kpi.yaml", Path("targets", "2025.csv"), Path("data"), "report.html"
UNFINISHED = ".unfinished"
UNTIL = date(2025, 12, 1)
"""The day of the sample's export: the same numbers come out whenever the demo is run."""
SEED = 5
"""Good quarters and bad ones, in both languages."""
SAMPLES: Mapping[str, str] = {"en": "en", "zh-CN": "zh-CN", "zh-TW": "zh-CN"}
"""Reader's language -> language of the sample company."""


def fill(folder: Path, *, language: str, scale: float) -> Path:
    """Make what is missing; whatever a person has changed stays. Returns the settings file.

    Args:
        folder: Made when it does not exist.
        language: The reader's. A folder that is there keeps the language in which it was made.
        scale: Of the sample.

    Raises:
        ConnectorError: the folder holds something else, or cannot be written.
    """
    try:
        made_in = _language_of(folder)
        if made_in is None:
            _refuse_foreign(folder)
        _fill(folder, language=made_in or SAMPLES[language], scale=scale)
    except OSError as error:
        raise ConnectorError(
            Message("{folder}: {reason}", folder=str(folder), reason=error.strerror or str(error)),
            hint=Message("choose a folder that this user may write to"),
        ) from error
    return folder / SETTINGS


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
        not folder.is_dir() or any(each.name != SETTINGS + UNFINISHED for each in folder.iterdir())
    ):
        raise ConnectorError(
            Message("{folder} is there already and is not a demo", folder=str(folder)),
            hint=Message("name another folder: crm-kpi demo --folder PATH"),
        )


def _fill(folder: Path, *, language: str, scale: float) -> None:
    """The settings, by which a demo is known, come before everything else."""
    translate = translator(language)
    sample = generate("small", until=UNTIL, seed=SEED, language=language, scale=scale)
    _put(folder / SETTINGS, lambda: settings_text(sample, translate).encode())
    _put(folder / TARGETS, lambda: targets_sheet(sample, translate))
    _fill_data(folder / DATA, sample)


def _put(path: Path, content: Callable[[], bytes]) -> None:
    """Write a file whole, unless it is there."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + UNFINISHED)
    unfinished.write_bytes(content())
    os.replace(unfinished, path)


def _fill_data(folder: Path, sample: Sample) -> None:
    """The export's files that are missing; all are made, as a file is no faster made alone."""
    if all((folder / f"{table}.csv").exists() for table in sample.tables()):
        return
    unfinished = folder / UNFINISHED
    shutil.rmtree(unfinished, ignore_errors=True)
    write_csv(sample, unfinished)
    for made in sorted(unfinished.iterdir()):
        if not (folder / made.name).exists():
            os.replace(made, folder / made.name)
    shutil.rmtree(unfinished)
