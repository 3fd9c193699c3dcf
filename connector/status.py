"""Did it run, is it fresh, did everything arrive, and what is to be done: read from the store, nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.errors import Message, Problem
from connector.store import Store, coverage, outbox, problems, runs
from connector.store.coverage import Coverage
from connector.store.outbox import ChangeStatus, Plan
from connector.store.problems import ProblemCounts
from connector.store.runs import Run

RUNS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class StatusReport:
    """How things stand."""

    runs: tuple[Run, ...]
    """The latest first."""
    data_as_of: datetime | None
    """The moment up to which the facts reach; None before the first pull."""
    age: timedelta | None
    """How old the facts are now."""
    coverage: tuple[Coverage, ...]
    problems: Mapping[str, ProblemCounts]
    """Quarantined records and issues by fact table."""
    plan: Plan | None
    """The plan that waits to be applied, or is being applied."""
    changes: Mapping[str, int]
    """Changes in the outbox by where they stand."""
    advice: tuple[Problem, ...]
    """What needs a person, and what to do about it."""

    @property
    def quarantined(self) -> int:
        """Records that no KPI counts."""
        return sum(each.quarantined for each in self.problems.values())


def status(store: Store, *, now: datetime) -> StatusReport:
    """Look at the store; nothing is written."""
    last = runs.last(store, RUNS_SHOWN)
    fresh = runs.data_as_of(store)
    as_of = datetime.fromisoformat(fresh) if fresh else None
    covered = tuple(coverage.all(store))
    counted = problems.counts(store)
    plan, changes = outbox.current_plan(store), outbox.counts(store)
    return StatusReport(
        runs=last,
        data_as_of=as_of,
        age=now - as_of if as_of else None,
        coverage=covered,
        problems=counted,
        plan=plan,
        changes=changes,
        advice=tuple(_advice(last, covered, counted=counted, plan=plan, changes=changes)),
    )


def _advice(
    last: Sequence[Run],
    covered: Sequence[Coverage],
    *,
    counted: Mapping[str, ProblemCounts],
    plan: Plan | None,
    changes: Mapping[str, int],
) -> Iterator[Problem]:
    yield from _about_runs(last)
    yield from _about_coverage(covered)
    yield from _about_records(counted)
    yield from _about_writing(plan, changes)


def _about_runs(last: Sequence[Run]) -> Iterator[Problem]:
    if not last:
        yield Problem("runs", Message("nothing ran yet"), Message("start with: crm-kpi run"))
        return
    latest = last[0]
    if latest.status == "failed":
        reason = Message("{command} failed: {reason}", command=latest.command, reason=latest.summary.get("error", "?"))
        yield Problem("runs", reason, Message("mend it and run it again; nothing is lost"))
    if latest.status == runs.INTERRUPTED:
        message = Message("{command} was interrupted", command=latest.command)
        yield Problem("runs", message, Message("run it again; it goes on where it stopped"))


def _about_coverage(covered: Sequence[Coverage]) -> Iterator[Problem]:
    for each in covered:
        if not each.complete:
            message = Message(
                "{count} records were announced and {arrived} arrived; KPIs on {table} are incomplete",
                count="?" if each.vendor_count is None else each.vendor_count,
                arrived=each.arrived,
                table=each.table,
            )
            yield Problem(f"{each.connection}.{each.module}", message, Message("pull again: crm-kpi pull"))


def _about_records(counted: Mapping[str, ProblemCounts]) -> Iterator[Problem]:
    for table, each in counted.items():
        if each.quarantined:
            message = Message("{count} records are in quarantine and in no KPI", count=each.quarantined)
            yield Problem(table, message, Message("see them with: crm-kpi status --quarantine"))


def _about_writing(plan: Plan | None, changes: Mapping[str, int]) -> Iterator[Problem]:
    if plan is not None:
        open_changes = sum(changes.get(state, 0) for state in outbox.OPEN)
        message = Message("{count} changes wait to be written", count=open_changes)
        yield Problem("write_back", message, Message("look at them with crm-kpi plan, write them with crm-kpi apply"))
    if refused := changes.get(ChangeStatus.REJECTED, 0):
        message = Message("{count} changes were refused", count=refused)
        yield Problem("write_back", message, Message("they are tried again when they or their record change"))
