"""The outbox: what is to be written to the CRM, what was sent, and what the CRM has acknowledged to hold.

A change is `planned`, then `sending` (marked in a transaction of its own before anything leaves), then `done`,
`rejected` or `unknown` (sent, the answer lost: settled by reading back). What is acknowledged is saved in the same
transaction as the receipt, so a killed run neither forgets a write nor repeats one unknowingly.
"""

# ruff: noqa: S608 -- names in the statements come from our own schema, values are always bound

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from connector.contract import Cell, Change, Receipt
from connector.store.acknowledged import acknowledge_fields, decode, encode
from connector.store.database import Store
from connector.store.schema import columns_of
from connector.store.statements import names


class ChangeStatus(StrEnum):
    """Where a change stands."""

    PLANNED = "planned"
    SENDING = "sending"
    DONE = "done"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


class PlanStatus(StrEnum):
    """Where a plan stands."""

    PLANNED = "planned"
    APPLYING = "applying"
    DONE = "done"
    SUPERSEDED = "superseded"


OPEN = (ChangeStatus.PLANNED, ChangeStatus.SENDING, ChangeStatus.UNKNOWN)
"""The statuses of changes whose outcome is still ahead."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One row of `plans`."""

    plan_id: str
    created_at: str
    as_of: str
    basis: str
    """Digest of what the plan rests on: the configuration of the write-back, the organisation, the environment."""
    predicted_calls: int
    summary: str = ""
    status: str = PlanStatus.PLANNED


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """A change and where it stands."""

    plan_id: str
    connection: str
    target: str
    change: Change
    status: str = ChangeStatus.PLANNED
    message: str = ""
    attempts: int = 0
    at: str = ""


_PLAN_COLUMNS = ("plan_id", "created_at", "as_of", "basis", "predicted_calls", "summary", "status")
_CHANGE_COLUMNS = columns_of("changes", leaving_out=("number",))


def save_plan(store: Store, plan: Plan, changes: Iterable[PlannedChange]) -> int:
    """Save a plan in place of those not sent yet; what they had still only planned is dropped with them.

    Returns:
        How many changes it has.
    """
    writing = store.writing
    supersede(store)
    values = tuple(getattr(plan, column) for column in _PLAN_COLUMNS)
    writing.execute(f"INSERT INTO plans ({names(_PLAN_COLUMNS)}) VALUES ({', '.join('?' * len(values))})", values)
    statement = f"INSERT INTO changes ({names(_CHANGE_COLUMNS)}) VALUES ({', '.join('?' * len(_CHANGE_COLUMNS))})"
    before = writing.total_changes
    writing.executemany(statement, (_change_row(change, plan) for change in changes))
    return writing.total_changes - before


def supersede(store: Store) -> int:
    """Drop what older plans had only planned, and close those plans; returns how many changes were dropped.

    What is being sent, or was sent without an answer, stays until it is settled.
    """
    writing = store.writing
    dropped = writing.execute("DELETE FROM changes WHERE status = ?", (ChangeStatus.PLANNED,)).rowcount
    writing.execute(
        "UPDATE plans SET status = ? WHERE status IN (?, ?) AND NOT EXISTS "
        "(SELECT 1 FROM changes WHERE changes.plan_id = plans.plan_id AND changes.status IN (?, ?))",
        (
            PlanStatus.SUPERSEDED,
            PlanStatus.PLANNED,
            PlanStatus.APPLYING,
            ChangeStatus.SENDING,
            ChangeStatus.UNKNOWN,
        ),
    )
    return dropped


def _change_row(planned: PlannedChange, plan: Plan) -> tuple[object, ...]:
    change = planned.change
    return (
        change.id,
        plan.plan_id,
        planned.connection,
        planned.target,
        change.record_id,
        encode(change.fields),
        planned.status,
        planned.message,
        planned.attempts,
        planned.at or plan.created_at,
    )


def current_plan(store: Store) -> Plan | None:
    """The latest plan that is neither done nor superseded."""
    row = store.db.conn.execute(
        f"SELECT {names(_PLAN_COLUMNS)} FROM plans WHERE status IN (?, ?) ORDER BY rowid DESC LIMIT 1",
        (PlanStatus.PLANNED, PlanStatus.APPLYING),
    ).fetchone()
    return None if row is None else Plan(*row)


def mark_plan(store: Store, plan_id: str, status: PlanStatus) -> None:
    """Note where a plan stands."""
    store.writing.execute("UPDATE plans SET status = ? WHERE plan_id = ?", (status, plan_id))


def pending(
    store: Store,
    *,
    connection: str | None = None,
    target: str | None = None,
    statuses: Sequence[ChangeStatus] = OPEN,
    limit: int = -1,
) -> list[PlannedChange]:
    """Changes of these statuses, the oldest first; at most `limit` of them (-1: all)."""
    rows = store.db.conn.execute(
        f"SELECT {names(_CHANGE_COLUMNS)} FROM changes WHERE (?1 IS NULL OR connection = ?1) "
        f"AND (?2 IS NULL OR target = ?2) AND status IN ({', '.join('?' * len(statuses))}) ORDER BY number LIMIT ?",
        (connection, target, *statuses, limit),
    )
    return [_planned_change(*row) for row in rows]


def unsettled(store: Store, connection: str, target: str) -> list[PlannedChange]:
    """What an interrupted run may or may not have written."""
    statuses = (ChangeStatus.SENDING, ChangeStatus.UNKNOWN)
    return pending(store, connection=connection, target=target, statuses=statuses)


def take(store: Store, connection: str, target: str, at: str) -> list[PlannedChange]:
    """Mark a target's open changes `sending`, before anything leaves: one a record, the oldest first.

    A plan says again what an earlier one may have written, so the latest change of a record stands for all of them.

    Returns:
        The changes; one that stands for another which may have been written has that one's status.
    """
    taken: dict[str, PlannedChange] = {}
    earlier: list[tuple[str]] = []
    for each in pending(store, connection=connection, target=target):
        before = taken.get(each.change.record_id)
        if before is not None:
            earlier.append((before.change.id,))
        uncertain = before is not None and before.status != ChangeStatus.PLANNED
        taken[each.change.record_id] = replace(each, status=before.status) if before and uncertain else each
    store.writing.executemany("DELETE FROM changes WHERE id = ?", earlier)
    mark(store, [each.change.id for each in taken.values()], ChangeStatus.SENDING, at)
    return [*taken.values()]


def _planned_change(
    id: str, plan_id: str, connection: str, target: str, record_id: str, fields: str, *rest: object
) -> PlannedChange:
    change = Change(id=id, record_id=record_id, fields=decode(fields))
    return PlannedChange(plan_id, connection, target, change, *rest)  # type: ignore[arg-type]  # the columns' own types


def refused(store: Store) -> int:
    """Of how many records the latest change was refused."""
    record = "connection, target, record_id"
    statement = (
        f"SELECT count(*) FROM (SELECT status, max(number) FROM changes WHERE ({record}) IN "
        f"(SELECT {record} FROM changes WHERE status = ?1) GROUP BY {record}) WHERE status = ?1"
    )
    return int(store.db.conn.execute(statement, (ChangeStatus.REJECTED,)).fetchone()[0])


def counts(store: Store) -> dict[str, int]:
    """How many changes stand where."""
    return dict(store.db.conn.execute("SELECT status, count(*) FROM changes GROUP BY status ORDER BY status"))


def mark(store: Store, change_ids: Iterable[str], status: ChangeStatus, at: str, *, message: str = "") -> None:
    """Note where changes stand; `sending` counts an attempt, and is committed before anything leaves."""
    attempt = int(status is ChangeStatus.SENDING)
    store.writing.executemany(
        "UPDATE changes SET status = ?, message = ?, at = ?, attempts = attempts + ? WHERE id = ?",
        ((status, message, at, attempt, change_id) for change_id in change_ids),
    )


def acknowledge(store: Store, receipts: Iterable[Receipt], at: str) -> None:
    """Save receipts, and for those done what the CRM now holds; plans without open changes are done."""
    receipts = list(receipts)
    acknowledge_fields(store, [receipt.change_id for receipt in receipts if receipt.outcome == "done"], at)
    store.writing.executemany(
        "UPDATE changes SET status = ?, message = ?, at = ? WHERE id = ?",
        ((receipt.outcome, str(receipt.message), at, receipt.change_id) for receipt in receipts),
    )
    store.writing.execute(
        "UPDATE plans SET status = ? WHERE status IN (?, ?) AND NOT EXISTS "
        f"(SELECT 1 FROM changes WHERE changes.plan_id = plans.plan_id AND status IN ({', '.join('?' * len(OPEN))}))",
        (PlanStatus.DONE, PlanStatus.PLANNED, PlanStatus.APPLYING, *OPEN),
    )


def forget_settled(store: Store, before: str) -> int:
    """Forget changes that were settled before a moment, but the latest of each record; returns how many."""
    return store.writing.execute(
        "DELETE FROM changes WHERE at < ? AND status IN (?, ?) AND number NOT IN "
        "(SELECT max(number) FROM changes GROUP BY connection, target, record_id)",
        (before, ChangeStatus.DONE, ChangeStatus.REJECTED),
    ).rowcount


def rejected(store: Store, connection: str, target: str) -> Iterator[PlannedChange]:
    """The latest change of each record, where that was rejected: not sent again until it, or its record, changes."""
    rows = store.db.conn.execute(
        f"SELECT {names(_CHANGE_COLUMNS)} FROM changes WHERE number IN "
        "(SELECT max(number) FROM changes WHERE connection = ? AND target = ? GROUP BY record_id) AND status = ? "
        "ORDER BY number",
        (connection, target, ChangeStatus.REJECTED),
    )
    for row in rows:
        yield _planned_change(*row)


def desired(store: Store, connection: str, target: str) -> Iterator[tuple[str, dict[str, Cell]]]:
    """(record id, fields) that the target is to hold: what is acknowledged, overlaid with the open changes.

    In the order of record ids; for an adapter whose push rewrites its whole target.
    """
    rows = store.db.conn.execute(
        f"""
        SELECT record_id, fields FROM (
            SELECT record_id, fields, 0 AS number FROM acknowledged WHERE connection = ?1 AND target = ?2
            UNION ALL
            SELECT record_id, fields, number FROM changes
            WHERE connection = ?1 AND target = ?2 AND status IN ({", ".join("?" * len(OPEN))})
        ) ORDER BY record_id, number
        """,
        (connection, target, *OPEN),
    )
    yield from _overlaid(rows)


def _overlaid(rows: Iterable[tuple[str, str]]) -> Iterator[tuple[str, dict[str, Cell]]]:
    current: str | None = None
    fields: dict[str, Cell] = {}
    for record_id, text in rows:
        if record_id != current:
            if current is not None:
                yield current, fields
            current, fields = record_id, {}
        fields.update(decode(text))
    if current is not None:
        yield current, fields


def confirm(store: Store, digest: str, at: str, *, by: str = "") -> None:
    """Note that a person has confirmed this configuration of the write-back."""
    store.writing.execute(
        "INSERT INTO confirmations (digest, confirmed_at, confirmed_by) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (digest, at, by),
    )


def confirmed(store: Store, digest: str) -> bool:
    """Whether a person has confirmed this configuration."""
    return store.db.conn.execute("SELECT 1 FROM confirmations WHERE digest = ?", (digest,)).fetchone() is not None
