"""A request until it is answered: signed, repeated where that is safe, and its answer read."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, BinaryIO, Final, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from connector.contract import Access, HttpRequest, HttpResponse, SignIn
from connector.errors import AdapterError, Message, RateLimited, RejectedError, UnexpectedResponse
from connector.transport.failure import Failed, place
from connector.transport.http import Wire, attempt
from connector.transport.tokens import Keeper

Brought = TypeVar("Brought")

ATTEMPTS: Final = 5
_PATH: Final = re.compile(r"/(?!/)[^\x00-\x20\x7f\\]*")

_pause = wait_random_exponential(multiplier=0.5, max=30)
_long_pause = wait_random_exponential(multiplier=2, min=2, max=60)


@dataclass(frozen=True, slots=True)
class Signing:
    """Who signs a conversation's requests, and where the access is kept."""

    sign_in: SignIn
    keeper: Keeper


class Sender:
    """Sends the requests of one conversation."""

    def __init__(self, wire: Wire, signing: Signing | None = None, *, keep: Callable[[BinaryIO], object]) -> None:
        """Be ready.

        Args:
            wire: what requests go out over.
            signing: who signs those that name a path; None where nobody does.
            keep: told of each file that an answer is in, so that it is closed.
        """
        self._wire = wire
        self._signing = signing
        self._keep = keep

    def send(self, request: HttpRequest) -> Any:
        """Perform a request, and again where that is safe.

        Returns:
            The answer, or what the request's `decode` makes of it.

        Raises:
            AdapterError: of the class that the status, or the way it failed, stands for.
        """
        deliver = attempt if not request.url.startswith("/") else self._signed(request)
        retrying = Retrying(
            stop=stop_after_attempt(ATTEMPTS),
            wait=_waiting_seconds,
            retry=retry_if_exception(lambda exc: isinstance(exc, Failed) and exc.allows_another(request)),
            sleep=self._wire.sleep,
            reraise=True,
        )
        try:
            return retrying(self._answer, request, deliver)
        except Failed as failed:
            raise failed.error from failed.__cause__

    def _answer(self, request: HttpRequest, deliver: Callable[[HttpRequest, Wire], HttpResponse]) -> Any:
        response = deliver(request, self._wire)
        if response.file is not None:
            self._keep(response.file)
        return response if request.decode is None else self._decoded(request, response)

    def _decoded(self, request: HttpRequest, response: HttpResponse) -> Any:
        assert request.decode is not None
        try:
            return request.decode(response)
        except AdapterError as error:
            error.operation = error.operation or place(request)
            if isinstance(error, UnexpectedResponse) and self._wire.http is not None:
                error.sample = error.sample or self._wire.http.sample_of(response.body)
            if response.file is not None:
                response.file.close()
            raise Failed(error, lost=isinstance(error, UnexpectedResponse)) from error.__cause__

    def _signed(self, request: HttpRequest) -> Callable[[HttpRequest, Wire], HttpResponse]:
        if not _PATH.fullmatch(request.url):
            raise RejectedError(
                Message("{operation} is not a path", operation=place(request)),
                hint=Message("report it to the adapter's author"),
                operation=place(request),
            )
        if self._signing is None:
            raise RejectedError(
                Message("{operation} needs a sign-in, and this adapter has none", operation=place(request)),
                hint=Message("report it to the adapter's author"),
                operation=place(request),
            )
        return _SignedRequest(self._signing, partial(self._access, self._signing.sign_in)).attempt

    def ask(self, talk: Generator[HttpRequest, Any, Brought]) -> Brought:
        """Perform what a talk asks for until it returns what it was after."""
        answer, error = None, None
        while True:
            try:
                request = talk.send(answer) if error is None else talk.throw(error)
            except StopIteration as end:
                brought: Brought = end.value
                return brought
            answer, error = None, None
            try:
                answer = self.send(request)
            except AdapterError as exc:
                error = exc

    def _access(self, sign_in: SignIn) -> Access:
        """A fresh access. The sign-in's own requests are not signed, and no vendor counts credits for them."""
        return Sender(replace(self._wire, ledger=None), keep=self._keep).ask(sign_in.ask(self._wire.now()))


class _SignedRequest:
    """The attempts of one request: its access is renewed at most once, however often it is sent."""

    def __init__(self, signing: Signing, ask: Callable[[], Access]) -> None:
        self._signing = signing
        self._ask = ask
        self._renewed = False

    def attempt(self, request: HttpRequest, wire: Wire) -> HttpResponse:
        keeper = self._signing.keeper
        access = keeper.access(self._ask, now=wire.now, sleep=wire.sleep)
        try:
            return attempt(self._signing.sign_in.signed(request, access), wire)
        except Failed as failed:
            if not failed.refused_access or self._renewed:
                raise
            self._renewed = True
            fresh = keeper.instead_of(access, self._ask, now=wire.now, sleep=wire.sleep)
            if fresh is None:
                raise
        try:
            return attempt(self._signing.sign_in.signed(request, fresh), wire)
        except Failed as again:
            if again.refused_access:
                keeper.give_up(fresh)
            raise


def _waiting_seconds(state: RetryCallState) -> float:
    failed = state.outcome.exception() if state.outcome else None
    if not isinstance(failed, Failed):
        return _pause(state)
    asked = failed.asked_seconds
    if asked is not None and (asked or state.attempt_number == 1):  # who says "at once" again and again is not believed
        return asked
    return _long_pause(state) if isinstance(failed.error, RateLimited) else _pause(state)
