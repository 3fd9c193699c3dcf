"""A filled-in sheet becomes one of the company's targets files: checked with the others, then copied beside them."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from connector.config import Config
from connector.errors import ConfigError, ConnectorError, Message, Problem
from connector.store import Store
from connector.store.disk import put_whole
from connector.targets.book import read_book
from connector.targets.files import in_folder, shown_name, target_files

FOLDER = "targets"


@dataclass(frozen=True, slots=True)
class TakingReport:
    """What was taken in."""

    file: Path
    """Where it lies now."""
    targets: int
    unset: int
    copied: bool
    """False where it lay there already."""


def take(config: Config, store: Store, file: Path, *, replace: bool = False) -> TakingReport:
    """Check a targets file together with all the others, and put a copy of it where the settings look for them.

    Args:
        config: The settings.
        store: The open store.
        file: What was filled in; one of the settings' own files is only checked.
        replace: Another file of that name may be replaced.

    Raises:
        ConfigError: with everything that is wrong in it; nothing was changed.
        ConnectorError: the copy cannot be written, or would replace another file.
    """
    paths, problems = target_files(config)
    source = file.resolve()
    own = next((path for path in paths if path.resolve() == source), None)
    target = own or config.folder / FOLDER / file.name
    if own is None:
        _refuse_unread(config, target)
        _refuse_replacing(source, target, replace=replace)
    name = shown_name(own, config.folder) if own else file.name
    files = {**in_folder((path for path in paths if path != target), config.folder), name: source}
    book = read_book(config, store, files=files)
    if found := [*problems, *book.problems]:
        raise ConfigError(found)
    targets = sum(entry.file == name for entry in (*book.entries, *book.superseded))
    if not targets:
        hint = Message("fill in target, low, high or change in at least one row")
        raise ConfigError([Problem(name, Message("no row is filled in"), hint)])
    copied = own is None and _copy(source, target)
    return TakingReport(target, targets=targets, unset=book.unset, copied=copied)


def _refuse_unread(config: Config, target: Path) -> None:
    """A file that nobody would read again is not taken in."""
    name = target.relative_to(config.folder).as_posix()
    if not any(fnmatch(name, pattern) for pattern in config.targets.files):
        message = Message("targets are not read from {file}", file=name)
        raise ConfigError(
            [config.document.problem(("targets", "files"), message, hint=Message("add {file} there", file=name))]
        )


def _refuse_replacing(source: Path, target: Path, *, replace: bool) -> None:
    if replace or not target.exists():
        return
    if _content(source) != _content(target):
        raise ConnectorError(
            Message("{file} is there already, and says something else", file=str(target)),
            hint=Message("give --replace to put the new one in its place, or give the new one another name"),
        )


def _copy(source: Path, target: Path) -> bool:
    """Whole or not at all."""
    content = _content(source)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        put_whole(target, content)
    except OSError as error:
        raise _file_error(target, error) from error
    return True


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _file_error(path, error) from error


def _file_error(path: Path, error: OSError) -> ConnectorError:
    return ConnectorError(
        Message("{file}: {reason}", file=str(path), reason=error.strerror or str(error)),
        hint=Message("check the path, and that this user may read and write there"),
    )
