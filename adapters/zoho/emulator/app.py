"""The web application: every route, and what happens to each request between its arrival and its answer."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.zoho.emulator import bulk, coql
from adapters.zoho.emulator.answers import Answer, Refusal, invalid_data
from adapters.zoho.emulator.breakage import BROKEN, Broken, refused_before, seconds, spoilt
from adapters.zoho.emulator.building import FieldBuilding
from adapters.zoho.emulator.building_modules import ModuleBuilding
from adapters.zoho.emulator.calls import Call, Endpoint
from adapters.zoho.emulator.control import Control
from adapters.zoho.emulator.credits import Gate, Ledger
from adapters.zoho.emulator.deleted import Deleted
from adapters.zoho.emulator.faults import BY_HANDLER, Faults
from adapters.zoho.emulator.filling import fill
from adapters.zoho.emulator.listing import Listing
from adapters.zoho.emulator.metadata import Metadata
from adapters.zoho.emulator.oauth import Accounts, check_scopes
from adapters.zoho.emulator.organisation import Organisation
from adapters.zoho.emulator.others import others_act
from adapters.zoho.emulator.paging import PageTokens
from adapters.zoho.emulator.related import Related
from adapters.zoho.emulator.search import Search
from adapters.zoho.emulator.settings import Settings
from adapters.zoho.emulator.state import State, utc_now
from adapters.zoho.emulator.visitors import stranger
from adapters.zoho.emulator.workflows import NOTIFY, add_workflow
from adapters.zoho.emulator.writing import Writing
from connector.sample import generate

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
OUTSIDE = "/__stand_in"
"""Paths that Zoho does not have: no faults, no counting, no sign-in."""


@dataclass(frozen=True, slots=True)
class CallMade:
    """A request that was answered."""

    number: int
    method: str
    path: str
    status: int
    credits: int


class StandIn:
    """A stand-in of Zoho CRM: an ASGI application with everything that tests look at."""

    def __init__(self, settings: Settings | None = None, *, state: State | None = None) -> None:
        self.settings = settings or Settings()
        self.state = state or opened(self.settings)
        self.accounts = Accounts(self.state, self.settings)
        self.ledger = Ledger(self.state, limit=self.settings.credit_limit)
        self.gate = Gate(self.ledger.edition)
        self.faults = Faults(self.settings.faults)
        self.calls: list[CallMade] = []
        self.requests = 0
        self._app = self._starlette(self.endpoints())

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Every route."""
        state, settings = self.state, self.settings
        tokens = PageTokens(state, seconds=settings.page_token_seconds)
        parts: tuple[Any, ...] = (
            self.accounts, Listing(state, settings, tokens), Search(state, settings), Deleted(state), Related(state),
            Writing(state), Metadata(state), FieldBuilding(state), ModuleBuilding(state), Organisation(state),
            Control(self),
        )  # fmt: skip
        jobs = bulk.endpoints(state, job_seconds=settings.job_seconds)
        query = Endpoint("POST", "/crm/v8/coql", self._coql, "ZohoCRM.coql.READ", credits=_coql_credits, heavy=True)
        return (*(each for part in parts for each in part.endpoints()), query, *jobs)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            # the connection itself, for the faults that cut it
            scope["stand_in.transport"] = getattr(getattr(send, "__self__", None), "transport", None)
        await self._app(scope, receive, self._dated(send))

    def _dated(self, send: Send) -> Send:
        """Answers say what time it is here: clients take Zoho's clock from them, not their own."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = format_datetime(self.state.now(), usegmt=True).encode()
                message = {**message, "headers": [*message.get("headers", ()), (b"date", date)]}
            await send(message)

        return sent

    def _coql(self, call: Call) -> Answer:
        body = call.json()
        status, payload = coql.run(self.state, body)
        if payload is not None:
            others_act(self.state, coql.module_of(body), payload["data"], call)
        return Answer(status, payload)

    def _starlette(self, endpoints: Iterable[Endpoint]) -> ASGIApp:
        """One route for each path, the literal ones before those with parameters."""
        by_path: defaultdict[str, dict[str, Endpoint]] = defaultdict(dict)
        for each in endpoints:
            by_path[each.path][each.method] = each
        paths = sorted(by_path, key=lambda path: [part.startswith("{") for part in path.split("/")])
        routes = [Route(path, self._handler(by_path[path]), methods=METHODS) for path in paths]
        return Starlette(routes=[*routes, Route("/{path:path}", self._handler({}), methods=METHODS)])

    def _handler(self, methods: dict[str, Endpoint]) -> Any:
        async def handle(request: Request) -> ASGIApp:
            return await self._answered(request, methods)

        return handle

    async def _answered(self, request: Request, methods: dict[str, Endpoint]) -> ASGIApp:
        """One request, from its arrival to its answer."""
        refusal = stranger(request.headers)
        if refusal is not None:
            return _response(refusal.answer())
        body = await request.body()
        path = request.url.path
        if path.startswith(OUTSIDE):
            return _response(self._beside(self._call(request, body, {}), methods))
        self.requests += 1
        number = self.requests
        faults = self.faults.due(path, number=number)
        call = self._call(request, body, {name: faults[name] for name in faults if name in BY_HANDLER}, number=number)
        try:
            with self._at_once(call, methods.get(call.method)):
                answer, credits = await self._played(call, methods, faults)
        except Refusal as refused:
            answer, credits = refused.answer(), 0
        answer = spoilt(answer, faults)
        self.calls.append(CallMade(number, request.method, path, answer.status, credits))
        return Broken(answer, faults) if BROKEN & faults.keys() else _response(answer)

    def _beside(self, call: Call, methods: dict[str, Endpoint]) -> Answer:
        """What Zoho does not have: whoever asks it for the impossible is a person, and is told why."""
        try:
            return self._done(call, methods)[0]
        except (LookupError, TypeError, ValueError) as exc:
            return invalid_data(reason=f"{type(exc).__name__}: {exc}").answer()

    def _at_once(self, call: Call, endpoint: Endpoint | None) -> AbstractContextManager[None]:
        """One of the calls of the CRM at once, from its arrival on; the accounts server has no part in them."""
        if endpoint is None or not endpoint.scope:
            return nullcontext()
        return self.gate.held(heavy=endpoint.heavy(call) if callable(endpoint.heavy) else endpoint.heavy)

    async def _played(
        self, call: Call, methods: dict[str, Endpoint], faults: dict[str, str | None]
    ) -> tuple[Answer, int]:
        """The work with all its waiting, unless a fault comes before it."""
        await asyncio.sleep(seconds(faults, "slow_before"))
        refusal = refused_before(faults)
        if refusal is not None:
            return refusal.answer(), 0
        if "drop_before" in faults:
            return Answer(0), 0
        # even without a wait, whatever arrived at the same time is let in here, and counted
        await asyncio.sleep(self.settings.latency_ms / 1_000)
        done = self._done(call, methods)
        await asyncio.sleep(seconds(faults, "slow_after"))
        return done

    def _done(self, call: Call, methods: dict[str, Endpoint]) -> tuple[Answer, int]:
        """The answer and what it cost."""
        try:
            endpoint = methods.get(call.method)
            if endpoint is None:
                raise _no_such(call, methods)
            with self.state.lock:
                return self._worked(call, endpoint)
        except Refusal as refusal:
            return refusal.answer(), 0

    def _worked(self, call: Call, endpoint: Endpoint) -> tuple[Answer, int]:
        self.state.request = call.number
        if endpoint.scope:
            granted = self.accounts.scopes_of(call.headers)
            check_scopes(granted, self._needed(call, endpoint))
        credits = endpoint.credits(call) if callable(endpoint.credits) else endpoint.credits
        self.ledger.charge(credits)
        try:
            answer = endpoint.handler(call)
        except Refusal as refusal:
            answer = refusal.answer()
        finally:
            self.state.request = 0
        left = self.ledger.headers() if endpoint.scope else {}
        return (Answer(answer.status, answer.payload, answer.content, answer.media_type, {**answer.headers, **left})
                if left else answer), credits  # fmt: skip

    def _needed(self, call: Call, endpoint: Endpoint) -> str:
        """The scopes of a call."""
        needed = endpoint.scope(call) if callable(endpoint.scope) else endpoint.scope
        module = self.state.modules().get(call.parameters.get("module", ""))
        return needed.replace(f".{module.api_name}.", f".{module.scope_word}.") if module else needed

    def _call(self, request: Request, body: bytes, faults: dict[str, str | None], *, number: int = 0) -> Call:
        return Call(
            method=request.method,
            path=request.url.path,
            number=number,
            parameters=request.path_params,
            query=dict(request.query_params),
            headers=dict(request.headers),
            body=body,
            base_url=f"{request.url.scheme}://{request.headers.get('host', '127.0.0.1')}",
            faults=faults,
        )


def opened(settings: Settings) -> State:
    """The state that the settings ask for: a file's, or a new org with the sample company."""
    state = State.open(settings.file or ":memory:", now=settings.clock or utc_now)
    if not state.modules():
        sample = generate(
            settings.profile,
            until=_today(state, settings.language),
            seed=settings.seed,
            scale=settings.scale,
            language=settings.language,
        )
        fill(state, sample, edition=settings.edition, environment=settings.environment, modules=settings.modules)
        add_workflow(state, NOTIFY)
    return state


def _today(state: State, language: str) -> date:
    """The company's day: nothing has happened on it yet."""
    zone = "Asia/Shanghai" if language.startswith("zh") else "America/Chicago"
    return state.now().astimezone(ZoneInfo(zone)).date()


def _no_such(call: Call, methods: dict[str, Endpoint]) -> Refusal:
    if methods:
        return Refusal(400, "INVALID_REQUEST_METHOD", "The http request method type is not a valid one")
    return Refusal(404, "INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one")


def _coql_credits(call: Call) -> int:
    return coql.cost(call.json())


def _response(answer: Answer) -> Response:
    if answer.status in (204, 304):
        return Response(status_code=answer.status, headers=dict(answer.headers))
    if isinstance(answer.content, Path):  # of any size, and sent piece by piece
        return FileResponse(answer.content, answer.status, dict(answer.headers), media_type=answer.media_type)
    return Response(answer.body(), answer.status, headers=dict(answer.headers), media_type=answer.media_type)
