"""What the admin states about a Zoho connection. Everything else is read from the organisation itself."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from adapters.zoho.hosts import is_loopback

DataCentre = Literal["com", "eu", "in", "com.au", "jp", "com.cn", "ca", "sa", "uk"]
Environment = Literal["production", "sandbox", "developer"]
WayName = Literal["auto", "list", "coql", "bulk"]
ApiName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=100)]


def _is_of_a_stand_in(value: str) -> str:
    """A stand-in runs on this machine; every other address follows from the data centre."""
    if not is_loopback(value):
        raise ValueError("only a stand-in on this machine may be named here, such as http://127.0.0.1:8080")
    return value.rstrip("/")


StandInAddress = Annotated[str, AfterValidator(_is_of_a_stand_in)]


class _Stated(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class CaseTimes(_Stated):
    """Where a case's times come from, which Zoho has no field for. What is not stated stays unknown."""

    first_response: Literal["outgoing_activity"] | None = None
    """`outgoing_activity`: the first outgoing call on the case stands for the first answer (a proxy)."""
    solved: tuple[str, ...] = ()
    """Statuses that mean "solved"; their times are read from the status history, if the organisation tracks it."""


class ModuleSettings(_Stated):
    """One module's own way of being read."""

    way: WayName = "auto"
    """`auto` takes the cheapest complete way; the others insist on one."""


class ZohoSettings(_Stated):
    """One Zoho CRM organisation."""

    data_centre: DataCentre = "com"
    """Where the organisation lives: the ending of its Zoho address."""
    environment: Environment = "production"
    api_version: Annotated[str, StringConstraints(pattern=r"^v[2-9](\.1)?$")] = "v8"
    client_id: str = Field(min_length=1)
    client_secret: SecretStr = Field(min_length=1)
    refresh_token: SecretStr = Field(min_length=1)
    """From `crm-kpi auth zoho`."""
    accounts_url: StandInAddress | None = None
    """Of a stand-in for tests and the demo; left out, it follows from the data centre."""
    api_url: StandInAddress | None = None
    """Of a stand-in for tests and the demo; left out, it is what the sign-in answers."""
    overlap_seconds: int = Field(default=300, ge=0, le=86_400)
    """How far an incremental read reaches back, for records that become visible late."""
    reconcile_days: int = Field(default=7, ge=1, le=60)
    """How often everything is read again: what vanished in silence is found, and formulas that no change announced."""
    way: WayName = "auto"
    """What all modules that say nothing else are read by, where they can be."""
    bulk_from: int = Field(default=50_000, ge=1)
    """Fewer records than this are never read by Bulk Read, whose jobs cost 50 credits and may wait in a queue."""
    bulk_wait_minutes: int = Field(default=60, ge=1, le=1_440)
    """How long a bulk job may take before another way is tried."""
    rates: Literal["per_home_unit", "in_home_units"] = "per_home_unit"
    """What a currency's rate says: foreign units for one of the home currency (so home = amount / rate), or home units
    for one foreign. Zoho does not document it; compare one converted amount in the CRM before you rely on it."""
    modules: dict[ApiName, ModuleSettings] = Field(default_factory=dict)
    """Modules by API name."""
    cases: CaseTimes = CaseTimes()

    def way_of(self, module: str) -> WayName:
        """How a module is to be read."""
        own = self.modules.get(module, ModuleSettings()).way
        return self.way if own == "auto" else own

    def insists(self, module: str) -> bool:
        """Whether no other way may be tried."""
        return self.modules.get(module, ModuleSettings()).way != "auto"
