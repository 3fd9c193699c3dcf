"""The stand-in, and a way to lead conversations with it over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from adapters.zoho.adapter import ADAPTER, ZohoAdapter
from adapters.zoho.emulator.server import Served, serve
from adapters.zoho.emulator.settings import Settings
from adapters.zoho.settings import ZohoSettings
from connector.contract import Change, Place, Receipt, WriteTarget
from connector.transport import Accesses, World, converse


@dataclass
class Talks:
    """A connection to a stand-in."""

    server: Served
    adapter: ZohoAdapter
    world: World
    waited: list[float] = field(default_factory=list)

    def places(self, target: WriteTarget, *, make: bool) -> dict[str, Place]:
        """Field (empty: the module) -> what was said of it, each once."""
        said = list(self._converse(self.adapter.places(target, make=make)))
        found = {place.field: place for place in said}
        assert len(found) == len(said)
        return found

    def push(self, target: WriteTarget, changes: list[Change]) -> dict[str, Receipt]:
        """Change -> its only receipt."""
        said = list(self._converse(self.adapter.push(target, changes)))
        found = {receipt.change_id: receipt for receipt in said}
        assert len(found) == len(said)
        return found

    def _converse(self, talk: Any) -> Iterator[Any]:
        return converse(talk, adapter="zoho", http=self.adapter.http, world=self.world)

    def calls(self, *methods: str) -> list[tuple[str, str]]:
        """What was asked, but for the sign-in; all methods where none is named."""
        return [
            (each.method, each.path)
            for each in self.server.calls
            if "/oauth/" not in each.path and (not methods or each.method in methods)
        ]

    def accounts(self, count: int) -> list[str]:
        """Ids of some accounts."""
        rows = self.server.state.db.execute('SELECT id FROM "Accounts" ORDER BY id LIMIT ?', (count,))
        return [row[0] for row in rows]

    def record(self, module: str, record_id: str) -> dict[str, Any]:
        """What the CRM holds."""
        return dict(self.server.state.get(module, record_id) or {})


@pytest.fixture
def talks(tmp_path: Path) -> Iterator[Callable[..., Talks]]:
    """Makes a connection to a stand-in of its own, which ends with the test."""
    ends = []

    def begin(**settings: Any) -> Talks:
        context = serve(Settings(**{"scale": 0.2, "modules": ("Accounts",), **settings}))
        server = context.__enter__()
        ends.append(context)
        stated = server.settings
        zoho = ZohoSettings(
            environment=stated.environment,
            client_id=stated.client_id,
            client_secret=stated.client_secret,
            refresh_token=stated.refresh_token,
            accounts_url=server.url,
            api_url=server.url,
        )
        waited: list[float] = []
        world = World(sleep=waited.append, accesses=Accesses(tmp_path / f"accesses-{len(ends)}"))
        return Talks(server, ADAPTER.connect(zoho, tmp_path), world, waited)

    yield begin
    for context in ends:
        context.__exit__(None, None, None)
