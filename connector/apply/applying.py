"""Writes the current plan back: whether it may, in which order, and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from connector.apply.places import see_to_places
from connector.apply.sending import Sending
from connector.config import Config, Target
from connector.config.write_back import confirmation_digest, plan_basis, target_basis, write_target
from connector.contract import Adapter, Receipt
from connector.errors import AdapterError, BudgetSpent, Message, WriteBackRefused
from connector.opening import Opened, open_connection
from connector.store import Store, acknowledged, outbox, outputs
from connector.store.moments import written
from connector.store.outbox import ChangeStatus, Plan, PlannedChange, PlanStatus
from connector.store.outputs import Altered
from connector.store.plan_figures import decode_figures
from connector.transport import World

HISTORY: Final = timedelta(days=90)
"""How long a change is kept that a later one of the same record has overtaken: a store that writes every hour would
grow for ever."""

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
    later: tuple[Rejected, ...] = ()
    """Of the unknown ones, those of which the vendor said why: locked, waiting for an approval."""
    altered: tuple[Altered, ...] = ()
    """Files that a person had changed or removed, and that are now as the values say again."""
    out_of_credits: BudgetSpent | None = None
    """Where the day's credits ended before the plan did: what was answered is kept, a later run goes on."""

    @property
    def left_out(self) -> bool:
        """Whether anything of the plan is not in the CRM."""
        return bool(self.rejected or self.unknown or self.out_of_credits)


def apply(
    config: Config,
    store: Store,
    adapters: Mapping[str, Adapter],
    *,
    yes: bool,
    now: datetime,
    progress: Progress = lambda _: None,
    opened: Mapping[str, Opened] = MappingProxyType({}),
    world: World | None = None,
) -> ApplyReport:
    """Write the current plan back, and whatever an interrupted run left half sent.

    Args:
        config: The settings.
        store: The open store.
        adapters: Connection name -> adapter.
        yes: A person has looked at the plan and agrees: to this write-back configuration, and to this much change.
        now: Stamped on receipts.
        progress: Told which target is being written.
        opened: Connections that have said who they are in this run already; the others are asked.
        world: Where the effects of those others happen.

    Raises:
        AdapterError: a target could not be written; what was answered is kept, the next run goes on.
        StoreError: a connection is another organisation than the one that the plan is about.
        WriteBackRefused: nobody has confirmed this configuration yet, the plan is stale or changes too much.
    """
    plan = outbox.current_plan(store)
    if plan is None:
        return ApplyReport("")
    _refuse_stale(config, store, plan)
    if not yes:
        _refuse_unconfirmed(config, store, plan)
        if plan.status == PlanStatus.PLANNED:  # one that is on its way was agreed to, as it is
            _refuse_too_much(config, plan)
    applying = _Applying(config, store, adapters, now, world, dict(opened))
    due = [target for target in config.write_back.targets if applying.is_due(target, plan)]
    altered = tuple(each for target in due for each in applying.altered(target, plan))
    receipts: list[Receipt] = []
    spent: BudgetSpent | None = None
    try:
        receipts.extend(applying.carry_out(plan, due, yes=yes, progress=progress))
    except BudgetSpent as error:
        spent = error
    else:
        _close(store, plan, now=now)
    return replace(_report(store, config, plan, receipts), altered=altered, out_of_credits=spent)


@dataclass(frozen=True, slots=True)
class _Applying:
    """What the targets of one plan are written with."""

    config: Config
    store: Store
    adapters: Mapping[str, Adapter]
    now: datetime
    world: World | None
    opened: dict[str, Opened] = field(default_factory=dict)

    @property
    def at(self) -> str:
        return written(self.now)

    def is_due(self, target: Target, plan: Plan) -> bool:
        """Whether there is anything to send; a file may have to be written again though no value changed."""
        if outbox.pending(self.store, connection=target.connection, target=target.name, limit=1):
            return True
        rewrites = {each.target for each in decode_figures(plan.summary) if each.rewrite}
        return target.name in rewrites and self.adapters[target.connection].capabilities.whole_file_write

    def altered(self, target: Target, plan: Plan) -> Iterator[Altered]:
        """Its files that a person has changed or removed, and that are about to be written again.

        Where an earlier run has begun with that and was stopped, what differs may as well be its own work.
        """
        where = (self.store, target.connection, target.name)
        whole = self.adapters[target.connection].capabilities.whole_file_write
        known = acknowledged.target_basis(*where) == target_basis(self.config, target)
        if whole and known and plan.status == PlanStatus.PLANNED and not outbox.unsettled(*where):
            yield from outputs.altered(*where, target.module)

    def carry_out(self, plan: Plan, due: Sequence[Target], *, yes: bool, progress: Progress) -> Iterator[Receipt]:
        """Everything is made ready before anything is sent."""
        for target in due:
            self.make_ready(target, yes=yes)
        _begin(self.config, self.store, plan, at=self.at)
        for target in due:
            progress(Message("writing {target}", target=target.name))
            yield from self.sending(target).send()

    def make_ready(self, target: Target, *, yes: bool) -> None:
        """Before anything is marked: is it the organisation that the plan is about, is everything there."""
        opened = self._open(target.connection)
        adapter, adapter_name = self.adapters[target.connection], self._adapter_name(target)
        told = write_target(self.config, target)
        try:
            see_to_places(self.store, told, adapter, opened, adapter_name=adapter_name, yes=yes, at=self.at)
        except (AdapterError, WriteBackRefused):
            with opened.transaction(self.store):  # what asking has cost
                pass
            raise

    def sending(self, target: Target) -> Sending:
        """The target's open changes, ready to leave."""
        return Sending(
            self.store,
            write_target(self.config, target),
            self.adapters[target.connection],
            self.opened[target.connection],
            self._adapter_name(target),
            self.at,
        )

    def _open(self, connection: str) -> Opened:
        if connection not in self.opened:
            self.opened[connection] = open_connection(
                self.store,
                connection,
                self.adapters[connection],
                adapter_name=self.config.connections[connection].adapter.name,
                allowance=self.config.connections[connection].credits,
                now=self.now,
                world=self.world,
            )
        return self.opened[connection]

    def _adapter_name(self, target: Target) -> str:
        return self.config.connections[target.connection].adapter.name


def _close(store: Store, plan: Plan, *, now: datetime) -> None:
    """A plan that has nothing open is done; one that only rewrites a file has no change that would say so."""
    if not any(each.plan_id == plan.plan_id for each in outbox.pending(store)):
        with store.transaction():
            outbox.mark_plan(store, plan.plan_id, PlanStatus.DONE)
            outbox.forget_settled(store, written(now - HISTORY))


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


def _report(store: Store, config: Config, plan: Plan, receipts: Iterable[Receipt]) -> ApplyReport:
    outcomes = Counter(receipt.outcome for receipt in receipts)
    return ApplyReport(
        plan.plan_id,
        done=outcomes["done"],
        unknown=outcomes["unknown"],
        rejected=_told(config, lambda target: outbox.rejected(store, target.connection, target.name)),
        later=_told(config, lambda target: _unknown(store, target)) if outcomes["unknown"] else (),
    )


def _told(config: Config, of: Callable[[Target], Iterable[PlannedChange]]) -> tuple[Rejected, ...]:
    return tuple(
        Rejected(target.name, planned.change.record_id, planned.message)
        for target in config.write_back.targets
        for planned in of(target)
    )


def _unknown(store: Store, target: Target) -> Iterable[PlannedChange]:
    found = outbox.pending(store, connection=target.connection, target=target.name, statuses=(ChangeStatus.UNKNOWN,))
    return [planned for planned in found if planned.message]
