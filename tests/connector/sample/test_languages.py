"""An English sample is English, a Chinese one Chinese, to the last label."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest

from connector.sample import Sample, generate, write_csv
from connector.sample.labels import LABELS, exported_columns
from connector.sample.words import Words
from kpi_engine.facts import FACTS, ColumnType

UNTIL = date(2025, 12, 1)
HAN = re.compile(r"[\u4e00-\u9fff]")
TRADITIONAL = re.compile("[戶業務銷問題單額網優閉開關為進個時產價們]")
CODES = {
    "id", "connection", "email", "phone", "tax_number", "email_domain", "number", "currency", "outcome", "direction",
    "from_currency", "to_currency",
}  # fmt: skip
CODED_KINDS = {"activities", "survey_responses"}
"""Their `kind` is a closed vocabulary of the dictionary, or a survey's international name."""


def texts(sample: Sample) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for table in sample.tables():
        names = [
            column.name
            for column in FACTS[table].columns
            if column.type is ColumnType.TEXT and not column.links and column.name not in CODES
        ]
        for page in sample.pages(table):
            for name in names:
                if name != "kind" or table not in CODED_KINDS:
                    found.setdefault((table, name), set()).update(value for value in page.columns[name] if value)
    return found


def test_chinese_texts_are_simplified_chinese() -> None:
    found = texts(generate("small", until=UNTIL, language="zh-CN"))
    assert len(found) > 30
    for place, values in found.items():
        for value in values:
            assert HAN.search(value), (place, value)
            assert not re.search("[A-Za-z]", value), (place, value)
            assert not TRADITIONAL.search(value), (place, value)


def test_english_texts_are_english() -> None:
    for place, values in texts(generate("small", until=UNTIL)).items():
        assert all(value.isascii() for value in values), place


def test_each_language_has_a_currency_and_a_zone_of_its_own() -> None:
    english, chinese = (generate("small", until=UNTIL, language=language) for language in ("en", "zh-CN"))
    money = [
        {value for page in sample.pages("deals") for value in page.columns["currency"]} for sample in (english, chinese)
    ]
    assert money == [{"USD"}, {"CNY"}]
    assert [sample.truth()["timezone"] for sample in (english, chinese)] == ["America/Chicago", "Asia/Shanghai"]


def test_chinese_business_rests_at_the_spring_festival() -> None:
    created = [
        value
        for page in generate("medium", until=UNTIL, language="zh-CN").pages("deals")
        for value in page.columns["created_at"]
    ]
    assert sum(value[5:7] == "02" for value in created) < 0.7 * sum(value[5:7] == "03" for value in created)


@pytest.mark.parametrize("language", sorted(LABELS))
def test_heads_are_in_the_language_and_differ_within_a_file(language: str, tmp_path: Path) -> None:
    write_csv(generate("small", until=UNTIL, scale=0.05, language=language), tmp_path)
    for path in tmp_path.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            heads = next(csv.reader(file))
        assert len(set(heads)) == len(heads), path.name
        assert all(bool(HAN.search(head)) == (language == "zh-CN") for head in heads), path.name


@pytest.mark.parametrize("language", sorted(LABELS))
def test_every_column_and_value_of_the_dictionary_has_a_label(language: str) -> None:
    labels = LABELS[language]
    for table in generate("small", until=UNTIL).tables():
        for column in exported_columns(table):
            assert labels.head(table, column)
            found = FACTS[table].column(column)
            if found and found.values:
                assert set(labels.values[column]) == set(found.values)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_word_lists_fit_together(language: str) -> None:
    words: Words = generate("small", until=UNTIL, language=language).company.words
    assert len(words.industries) == len(words.misspelt_industries)
    assert not set(words.industries) & set(words.misspelt_industries)
    assert not {product.name for product in words.products} & {product.misspelt for product in words.products}
    assert not set(words.sources) & set(words.misspelt_sources)
    assert len(words.trades) == 3 * len(words.industries)
    assert len(words.queues) == len(words.topics)
    assert sum(product.mix for product in words.products) == 100
    for names in (words.given, words.family, words.trades, words.queues, words.sources):
        assert len(set(names)) == len(names)
