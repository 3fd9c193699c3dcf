"""Fields with a `$` that Zoho does not have and facts need: whose making takes knowledge of Zoho, not of a company.

A mapping names them like any field. Each says which of Zoho's fields it is made from, and those are asked for.
`$se_module` and its like are Zoho's own and no business of this file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from adapters.zoho.metadata import Metadata
from adapters.zoho.values import Columns

Made: TypeAlias = Callable[[Columns, Metadata], list[Any]]


@dataclass(frozen=True, slots=True)
class Virtual:
    """A field that is made here."""

    needs: tuple[str, ...]
    made: Made | None
    """None: making it takes more calls; see `reading/extras.py`."""


# ---- deals ---------------------------------------------------------------------------------------------------------


def _outcome(columns: Columns, metadata: Metadata) -> list[Any]:
    """By the stage's own marker in the organisation; a stage that nobody knows has none, and is not guessed."""
    known = metadata.outcomes
    return [known.get(stage) for stage in columns["Stage"]]


def _closed_on(columns: Columns, metadata: Metadata) -> list[Any]:
    """Zoho has one date: when the deal is expected to close, and once it is closed, when it did."""
    known = metadata.outcomes
    return [
        day if known.get(stage, "open") != "open" else None
        for stage, day in zip(columns["Stage"], columns["Closing_Date"], strict=True)
    ]


# ---- activities ----------------------------------------------------------------------------------------------------

_INBOUND: Final = frozenset(("inbound", "missed", "呼入", "来电", "來電", "未接", "未接来电", "未接來電"))
_OUTBOUND: Final = frozenset(("outbound", "呼出", "去电", "去電", "撥出"))
_MISSED: Final = frozenset(("missed", "未接", "未接来电", "未接來電"))
_NOT_HELD: Final = frozenset(
    ("scheduled", "overdue", "cancelled", "canceled", "已安排", "已逾期", "已取消", "已排程", "逾期", "取消")
)


def _related(*modules: str, who: bool) -> Made:
    """The record that an activity is about, where it is of one of these modules.

    Args:
        modules: As `$se_module` names them.
        who: The person of the activity counts too.
    """

    def made(columns: Columns, _: Metadata) -> list[Any]:
        cells = zip(columns["$se_module"], columns["What_Id"], columns["Who_Id"], strict=True)
        return [_chosen(module, what, person, modules, who=who) for module, what, person in cells]

    return made


def _chosen(module: Any, what: Any, person: Any, modules: Sequence[str], *, who: bool) -> Any:
    if module in modules:
        return what or (person if who else None)
    return person if who and modules[0] == "Contacts" and module != "Leads" else None


def _direction(columns: Columns, _: Metadata) -> list[Any]:
    return [_way_of(kind) for kind in columns["Call_Type"]]


def _way_of(kind: Any) -> str | None:
    word = str(kind or "").strip().lower()
    return "inbound" if word in _INBOUND else "outbound" if word in _OUTBOUND else None


def is_outbound(kind: Any) -> bool:
    """Whether a call went out."""
    return _way_of(kind) == "outbound"


def _called_at(columns: Columns, _: Metadata) -> list[Any]:
    """When a call began, if it took place: not where it is only planned, was cancelled, or nobody answered."""
    cells = zip(columns["Call_Type"], columns["Outgoing_Call_Status"], columns["Call_Start_Time"], strict=True)
    return [None if _word(kind) in _MISSED or _word(status) in _NOT_HELD else at for kind, status, at in cells]


def _word(cell: Any) -> str:
    return str(cell or "").strip().lower()


def _same(name: str) -> Made:
    return lambda columns, _: columns[name]


def _first_of(*names: str) -> Made:
    def made(columns: Columns, _: Metadata) -> list[Any]:
        cells = zip(*(columns[name] for name in names), strict=True)
        return [next((cell for cell in each if cell is not None), None) for each in cells]

    return made


# ---- leads ---------------------------------------------------------------------------------------------------------


def _converted(columns: Columns, _: Metadata) -> list[Any]:
    cells = zip(columns["Converted__s"], columns["Converted_Date_Time"], strict=True)
    return [at is not None if flag is None else flag for flag, at in cells]


_ABOUT: Final = ("What_Id", "Who_Id", "$se_module")
_ACTIVITY: Final[Mapping[str, Virtual]] = {
    "$account_id": Virtual(_ABOUT, _related("Accounts", who=False)),
    "$contact_id": Virtual(_ABOUT, _related("Contacts", who=True)),
    "$deal_id": Virtual(_ABOUT, _related("Deals", who=False)),
    "$lead_id": Virtual(_ABOUT, _related("Leads", who=True)),
    "$case_id": Virtual(_ABOUT, _related("Cases", who=False)),
}
_SOLVED: Final = Virtual(("Status",), None)

VIRTUAL: Final[Mapping[str, Mapping[str, Virtual]]] = {
    "Deals": {
        "$outcome": Virtual(("Stage",), _outcome),
        "$closed_on": Virtual(("Stage", "Closing_Date"), _closed_on),
    },
    "Leads": {"$converted": Virtual(("Converted__s", "Converted_Date_Time"), _converted)},
    "Tasks": {**_ACTIVITY, "$done_at": Virtual(("Closed_Time",), _same("Closed_Time"))},
    # a meeting in the future has its end there: it counts in the period in which it will have been held
    "Events": {**_ACTIVITY, "$done_at": Virtual(("End_DateTime",), _same("End_DateTime"))},
    "Calls": {
        **_ACTIVITY,
        "$direction": Virtual(("Call_Type",), _direction),
        "$done_at": Virtual(("Call_Type", "Outgoing_Call_Status", "Call_Start_Time"), _called_at),
    },
    "DealHistory": {
        "$from_stage": Virtual(("Potential_Name", "Stage", "Modified_Time"), None),
        "$days_in_stage": Virtual(
            ("Stage_Duration_Calendar_Days", "Duration_Days"),
            _first_of("Stage_Duration_Calendar_Days", "Duration_Days"),
        ),
    },
    "Cases": {
        "$first_response_at": Virtual(("id",), None),
        "$first_resolved_at": _SOLVED,
        "$resolved_at": _SOLVED,
    },
}


def virtual_fields(module: str, names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that are made here."""
    known = VIRTUAL.get(module, {})
    return tuple(name for name in names if name in known)


def real_fields(module: str, names: Iterable[str]) -> tuple[str, ...]:
    """What has to be asked for, each once."""
    known = VIRTUAL.get(module, {})
    return tuple(dict.fromkeys(real for name in names for real in (known[name].needs if name in known else (name,))))


def with_virtual(module: str, names: Iterable[str], columns: Columns, *, metadata: Metadata) -> Columns:
    """The columns with those that are made of them."""
    made = {
        name: virtual.made(columns, metadata)
        for name, virtual in VIRTUAL.get(module, {}).items()
        if name in names and virtual.made is not None
    }
    return {**columns, **made}
