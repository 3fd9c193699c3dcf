"""What has to be granted to a connection, in two named stages, and what of it was not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from connector.config import Config, Connection
from connector.contract import GrantType

Stage = Literal["read", "write"]
"""`read` pulls and looks; `write` makes fields and modules too, and writes into them."""


def needed(grant: GrantType, config: Config, connection: Connection, stage: Stage) -> tuple[str, ...]:
    """What has to be granted: no more than the mapping and the write-back need."""
    return grant.scopes(_reads(connection), _writes(config, connection) if stage == "write" else None)


def _reads(connection: Connection) -> dict[str, tuple[str, ...]]:
    modules: dict[str, tuple[str, ...]] = {}
    for table, mapping in connection.each_mapping():
        fields = (*mapping.id, *(field for how in mapping.columns.values() for field in how.source))
        module = mapping.module or table
        modules[module] = tuple(dict.fromkeys((*modules.get(module, ()), *fields)))
    return modules


def _writes(config: Config, connection: Connection) -> tuple[str, ...]:
    return tuple(each.module for each in config.write_back.targets if each.connection == connection.name)


def not_granted(wanted: Sequence[str], granted: Sequence[str]) -> tuple[str, ...]:
    """Scopes that are wanted and were not granted; none where the vendor did not say which were.

    >>> not_granted(["Crm.deals.READ", "Crm.leads.READ"], ["Crm.deals.ALL"])
    ('Crm.leads.READ',)
    >>> not_granted(["Crm.deals.READ", "Crm.deals.UPDATE"], ["Crm.READ"])
    ('Crm.deals.UPDATE',)
    >>> not_granted(["Crm.deals.READ"], [])
    ()
    """
    return tuple(each for each in wanted if granted and not any(_covers(one, each) for one in granted))


def _covers(granted: str, wanted: str) -> bool:
    """Scopes are an area, perhaps one within it, and an operation; a whole area contains what is in it."""
    *area, operation = granted.lower().split(".")
    *place, what = wanted.lower().split(".")
    return operation in ("all", what) and place[: len(area)] == area
