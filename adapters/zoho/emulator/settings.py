"""What a stand-in can be told: which company it holds, which edition it plays, and how Zoho's open questions go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from adapters.zoho.emulator.faults import Fault

ALL_SCOPES = frozenset({
    "ZohoCRM.modules.ALL", "ZohoCRM.coql.READ", "ZohoCRM.bulk.ALL", "ZohoFiles.files.ALL",
    "ZohoSearch.securesearch.READ", "ZohoCRM.settings.ALL", "ZohoCRM.users.ALL", "ZohoCRM.org.ALL",
    "ZohoCRM.mass_update.ALL", "ZohoCRM.composite_requests.CUSTOM", "ZohoCRM.notifications.ALL",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """Defaults are an Enterprise org with the small sample company, and nothing wrong."""

    profile: str = "small"
    scale: float = 1.0
    seed: int = 1
    language: str = "en"
    modules: tuple[str, ...] | None = None
    """Only these get records; None for all."""
    file: Path | None = None
    """Where the state is kept; None for memory. A file that has an org already is used as it is."""
    edition: str = "enterprise"
    environment: str = "production"
    credit_limit: int | None = None
    """Credits of 24 hours; None for what the edition gives."""
    latency_ms: float = 0.0
    job_seconds: float = 0.0
    """How long a bulk job takes."""
    client_id: str = "1000.STANDINCLIENT"
    client_secret: str = "stand-in-secret"  # of a server on loopback with made-up data
    refresh_token: str = "1000.stand-in.refresh"  # the same
    grant_code: str = "1000.stand-in.code"
    scopes: frozenset[str] = ALL_SCOPES
    """Of the refresh token and of the grant code above."""
    access_seconds: int = 3600
    page_token_seconds: int = 86_400
    token_throttle_status: int = 400
    """HTTP status of the throttle's answer: Zoho's own text says 200, others saw 400."""
    modified_since_includes: bool = True
    """Whether If-Modified-Since finds what changed in that very second; Zoho does not say."""
    tokens_count_rows: bool = False
    """Whether a page token says how many records come before it, so that pages move when one of those leaves, or after
    which record it goes on; Zoho does not say."""
    search_lag_seconds: float = 0.0
    """How far the index of searches is behind."""
    faults: tuple[Fault, ...] = ()
    clock: Callable[[], datetime] | None = field(default=None, compare=False)
