"""What follows from other fields of a record: full names, a stage's probability, the expected revenue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from adapters.zoho.emulator.state import State

PEOPLE = ("Leads", "Contacts")


def completed(state: State, module: str, values: Mapping[str, Any], *, before: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a write with what follows from them.

    Args:
        state: Where the stages' probabilities are.
        module: Api name.
        values: What is written.
        before: The row as it was; empty for a new one.
    """
    if module == "Deals":
        return _with_figures(state, values, before)
    if module in PEOPLE and values.keys() & {"First_Name", "Last_Name"}:
        after = {**before, **values}
        names = [after.get("First_Name"), after.get("Last_Name")]
        if str(state.setting("language", "en")).startswith("zh"):
            return {**values, "Full_Name": "".join(filter(None, reversed(names)))}
        return {**values, "Full_Name": " ".join(filter(None, names))}
    return dict(values)


def _with_figures(state: State, values: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    found, known = dict(values), state.fields("Deals")
    if "Stage" in found and "Probability" not in found and {"Stage", "Probability"} <= known.keys():
        for choice in known["Stage"].picklist:
            if choice.value == found["Stage"] and choice.probability is not None:
                found["Probability"] = choice.probability
    if found.keys() & {"Amount", "Probability"}:
        after = {**before, **found}
        amount, likely = after.get("Amount"), after.get("Probability")
        found["Expected_Revenue"] = None if amount is None or likely is None else round(amount * likely / 100, 2)
    return found
