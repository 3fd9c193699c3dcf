from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from kpi_engine.definition import Unit
from kpi_engine.message import Message

ENGLISH_TO_CHINESE = {
    "{rows} rows in {file}": "{file} 有 {rows} 行",
    "the {thing} is {what}": "{thing}{what}",
    "late": "迟到",
}


def translate(template: str) -> str:
    return ENGLISH_TO_CHINESE.get(template, template)


def test_reads_as_the_template_with_its_values() -> None:
    assert str(Message("{rows} rows in {file}", rows=3, file="deals.csv")) == "3 rows in deals.csv"


def test_another_language_may_turn_the_order_around() -> None:
    assert Message("{rows} rows in {file}", rows=3, file="deals.csv").render(translate) == "deals.csv 有 3 行"


def test_a_message_inside_a_message_is_translated_too() -> None:
    message = Message("the {thing} is {what}", thing="run", what=Message("late"))
    assert message.render(translate) == "run迟到"
    assert str(message) == "the run is late"


@pytest.mark.parametrize(
    "message",
    [
        Message("{rows} rows in {file}", rows=3, file="deals.csv"),
        Message("the {thing} is {what}", thing="run", what=Message("late")),
        Message("{text}", text='{0} "quoted"\n客户 🚀'),
        Message("{one} {two} {three}", one=None, two=True, three=1.5),
        Message("as it is"),
        Message(""),
    ],
    ids=str,
)
def test_what_was_written_is_read_again(message: Message) -> None:
    again = Message.read(message.written())
    assert again == message
    assert again.render(translate) == message.render(translate)


@pytest.mark.parametrize(
    "value", [Decimal("1.50"), date(2026, 1, 31), Path("a/b"), ["x", {}], ("x", 1), Unit.DAYS], ids=repr
)
def test_other_values_are_kept_as_their_text(value: object) -> None:
    assert str(Message.read(Message("{value}", value=value).written())) == str(Message("{value}", value=value))


def test_braces_in_a_value_are_left_alone() -> None:
    assert str(Message("{text}", text="{0} {rows}")) == "{0} {rows}"


def test_a_value_may_be_called_template() -> None:
    assert str(Message("{template}", template="x")) == "x"


def test_equal_when_template_and_values_are() -> None:
    assert Message("{a}", a=1) == Message("{a}", a=1)
    assert hash(Message("{a}", a=1)) == hash(Message("{a}", a=1))
    assert Message("{a}", a=1) != Message("{a}", a=2)
    assert Message("{a}", a=1) != "1"


def test_the_empty_message_is_false_and_never_looked_up() -> None:
    assert not Message("")
    assert Message("x")
    assert Message("").render(lambda _: "header of the catalogue") == ""
