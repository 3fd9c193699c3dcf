"""Every sentence for a person has a Chinese translation with the same placeholders, and the compiled file holds it."""

from __future__ import annotations

import ast
import runpy
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po


@pytest.fixture(scope="session")
def updater(root: Path) -> dict[str, Any]:
    return runpy.run_path(str(root / "docs/catalogue.py"))


@pytest.fixture(scope="session")
def folder(root: Path) -> Path:
    return root / "connector/locale/zh_CN/LC_MESSAGES"


@pytest.fixture(scope="session")
def catalog(folder: Path) -> Catalog:
    return read_po(BytesIO((folder / "crm_kpi.po").read_bytes()), locale="zh_CN")


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def test_every_sentence_is_translated(updater: dict[str, Any], catalog: Catalog) -> None:
    translated = {str(message.id) for message in catalog if message.id and message.string and not message.fuzzy}
    missing = sorted(set(updater["templates"]()) - translated)
    assert not missing, "translate these (connector/locale/README.md says how):\n" + "\n".join(missing)


def test_every_translation_has_the_placeholders_of_its_sentence(catalog: Catalog) -> None:
    pairs = [(str(message.id), str(message.string)) for message in catalog if message.id and message.string]
    assert [pair for pair in pairs if fields(pair[0]) != fields(pair[1])] == []


def test_the_compiled_catalogue_is_that_of_the_text(folder: Path, catalog: Catalog) -> None:
    compiled = read_mo(BytesIO((folder / "crm_kpi.mo").read_bytes()))
    assert {str(message.id): message.string for message in compiled if message.id} == {
        str(message.id): message.string for message in catalog if message.id and message.string and not message.fuzzy
    }, "run: python docs/catalogue.py"


def test_sentences_are_literals(updater: dict[str, Any]) -> None:
    """Nothing else has a key in a catalogue; the template of another sentence has one already."""
    for node in updater["marked"]():
        first = node.args[0] if node.args else None
        of_another = isinstance(first, ast.Attribute) and first.attr == "template"
        assert isinstance(first, ast.Constant) or of_another, f"line {node.lineno}: {ast.unparse(node)}"
