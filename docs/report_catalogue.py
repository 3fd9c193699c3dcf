"""Brings the Chinese catalogues of reports up to date with the code: `python docs/report_catalogue.py`.

Then translate what it names, in simplified and in traditional Chinese. What a report says is a `Sentence(…)` in the
code, a word of a target's colour, or the question and formula of a KPI that ships; the labels of fields that are made
in a CRM stand beside reports.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from kpi_engine.catalog import shipped

ROOT = Path(__file__).parent.parent
LANGUAGES = ("zh_CN", "zh_TW")
SOURCES = (
    ("connector/report", "Sentence"),
    ("kpi_engine/gap/rag.py", "Message"),
    ("connector/config/shapes.py", "Message"),
)
HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: {language}\\n"\n\n'


def file_of(language: str) -> Path:
    """Where the translations are kept."""
    return ROOT / "connector/locale" / language / "LC_MESSAGES/report.po"


def templates(root: Path = ROOT) -> set[str]:
    """Every sentence that can stand in a report, or as a label in a CRM."""
    return {*_in_code(root), *_of_kpis()}


def _in_code(root: Path) -> Iterator[str]:
    for place, marker in SOURCES:
        path = root / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == marker:
                    yield from _literal(node)


def _literal(node: ast.Call) -> Iterator[str]:
    if node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value:
        yield str(node.args[0].value)


def _of_kpis() -> Iterator[str]:
    for definition in shipped():
        yield definition.question
        yield definition.formula


def updated(translated: Catalog, language: str) -> Catalog:
    """The sentences of today, with the translations that there are."""
    known = {str(message.id): message.string for message in translated if message.id}
    when = datetime(2025, 1, 1, tzinfo=UTC)  # written into the file: the same sentences give the same bytes
    catalog = Catalog(
        locale=language, domain="report", charset="utf-8", fuzzy=False, creation_date=when, revision_date=when
    )
    for template in sorted(templates()):
        catalog.add(template, known.get(template, ""))
    return catalog


def main() -> int:
    missing = False
    for language in LANGUAGES:
        source = file_of(language)
        source.parent.mkdir(parents=True, exist_ok=True)
        content = source.read_bytes() if source.exists() else b""
        catalog = updated(read_po(BytesIO(content), locale=language), language)
        _write(catalog, source, language)
        for message in catalog:
            if message.id and not message.string:
                missing = True
                sys.stdout.write(f"not translated into {language}: {message.id!r}\n")
    return 1 if missing else 0


def _write(catalog: Catalog, source: Path, language: str) -> None:
    text, compiled = BytesIO(), BytesIO()
    write_po(text, catalog, width=0, no_location=True, omit_header=True, sort_output=True)
    write_mo(compiled, catalog)
    source.write_bytes(HEADER.format(language=language).encode() + text.getvalue())
    source.with_suffix(".mo").write_bytes(compiled.getvalue())


if __name__ == "__main__":
    sys.exit(main())
