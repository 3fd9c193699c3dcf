"""`crm-kpi kpi explain`: words, formula, SQL and the rows behind one value, to check it by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from connector.cli.definition import as_data, found, in_words, name
from connector.cli.language import words
from connector.cli.moment import as_of, instant
from connector.cli.options import Command, as_json, common, option
from connector.cli.output import Output, Words, print_json
from connector.cli.session import Session, current
from connector.cli.value import shown_value
from connector.errors import ConfigError, Message, Problem, did_you_mean

if TYPE_CHECKING:
    from connector.config import Config
    from connector.store import Store
    from kpi_engine.evaluate import Cell, Explanation, Request

GRAINS = ("week", "month", "quarter", "year", "all")
TEN_THOUSAND = 10_000


@click.command(
    cls=Command,
    help=words(
        "Explain one value: what it means, the SQL, and the records behind it.\n\n"
        "Without options: the whole company, in the quarter up to which values were computed."
    ),
    examples=(
        "crm-kpi kpi explain win_rate",
        "crm-kpi kpi explain won_amount --scope team --id T03 --period year --start 2025-01-01",
    ),
)
@click.argument("kpi")
@option(
    "--scope",
    default="organisation",
    metavar="SCOPE",
    help=words("organisation, team, owner, account, or a dimension such as product."),
)
@option("--id", "scope_id", default="", metavar="ID", help=words("Which team, owner, account or value."))
@option("--connection", metavar="NAME", help=words("The connection of that team, owner or account."))
@option("--period", type=click.Choice(GRAINS), default="quarter", help=words("How long the period is."))
@option("--start", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help=words("Any day of the period."))
@option("--rows", type=click.IntRange(min=0), default=20, help=words("How many records are listed; default: 20."))
@as_of
@as_json
@common
@current
def explain(
    session: Session,
    kpi: str,
    scope: str,
    scope_id: str,
    connection: str | None,
    period: str,
    start: datetime | None,
    rows: int,
    as_of: date | datetime | None,
) -> None:
    config = session.config()
    definition = found(kpi, config.definitions)
    owner = _connection(config, scope, connection)
    with session.reading(config) as store:
        request = _request(config, store, instant(as_of, config))
        day = start.date() if start else _last_day(config, request)
        wanted = _cell(request, period, day=day, scope=scope, scope_id=scope_id, connection=owner)
        explanation = _explained(store, request, definition, cell=wanted, limit=rows)
    if session.json:
        print_json(_as_data(explanation))
        return
    for line in _told(explanation, session.reader):
        session.output.result(line)
    _list_rows(session.output, explanation)


def _request(config: Config, store: Store, moment: datetime | None) -> Request:
    """As the values were computed, unless another moment was asked for."""
    from connector.compute import request_of
    from connector.store.freshness import values_as_of

    computed = values_as_of(store)
    return request_of(config, store, as_of=moment or (datetime.fromisoformat(computed) if computed else None))


def _cell(request: Request, period: str, *, day: date, scope: str, scope_id: str, connection: str) -> Cell:
    from kpi_engine.evaluate import Cell
    from kpi_engine.period import Grain

    grain = Grain(period)
    return Cell(
        scope=scope,
        scope_id=scope_id,
        connection=connection,
        period=grain,
        period_start=request.calendar.period_of(grain, day).key,
    )


def _last_day(config: Config, request: Request) -> date:
    today = request.as_of.astimezone(ZoneInfo(config.organisation.timezone)).date()
    return min(today, request.until - timedelta(days=1)) if request.until else today


def _connection(config: Config, scope: str, named: str | None) -> str:
    """Teams, owners and accounts belong to a connection; where there is but one it need not be said."""
    if scope not in ("team", "owner", "account"):
        return ""
    names = list(config.connections)
    if named is None and len(names) == 1:
        return names[0]
    if named not in names:
        message = Message("say with --connection which one the {scope} belongs to", scope=scope)
        raise ConfigError([Problem("--connection", message, did_you_mean(named or "", names))])
    return named


def _explained(store: Store, request: Request, definition: Any, *, cell: Cell, limit: int) -> Explanation:
    from connector.engine.duckdb import DuckDBEngine
    from kpi_engine.evaluate import explain as explain_value
    from kpi_engine.evaluate import needed_columns

    columns = needed_columns(request.definitions, {cell.scope: (cell.period,)}, facts=request.facts, identified=True)
    with DuckDBEngine() as engine:
        with store.lent() as path:
            engine.copy(path, columns, facts=request.facts)
        return explain_value(definition, request, cell, engine=engine, limit=limit)


def _told(explanation: Explanation, language: str) -> Iterator[Words]:
    yield from in_words(explanation.definition, language)
    yield ""
    yield from _value_in_words(explanation)
    for each in explanation.inputs:
        yield ""
        yield Message("made of {kpi}:", kpi=name(each.definition, language))
        yield from _value_in_words(each)
    if explanation.sql:
        yield ""
        yield from explanation.sql.splitlines()


def _value_in_words(explanation: Explanation) -> Iterator[Words]:
    value = explanation.value
    yield Message(
        "{place}, {period} {dates}, as of {moment}",
        place=" ".join(filter(None, (value.scope, value.scope_id))),
        period=value.period,
        dates=f"{value.period_start} – {value.period_end}" if value.period_start else "",
        moment=value.as_of,
    )
    shown = shown_value(value.value, value.unit, currency=value.currency) or "–"
    yield Message("value: {value} ({status})", value=shown, status=value.status.value)
    if value.numerator is not None:
        parts = {"numerator": value.numerator, "denominator": _or_dash(value.denominator)}
        yield Message("numerator {numerator}, denominator {denominator}", **parts)
    if value.ci_low is not None and value.ci_high is not None:
        low, high = shown_value(value.ci_low, value.unit), shown_value(value.ci_high, value.unit)
        yield Message("95 % interval: {low} to {high}", low=low, high=high)
    yield Message(
        "rows: {n}, of them left out for lack of data: {excluded}", n=_or_dash(value.n), excluded=value.excluded
    )
    if value.assumptions:
        yield Message("assumptions: {assumptions}", assumptions=value.assumptions)


def _or_dash(number: int | None) -> str:
    return "–" if number is None else str(number)


def _list_rows(output: Output, explanation: Explanation) -> None:
    for each in (explanation, *explanation.inputs):
        if not each.rows:
            continue
        output.result()
        output.result(
            Message("records behind {kpi} (the first {count}):", kpi=each.definition.id, count=len(each.rows))
        )
        heads = (
            Message("connection"),
            Message("record"),
            Message("numerator"),
            Message("denominator"),
            Message("left out"),
        )
        money = each.value.unit == "money"
        rows = (
            (
                row.connection,
                row.id,
                _part(row.numerator, money=money),
                _part(row.denominator, money=money),
                Message("yes") if row.excluded else "",
            )
            for row in each.rows
        )
        output.table(heads, rows)


def _part(number: Any, *, money: bool) -> str:
    """Amounts in units of their currency; everything else as it is counted."""
    if number is None:
        return ""
    return f"{number / TEN_THOUSAND:.2f}" if money else str(number)


def _as_data(explanation: Explanation) -> dict[str, Any]:
    return {
        "definition": as_data(explanation.definition),
        "value": explanation.value._asdict(),
        "sql": explanation.sql,
        "rows_sql": explanation.rows_sql,
        "rows": [row._asdict() for row in explanation.rows],
        "inputs": _inputs(explanation.inputs),
    }


def _inputs(explanations: Iterable[Explanation]) -> list[dict[str, Any]]:
    return [_as_data(each) for each in explanations]
