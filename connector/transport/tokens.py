"""Accesses: obtained once, used by every conversation of every process, renewed by one of them at a time."""

from __future__ import annotations

import copy
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final, TypeAlias

from connector.contract import Access
from connector.errors import AdapterError, RetryableError
from connector.transport.token_file import Kept, held

FAILURE_HOLDS: Final = timedelta(minutes=1)
"""For so long nobody asks again after a refusal: fifty conversations would only hear it fifty times."""
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")

Ask: TypeAlias = Callable[[], Access]
Now: TypeAlias = Callable[[], datetime]
Sleep: TypeAlias = Callable[[float], None]


class Accesses:
    """The accesses that this process knows, by identity; the files between processes are in one folder."""

    def __init__(self, folder: Path | None = None) -> None:
        """Begin with none.

        Args:
            folder: where the files are; None for the user's cache folder.
        """
        self._folder = folder
        self._lock = threading.Lock()
        self._keepers: dict[str, Keeper] = {}

    def keeper(self, identity: str) -> Keeper:
        """Who keeps the access of that identity."""
        with self._lock:
            if identity not in self._keepers:
                self._keepers[identity] = Keeper(self._place() / _file_name(identity))
            return self._keepers[identity]

    def known(self, identity: str) -> Access | None:
        """The access of that identity that this process used last; nobody is asked."""
        with self._lock:
            keeper = self._keepers.get(identity)
        return keeper.known if keeper else None

    def _place(self) -> Path:
        if self._folder is None:
            from platformdirs import user_cache_path  # only where somebody signs in

            self._folder = user_cache_path("crm-kpi", appauthor=False) / "access"
        return self._folder


def _file_name(identity: str) -> str:
    """An identity is a digest; whatever else it is, it names a file in our folder and no other."""
    return f"{identity if _NAME.fullmatch(identity) else sha256(identity.encode()).hexdigest()}.json"


@dataclass(frozen=True, slots=True)
class _Failure:
    error: AdapterError
    since: datetime
    until: datetime


class Keeper:
    """The access of one identity; shared by the threads of this process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._kept: Kept | None = None
        self._asked = 0
        self._failure: _Failure | None = None
        self._useless = ""

    @property
    def known(self) -> Access | None:
        """What was obtained or read last."""
        return self._kept.access if self._kept else None

    def access(self, ask: Ask, *, now: Now, sleep: Sleep) -> Access:
        """An access that has not expired, obtained where there is none.

        Raises:
            AdapterError: it cannot be obtained.
        """
        kept = self._kept
        if kept is not None and not kept.is_due(now()):
            return kept.access
        return self._renewed(ask, now=now, sleep=sleep, refused="")

    def instead_of(self, access: Access, ask: Ask, *, now: Now, sleep: Sleep) -> Access | None:
        """Another access, where the vendor refused this one; None where renewing it has not helped before.

        Raises:
            AdapterError: it cannot be obtained.
        """
        if access.token == self._useless:
            return None
        return self._renewed(ask, now=now, sleep=sleep, refused=access.token)

    def give_up(self, access: Access) -> None:
        """Note that an access was refused although it is new: the next one would be, too."""
        self._useless = access.token

    def _renewed(self, ask: Ask, *, now: Now, sleep: Sleep, refused: str) -> Access:
        asked = self._asked

        def serves(kept: Kept | None) -> bool:
            return kept is not None and kept.access.token != refused and not kept.is_due(now())

        with self._lock:
            if serves(self._kept):  # another thread has renewed it
                assert self._kept is not None
                return self._kept.access
            self._raise_failure(now(), waited=self._asked != asked)
            with held(self._path, sleep=sleep) as file:
                stored = file.read()
                if serves(stored):  # another process has
                    assert stored is not None
                    self._kept = stored
                    return stored.access
                self._kept = self._obtained(ask, now)
                file.write(self._kept)
                return self._kept.access

    def _obtained(self, ask: Ask, now: Now) -> Kept:
        self._asked += 1
        try:
            obtained_at = now()
            kept = Kept(ask(), obtained_at)
        except AdapterError as error:
            since = now()
            asked = error.retry_after if isinstance(error, RetryableError) else FAILURE_HOLDS.total_seconds()
            self._failure = _Failure(error, since, since + timedelta(seconds=min(asked or 0, 10**8)))
            raise
        self._failure = None
        return kept

    def _raise_failure(self, now: datetime, *, waited: bool) -> None:
        """Tell everybody what the one who asked was told; a clock that went back makes us ask again."""
        failure = self._failure
        if failure is not None and (waited or failure.since <= now < failure.until):
            raise copy.copy(failure.error)
