"""The checksum beside a backup, as `sha256sum` writes it: what was copied to and fro since is what was written."""

from __future__ import annotations

from hashlib import file_digest
from pathlib import Path

from connector.errors import Message, StoreError
from connector.store.disk import put_in_place, unfinished_file


def checksum_file(backup: Path) -> Path:
    """Where the checksum of a backup is kept."""
    return backup.with_name(backup.name + ".sha256")


def forget_checksum(backup: Path) -> None:
    """Before another backup takes the name: killed in between, there is none, and not the wrong one."""
    checksum_file(backup).unlink(missing_ok=True)


def write_checksum(backup: Path) -> None:
    """Note what the backup's bytes are; `sha256sum --check` understands it as well."""
    target = checksum_file(backup)
    with unfinished_file(target) as unfinished:
        unfinished.write_text(f"{_digest(backup)}  {backup.name}\n", encoding="utf-8")
        put_in_place(unfinished, target)


def verify_checksum(backup: Path) -> None:
    """Stop where the bytes are others than were written; a backup without a checksum is judged by its content alone.

    Raises:
        StoreError: the backup is not what was written, or its checksum cannot be read as one.
    """
    noted = checksum_file(backup)
    if not noted.exists():
        return
    expected = noted.read_text(encoding="utf-8", errors="replace").partition(" ")[0].strip().lower()
    if expected != _digest(backup):
        raise StoreError(
            Message(
                "{path} is not what was backed up: its checksum in {file} differs", path=str(backup), file=noted.name
            ),
            hint=Message("copy it again from where it was made, or restore another; nothing was changed"),
        )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
