"""Changes -> receipts: sends what was planned, once a person has agreed, and notes what became of each record.

Before anything leaves, its changes are marked `sending` in a transaction of their own; after each batch the receipts
and what the CRM now holds are saved together. A run that was killed in between leaves changes that are `sending` or
`unknown`: they are among the first to be sent again. That is safe because a push may be repeated: the contract asks
adapters for it. A file is written whole and holds the same after the second time; an adapter over HTTP sends by an
external key, or reads back what a record holds before it answers for a change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from connector.config import Config, Target
from connector.config.write_back import confirmation_digest, plan_basis, target_basis, write_target
from connector.contract import Adapter, Change, Receipt, WriteTarget
from connector.errors import Message, WriteBackRefused
from connector.store import Store, acknowledged, outbox
from connector.store.outbox import ChangeStatus, Plan, PlannedChange, PlanStatus
from connector.store.plan_figures import TargetFigures, decode_figures
from connector.transport import converse

BATCH = 100
"""Receipts that are saved together: as many as a batch call of a CRM brings."""

Progress = Callable[[Message], None]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that the vendor refused, in the vendor's words."""

    target: str
    record_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """What became of a plan."""

    plan_id: str
    """Empty where there was nothing to apply."""
    done: int = 0
    unknown: int = 0
    rejected: tuple[Rejected, ...] = ()


def apply(
    config: Config,
    store: Store,
    adapters: Mapping[str, Adapter],
    *,
    yes: bool,
    now: datetime,
    progress: Progress = lambda _: None,
) -> ApplyReport:
    """Write the current plan back, and whatever an interrupted run left half sent.

    Args:
        config: The settings.
        store: The open store.
        adapters: Connection name -> adapter.
        yes: A person has looked at the plan and agrees: to this write-back configuration, and to this much change.
        now: Stamped on receipts.
        progress: Told which target is being written.

    Raises:
        WriteBackRefused: nobody has confirmed this configuration yet, the plan is stale or changes too much.
    """
    plan = outbox.current_plan(store)
    if plan is None:
        return ApplyReport("")
    _refuse_stale(config, store, plan)
    if not yes:
        _refuse_unconfirmed(config, store, plan)
        _refuse_too_much(config, plan)
    at = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    _begin(config, store, plan, at=at)
    figures = decode_figures(plan.summary)
    receipts: list[Receipt] = []
    for target in config.write_back.targets:
        progress(Message("writing {target}", target=target.name))
        receipts.extend(_send(config, store, target, adapter=adapters[target.connection], figures=figures, at=at))
    _close(store, plan)
    return _report(store, config, plan, receipts)


def _close(store: Store, plan: Plan) -> None:
    """A plan that has nothing open is done; one that only rewrites a file has no change that would say so."""
    if not any(each.plan_id == plan.plan_id for each in outbox.pending(store)):
        with store.transaction():
            outbox.mark_plan(store, plan.plan_id, PlanStatus.DONE)


def confirmed(config: Config, store: Store) -> bool:
    """Whether a person has agreed to this write-back configuration."""
    return outbox.confirmed(store, confirmation_digest(config))


def _refuse_stale(config: Config, store: Store, plan: Plan) -> None:
    if plan.basis != plan_basis(config, store):
        raise WriteBackRefused(
            Message("plan {plan} is older than the data or the settings", plan=plan.plan_id),
            hint=Message("run `crm-kpi compute` and `crm-kpi plan`, look at the plan, then apply it"),
        )


def _refuse_unconfirmed(config: Config, store: Store, plan: Plan) -> None:
    if not confirmed(config, store):
        raise WriteBackRefused(
            Message(
                "plan {plan} is the first for this write-back configuration, and nobody agreed yet", plan=plan.plan_id
            ),
            hint=Message("look at it with `crm-kpi plan`, then run `crm-kpi apply --yes`"),
        )


def _refuse_too_much(config: Config, plan: Plan) -> None:
    """A mapping gone wrong, or a period just turned: either way a person should see it before the sales floor does."""
    limit = config.write_back.max_changed_share
    for figures in decode_figures(plan.summary):
        if figures.changed_share > limit and not figures.first:
            raise WriteBackRefused(
                Message(
                    "{target}: {changed} of {fields} fields would change, more than max_changed_share allows ({limit})",
                    target=figures.target,
                    changed=figures.changed_fields,
                    fields=figures.fields,
                    limit=limit,
                ),
                hint=Message("look at the plan with `crm-kpi plan`, then run `crm-kpi apply --yes`"),
            )


def _begin(config: Config, store: Store, plan: Plan, *, at: str) -> None:
    """From here on the plan is on its way: a restart finishes it instead of asking again."""
    with store.transaction():
        outbox.confirm(store, confirmation_digest(config), at)
        outbox.mark_plan(store, plan.plan_id, PlanStatus.APPLYING)
        for target in config.write_back.targets:
            acknowledged.begin_target(store, target.connection, target.name, target_basis(config, target), at=at)


@dataclass(frozen=True, slots=True)
class _Sending:
    """One target's open changes on their way."""

    store: Store
    target: Target
    adapter: Adapter
    at: str
    whole: bool
    """The adapter rewrites its whole file, so it is handed every record, changed or not."""

    def send(self, told: WriteTarget, *, adapter_name: str) -> Iterator[Receipt]:
        """Receipts, each of them saved already."""
        waiting = self._waiting()
        with self.store.transaction():
            outbox.mark(self.store, [each.change.id for each in waiting], ChangeStatus.SENDING, self.at)
        sent = tuple(self._every_record(told)) if self.whole else tuple(each.change for each in waiting)
        answers = converse(self.adapter.push(told, sent), adapter=adapter_name)
        open_changes = _by_answer(waiting, whole=self.whole)
        # A file is there as a whole or not at all, so its receipts are saved as a whole.
        for batch in _batches(answers, size=max(len(sent), 1) if self.whole else BATCH):
            yield from self._save(_receipts(batch, open_changes))
        yield from self._save(_unanswered(open_changes, sent))

    def _waiting(self) -> list[PlannedChange]:
        return outbox.pending(self.store, connection=self.target.connection, target=self.target.name)

    def _every_record(self, told: WriteTarget) -> Iterator[Change]:
        """What each record is to hold; a report record of which nothing is left is left out of the file."""
        for record_id, held in outbox.desired(self.store, self.target.connection, self.target.name):
            fields = {name: held.get(name) for name in told.fields}
            if told.kind == "fields" or any(cell is not None for cell in fields.values()):
                yield Change(record_id, record_id, fields)

    def _save(self, receipts: Sequence[Receipt]) -> Sequence[Receipt]:
        if receipts:
            with self.store.transaction():
                outbox.acknowledge(self.store, receipts, self.at)
        return receipts


def _send(
    config: Config, store: Store, target: Target, *, adapter: Adapter, figures: Iterable[TargetFigures], at: str
) -> Iterator[Receipt]:
    whole = adapter.capabilities.whole_file_write
    sending = _Sending(store, target, adapter, at, whole)
    rewrite = any(each.rewrite for each in figures if each.target == target.name)
    if sending._waiting() or (whole and rewrite):
        adapter_name = config.connections[target.connection].adapter.name
        yield from sending.send(write_target(config, target), adapter_name=adapter_name)


def _by_answer(waiting: Iterable[PlannedChange], *, whole: bool) -> dict[str, list[str]]:
    """The id that an answer will carry -> the changes that it settles, and which are taken out once settled."""
    found: dict[str, list[str]] = {}
    for each in waiting:
        found.setdefault(each.change.record_id if whole else each.change.id, []).append(each.change.id)
    return found


def _batches(answers: Iterator[Receipt], *, size: int) -> Iterator[list[Receipt]]:
    while batch := list(islice(answers, size)):
        yield batch


def _receipts(answers: Iterable[Receipt], open_changes: dict[str, list[str]]) -> list[Receipt]:
    """A receipt for each change that an answer settles; a record that was only carried along has none."""
    return [
        Receipt(change_id, answer.outcome, answer.message)
        for answer in answers
        for change_id in open_changes.pop(answer.change_id, ())
    ]


def _unanswered(open_changes: Mapping[str, Iterable[str]], sent: Iterable[Change]) -> list[Receipt]:
    """Changes without an answer: gone with the rest of the file where their record was left out, else unknown."""
    said = {change.id for change in sent}
    return [
        Receipt(change_id, "unknown" if answer_id in said else "done")
        for answer_id, change_ids in open_changes.items()
        for change_id in change_ids
    ]


def _report(store: Store, config: Config, plan: Plan, receipts: Iterable[Receipt]) -> ApplyReport:
    outcomes = Counter(receipt.outcome for receipt in receipts)
    refused = tuple(
        Rejected(target.name, planned.change.record_id, planned.message)
        for target in config.write_back.targets
        for planned in outbox.rejected(store, target.connection, target.name)
    )
    return ApplyReport(plan.plan_id, done=outcomes["done"], unknown=outcomes["unknown"], rejected=refused)
