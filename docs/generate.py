"""Writes the pages that are made from the code: `python docs/generate.py`. A test compares them with it."""

from __future__ import annotations

import ast
import inspect
import itertools
import textwrap
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from connector.cli import cli
from connector.config.faults import models_in
from connector.config.model import SettingsFile
from connector.formats.date import DateFormat
from connector.mapping import TableMapping
from kpi_engine.catalog import shipped
from kpi_engine.definition import Definition
from kpi_engine.facts import COMMON, FACTS, Column

FOLDER = Path(__file__).parent
MADE = "<!-- made by docs/generate.py: change the code, then run it -->\n"
WIDTH = 100


def main() -> None:
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """The pages by file name."""
    return {
        "commands.md": "\n".join(_commands()),
        "config.md": "\n".join(_config()),
        "mapping.md": "\n".join(_mapping()),
        "facts.md": "\n".join(_facts()),
        "kpis.md": "\n".join(_kpis()),
    }


# ---- commands ------------------------------------------------------------------------------------------------------


def _commands() -> Iterator[str]:
    yield "# Commands\n"
    yield MADE
    yield (
        "Results go to stdout, messages to stderr; progress is shown on a terminal only, and `NO_COLOR` is honoured. "
        "Every command that prints a result has `--json`; its keys are described in [json.md](json.md) and do not "
        "change, its sentences are always English.\n"
    )
    yield "| exit code | means |"
    yield "| --- | --- |"
    yield "| 0 | done |"
    yield "| 1 | failed; the message says what to do, and nothing is lost |"
    yield "| 2 | wrong usage, or settings to correct: all problems are listed at once |"
    yield "| 3 | done, but some rows were rejected or are in quarantine, or the day's credits are used up |"
    yield "| 130 | stopped by Ctrl-C or SIGTERM; the next run goes on |"
    yield "| 141 | the reader of a pipe went away (`crm-kpi kpi list \\| head`) |\n"
    yield from _helps(cli, None)


def _helps(command: click.Command, parent: click.Context | None) -> Iterator[str]:
    ctx = click.Context(command, info_name=command.name, parent=parent, terminal_width=WIDTH, max_content_width=WIDTH)
    yield f"## {ctx.command_path}\n"
    yield f"```text\n{command.get_help(ctx)}\n```\n"
    if isinstance(command, click.Group):
        for each in command.commands.values():
            yield from _helps(each, ctx)


# ---- settings ------------------------------------------------------------------------------------------------------


def _config() -> Iterator[str]:
    yield "# Settings\n"
    yield MADE
    yield (
        "One YAML file, `crm-kpi.yaml`. `crm-kpi init` writes a first one and `crm-kpi check` says what is wrong with "
        "it, everything at once. Paths are relative to the file. `${NAME}` in a value is taken from the environment, "
        "and `${keyring:NAME}` from the system's keyring (the extra `crm-kpi[keyring]`), so that no secret stands in "
        "the file; `$${` is a literal `${`. Unknown settings are errors. Plain words are read as YAML 1.2 does: `no` "
        "is a text (Norway), `007` too, and only `true` and `false` are truths. Tags and merge keys (`<<`) are "
        "refused, and so is a key that is given twice. Messages count the entries of a list from 0: `kpis.files[0]` "
        "is the first.\n"
    )
    yield (
        "What stands under `connections.….settings` belongs to the adapter and is described in its README; what stands "
        "under `mapping` is described in [mapping.md](mapping.md).\n"
    )
    yield from _model("The file", SettingsFile, seen=set())


def _model(title: str, model: type[BaseModel], *, seen: set[type[BaseModel]]) -> Iterator[str]:
    seen.add(model)
    yield f"## {title}\n"
    yield "| setting | default | meaning |"
    yield "| --- | --- | --- |"
    below: list[tuple[str, type[BaseModel]]] = []
    for name, info in model.model_fields.items():
        shown = info.alias or name
        meaning = info.description or attribute_docstrings(model).get(name, "")
        yield f"| `{shown}` | {_default(info)} | {_cell(meaning)} |"
        below += [(shown, inner) for inner in models_in(info.annotation) if inner not in {*seen, DateFormat}]
    yield ""
    for shown, inner in below:
        if inner not in seen:
            yield from _model(f"{_path(title)}{shown}{_kind(inner)}", inner, seen=seen)


def _cell(text: str) -> str:
    """A sentence on one line, with nothing that would end the cell."""
    return " ".join(text.split()).replace("|", "\\|")


def _path(title: str) -> str:
    return "" if title == "The file" else f"{title.split(' ')[0]}."


def _kind(model: type[BaseModel]) -> str:
    kind = model.model_fields.get("kind")
    return f" (kind: {typing.get_args(kind.annotation)[0]})" if kind else ""


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "**required**"
    if info.examples:
        return f"`{info.examples[0]}`"
    default = info.get_default(call_default_factory=True)
    if default is None or default is PydanticUndefined or default in ("", (), {}) or isinstance(default, BaseModel):
        return ""
    return f"`{_plain(default)}`"


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_plain(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_plain, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def attribute_docstrings(model: type[BaseModel]) -> dict[str, str]:
    """The sentences under the fields of a class, as its source has them."""
    [body] = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(body, ast.ClassDef)  # it is the source of a class
    return {
        field.target.id: text.value.value
        for field, text in itertools.pairwise(body.body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


# ---- mapping and facts ----------------------------------------------------------------------------------------------


def _mapping() -> Iterator[str]:
    yield "# Mapping\n"
    yield MADE
    yield (
        "Under `connections.<name>.mapping`: for each [fact table](facts.md), the vendor's module, the field that "
        "identifies a record, and the field behind each column. It is laid over the adapter's default, column by "
        "column. `crm-kpi init` drafts it, `crm-kpi check` holds it against the files or the org.\n"
    )
    yield "```yaml"
    yield "deals:"
    yield "  id: Deal ID"
    yield "  columns:"
    yield "    name: Deal                                        # a bare field name"
    yield "    account_id: {from: Account, link: {by: name}}     # the export has names where an id should be"
    yield "    outcome: {from: Stage, values: {Closed Won: won, Closed Lost: lost, '*': open}}"
    yield "    amount: {from: Amount, number: {decimal: ',', thousands: '.', currency: €}}"
    yield "    closed_on: {from: Closed, date: '%d.%m.%Y'}"
    yield "    currency: {constant: EUR}"
    yield "    x_margin: {from: Margin, type: money}             # a column of your own, for KPIs of your own"
    yield "```\n"
    yield (
        "Several modules may feed one table: then it has a list, and each has a constant of its own in one column, by "
        "which its rows are known. What a whole reading of one module lacks is deleted among its own rows only.\n"
    )
    yield "```yaml"
    yield "activities:"
    yield "  - module: Tasks"
    yield "    id: id"
    yield "    columns: {kind: {constant: task}, owner_id: Owner}"
    yield "  - module: Calls"
    yield "    id: id"
    yield "    columns: {kind: {constant: call}, owner_id: Owner}"
    yield "```\n"
    yield (
        "Where the adapter ships such a list, an entry of yours is laid over the one of its module, one that names no "
        "module over all of them; an entry with `columns: null` takes its module out, and a table set to `null` is not "
        "filled at all.\n"
    )
    yield from _model("The file", TableMapping, seen=set())
    yield "## Dates\n"
    yield (
        "`date` is `iso` (the default), `excel` or `excel1904` for a worksheet's day numbers, or a pattern such as "
        "`%d.%m.%Y %H:%M`. A column that could be read in several ways in its whole length is never guessed: `init` "
        "asks, `check` names the readings.\n"
    )


def _facts() -> Iterator[str]:
    yield "# Facts\n"
    yield MADE
    yield (
        "What every CRM's records become. Instants end in `_at` and are UTC, dates in `_on`; money is stored as whole "
        "ten-thousandths of its currency's unit. A record without its id or a required column goes to quarantine, a "
        "cell that cannot be read becomes empty and an issue: `crm-kpi status --quarantine` lists both.\n"
    )
    yield "Every table has:\n"
    yield from _columns(COMMON)
    for table in FACTS.values():
        yield f"## {table.name}\n"
        yield f"{table.meaning}\n"
        yield from _columns(table.columns)


def _columns(columns: Iterable[Column]) -> Iterator[str]:
    yield "| column | type | meaning |"
    yield "| --- | --- | --- |"
    for column in columns:
        more = f"; one of {', '.join(column.values)}" if column.values else ""
        more += f"; id of {column.links}" if column.links else ""
        more += "; **required**" if not column.nullable else ""
        yield f"| `{column.name}` | {column.type.value} | {column.meaning}{more} |"
    yield ""


# ---- KPIs ----------------------------------------------------------------------------------------------------------


def _kpis() -> Iterator[str]:
    yield "# KPIs\n"
    yield MADE
    yield (
        "The KPIs that ship. `crm-kpi kpi explain ID` shows the SQL and the records behind one value. Percentages are "
        "stored as shares (0.82); money is in units of its currency.\n"
    )
    yield (
        "A value is never alone: `n` says on how many rows it rests, `status` how to read it, and `excluded` how many "
        "rows belong to it but could not be used. For the whole company `excluded` is an upper bound: a row without a "
        "time and a record in quarantine could belong to any period, so each counts in all of them.\n"
    )
    yield "| id | English | 简体中文 | 繁體中文 | unit |"
    yield "| --- | --- | --- | --- | --- |"
    for each in shipped():
        names = each.names
        yield f"| [`{each.id}`](#{each.id}) | {names.en} | {names.zh_cn} | {names.zh_tw} | {each.unit.value} |"
    yield ""
    for each in shipped():
        yield from _kpi(each)


def _kpi(definition: Definition) -> Iterator[str]:
    yield f"## {definition.id}\n"
    yield f"{definition.names.en} · {definition.names.zh_cn} · {definition.names.zh_tw}\n"
    yield f"*{definition.question}*\n"
    yield f"- formula: {definition.formula}"
    yield f"- kind: {definition.kind}; unit: {definition.unit.value}"
    yield f"- better: {definition.better.value}; two values are compared by {definition.compare.value}"
    if table := getattr(definition, "table", None):
        yield f"- facts: `{table}`, placed in time by `{getattr(definition, 'time', '')}`"
    if expression := getattr(definition, "expression", None):
        yield f"- expression: `{expression}`"
    if dimensions := getattr(definition, "dimensions", ()):
        yield f"- also by: {', '.join(f'`{name}`' for name in dimensions)}"
    yield f"- no rows at all mean: {definition.no_data.value}"
    if definition.minimum_n:
        yield f"- below {definition.minimum_n} rows: `insufficient_n`"
    if definition.source:
        yield f"- source: {definition.source}"
    yield ""


if __name__ == "__main__":
    main()
