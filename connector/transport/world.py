"""What effects are performed with; tests put their own in."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import requests

from connector import clock
from connector.transport.http import Session
from connector.transport.ledger import Ledger
from connector.transport.tokens import Accesses


@dataclass(frozen=True, slots=True)
class World:
    """The network, the time and what is kept between conversations."""

    session: Callable[[], requests.Session] = Session
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = clock.now
    ledger: Ledger | None = None
    """Of the connection that is spoken with; None where nobody counts."""
    accesses: Accesses = field(default_factory=Accesses)
    """The rights to ask that sign-ins have obtained."""
