"""The whole check, part by part. The settings themselves were checked when they were read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from connector.check.granted import note_ungranted
from connector.check.rehearsal import write_back_problems
from connector.check.report import CheckReport, Findings
from connector.check.trial import ConnectionTrial
from connector.config import Config, Connection
from connector.config.connections import facts_of, filled_columns
from connector.errors import ConnectorError, Message, Problem
from connector.opening import check_identity
from connector.store import Store, origins
from connector.targets import check_targets
from connector.transport import World, converse
from kpi_engine.evaluate import missing_columns


def check(
    config: Config, *, progress: Callable[[Message], None] = lambda _: None, world: World | None = None
) -> CheckReport:
    """Look at everything that a run would use, and write nothing.

    Every file is read to its end: what is said about a column holds for all of it. A CRM describes itself.

    Args:
        config: The settings, which are right in themselves.
        progress: Told what is being read.
        world: Where effects happen.
    """
    found, world = Findings(), world or World()
    trials = [ConnectionTrial(config, connection, found, progress, world) for connection in config.connections.values()]
    silent = {trial.connection.name for trial in trials if not trial.run()}
    for connection in config.connections.values():
        note_ungranted(config, connection, found, world)
    found.add(
        errors=[
            *write_back_problems(config, silent=silent, world=world),
            *_store_problems(config, silent=silent, world=world),
        ],
        warnings=_unfilled(config),
    )
    return found.report()


def _store_problems(config: Config, *, silent: Collection[str], world: World | None) -> Iterator[Problem]:
    if not config.store.exists():
        return
    place = config.document.where(("store",))
    try:
        with Store.open(config.store, read_only=True) as store:
            yield from store.verify()
            yield from check_targets(config, store).problems
            for connection in config.connections.values():
                if connection.name not in silent:
                    yield from _strangers(config, connection, store, world)
    except ConnectorError as error:
        yield Problem(place, error.message, error.hint)


def _strangers(config: Config, connection: Connection, store: Store, world: World | None) -> Iterator[Problem]:
    """A connection that leads to another organisation than the one whose facts the store holds."""
    known, adapter = origins.origin_of(store, connection.name), connection.connect()
    if known is None:
        return
    said = converse(adapter.introduce(), adapter=connection.adapter.name, http=adapter.http, world=world)
    try:
        for introduction in said:
            check_identity(connection.name, known, introduction)
    except ConnectorError as error:
        yield Problem(config.document.where(("connections", connection.name)), error.message, error.hint)


def _unfilled(config: Config) -> Iterator[Problem]:
    """KPIs that stay empty because nothing fills what they count, together where they lack the same."""
    lacking: dict[tuple[str, ...], list[str]] = {}
    filled, facts = filled_columns(config.connections), facts_of(config.connections)
    for definition in config.definitions:
        if missing := missing_columns(definition, filled, facts=facts):
            lacking.setdefault(missing, []).append(definition.id)
    for missing, kpis in lacking.items():
        message = Message(
            "nothing fills {columns}; without it these stay empty: {kpis}",
            columns=", ".join(missing),
            kpis=", ".join(kpis),
        )
        hint = Message("map it under connections, or leave the KPI out of kpis.enabled")
        yield Problem(config.document.where(("kpis",)), message, hint)
