"""Which files hold targets, and what stands in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from connector.config import Config
from connector.errors import Message, Problem, did_you_mean
from connector.targets.lines import MOST_BYTES, Lines
from connector.targets.text_file import read_csv
from connector.targets.workbook import read_workbook
from connector.targets.yaml_file import read_yaml

READERS: Mapping[str, Callable[[bytes, str], Lines]] = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".txt": read_csv,
    ".xlsx": read_workbook,
    ".yaml": read_yaml,
    ".yml": read_yaml,
}
_WILD = frozenset("*?[")
_HIDDEN = (".", "~$")
"""What spreadsheet programs leave beside a file that is open begins like this."""


def target_files(config: Config) -> tuple[list[Path], list[Problem]]:
    """The files that the settings name, each once, and the names that lead nowhere."""
    found: dict[Path, None] = {}
    problems: list[Problem] = []
    for at, pattern in enumerate(config.targets.files):
        paths = _matching(config.folder, pattern)
        found.update(dict.fromkeys(paths))
        if not paths and not _WILD.intersection(pattern):
            message = Message("{file} is not there", file=pattern)
            problems.append(config.document.problem(("targets", "files", at), message, hint=_nearest(config, pattern)))
    return list(found), problems


def _matching(folder: Path, pattern: str) -> list[Path]:
    if not _WILD.intersection(pattern):
        path = folder / pattern
        return [path] if path.is_file() else []
    anchor = Path(pattern).anchor
    start, rest = (Path(anchor), pattern[len(anchor) :]) if anchor else (folder, pattern)
    return sorted(path for path in start.glob(rest) if path.is_file() and not path.name.startswith(_HIDDEN))


def _nearest(config: Config, name: str) -> Message:
    path = config.folder / name
    beside = [each.name for each in path.parent.iterdir() if each.is_file()] if path.parent.is_dir() else []
    return did_you_mean(path.name, beside)


def read_lines(path: Path, *, name: str) -> Lines:
    """Every line of one file; what cannot be read at all is a problem like any other."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        hint = Message("targets are read from {kinds}", kinds=", ".join(READERS))
        return Lines(problems=[Problem(name, Message("this kind of file holds no targets"), hint)])
    try:
        if path.stat().st_size > MOST_BYTES:
            return Lines(problems=[Problem(name, Message("is larger than {limit} bytes", limit=MOST_BYTES))])
        return reader(path.read_bytes(), name)
    except OSError as error:
        return Lines(problems=[Problem(name, Message("cannot be read: {reason}", reason=error.strerror or str(error)))])


def shown_name(path: Path, folder: Path) -> str:
    """How messages call a file: by its way from the settings' folder, where it lies in there."""
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


def in_folder(paths: Iterable[Path], folder: Path) -> dict[str, Path]:
    """Name in messages -> file."""
    return {shown_name(path, folder): path for path in paths}
