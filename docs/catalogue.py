"""Brings the Chinese catalogue up to date with the code: `python docs/catalogue.py`, then translate what it names.

Sentences that are gone are dropped, new ones are added without a translation, the others stay; then the catalogue is
compiled. (`pybabel compile` alone takes "90 % of" for an old `%` format and stops.)
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

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "connector/locale/zh_CN/LC_MESSAGES"
MARKERS = ("Message", "words")
HEADER = b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: zh_CN\\n"\n\n'


def templates(root: Path = ROOT) -> Iterator[str]:
    """The English sentences in the code: literal first arguments of `Message(…)` and `words(…)`."""
    for node in marked(root):
        first = node.args[0] if node.args else None
        if isinstance(first, ast.Constant) and first.value:
            yield str(first.value)


def marked(root: Path = ROOT) -> Iterator[ast.Call]:
    """Every place in the code where a sentence begins."""
    for package in ("adapters", "connector", "kpi_engine"):
        for path in sorted((root / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKERS:
                    yield node


def updated(translated: Catalog) -> Catalog:
    """The sentences of the code, with the translations that there are."""
    known = {str(message.id): message.string for message in translated if message.id}
    when = datetime(2025, 1, 1, tzinfo=UTC)  # written into the file: the same sentences give the same bytes
    catalog = Catalog(
        locale="zh_CN", domain="crm_kpi", charset="utf-8", fuzzy=False, creation_date=when, revision_date=when
    )
    for template in sorted(set(templates())):
        catalog.add(template, known.get(template, ""))
    return catalog


def main() -> int:
    source = FOLDER / "crm_kpi.po"
    catalog = updated(read_po(BytesIO(source.read_bytes()), locale="zh_CN"))
    text, compiled = BytesIO(), BytesIO()
    write_po(text, catalog, width=0, no_location=True, omit_header=True, sort_output=True)
    write_mo(compiled, catalog)
    source.write_bytes(HEADER + text.getvalue())
    source.with_suffix(".mo").write_bytes(compiled.getvalue())
    missing = [str(message.id) for message in catalog if message.id and not message.string]
    sys.stdout.writelines(f"not translated: {template!r}\n" for template in missing)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
