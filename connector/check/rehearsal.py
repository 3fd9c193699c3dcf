"""The write-back, tried up to the moment at which something would be written."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator
from typing import Any

from connector.config import Config, Target
from connector.config.write_back import write_target
from connector.contract import Effect, HttpRequest, Place, PushTalk, WriteFile
from connector.errors import ConfigError, ConnectorError, Message, Problem
from connector.transport import World, converse


def write_back_problems(
    config: Config, *, silent: Collection[str] = (), world: World | None = None
) -> Iterator[Problem]:
    """What would stop a write-back: options, sources that would be overwritten, fields that cannot be written.

    Args:
        config: The settings.
        silent: Connections that did not answer; they are not asked again.
        world: Where effects happen.
    """
    for at, target in enumerate(config.write_back.targets):
        if target.connection not in silent:
            place = config.document.where(("write_back", "targets", at))
            yield from _of_target(config, target, place, world)


def _of_target(config: Config, target: Target, place: str, world: World | None) -> Iterator[Problem]:
    connection = config.connections[target.connection]
    adapter = connection.connect()
    able = adapter.capabilities.field_write if target.kind == "fields" else adapter.capabilities.record_write
    if not able.supported:
        yield Problem(
            place, Message("{connection} cannot do this: {reason}", connection=connection.name, reason=able.reason)
        )
        return
    told = write_target(config, target)
    try:
        for _ in converse(rehearsed(adapter.push(told, ())), adapter=connection.adapter.name):
            pass
        if adapter.http is not None:
            talk = adapter.places(told, make=False)
            found = converse(talk, adapter=connection.adapter.name, http=adapter.http, world=world)
            yield from (_unfit(each, place) for each in found if isinstance(each, Place) and each.state == "unfit")
    except ConfigError as error:
        yield from (Problem(place, each.message, each.hint) for each in error.problems)
    except ConnectorError as error:
        yield Problem(place, error.message, error.hint)


def _unfit(found: Place, place: str) -> Problem:
    name = f"{found.module}.{found.field}" if found.field else found.module
    return Problem(place, Message("{name}: {why}", name=name, why=found.message))


def rehearsed(talk: PushTalk) -> Generator[Effect | Any, Any, None]:
    """A push conversation that is left as soon as it would write or call: until then it only looks."""
    try:
        said = next(talk)
        while not isinstance(said, WriteFile | HttpRequest):
            try:
                answer = yield said
            except ConnectorError as error:
                said = talk.throw(error)
            else:
                said = talk.send(answer)
    except StopIteration:
        return
    finally:
        talk.close()
