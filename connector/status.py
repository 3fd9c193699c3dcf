"""Did it run, is it fresh, did everything arrive, and what is to be done: read from the store, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.config import Connection
from connector.errors import Message, Problem
from connector.opening import Spending, spending
from connector.store import Store, coverage, outbox, problems, runs, withheld
from connector.store.coverage import Coverage
from connector.store.outbox import Plan
from connector.store.problems import ProblemCounts
from connector.store.runs import Run
from connector.store.withheld import WithheldColumn

RUNS_SHOWN = 10
_AGAIN = Message("pull again: crm-kpi pull")


@dataclass(frozen=True, slots=True)
class StatusReport:
    """How things stand."""

    runs: tuple[Run, ...]
    """The latest first."""
    data_as_of: datetime | None
    """The moment up to which the facts reach; None before the first pull."""
    age: timedelta | None
    """How long ago the facts were those of their source; a CRM that had no news since makes them no older."""
    coverage: tuple[Coverage, ...]
    problems: Mapping[str, ProblemCounts]
    """Quarantined records and issues by fact table."""
    plan: Plan | None
    """The plan that waits to be applied, or is being applied."""
    changes: Mapping[str, int]
    """Changes in the outbox by where they stand."""
    withheld: tuple[WithheldColumn, ...]
    """Columns that a vendor does not show to our account; KPIs that rest on them are not applicable."""
    credits: tuple[Spending, ...]
    """What each connection that counts them has spent."""
    advice: tuple[Problem, ...]
    """What needs a person, and what to do about it."""

    @property
    def quarantined(self) -> int:
        """Records that no KPI counts."""
        return sum(each.quarantined for each in self.problems.values())


def status(store: Store, *, now: datetime, connections: Iterable[Connection] = ()) -> StatusReport:
    """Look at the store; nothing is written.

    Args:
        store: The open store.
        now: The moment of asking.
        connections: Those of the settings, which say what may be spent.
    """
    last = runs.last(store, RUNS_SHOWN)
    news, reached = (datetime.fromisoformat(at) if at else None for at in (runs.data_as_of(store), runs.reached(store)))
    covered = tuple(coverage.all(store))
    counted = problems.counts(store)
    plan, changes = outbox.current_plan(store), outbox.counts(store)
    unseen = tuple(withheld.all(store))
    spent = tuple(
        each
        for connection in connections
        if (each := spending(store, connection.name, connection.credits, now=now)) is not None
    )
    return StatusReport(
        runs=last,
        data_as_of=news,
        age=now - reached if reached else None,
        coverage=covered,
        problems=counted,
        plan=plan,
        changes=changes,
        withheld=unseen,
        credits=spent,
        advice=(
            *_about_runs(last),
            *_about_coverage(covered),
            *_about_withheld(unseen),
            *_about_credits(spent),
            *_about_records(counted),
            *_about_writing(plan, changes, refused=outbox.refused(store)),
        ),
    )


def _about_runs(last: Sequence[Run]) -> Iterator[Problem]:
    if not last:
        yield Problem("runs", Message("nothing ran yet"), Message("start with: crm-kpi run"))
        return
    latest = last[0]
    if latest.status == "failed":
        yield _about_failure(latest)
    if latest.status == runs.INTERRUPTED:
        message = Message("{command} was interrupted", command=latest.command)
        yield Problem("runs", message, Message("run it again; it goes on where it stopped"))


def _about_failure(run: Run) -> Problem:
    """As the run itself said it: why, and what to do."""
    again = Message("mend it and run it again; nothing is lost")
    told = run.summary.get(runs.TOLD)
    why, remedy = map(Message.read, told) if told else (run.summary.get("error", "?"), Message(""))
    hint = Message("{remedy}; {then}", remedy=remedy, then=again) if remedy else again
    if runs.SAMPLE in run.summary:
        hint = Message("{hint}; for the report, crm-kpi status --json has a sample without any values", hint=hint)
    return Problem("runs", Message("{command} failed: {reason}", command=run.command, reason=why), hint)


def _about_coverage(covered: Sequence[Coverage]) -> Iterator[Problem]:
    behind: dict[str, list[Coverage]] = {}
    for each in covered:
        if not each.complete and each.difference:
            yield incompleteness(each)
        elif not each.complete:
            behind.setdefault(each.connection, []).append(each)
    for connection, unread in behind.items():
        message = Message(
            "the last reading of {modules} did not come to its end; KPIs on {tables} are incomplete",
            modules=", ".join(dict.fromkeys(each.module for each in unread)),
            tables=", ".join(dict.fromkeys(each.table for each in unread)),
        )
        yield Problem(connection, message, _AGAIN)


def incompleteness(counted: Coverage) -> Problem:
    """What is missing of a module, and what to do about it."""
    message = Message(
        "{count} records were announced and {arrived} arrived; KPIs on {table} are incomplete",
        count="?" if counted.vendor_count is None else counted.vendor_count,
        arrived=counted.arrived,
        table=counted.table,
    )
    return Problem(f"{counted.connection}.{counted.module}", message, _remedy(counted))


def _remedy(counted: Coverage) -> Message:
    missing = counted.difference or 0
    if counted.agreed is not False or not missing:
        return _AGAIN
    if missing < 0:
        return Message("read everything again: crm-kpi pull --reconcile")
    why = Message("permissions or approvals may hide them from the account")
    setting = f"connections.{counted.connection}.accept_missing: {{{counted.module}: {missing}}}"
    return Message("{why}; if that is right, say so in the settings: {setting}", why=why, setting=setting)


def told(counted: Coverage) -> Message:
    """What the adapter said of how it read; empty where it said nothing."""
    return Message.read(counted.note) if counted.note else Message("")


def _about_withheld(unseen: Sequence[WithheldColumn]) -> Iterator[Problem]:
    places: dict[tuple[str, str], list[WithheldColumn]] = {}
    for each in unseen:
        places.setdefault((each.connection, each.module), []).append(each)
    for (connection, module), columns in places.items():
        message = Message(
            "{fields} are withheld from our account; KPIs on {columns} are not applicable",
            fields=", ".join(dict.fromkeys(each.field for each in columns)),
            columns=", ".join(f"{each.table}.{each.column}" for each in columns),
        )
        hint = Message("have them shown to the account that crm-kpi uses, or map other fields")
        yield Problem(f"{connection}.{module}", message, hint)


def _about_credits(spent: Sequence[Spending]) -> Iterator[Problem]:
    for each in spent:
        if each.free_at is not None:
            message = Message(
                "{spent} of {allowed} credits are spent; more can be spent from {moment}",
                spent=each.spent,
                allowed="?" if each.allowed is None else each.allowed,
                moment=each.free_at.strftime("%Y-%m-%d %H:%M UTC"),
            )
            yield Problem(
                each.connection, message, Message("wait, or allow more: credits in the connection's settings")
            )


def _about_records(counted: Mapping[str, ProblemCounts]) -> Iterator[Problem]:
    for table, each in counted.items():
        if each.quarantined:
            message = Message("{count} records are in quarantine and in no KPI", count=each.quarantined)
            yield Problem(table, message, Message("see them with: crm-kpi status --quarantine"))


def _about_writing(plan: Plan | None, changes: Mapping[str, int], *, refused: int) -> Iterator[Problem]:
    if plan is not None:
        open_changes = sum(changes.get(state, 0) for state in outbox.OPEN)
        message = Message("{count} changes wait to be written", count=open_changes)
        yield Problem("write_back", message, Message("look at them with crm-kpi plan, write them with crm-kpi apply"))
    if refused:
        message = Message("{count} changes were refused", count=refused)
        hint = Message(
            "mend the reason, then run crm-kpi plan and crm-kpi apply; a run takes up what changed, or whose record did"
        )
        yield Problem("write_back", message, hint)
