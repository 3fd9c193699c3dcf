"""The sheet of targets to fill in: a row for each KPI, and for the company, each team and each person in the files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time

from connector.errors import ConfigError, Message, Problem, did_you_mean
from connector.init.columns import TableProposal
from connector.targets import Template, write_xlsx
from connector.targets.period_label import label
from kpi_engine import catalog
from kpi_engine.definition import Definition, Unit
from kpi_engine.period import Calendar, Grain

USUAL = ("won_amount", "win_rate")
"""The KPIs that nearly everybody sets targets for."""
PLACES: Mapping[str, str] = {"team": "teams", "owner": "users"}
"""Scope -> the table whose records it has."""


def usual_kpis(tables: Mapping[str, TableProposal]) -> tuple[str, ...]:
    """Those of the usual KPIs that the files have facts for."""
    return tuple(each.id for each in catalog.shipped() if each.id in USUAL and getattr(each, "table", "") in tables)


def known_kpis(ids: Sequence[str]) -> tuple[Definition, ...]:
    """The KPIs of these ids.

    Raises:
        ConfigError: one is not known.
    """
    shipped = {each.id: each for each in catalog.shipped()}
    wrong = [each for each in ids if each not in shipped]
    if wrong:
        raise ConfigError(
            Problem("targets", Message("{kpi} is not a KPI", kpi=each), did_you_mean(each, shipped)) for each in wrong
        )
    return tuple(shipped[each] for each in ids)


def targets_sheet(
    tables: Mapping[str, TableProposal],
    *,
    kpis: Sequence[Definition],
    company: str,
    currency: str,
    language: str,
    calendar: Calendar,
    day: date,
    translate: Callable[[str], str],
) -> bytes:
    """A workbook with the rows of one quarter, none of them filled in.

    Args:
        tables: What was found in the files.
        kpis: For which KPIs.
        company: Its name, as a help.
        currency: Of the amounts.
        language: Of the KPIs' names.
        calendar: The company's.
        day: The quarter is the one with this day in it.
        translate: The language of the notes.
    """
    period = label(calendar.period_of(Grain.QUARTER, day), calendar=calendar)
    names = {kpi.id: getattr(kpi.names, language.lower().replace("-", "_")) for kpi in kpis}
    rows = [
        {
            "kpi": kpi.id,
            "kpi_name": names[kpi.id],
            "scope": scope,
            "of": name,
            "name": name or company,
            "period": period,
            "unit": kpi.unit.value,
            "currency": currency if kpi.unit is Unit.MONEY else "",
        }
        for kpi in kpis
        for scope, name in _places(tables)
    ]
    filled = tuple({field: text for field, text in row.items() if text} for row in rows)
    return write_xlsx(Template(filled, datetime.combine(day, time(), UTC)), translate=translate)


def _places(tables: Mapping[str, TableProposal]) -> Iterator[tuple[str, str]]:
    yield "organisation", ""
    for scope, table in PLACES.items():
        if table in tables:
            for name in _names(tables[table]):
                yield scope, name


def _names(table: TableProposal) -> list[str]:
    """What the records are called; none where there are more than a person fills in by hand."""
    profile = table.look.columns[table.source_of("name") or table.id].profile
    return [] if profile.many_words else sorted(profile.words)
