"""What the organisation says of its modules: fields, their types, what they withhold, and what each stage means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from adapters.zoho import faults
from adapters.zoho.asking import Answer, Api, Asking, answered
from connector.errors import AuthError, RejectedError

FRESH_FOR: Final = timedelta(days=1)
"""Older metadata is read again as soon as there is news."""

OUTCOMES: Final = {"open": "open", "closed won": "won", "closed lost": "lost"}
"""`forecast_type` -> the fact's word."""

DEPENDS: Final = frozenset(
    (
        *("Pipeline", "Reason_For_Loss__s", "Campaign_Source", "Territory", "Territories", "Layout"),
        *("Record_Status__s", "Locked__s", "Last_Activity_Time", "Exchange_Rate", "Currency"),
        *("Converted__s", "Converted_Date_Time", "Converted_Account", "Converted_Contact", "Converted_Deal"),
        *("Lead_Conversion_Time", "Sales_Cycle_Duration", "Overall_Sales_Duration", "Closed_Time"),
        *("Outgoing_Call_Status", "Call_Duration_in_seconds", "Num_sent", "Moved_To__s"),
        *("Stage_Duration_Calendar_Days", "Duration_Days"),
    )
)
"""Zoho's own fields that an edition, a feature or an older organisation may be without: then they are not filled."""
EMPTY_MEANS_HOME: Final = frozenset(("Currency", "Exchange_Rate"))
"""Where an organisation has one currency only, these are missing, and nothing is withheld by that."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field as the organisation describes it."""

    type: str = ""
    private: bool = False
    values: tuple[str, ...] = ()
    """Of a field that holds several at once."""

    def as_state(self) -> list[Any]:
        return [self.type, self.private, list(self.values)]


@dataclass(frozen=True, slots=True)
class Metadata:
    """A module's fields, as far as they are needed, and when they were read."""

    at: datetime | None
    fields: Mapping[str, Field] = field(default_factory=dict)
    listed: bool = True
    """False: Zoho does not list this module's fields, and what was asked for is taken on trust."""
    outcomes: Mapping[str, str] = field(default_factory=dict)
    """Of deals: stage -> open, won or lost."""

    def as_state(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "at": self.at.isoformat() if self.at else None,
            "fields": {name: each.as_state() for name, each in self.fields.items()},
            "listed": self.listed,
            "outcomes": dict(self.outcomes),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Metadata:
        """Back from JSON."""
        fields = {
            name: Field(kind, private, tuple(values)) for name, (kind, private, values) in state["fields"].items()
        }
        at = datetime.fromisoformat(state["at"]) if state["at"] else None
        return cls(at, fields, state["listed"], state["outcomes"])

    def is_old(self, now: datetime | None) -> bool:
        """Whether it should be read again at the next occasion."""
        return now is None or self.at is None or not timedelta() <= now - self.at <= FRESH_FOR

    def has(self, name: str) -> bool:
        """Whether a field may be asked for."""
        return not self.listed or name in self.fields

    def kind(self, name: str) -> str:
        """A field's data type; empty where nobody said."""
        found = self.fields.get(name)
        return found.type if found else ""

    def differs(self, other: Metadata) -> bool:
        """Whether records that were read by the other would look different now."""
        outcomes = other.outcomes
        moved = any(stage in outcomes and outcomes[stage] != outcome for stage, outcome in self.outcomes.items())
        return self.fields != other.fields or moved


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a module, sorted by whether it can be had."""

    fields: tuple[str, ...]
    """What is requested."""
    withheld: tuple[str, ...]
    """There, and not shown to us; or not there in this organisation's edition."""


def read_metadata(api: Api, module: str, names: Iterable[str]) -> Asking:
    """A module's fields out of the organisation; returns `Metadata` of those that are needed.

    Raises:
        RejectedError: there is no such module, or a field is gone.
    """
    needed = {*names, "Modified_Time"}
    answer = yield from _listed(api, module)
    rows = answer.rows if answer else []
    found = {str(each.get("api_name")): each for each in rows}
    if found:
        _refuse_missing(module, needed, found)
    fields = {name: _field(found[name]) for name in sorted(needed & found.keys())}
    outcomes: Mapping[str, str] = {}
    if module == "Deals" and "Stage" in needed:
        outcomes = yield from _outcomes_of_deals(api, found.get("Stage", {}))
    return Metadata(answer.at if answer else None, fields, listed=bool(found), outcomes=outcomes)


def _listed(api: Api, module: str) -> Asking:
    try:
        answer: Answer = yield api.get("settings/fields", {"module": module}, decode=answered("fields"))
    except RejectedError as error:
        if error.code == "INVALID_MODULE":
            raise faults.unknown_module(module) from error
        return None
    if not answer.rows:  # some modules have none; others are asked once more before that is believed
        answer = yield api.get("settings/fields", {"module": module}, decode=answered("fields"))
    return answer


def _refuse_missing(module: str, needed: Iterable[str], found: Mapping[str, Any]) -> None:
    missing = sorted(name for name in needed if name not in found and name not in DEPENDS and name[:1] not in "$")
    missing = [name for name in missing if name not in ("id", "Modified_Time")]
    if missing:
        raise faults.missing_fields(module, missing, known=sorted(found))


def _field(meta: Mapping[str, Any]) -> Field:
    kind = str(meta.get("data_type") or "")
    values: tuple[str, ...] = ()
    if kind == "multiselectpicklist":
        values = tuple(str(each.get("actual_value")) for each in _dicts(meta.get("pick_list_values")))
    return Field(kind, is_private(meta.get("private")), values)


def is_private(said: Any) -> bool:
    """`private` is null, or says how personal the field is; `restricted: false` keeps it open to the API."""
    return said.get("restricted", True) is not False if isinstance(said, dict) else bool(said)


def _outcomes(values: Any) -> dict[str, str]:
    """Stage -> outcome; empty where Zoho does not say it for every stage that is in use."""
    stages = _dicts(values)
    known: dict[str, str] = {}
    for each in stages:
        outcome = OUTCOMES.get(str(each.get("forecast_type") or "").strip().lower())
        if outcome:
            known |= {str(each[key]): outcome for key in ("display_value", "actual_value") if each.get(key)}
    used = [each.get("actual_value") for each in stages if each.get("type") != "unused"]
    return known if all(str(stage) in known for stage in used if stage not in (None, "-None-")) else {}


def _outcomes_of_deals(api: Api, stage: Mapping[str, Any]) -> Asking:
    """Stage -> outcome, out of the field's values, or else out of the pipelines.

    Raises:
        RejectedError: nobody says which stages are won and lost.
    """
    outcomes = _outcomes(stage.get("pick_list_values")) or (yield from _outcomes_of_pipelines(api))
    if not outcomes:
        raise faults.stages_unknown()
    return outcomes


def _outcomes_of_pipelines(api: Api) -> Asking:
    """Stages as the pipelines of every layout mark them."""
    layouts: Answer = yield api.get("settings/layouts", {"module": "Deals"}, decode=answered("layouts"))
    found: dict[str, str] = {}
    for layout in layouts.rows:
        query = {"layout_id": str(layout.get("id"))}
        try:
            pipelines: Answer = yield api.get("settings/pipeline", query, decode=answered("pipeline"))
        except AuthError as error:
            raise faults.stages_unknown() from error
        for pipeline in pipelines.rows:
            found |= _outcomes([{**stage, "type": "used"} for stage in _dicts(pipeline.get("maps"))])
    return found


def _dicts(values: Any) -> list[dict[str, Any]]:
    return [each for each in values if isinstance(each, dict)] if isinstance(values, list) else []


def wanted(names: Sequence[str], metadata: Metadata, *, private_shown: bool) -> Wanted:
    """Sort the fields that are needed.

    Args:
        names: Fields of the vendor, without virtual ones.
        metadata: What the organisation says of them.
        private_shown: The organisation is known to keep nothing from the API.
    """
    absent = [name for name in names if not metadata.has(name) and name in DEPENDS]
    known = metadata.fields
    private = [name for name in names if not private_shown and name in known and known[name].private]
    kept_out = {*absent, *private}
    withheld = [name for name in (*absent, *private) if name not in EMPTY_MEANS_HOME]
    return Wanted(tuple(name for name in names if name not in kept_out), tuple(dict.fromkeys(withheld)))
