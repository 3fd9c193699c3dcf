"""Ids of the sample company as Zoho's: 19 digits, told apart by module, and worked out, never looked up."""

from __future__ import annotations

PREFIX = 4_876_876
"""What all ids of one org begin with."""
_DIGITS = str.maketrans("", "", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_PLACES = {
    "users": 11, "teams": 12, "accounts": 20, "contacts": 21, "leads": 22, "deals": 23, "deal_stage_changes": 24,
    "orders": 25, "subscriptions": 26, "cases": 27, "campaigns": 28, "survey_responses": 60, "costs": 70,
    "trainings": 31, "products": 32, "activities": 40, "campaign_members": 50,
}  # fmt: skip
"""Two digits for each table of the sample, behind the prefix; the last two have several runs of numbers."""
_RUNS = {"activities": 10_000_000_000, "campaign_members": 1_000_000_000_000}
_LETTERS = {"N": 1, "ES": 2, "EN": 3, "Y": 1}
"""Kinds of surveys and costs are told apart by the letters that their ids begin with."""
_SPACE = 10_000_000_000


def zoho_id(table: str, sample_id: str) -> str:
    """The id in Zoho of a sample's row.

    >>> zoho_id("deals", "D1000000125"), zoho_id("activities", "E20000000001")
    ('4876876231000000125', '4876876420000000001')
    """
    number = int(sample_id.translate(_DIGITS))
    place = _PLACES[table]
    if table in _RUNS:
        place += number // _RUNS[table]
    elif table in ("survey_responses", "costs"):
        place += _LETTERS.get(sample_id.rstrip("0123456789").removesuffix("U").rstrip("0123456789"), 0)
    return f"{PREFIX}{place}{number % _SPACE:010}"


def linked(table: str, sample_id: str | None) -> str | None:
    """The same where there may be none."""
    return None if sample_id is None else zoho_id(table, sample_id)
