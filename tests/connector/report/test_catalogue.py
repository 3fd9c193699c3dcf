"""Every sentence of a report is translated, into simplified and traditional Chinese."""

from __future__ import annotations

import importlib.util
import string
from io import BytesIO
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("zh_CN", "zh_TW")


@pytest.fixture(scope="module")
def script(root: Path) -> ModuleType:
    """docs/report_catalogue.py, which keeps the catalogues."""
    spec = importlib.util.spec_from_file_location("report_catalogue", root / "docs" / "report_catalogue.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def translated(script: ModuleType, language: str) -> Catalog:
    return read_po(BytesIO(script.file_of(language).read_bytes()), locale=language)


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(script: ModuleType, language: str) -> None:
    known = {str(message.id): str(message.string) for message in translated(script, language) if message.id}
    assert sorted(script.templates() - {key for key, text in known.items() if text}) == []
    assert sorted(set(known) - script.templates()) == []  # run docs/report_catalogue.py


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_their_values(script: ModuleType, language: str) -> None:
    for message in translated(script, language):
        if message.id:
            assert fields(str(message.id)) == fields(str(message.string)), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_that_of_the_source(script: ModuleType, language: str) -> None:
    compiled = BytesIO()
    write_mo(compiled, script.updated(translated(script, language), language))
    assert script.file_of(language).with_suffix(".mo").read_bytes() == compiled.getvalue()


def test_scripts_are_not_mixed(script: ModuleType) -> None:
    """No simplified character in the traditional catalogue, of those that differ and are used here."""
    simplified = set("们个对应该无统计这样数据团队时间标达设为说从还值网页报单额户产业务销")
    traditional_forms = set("應該對說從還")
    text = "".join(str(message.string) for message in translated(script, "zh_TW") if message.id)
    shared = set("應該值")  # written the same way in both, or given above for contrast
    assert set(text) & (simplified - traditional_forms - shared) == set()
