"""The loop between a conversation and the world."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import ExitStack
from typing import Any, Final, TypeVar, assert_never

from connector.contract import (
    PAGE_ROWS,
    Deletions,
    Effect,
    Finished,
    HttpAccess,
    HttpRequest,
    Introduction,
    ListFiles,
    ModuleInfo,
    OpenFile,
    OrganisationInfo,
    Page,
    Place,
    Receipt,
    Unreadable,
    Wait,
    Withheld,
    WriteFile,
)
from connector.errors import AdapterError, ConnectorError, Message, Problem, UnexpectedResponse
from connector.transport.files import file_error, list_files, open_file, write_file
from connector.transport.http import Wire
from connector.transport.sending import Sender, Signing
from connector.transport.world import World

Said = TypeVar("Said")
Brought = TypeVar("Brought")

_EFFECTS: Final = (HttpRequest, ListFiles, OpenFile, Wait, WriteFile)
_EVENTS: Final = (
    Page,
    Unreadable,
    Deletions,
    Withheld,
    Finished,
    Introduction,
    Receipt,
    Place,
    ModuleInfo,
    OrganisationInfo,
    Problem,
)


def converse(
    talk: Generator[Effect | Said, Any, None],
    *,
    adapter: str,
    http: HttpAccess | None = None,
    world: World | None = None,
) -> Generator[Said, None, None]:
    """Lead one conversation: perform its effects, hand on everything else that it says.

    The caller may stop listening at any time; closing the iterator closes the conversation and all its handles.

    Args:
        talk: what `Conversation.talk`, `Adapter.push`, `Adapter.inspect` and the others gave.
        adapter: its name, for messages.
        http: how its requests reach the vendor (`Adapter.http`); None where it has no sign-in.
        world: where effects happen.

    Raises:
        AdapterError: of any kind, when the conversation does not catch it itself.
    """
    with ExitStack() as resources:
        resources.callback(talk.close)
        driver = _Driver(adapter, http, world or World(), resources)
        answer, error = None, None
        while True:
            try:
                said = talk.send(answer) if error is None else talk.throw(error)
            except StopIteration:
                return
            except Exception as exc:
                raise driver.classified(exc) from exc
            answer, error = None, None
            if isinstance(said, _EFFECTS):
                answer, error = driver.attempt(said)
            else:
                driver.verify(said)
                yield said


def asked(talk: Generator[HttpRequest, Any, Brought], *, adapter: str, world: World | None = None) -> Brought:
    """Lead a conversation that only asks, and returns what it has found out (`GrantType.exchange`).

    Raises:
        AdapterError: of any kind, when the conversation does not catch it itself.
    """
    with ExitStack() as resources:
        resources.callback(talk.close)
        driver = _Driver(adapter, None, world or World(), resources)
        try:
            return driver.sender().ask(talk)
        except Exception as exc:
            raise driver.classified(exc) from exc


class _Driver:
    """Performs the effects of one conversation."""

    def __init__(self, adapter: str, http: HttpAccess | None, world: World, resources: ExitStack) -> None:
        self._adapter = adapter
        self._http = http
        self._world = world
        self._resources = resources
        self._opened: Sender | None = None

    def attempt(self, effect: Effect) -> tuple[Any, AdapterError | None]:
        """The effect's answer, or the error to throw into the conversation."""
        try:
            return self._perform(effect), None
        except AdapterError as error:
            error.adapter = error.adapter or self._adapter
            return None, error
        except Exception as exc:
            raise self.classified(exc) from exc

    def _perform(self, effect: Effect) -> Any:
        match effect:
            case HttpRequest():
                return self.sender().send(effect)
            case ListFiles(pattern):
                return list_files(pattern)
            case OpenFile(path):
                return self._resources.enter_context(open_file(path))
            case WriteFile(path, chunks):
                return write_file(path, chunks)
            case Wait(seconds):
                return self._world.sleep(seconds)
            case _:
                assert_never(effect)

    def sender(self) -> Sender:
        """One session a conversation: sessions are not safe to share between threads."""
        if self._opened is None:
            world, http = self._world, self._http
            session = self._resources.enter_context(world.session())
            wire = Wire(session, world.sleep, world.now, http, world.ledger)
            signing = Signing(http.sign_in, world.accesses.keeper(http.sign_in.identity)) if http else None
            self._opened = Sender(wire, signing, keep=lambda file: self._resources.callback(file.close))
        return self._opened

    def verify(self, said: object) -> None:
        """Refuse what no adapter may say, before it reaches the store."""
        if not isinstance(said, _EVENTS):
            raise self._faulty(Message("said {what}", what=type(said).__name__))
        if isinstance(said, Page):
            lengths = {len(cells) for cells in said.columns.values()} | (
                {len(said.positions)} if said.positions else set()
            )
            if not lengths <= {said.count}:
                raise self._faulty(Message("a page of {count} records has columns of other lengths", count=said.count))
            if said.count > PAGE_ROWS:
                raise self._faulty(
                    Message("a page has {count} records, at most {most}", count=said.count, most=PAGE_ROWS)
                )
        state = getattr(said, "next_state", None)
        if state is not None and not _is_json(state):
            raise self._faulty(Message("a state that is not JSON"))

    def classified(self, exc: Exception) -> ConnectorError:
        """An exception that left the adapter's code, as an error of ours; the trace is kept as its cause."""
        if isinstance(exc, ConnectorError):
            if isinstance(exc, AdapterError):
                exc.adapter = exc.adapter or self._adapter
            return exc
        if isinstance(exc, OSError):
            return file_error(exc, path=exc.filename, adapter=self._adapter)
        return self._faulty(Message("it failed with {kind}", kind=type(exc).__name__))

    def _faulty(self, what: Message) -> UnexpectedResponse:
        message = Message("the adapter {adapter} has a fault: {what}", adapter=self._adapter, what=what)
        hint = Message("run again with --debug and report what it prints to the adapter's author")
        return UnexpectedResponse(message, hint=hint, adapter=self._adapter)


def _is_json(state: object) -> bool:
    try:
        json.dumps(state, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return isinstance(state, dict)
