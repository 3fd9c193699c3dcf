"""The settings file on its way to the disk."""

from __future__ import annotations

from pathlib import Path

from connector.errors import ConnectorError, Message
from connector.store.disk import put_whole


def refuse_overwriting(path: Path, *, force: bool) -> None:
    """What a person has corrected is not overwritten unasked.

    Raises:
        ConnectorError: the file is there.
    """
    if path.exists() and not force:
        message = Message("{file} is there already", file=path)
        raise ConnectorError(message, hint=Message("overwrite it with --force, or name another with --config"))


def write_whole(path: Path, content: bytes) -> None:
    """Whole or not at all: what a person has corrected is never half overwritten.

    Raises:
        ConnectorError: it cannot be written.
    """
    try:
        put_whole(path, content)
    except OSError as error:
        message = Message("{file} cannot be written: {reason}", file=path, reason=error.strerror)
        raise ConnectorError(message, hint=Message("name another place with --config")) from error
