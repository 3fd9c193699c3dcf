"""Which module is pulled, and what of it: the same in every run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from adapters.zoho.asking import Api, Asking
from adapters.zoho.metadata import Metadata, read_metadata
from adapters.zoho.reading.module import ModuleRead, needed_fields
from adapters.zoho.settings import ZohoSettings


@dataclass(frozen=True, slots=True)
class Subject:
    """One module as the mapping wants it."""

    api: Api
    settings: ZohoSettings
    module: str
    asked: tuple[str, ...]
    private_shown: Callable[[], bool] = lambda: False
    """Whether the organisation is known to keep nothing from the API."""

    def read_with(self, metadata: Metadata, *, unmade: tuple[str, ...] = ()) -> ModuleRead:
        """The module as this metadata describes it, without the virtual fields that cannot be made."""
        return ModuleRead(self.api, self.settings, self.module, self.asked, metadata, self.private_shown(), unmade)

    def metadata(self) -> Asking:
        """The module's fields, fresh."""
        return (yield from read_metadata(self.api, self.module, needed_fields(self.module, self.asked)))

    @property
    def overlap(self) -> timedelta:
        """How far news reach back."""
        return timedelta(seconds=self.settings.overlap_seconds)
