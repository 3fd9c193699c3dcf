"""From a settings file to a `Config` that the use cases can rely on, or to the list of everything that is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from connector import system_keyring
from connector.config.connections import Connection, facts_of, read_connections
from connector.config.definitions import Definitions, read_definitions
from connector.config.document import Secrets, read_document
from connector.config.faults import faults
from connector.config.model import DatedNumber, Kpis, Organisation, SettingsFile, Targets, WriteBack
from connector.config.references import References
from connector.errors import ConfigError, Message, Problem, did_you_mean
from kpi_engine.definition import Definition
from kpi_engine.document import Document
from kpi_engine.errors import KpiError
from kpi_engine.period import Calendar


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that a run needs to know, checked and resolved."""

    path: Path
    organisation: Organisation
    store: Path
    connections: Mapping[str, Connection]
    assumptions: Mapping[str, tuple[DatedNumber, ...]]
    kpis: Kpis
    definitions: tuple[Definition, ...]
    """The KPIs that are computed: those enabled, and those that they are derived from."""
    targets: Targets
    write_back: WriteBack
    document: Document = field(repr=False)

    @property
    def folder(self) -> Path:
        """Relative paths start here."""
        return self.path.parent

    def calendar(self) -> Calendar:
        """Days, weeks and fiscal years as this company counts them."""
        return calendar_of(self.organisation)


def calendar_of(organisation: Organisation) -> Calendar:
    """The calendar that the settings describe."""
    return Calendar(
        timezone=organisation.timezone,
        fiscal_year_starts=organisation.fiscal_year_starts,
        week_starts=organisation.week_starts,
        holidays=organisation.holidays,
        extra_holidays=frozenset(organisation.extra_holidays),
        extra_working_days=frozenset(organisation.extra_working_days),
    )


def read(path: Path, *, environment: Mapping[str, str], secret: Secrets = system_keyring.secret) -> Config:
    """Read and check the settings file.

    Args:
        path: Where it is.
        environment: What `${NAME}` is taken from.
        secret: What `${keyring:NAME}` is taken from.

    Raises:
        ConfigError: with every problem of the file, of the adapters' settings, the mapping, the KPIs and what they
            refer to; not only the first.
    """
    document = read_document(path, environment=environment, secret=secret)
    folder = path.resolve().parent
    sections, found = _sections(document)
    connections, connection_problems = read_connections(document, folder=folder)
    definitions, kpi_problems = read_definitions(
        document,
        sections.get("kpis", Kpis()),
        folder=folder,
        assumptions=sections.get("assumptions", {}),
        facts=facts_of(connections),
    )
    references = References(document, connections, definitions, sections.get("kpis", Kpis()))
    unread = {problem.where for problem in document.problems}  # what is wrong with their value follows from that
    problems = [
        *document.problems,
        *(problem for problem in (*found, *connection_problems) if problem.where not in unread),
        *kpi_problems,
        *references.problems(sections.get("write_back", WriteBack())),
    ]
    if problems:
        raise ConfigError(dict.fromkeys(problems))
    return _config(path.resolve(), document, sections=sections, connections=connections, definitions=definitions)


def _config(
    path: Path,
    document: Document,
    *,
    sections: Mapping[str, Any],
    connections: Mapping[str, Connection],
    definitions: Definitions,
) -> Config:
    return Config(
        path=path,
        organisation=sections["organisation"],
        store=path.parent / sections["store"],
        connections=connections,
        assumptions=sections["assumptions"],
        kpis=sections["kpis"],
        definitions=definitions.selected,
        targets=sections["targets"],
        write_back=sections["write_back"],
        document=document,
    )


def _sections(document: Document) -> tuple[dict[str, Any], list[Problem]]:
    """The sections that are right, and what is wrong with the others.

    Each is validated on its own, so that a fault in one does not hide what another refers to.
    """
    if not isinstance(document.data, dict):
        return {}, [document.problem((), Message("must be a group of settings, each on a line of its own"))]
    problems = _unknown(document)
    sections: dict[str, Any] = {}
    for name, info in SettingsFile.model_fields.items():
        if document.data.get(name) is not None:
            problems.extend(_section(document, name, sections))
        elif info.is_required():
            problems.append(document.problem((name,), Message("is missing")))
        else:
            sections[name] = info.get_default(call_default_factory=True)
    return sections, problems


def _unknown(document: Document) -> list[Problem]:
    known = SettingsFile.model_fields
    return [
        document.problem((name,), Message("is not a known setting"), hint=did_you_mean(name, known))
        for name in document.data
        if name not in known
    ]


def _section(document: Document, name: str, sections: dict[str, Any]) -> Sequence[Problem]:
    try:
        sections[name] = _ADAPTERS[name].validate_python(document.data[name])
    except ValidationError as error:
        return faults(error, document, model=SettingsFile, inside=(name,))
    value = sections[name]
    return _holiday_problems(document, value) if isinstance(value, Organisation) else ()


def _holiday_problems(document: Document, organisation: Organisation) -> Sequence[Problem]:
    """The holiday library is loaded only where a country is named."""
    if organisation.holidays is None:
        return ()
    try:
        calendar_of(organisation).is_working_day(date(2024, 1, 2))
    except KpiError as error:
        return (document.problem(("organisation", "holidays"), error.message, hint=error.hint),)
    return ()


_ADAPTERS: Mapping[str, TypeAdapter[Any]] = {
    name: TypeAdapter(info.rebuild_annotation()) for name, info in SettingsFile.model_fields.items()
}
