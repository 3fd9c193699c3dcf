"""What an adapter is, and how it is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel

from connector.contract.access import HttpAccess, IntroduceTalk
from connector.contract.first_day import GrantType, InspectTalk, SurveyTalk
from connector.contract.reading import Conversation
from connector.contract.writing import Change, PlaceTalk, PushTalk, WriteTarget


@dataclass(frozen=True, slots=True)
class Capability:
    """Whether the adapter can do a thing, and if not, why not."""

    supported: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Declared, not discovered; what is missing is missing with a reason."""

    incremental: Capability
    deletions: Capability
    field_write: Capability
    record_write: Capability
    whole_file_write: bool = False
    """A push rewrites its whole target, so it is handed every record's values, not the changed ones only."""
    conversations_at_once: int = 1
    records_a_call: int = 100
    """How many records one call of a push takes: what a plan predicts its calls with."""
    records_a_credit: int | None = None
    """How many written records cost one credit; None where the vendor counts none."""


class Adapter(Protocol):
    """One connection to one CRM account, folder or file set."""

    capabilities: Capabilities

    @property
    def http(self) -> HttpAccess | None:
        """How its requests reach the vendor; None where it makes none, or none that are signed."""

    def introduce(self) -> IntroduceTalk:
        """Say who is at the other end."""

    def pull(self, modules: Mapping[str, Sequence[str]]) -> Sequence[Conversation]:
        """Conversations that bring the named modules, each with at least the named fields."""

    def push(self, target: WriteTarget, changes: Sequence[Change]) -> PushTalk:
        """Write the changes; one receipt each."""

    def places(self, target: WriteTarget, *, make: bool) -> PlaceTalk:
        """The fields and the module that a target needs, each once; with `make` what is missing is made first."""

    def inspect(self) -> InspectTalk:
        """What there is to pull, for `init` and `check`."""


@dataclass(frozen=True, slots=True)
class AdapterType:
    """What an entry point of the group `crm_kpi.adapters` names: how to make an adapter out of settings."""

    name: str
    title: str
    settings: type[BaseModel]
    connect: Callable[[Any, Path], Adapter]
    """(settings, folder that relative paths start from) -> adapter."""
    default_mapping: Path | None = None
    grant: GrantType | None = None
    """How an administrator signs it in; None where there is nothing to sign in to."""
    survey: Callable[[Any, Path], SurveyTalk] | None = None
    """(settings, folder) -> what `init` makes settings of; None where `init` reads the records themselves."""
