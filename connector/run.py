"""The whole loop: pull, compute, targets, plan, apply. Safe to start again at any time: done is not done again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from connector.apply import ApplyReport, apply, confirmed
from connector.compute import ComputeReport, OpenEngine, compute, windows
from connector.config import Config
from connector.contract import Adapter
from connector.engine.duckdb import DuckDBEngine
from connector.errors import AdapterError, ConnectorError, Interrupted, Message
from connector.plan import PlanReport, plan
from connector.pull import PullReport, pull, sources
from connector.store import Store, problems, runs
from connector.targets import GapReport, update_gaps
from connector.transport import World
from kpi_engine.errors import KpiError

DONE, PARTLY, FAILED, INTERRUPTED = "done", "partly", "failed", "interrupted"


@dataclass(frozen=True, slots=True)
class RunReport:
    """What one run did, step by step."""

    run_id: int
    pulled: PullReport
    computed: ComputeReport
    gaps: GapReport
    planned: PlanReport
    applied: ApplyReport | None
    """None where the plan waits for a person, or there was nothing to write."""
    quarantined: int
    """Records that wait in quarantine, of this pull or of earlier ones."""

    @property
    def waiting(self) -> Message:
        """What a person is asked to do; empty where nothing waits."""
        if self.applied is not None or not self.planned.plan_id:
            return Message("")
        return Message(
            "plan {plan} would write {records} records and waits for a person: look at it with `crm-kpi plan`, "
            "then run `crm-kpi apply --yes`",
            plan=self.planned.plan_id,
            records=self.planned.changed_records,
        )

    @property
    def status(self) -> str:
        """`failed` where a part of the source could not be read, `partly` where records or targets were left out, or
        the day's credits were used up."""
        if self.pulled.failed:
            return FAILED
        left_out = self.quarantined or self.gaps.problems or self.pulled.out_of_credits
        return PARTLY if left_out or (self.applied is not None and self.applied.left_out) else DONE


def run(
    config: Config,
    store: Store,
    *,
    now: datetime,
    as_of: datetime | None = None,
    yes: bool = False,
    accept_deletions: bool = False,
    world: World | None = None,
    engine: OpenEngine = DuckDBEngine,
    progress: Callable[[Message], None] = lambda _: None,
) -> RunReport:
    """Bring the values in the CRM up to date with the facts; the caller holds the store's lock.

    A source that cannot be read stops neither the others nor the computation: its tables count as incomplete, and
    nothing that rests on them is written back.

    Args:
        config: The settings.
        store: The open store.
        now: The run's moment.
        as_of: The moment of the values; None: that up to which the facts reach.
        yes: A person agrees to what is written back.
        accept_deletions: A person agrees that much has left the source.
        world: Where effects happen.
        engine: Opens the engine that queries run on.
        progress: Told what is being done.

    Raises:
        ConnectorError: of any kind; noted in `runs`, and the next run goes on from there.
        WriteBackRefused: a confirmed write-back would change too much at once.
    """
    adapters = {name: connection.connect() for name, connection in config.connections.items()}
    with recorded(store, "run", now=now) as noted:
        pulled = pull(
            store,
            sources(config),
            run_id=noted.run_id,
            now=now,
            accept_deletions=accept_deletions,
            progress=progress,
            world=world,
        )
        _refuse_nothing(store, pulled)
        computed = compute(
            config, store, run_id=noted.run_id, as_of=as_of, again=False, engine=engine, progress=progress
        )
        windowed = partial(windows, config, store, engine=engine, progress=progress)
        gaps = update_gaps(config, store, run_id=noted.run_id, windows=windowed, progress=progress)
        planned = plan(config, store, adapters, now=now, again=yes)
        applied = _apply(config, store, adapters, planned=planned, yes=yes, now=now, progress=progress, world=world)
        report = RunReport(noted.run_id, pulled, computed, gaps, planned, applied, _quarantined(store))
        noted.status, noted.summary = report.status, {**summary_of(report), **failures_of(pulled)}
    return report


def _refuse_nothing(store: Store, pulled: PullReport) -> None:
    """Where nothing has ever arrived, what the source said is the news, not that there is nothing to compute from."""
    if runs.data_as_of(store) is None:
        for module in (*pulled.failed, *pulled.out_of_credits):
            if module.error is not None:
                raise module.error


def _apply(
    config: Config,
    store: Store,
    adapters: Mapping[str, Adapter],
    *,
    planned: PlanReport,
    yes: bool,
    now: datetime,
    progress: Callable[[Message], None],
    world: World | None,
) -> ApplyReport | None:
    if not planned.plan_id or not (yes or confirmed(config, store)):
        return None
    return apply(config, store, adapters, yes=yes, now=now, progress=progress, world=world)


def _quarantined(store: Store) -> int:
    return sum(counts.quarantined for counts in problems.counts(store).values())


def summary_of(report: RunReport) -> dict[str, Any]:
    """The run in numbers, as it is kept in `runs`."""
    modules = report.pulled.modules
    return {
        "arrived": sum(module.arrived for module in modules),
        "facts_changed": sum(module.changed for module in modules),
        "facts_deleted": sum(module.deleted for module in modules),
        "quarantined": report.quarantined,
        runs.UP_TO_DATE: report.pulled.up_to_date,
        "failed_modules": [f"{module.connection}.{module.module}" for module in report.pulled.failed],
        "unfinished_modules": [f"{module.connection}.{module.module}" for module in report.pulled.out_of_credits],
        "values": report.computed.cells,
        "values_changed": report.computed.changed,
        "targets": report.gaps.targets,
        "targets_left_out": len(report.gaps.problems),
        "gaps_changed": report.gaps.changed,
        "plan": report.planned.plan_id,
        "records_planned": report.planned.changed_records,
        "records_written": report.applied.done if report.applied else 0,
        "records_rejected": len(report.applied.rejected) if report.applied else 0,
    }


def failures_of(pulled: PullReport) -> dict[str, Any]:
    """What `runs` keeps of modules that could not be pulled: their names, and why the first one could not."""
    if not pulled.failed or pulled.failed[0].error is None:
        return {}
    names = [f"{module.connection}.{module.module}" for module in pulled.failed]
    error = pulled.failed[0].error
    why = Message("{where}: {problem}", where=names[0], problem=error.message)
    if len(names) > 1:
        why = Message("{why} (and {count} modules more)", why=why, count=len(names) - 1)
    samples = (sample for module in pulled.failed if (sample := _sample_of(module.error)))
    return {"failed_modules": names, **_told(why, error.hint), **next(samples, {})}


@dataclass(slots=True)
class Noted:
    """A row of `runs` while its command works; the command says how it ended."""

    run_id: int
    status: str = DONE
    summary: Mapping[str, Any] | None = None


@contextmanager
def recorded(store: Store, command: str, *, now: datetime) -> Iterator[Noted]:
    """Note in `runs` that a command began, and how it ended, whatever happens; a killed one is noted by the next."""
    with store.transaction():
        noted = Noted(runs.start(store, command, now))
    try:
        yield noted
    except BaseException as error:
        status = INTERRUPTED if isinstance(error, KeyboardInterrupt | Interrupted) else FAILED
        _note_end(store, noted, status, now=now, summary=_of_failure(error))
        raise
    _note_end(store, noted, noted.status, now=now, summary=noted.summary or {})


def _note_end(store: Store, noted: Noted, status: str, *, now: datetime, summary: Mapping[str, Any]) -> None:
    with store.transaction():
        runs.finish(store, noted.run_id, status, now, summary)


def _of_failure(error: BaseException) -> dict[str, Any]:
    """Our own errors hold no secrets; of others only the kind is kept. `status` tells it in its reader's language."""
    if not isinstance(error, ConnectorError | KpiError):
        return {"error": type(error).__name__}
    return {**_told(error.message, error.hint), **_sample_of(error)}


def _sample_of(error: BaseException | None) -> dict[str, Any]:
    """An answer that nobody documented, for whoever writes the adapter; everything private is taken out of it."""
    if not isinstance(error, AdapterError) or not error.sample:
        return {}
    return {runs.SAMPLE: {"operation": error.operation, "code": error.code, "answer": error.sample}}


def _told(why: Message, remedy: Message) -> dict[str, Any]:
    return {"error": str(why), "hint": str(remedy), runs.TOLD: [why.written(), remedy.written()]}
