"""What a CRM says of itself, held against the mapping."""

from __future__ import annotations

from connector.check.described import description_problems
from connector.contract import FieldInfo, ModuleInfo
from connector.mapping import TableMapping

STAGE = FieldInfo("Stage", values=("Open", "Won", "Lost"))


def mapped(**columns: object) -> TableMapping:
    return TableMapping.model_validate({"module": "Deals", "id": "id", "columns": columns})


def said(info: ModuleInfo, mapping: TableMapping) -> list[str]:
    return [str(problem.message) for problem in description_problems(info, [mapping], place="crm.Deals")]


def test_a_module_that_has_all_of_it_is_fine() -> None:
    info = ModuleInfo("Deals", (FieldInfo("id"), STAGE))
    assert said(info, mapped(outcome={"from": "Stage", "values": {"Open": "open", "Won": "won", "Lost": "lost"}})) == []


def test_a_withheld_field_is_named_once_and_only_where_it_is_wanted() -> None:
    info = ModuleInfo("Deals", (FieldInfo("id"), FieldInfo("Amount", withheld=True), FieldInfo("Mood", withheld=True)))
    assert said(info, mapped(amount="Amount", x_amount={"from": "Amount", "type": "money"})) == [
        "Deals withholds Amount from this account"
    ]


def test_words_without_a_meaning_are_named() -> None:
    info = ModuleInfo("Deals", (FieldInfo("id"), STAGE))
    mapping = mapped(outcome={"from": "Stage", "values": {"Won": "won"}})
    assert said(info, mapping) == ["Stage has words that outcome does not map: Open, Lost"]


def test_a_word_for_all_others_maps_them_all() -> None:
    info = ModuleInfo("Deals", (FieldInfo("id"), STAGE))
    assert said(info, mapped(outcome={"from": "Stage", "values": {"Won": "won", "*": "open"}})) == []
