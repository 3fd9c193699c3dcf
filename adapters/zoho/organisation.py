"""Who is at the other end, and what its edition allows in a day and at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from adapters.zoho import faults
from adapters.zoho.asking import Answer, Api, Asking, answered
from adapters.zoho.hosts import ENVIRONMENTS
from adapters.zoho.settings import ZohoSettings
from connector.contract import Introduction


@dataclass(frozen=True, slots=True)
class Edition:
    """What Zoho allows: https://www.zoho.com/crm/developer/docs/api/v8/api-limits.html."""

    base: int
    a_user: int
    most: int | None
    at_once: int

    def credits_a_day(self, users: int) -> int:
        """Credits of any 24 hours."""
        earned = self.base + self.a_user * users
        return earned if self.most is None else min(earned, self.most)


EDITIONS: Final[Mapping[str, Edition]] = {
    "free": Edition(5_000, 0, 5_000, 5),
    "standard": Edition(50_000, 250, 100_000, 10),
    "professional": Edition(50_000, 500, 3_000_000, 15),
    "enterprise": Edition(50_000, 1_000, 5_000_000, 20),
    "ultimate": Edition(50_000, 2_000, None, 25),
}
_ALSO: Final = {"starter": "standard", "zohoone": "enterprise", "crmplus": "ultimate"}
"""Words inside a license's name, for editions that are sold under other names."""
FOR_PEOPLE: Final = 2
"""Calls at once that are left to other programs of the organisation."""
HEAVY_AT_ONCE: Final = 10 - FOR_PEOPLE
"""COQL and sorted lists share a pool of ten, whatever the edition."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """As far as reading needs it."""

    id: str
    name: str = ""
    environment: str = "production"
    edition: Edition | None = None
    users: int = 0
    withholds: bool = True
    """False: its privacy settings are known to keep nothing from the API."""

    def introduction(self) -> Introduction:
        """For the store and the ledger."""
        edition = self.edition
        at_once = None if edition is None else max(1, min(edition.at_once - FOR_PEOPLE, HEAVY_AT_ONCE))
        return Introduction(
            identity=f"zoho {self.id} {self.environment}",
            title=self.name,
            credits_a_day=None if edition is None else edition.credits_a_day(self.users),
            conversations_at_once=at_once,
        )


def read_organisation(api: Api, settings: ZohoSettings) -> Asking:
    """Ask who is there; returns an `Organisation`.

    Raises:
        RejectedError: it is another environment than the settings say.
    """
    answer: Answer = yield api.get("org", decode=answered("org"))
    if not answer.rows:
        raise faults.no_organisation()
    said = answer.rows[0]
    kind = str(said.get("type") or "").lower()
    if kind in ENVIRONMENTS and kind != settings.environment:
        raise faults.other_environment(kind, settings.environment)
    license_said = said.get("license_details")
    details = license_said if isinstance(license_said, dict) else {}
    return Organisation(
        id=str(said.get("zgid") or said.get("id") or ""),
        name=str(said.get("company_name") or ""),
        environment=settings.environment,
        edition=edition_of(str(details.get("paid_type") or details.get("trial_type") or "")),
        users=_whole(details.get("users_license_purchased")),
        withholds=said.get("privacy_settings") is not False,
    )


def edition_of(name: str) -> Edition | None:
    """The edition that a license's name stands for; None where nobody knows it.

    >>> edition_of("zohooneenterprise").at_once, edition_of("crmplus").at_once, edition_of("?")
    (20, 25, None)
    """
    word = name.lower()
    known = {**{each: each for each in EDITIONS}, **_ALSO}
    return next((EDITIONS[edition] for part, edition in known.items() if part in word), None)


def _whole(said: Any) -> int:
    return int(said) if isinstance(said, int | str) and str(said).isdigit() else 0
