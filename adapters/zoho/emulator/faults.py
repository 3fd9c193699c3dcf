"""Faults by name and number: what goes wrong, at which request, how often."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from threading import Lock
from typing import Any

from connector.errors import ConfigError, Message, Problem, did_you_mean

FAULTS: Mapping[str, str] = {
    "token_401": "401 INVALID_TOKEN, as after an access token's end",
    "token_throttle": "the token endpoint refuses: too many requests",
    "forbidden_403": "403 NO_PERMISSION",
    "too_many_429": "429 TOO_MANY_REQUESTS; argument: the Retry-After header, none without it",
    "error_500": "500 INTERNAL_ERROR before anything was done",
    "gateway_502": "502 with HTML, after the work was done",
    "gateway_502_before": "502 with HTML, before anything was done",
    "unavailable_503": "503 SERVICE_UNAVAILABLE after the work was done",
    "slow_before": "waits before the work; argument: seconds (2)",
    "slow_after": "waits between the work and the answer; argument: seconds (2)",
    "slow_body": "the body drips; argument: seconds in all (2)",
    "drop_before": "the connection ends before anything was done",
    "drop_after": "the connection ends after the work was done, without an answer",
    "drop_body": "the connection ends in the middle of the body",
    "truncated_json": "a complete answer whose JSON ends in the middle",
    "truncated_zip": "a complete answer whose file ends in the middle",
    "truncated_gzip": "a compressed answer that ends in the middle",
    "wrong_length": "Content-Length promises more than comes",
    "html_200": "200 with a page of HTML",
    "error_200": "200 with an error as its body",
    "empty_204": "204, as if there were nothing",
    "not_modified_304": "304, as if nothing had changed",
    "redirect": "302 to somewhere else; argument: the address",
    "duplicate_rows": "the page begins with rows of the page before",
    "reordered_page": "the rows of the page come in another order",
    "expired_page_token": "the page token is refused as expired",
    "modified_while_paged": "a record of the page is changed right after it was read",
    "deleted_while_paged": "a record of the page is deleted right after it was read",
    "failed_job": "the bulk job that is created fails",
    "partial_207": "one record of the write is refused; argument: its place (0)",
}
"""Every fault that can be asked for. Names are for command lines; what they do is in `app.py` and in the handlers."""
BY_HANDLER = frozenset({
    "duplicate_rows", "reordered_page", "expired_page_token", "modified_while_paged", "deleted_while_paged",
    "failed_job", "partial_207", "token_throttle",
})  # fmt: skip
"""Those that a handler plays itself."""
_WHEN = re.compile(r"^(?P<at>[1-9]\d*|\*)(?:x(?P<times>[1-9]\d*|\*))?(?::(?P<prefix>/[^@]*))?(?:@(?P<argument>.*))?$")
_WHEN_HINT = Message("write a number of a request, such as 5, 5x3 or 2:/crm/v8/Deals")
_SECONDS, _PLACE = re.compile(r"\d+(\.\d+)?", re.ASCII), re.compile(r"\d+", re.ASCII)
_NUMBERS: Mapping[str, re.Pattern[str]] = {
    **dict.fromkeys(("slow_before", "slow_after", "slow_body"), _SECONDS), "partial_207": _PLACE,
}  # fmt: skip
"""Faults whose argument is a number."""
ALWAYS = 1 << 60


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that is planned for the n-th request whose path begins with a prefix, and so many after it."""

    name: str
    at: int = 1
    times: int = 1
    prefix: str = ""
    argument: str | None = None

    @classmethod
    def parsed(cls, text: str) -> Fault:
        """`NAME=WHEN`: `5` the fifth request, `5x3` it and two more, `*` all; then `:/path/prefix`, then `@argument`.

        >>> Fault.parsed("too_many_429=5x2:/crm/v8/Deals@30")
        Fault(name='too_many_429', at=5, times=2, prefix='/crm/v8/Deals', argument='30')

        Raises:
            ConfigError: no such fault, or a moment that cannot be read.
        """
        name, _, when = text.partition("=")
        found = _WHEN.match(when or "1")
        if found is None:
            raise ConfigError([Problem("--fault", Message("{when} says no moment", when=when), _WHEN_HINT)])
        every = found["at"] == "*" or found["times"] == "*"
        return cls(
            name=name,
            at=1 if found["at"] == "*" else int(found["at"]),
            times=ALWAYS if every else int(found["times"] or 1),
            prefix=found["prefix"] or "",
            argument=found["argument"],
        ).checked()

    def checked(self) -> Fault:
        """Itself.

        Raises:
            ConfigError: there is no fault of that name, or it could never be played as it is asked for.
        """
        if self.name not in FAULTS:
            problem = Message("there is no fault {name}", name=self.name)
            raise ConfigError([Problem("--fault", problem, did_you_mean(self.name, FAULTS))])
        if not (isinstance(self.at, int) and isinstance(self.times, int) and self.at > 0 and self.times > 0):
            when = f"{self.at}x{self.times}"
            raise ConfigError([Problem("--fault", Message("{when} says no moment", when=when), _WHEN_HINT)])
        number = _NUMBERS.get(self.name)
        if number is not None and self.argument is not None and not number.fullmatch(str(self.argument)):
            text = Message("{name} takes a number behind @, not {argument}", name=self.name, argument=self.argument)
            raise ConfigError([Problem("--fault", text)])
        return self


class Faults:
    """The faults that are still to come. Requests are counted from when a fault was planned."""

    def __init__(self, planned: Iterable[Fault] = ()) -> None:
        self._lock = Lock()
        self._planned: list[Fault] = [fault.checked() for fault in planned]
        self.played: list[tuple[int, str]] = []
        """Number of the request and name of the fault, of what was played."""

    def plan(self, name: str, at: int = 1, **how: Any) -> None:
        """Plan one more; `at` counts from now."""
        with self._lock:
            self._planned.append(Fault(name, at, **how).checked())

    def clear(self) -> None:
        """None is to come."""
        with self._lock:
            self._planned.clear()

    def as_json(self) -> list[dict[str, Any]]:
        """What is to come."""
        return [asdict(fault) for fault in self._planned]

    def due(self, path: str, *, number: int) -> dict[str, str | None]:
        """The faults of this request (name -> argument); counts it."""
        if not self._planned:
            return {}
        found: dict[str, str | None] = {}
        with self._lock:
            self._planned = [
                left for fault in self._planned if (left := self._after(fault, path, number=number, found=found))
            ]
        return found

    def _after(self, fault: Fault, path: str, *, number: int, found: dict[str, str | None]) -> Fault | None:
        """What is left of a fault after this request."""
        if not path.startswith(fault.prefix):
            return fault
        if fault.at > 1:
            return replace(fault, at=fault.at - 1)
        found[fault.name] = fault.argument
        self.played.append((number, fault.name))
        return replace(fault, times=fault.times - 1) if fault.times > 1 else None
