"""What Zoho has no standard field for, and how an organisation gets it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from connector.errors import Message

_CASE_TIME: Final = Message(
    "Zoho has no field for it: make a date/time field on Cases, let a workflow fill it, and map it here"
)
_FROM_HISTORY: Final = Message(
    "Zoho has no field for it: map one of yours, or name the statuses that mean solved in settings.cases.solved"
)
_TRACK_STATUS: Final = Message(
    "Zoho has no field for it: map one of yours, or turn on history tracking for Status of Cases and name the statuses "
    "that mean solved in settings.cases.solved"
)
_FIRST_RESPONSE: Final = Message(
    "Zoho has no field for it: map one of yours, or set settings.cases.first_response to outgoing_activity, which "
    "takes the first outgoing call on the case for the answer (a proxy)"
)

REMEDIES: Final[Mapping[str, Mapping[str, Message]]] = {
    "Deals": {
        "deals.engaged_on": Message("Zoho has no field for it: map a date field of yours, or the date of creation"),
        "deals.product": Message("Zoho keeps products in the line items of quotes: map a picklist of yours"),
    },
    "Leads": {
        "leads.qualified_at": Message("Zoho has no field for it: make a date/time field that a workflow fills"),
    },
    "Sales_Orders": {
        "orders.promised_on": Message("map the field in which you keep the promised delivery"),
        "orders.delivered_on": Message("Zoho has no field for it: map a date field of yours"),
        "orders.cost_amount": Message("Zoho has no field for it: map a currency field of yours"),
        "orders.refunded_amount": Message("Zoho has no field for it: map a currency field of yours"),
    },
}


def remedies_of(module: str, *, tracked: bool) -> Mapping[str, Message]:
    """Fact -> how to get it.

    Args:
        module: API name.
        tracked: The organisation keeps the history of the module's status.
    """
    if module == "Cases":
        solved = _FROM_HISTORY if tracked else _TRACK_STATUS
        return {
            "cases.first_response_at": _FIRST_RESPONSE,
            "cases.first_resolved_at": solved,
            "cases.resolved_at": solved,
            "cases.closed_at": _CASE_TIME,
            "cases.is_complaint": Message("map the type or the reason that means a complaint"),
        }
    return REMEDIES.get(module, {})
