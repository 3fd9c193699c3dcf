"""From what a CRM says about itself to settings that a person can correct, and which KPIs it has the facts for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from connector.config.document import parse_document, read_document
from connector.config.faults import faults
from connector.config.layout import as_key, flow
from connector.contract import AdapterType, ModuleInfo, OrganisationInfo
from connector.errors import ConfigError, Message, Problem
from connector.formats.date import MONTH_NAMES
from connector.init.company import calendar_of
from connector.init.crm_text import CrmDraft, settings_text
from connector.init.proposal import TableFill
from connector.init.proposing import proposed
from connector.init.questions import Answers
from connector.init.readiness import Readiness, readiness
from connector.init.span import MOMENTS, Span
from connector.init.text import CompanyDraft
from connector.init.writing import refuse_overwriting, write_whole
from connector.transport import World, converse
from kpi_engine import catalog

CONNECTION = "crm"


@dataclass(frozen=True, slots=True)
class Survey:
    """What a CRM said about itself."""

    organisation: OrganisationInfo
    modules: tuple[ModuleInfo, ...]
    general: tuple[Problem, ...] = ()
    """Of the whole connection."""

    @property
    def refused(self) -> dict[str, Message]:
        """Module -> why nothing of it may be seen: what nobody looked at is not proposed."""
        return {each.name: each.problems[0].message for each in self.modules if each.problems and not each.fields}

    @property
    def readable(self) -> tuple[ModuleInfo, ...]:
        """The modules that could be looked at, and those that have nothing to be looked at."""
        return tuple(each for each in self.modules if each.name not in self.refused)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be looked at: missing scopes, modules that are refused."""
        return (*self.general, *(problem for module in self.modules for problem in module.problems))


@dataclass(frozen=True, slots=True)
class CrmInitReport:
    """What was drafted."""

    path: Path
    text: str
    survey: Survey
    readiness: tuple[Readiness, ...]


def init_crm(
    kind: AdapterType,
    settings: Mapping[str, Any],
    *,
    path: Path,
    force: bool,
    answers: Answers,
    today: date,
    environment: Mapping[str, str],
    translate: Callable[[str], str] = str,
    world: World | None = None,
    progress: Callable[[Message], None] = lambda _: None,
) -> CrmInitReport:
    """Ask a CRM what it holds, and write settings for it.

    Args:
        kind: The adapter; it has a survey.
        settings: Of the connection, as they are to stand in the file: secrets as `${NAME}`.
        path: The settings file to write.
        force: Overwrite it where it exists.
        answers: What was said in advance; it goes before what the CRM says.
        today: The last day that data can reach.
        environment: Where the secrets are.
        translate: The language of the comments.
        world: Where effects happen.
        progress: Told what is being asked.

    Raises:
        ConnectorError: the settings exist, or the CRM does not answer.
        ConfigError: the connection's settings, or an answer, cannot be.
    """
    refuse_overwriting(path, force=force)
    progress(Message("asking {adapter} what it holds", adapter=kind.title))
    survey = surveyed(kind, settings, folder=path.resolve().parent, environment=environment, world=world)
    default = default_mapping(kind)
    tables = proposed(default, survey.readable)
    if not tables:
        nothing = Problem("init", Message("{adapter} shows this account no module of facts", adapter=kind.title))
        raise ConfigError([*survey.problems, nothing])
    ready = readiness(catalog.shipped(), tables)
    draft = CrmDraft(
        _company(survey, answers, span=_span(tables, today), today=today),
        connection=CONNECTION,
        adapter=kind.name,
        settings=settings,
        tables=tables,
        default=default,
        readiness=ready,
        refused=survey.refused,
    )
    text = settings_text(draft, translate)
    write_whole(path, text.encode())
    return CrmInitReport(path, text, survey, ready)


def surveyed(
    kind: AdapterType,
    settings: Mapping[str, Any],
    *,
    folder: Path,
    environment: Mapping[str, str],
    world: World | None = None,
) -> Survey:
    """What the CRM says about itself.

    Raises:
        ConfigError: the settings cannot be.
        AdapterError: the CRM does not answer.
    """
    assert kind.survey is not None
    valid = _validated(kind, settings, environment)
    adapter = kind.connect(valid, folder)
    talk = converse(kind.survey(valid, folder), adapter=kind.name, http=adapter.http, world=world)
    said = list(talk)
    return Survey(
        organisation=next((each for each in said if isinstance(each, OrganisationInfo)), OrganisationInfo()),
        modules=tuple(each for each in said if isinstance(each, ModuleInfo)),
        general=tuple(each for each in said if isinstance(each, Problem)),
    )


def _validated(kind: AdapterType, settings: Mapping[str, Any], environment: Mapping[str, str]) -> Any:
    """The settings as the file will be read: the same doors, the same sentences."""
    text = "\n".join(f"{as_key(name)}: {flow(value, references=True)}" for name, value in settings.items())
    document = parse_document(text, environment=environment, name="settings")
    if document.problems:
        raise ConfigError(document.problems)
    try:
        return kind.settings.model_validate(document.data)
    except ValidationError as error:
        raise ConfigError(faults(error, document, model=kind.settings, prefix=())) from error


def default_mapping(kind: AdapterType) -> Mapping[str, Any]:
    """The adapter's own mapping, as plain YAML."""
    return {} if kind.default_mapping is None else read_document(kind.default_mapping, environment={}).data


def _company(survey: Survey, answers: Answers, *, span: Span | None, today: date) -> CompanyDraft:
    """What was answered goes before what the CRM says, and that before what is usual."""
    said = survey.organisation
    timezone = answers.timezone or said.timezone
    fiscal_year = answers.fiscal_year_starts or MONTH_NAMES[(said.fiscal_year_starts or 1) - 1]
    language = answers.language or said.language or answers.reader
    currency = answers.currency or said.currency or None
    calendar = calendar_of(
        timezone=timezone or answers.machine_timezone or "UTC",
        currency=currency,
        fiscal_year_starts=fiscal_year,
        language=language,
    )
    return CompanyDraft(
        name=answers.name or said.name,
        timezone=timezone or answers.machine_timezone or "UTC",
        timezone_sure=bool(timezone),
        currency=currency,
        currency_why=Message(""),
        fiscal_year_starts=fiscal_year,
        language=language,
        calendar=calendar,
        span=span,
        today=today,
    )


def _span(tables: Sequence[TableFill], today: date) -> Span | None:
    """Since business was noted: an address book that is older says nothing."""
    days = [date.fromisoformat(table.since[:10]) for table in tables if table.since and table.table in MOMENTS]
    return Span(min(days), today) if days else None
