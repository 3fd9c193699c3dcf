"""What the CRM was last acknowledged to hold, record by record, and what differs from it.

One row a record: its fields as JSON, and `mark`, the same fields in a form that is quick to compare. Encoding 200,000
records of ten fields as JSON takes a second, as marks a sixth of that; so a plan compares marks first, and looks at the
fields of those that differ only. Equal marks mean equal fields; one that differs for no reason costs time only, which
is what a plan pays that does not name its fields in the order that is kept here, the alphabet's.
"""

from __future__ import annotations

import json
import marshal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from connector.contract import Cell
from connector.store.database import Store
from connector.store.schema import columns_of
from connector.store.statements import upsert

_CHUNK = 2_000
_COLUMNS = columns_of("acknowledged")
_MARK_FORMAT = 2  # binary floats, and no trace of how Python shares its strings

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def encode(fields: Mapping[str, Cell]) -> str:
    """Fields as JSON text: 1, 1.0, "1" and null stay four values.

    Raises:
        ValueError: a value is infinite or not a number.
    """
    return _encode(dict(fields))


def decode(text: str) -> dict[str, Cell]:
    """Fields from JSON text."""
    fields: dict[str, Cell] = json.loads(text)
    return fields


def _mark(fields: Mapping[str, Cell]) -> bytes:
    return marshal.dumps(fields if type(fields) is dict else dict(fields), _MARK_FORMAT)


def acknowledged(store: Store, connection: str, target: str) -> Iterator[tuple[str, dict[str, Cell]]]:
    """(record id, fields) that the target holds as far as it has told us, in the order of record ids."""
    rows = store.db.conn.execute(
        "SELECT record_id, fields FROM acknowledged WHERE connection = ? AND target = ? ORDER BY record_id",
        (connection, target),
    )
    for record_id, text in rows:
        yield record_id, decode(text)


def differing(
    store: Store, connection: str, target: str, wanted: Iterable[tuple[str, Mapping[str, Cell]]]
) -> Iterator[tuple[str, Mapping[str, Cell], dict[str, Cell] | None]]:
    """Of the records wanted, those that are not acknowledged to hold just these fields with just these values.

    Args:
        store: The open store.
        connection: The connection written to.
        target: The write-back target's name.
        wanted: (record id, fields), in any order; memory stays flat.

    Yields:
        (record id, fields wanted, fields acknowledged or None): whether the difference matters (a tolerance, fields
        that are not ours any more) is the plan's to say.
    """
    records = iter(wanted)
    while chunk := list(islice(records, _CHUNK)):
        marks = _marks(store, connection, target, [record_id for record_id, _ in chunk])
        unlike = [record for record in chunk if _mark(record[1]) != marks.get(record[0])]
        if unlike:
            held = _fields(store, connection, target, [record_id for record_id, _ in unlike])
            yield from ((record_id, fields, held.get(record_id)) for record_id, fields in unlike)


_AMONG = "FROM acknowledged WHERE connection = ? AND target = ? AND record_id IN (SELECT value FROM json_each(?))"


def _marks(store: Store, connection: str, target: str, record_ids: Sequence[str]) -> dict[str, bytes]:
    statement = f"SELECT record_id, mark {_AMONG}"
    return dict(store.db.conn.execute(statement, (connection, target, json.dumps(record_ids))).fetchall())


def _fields(store: Store, connection: str, target: str, record_ids: Sequence[str]) -> dict[str, dict[str, Cell]]:
    rows = store.db.conn.execute(f"SELECT record_id, fields {_AMONG}", (connection, target, json.dumps(record_ids)))
    return {record_id: decode(text) for record_id, text in rows}


def held(store: Store, connection: str, target: str, record_ids: Iterable[str]) -> dict[str, dict[str, Cell]]:
    """Of these records, what they hold as far as they have told us; nothing for one that never told."""
    found: dict[str, dict[str, Cell]] = {}
    ids = iter(record_ids)
    while chunk := list(islice(ids, _CHUNK)):
        found.update(_fields(store, connection, target, chunk))
    return found


def acknowledge_fields(store: Store, change_ids: Iterable[str], at: str) -> None:
    """Overlay what is acknowledged with the fields of these changes, in the order given."""
    ids = iter(change_ids)
    while chunk := list(islice(ids, _CHUNK)):
        by_target: dict[tuple[str, str], list[tuple[str, dict[str, Cell]]]] = {}
        for connection, target, record_id, text in _changes(store, chunk):
            by_target.setdefault((connection, target), []).append((record_id, decode(text)))
        for (connection, target), records in by_target.items():
            set_acknowledged(store, connection, target, records, at=at)


def _changes(store: Store, change_ids: Sequence[str]) -> Iterator[tuple[str, str, str, str]]:
    yield from store.db.conn.execute(
        "SELECT connection, target, record_id, fields FROM json_each(?) AS wanted "
        "JOIN changes ON changes.id = wanted.value ORDER BY wanted.key",
        (json.dumps(change_ids),),
    )


def set_acknowledged(
    store: Store,
    connection: str,
    target: str,
    records: Iterable[tuple[str, Mapping[str, Cell]]],
    *,
    at: str,
) -> None:
    """Overlay what is acknowledged with fields that a read-back has found, or that a receipt confirms."""
    statement = upsert("acknowledged", _COLUMNS, key=("connection", "target", "record_id"), silent=("at",))
    pairs = iter(records)
    while chunk := list(islice(pairs, _CHUNK)):
        held = _fields(store, connection, target, [record_id for record_id, _ in chunk])
        for record_id, fields in chunk:
            held[record_id] = dict(sorted({**held.get(record_id, {}), **fields}.items()))
        store.writing.executemany(
            statement,
            (
                (connection, target, record_id, encode(held[record_id]), _mark(held[record_id]), at)
                for record_id in dict.fromkeys(record_id for record_id, _ in chunk)
            ),
        )


def forget(store: Store, connection: str, target: str, record_ids: Iterable[str]) -> None:
    """Forget what these records hold: they are gone from the CRM."""
    store.writing.executemany(
        "DELETE FROM acknowledged WHERE connection = ? AND target = ? AND record_id = ?",
        ((connection, target, record_id) for record_id in record_ids),
    )


def empty_fields(store: Store, connection: str, target: str, fields: Iterable[str], *, at: str) -> None:
    """Note that every record holds nothing in these fields: the CRM does not have them, or not any more."""
    nothing: dict[str, Cell] = dict.fromkeys(fields)
    record_ids = [record_id for record_id, _ in acknowledged(store, connection, target)]
    set_acknowledged(store, connection, target, ((record_id, nothing) for record_id in record_ids), at=at)


def target_basis(store: Store, connection: str, target: str) -> str | None:
    """The digest that what is acknowledged rests on (the output, the organisation); None where nothing is known yet."""
    statement = "SELECT basis FROM write_targets WHERE connection = ? AND target = ?"
    row = store.db.conn.execute(statement, (connection, target)).fetchone()
    return None if row is None else row[0]


def begin_target(store: Store, connection: str, target: str, basis: str, *, at: str) -> bool:
    """Tie a target to its basis; where that was another, everything acknowledged is forgotten. Returns whether it was.

    A sandbox's state is never taken for production's, nor one file's for another's.
    """
    if target_basis(store, connection, target) == basis:
        return False
    writing = store.writing
    writing.execute("DELETE FROM acknowledged WHERE connection = ? AND target = ?", (connection, target))
    statement = upsert("write_targets", columns_of("write_targets"), key=("connection", "target"))
    writing.execute(statement, (connection, target, basis, at))
    return True
