"""The write-back, tried up to the moment at which something would be written."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from connector.config import Config, Target
from connector.config.write_back import write_target
from connector.contract import Effect, HttpRequest, PushTalk, WriteFile
from connector.errors import ConfigError, ConnectorError, Message, Problem
from connector.transport import converse


def write_back_problems(config: Config) -> Iterator[Problem]:
    """What would stop a write-back: options, sources that would be overwritten, fields that cannot be written."""
    for at, target in enumerate(config.write_back.targets):
        place = config.document.where(("write_back", "targets", at))
        yield from _of_target(config, target, place)


def _of_target(config: Config, target: Target, place: str) -> Iterator[Problem]:
    connection = config.connections[target.connection]
    adapter = connection.connect()
    able = adapter.capabilities.field_write if target.kind == "fields" else adapter.capabilities.record_write
    if not able.supported:
        yield Problem(
            place, Message("{connection} cannot do this: {reason}", connection=connection.name, reason=able.reason)
        )
        return
    try:
        talk = rehearsed(adapter.push(write_target(config, target), ()))
        for _ in converse(talk, adapter=connection.adapter.name):
            pass
    except ConfigError as error:
        yield from (Problem(place, each.message, each.hint) for each in error.problems)
    except ConnectorError as error:
        yield Problem(place, error.message, error.hint)


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
