"""The files that a target was written into: whether they are as we left them, or a person has changed or removed them.

Kept among the places that values are written to: the place is the file, its shape the digest of its bytes. Neither
its size nor its time is trusted to say that it is the same, as neither is for the files that are read.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from connector.store import places
from connector.store.database import Store


@dataclass(frozen=True, slots=True)
class Altered:
    """A file that is not as we left it."""

    path: str
    """Relative to the store's folder, so that all may move together."""
    gone: bool


def note(store: Store, connection: str, target: str, module: str, *, paths: Iterable[Path], at: str) -> None:
    """Note what the target's files hold now, in place of whatever it was written into before."""
    shapes = {os.path.relpath(path, store.path.parent): _digest(path) for path in paths}
    if shapes != places.seen(store, connection, target, module):
        places.forget(store, connection, target)
        places.note(store, connection, target, module, shapes=shapes, at=at)


def altered(store: Store, connection: str, target: str, module: str) -> Iterator[Altered]:
    """The target's files that are not as we left them."""
    for path, shape in places.seen(store, connection, target, module).items():
        digest = _digest(store.path.parent / path)
        if digest != shape:
            yield Altered(path, gone=digest == _GONE)


_GONE = ""


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return _GONE
    except OSError as error:
        return error.strerror or type(error).__name__  # a folder in its place, say: no digest, and not gone
