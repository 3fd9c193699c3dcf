"""From a look at the files to settings that a person can correct, and the questions that only a person can answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from connector.errors import ConfigError, Message, Problem
from connector.init.columns import TableProposal, proposed
from connector.init.company import calendar_of
from connector.init.folder_text import Draft, settings_text
from connector.init.links import linked
from connector.init.look import TableLook, looked_at
from connector.init.questions import Answered, Answers, Ask, Question, settled
from connector.init.sheet import known_kpis, targets_sheet
from connector.init.span import span_of
from connector.init.tables import assigned
from connector.init.text import CompanyDraft
from connector.init.writing import refuse_overwriting, write_whole
from connector.registry import adapter_type
from kpi_engine.definition import Definition

SHEET = Path("targets", "targets.xlsx")
"""Where settings look for targets, unless they say otherwise."""


@dataclass(frozen=True, slots=True)
class InitReport:
    """What was drafted."""

    path: Path
    text: str
    tables: Mapping[str, str]
    """Fact table -> the file that fills it."""
    left_out: tuple[str, ...]
    open_questions: tuple[Question, ...]
    """Marked REQUIRED in the file; `check` says so too until they are answered."""
    problems: tuple[Problem, ...]
    """Files that could not be read."""
    sheet: Path | None
    """The sheet of targets to fill in; None where none was wanted, or one is there already."""


def init(
    folder: Path,
    *,
    path: Path,
    force: bool,
    answers: Answers,
    ask: Ask,
    today: date,
    translate: Callable[[str], str] = str,
    adapter: str = "generic_csv",
    progress: Callable[[Message], None] = lambda _: None,
) -> InitReport:
    """Look at a folder of exports and write settings for it, and a sheet of targets to fill in.

    Args:
        folder: Where the files are.
        path: The settings file to write.
        force: Overwrite it where it exists.
        answers: What was said in advance.
        ask: Asks a person what no file tells.
        today: Files that end long before it are taken for an archive.
        translate: The language of the comments.
        adapter: Reads the files.
        progress: Told what is being read.

    Raises:
        ConnectorError: the settings exist, or there is nothing in the folder to make them of.
        ConfigError: an answer fits no question.
    """
    refuse_overwriting(path, force=force)
    kind = adapter_type(adapter)
    base = path.resolve().parent
    relative = os.path.relpath(folder.resolve(), base)
    looks = looked_at(kind, {"folder": relative}, folder=base, progress=progress)
    proposals = _proposals(folder, looks)
    answered = settled(proposals, answers=answers, ask=ask)
    draft = _draft(answered, looks, name=answers.name, adapter=adapter, folder=relative, today=today)
    kpis = known_kpis(answered.company.targets)
    text = settings_text(draft, translate)
    sheet = _sheet(path.parent, draft, kpis=kpis, today=today, translate=translate) if kpis else None
    write_whole(path, text.encode())
    return InitReport(
        path=path,
        text=text,
        tables={table: proposal.look.module.name for table, proposal in draft.tables.items()},
        left_out=draft.left_out,
        open_questions=answered.open,
        problems=tuple(problem for look in looks for problem in look.module.problems),
        sheet=sheet,
    )


def _proposals(folder: Path, looks: Sequence[TableLook]) -> dict[str, TableProposal]:
    tables = assigned([look for look in looks if look.usable])
    if not tables:
        problems = [problem for look in looks for problem in look.module.problems]
        hint = Message("name the folder with the exported files: crm-kpi init --folder PATH")
        found = Message("no file in {folder} is like a table of facts", folder=folder)
        raise ConfigError([*problems, Problem("init", found, hint)])
    return linked({table: proposed(table, look) for table, look in tables.items()})


def _draft(
    answered: Answered, looks: Sequence[TableLook], *, name: str, adapter: str, folder: str, today: date
) -> Draft:
    used = {proposal.look.module.name for proposal in answered.tables.values()}
    company = answered.company
    return Draft(
        CompanyDraft(
            name=name,
            timezone=company.timezone,
            timezone_sure=company.timezone_sure,
            currency=answered.currency,
            currency_why=answered.currency_why,
            fiscal_year_starts=company.fiscal_year_starts,
            language=company.language,
            calendar=calendar_of(
                timezone=company.timezone,
                currency=answered.currency,
                fiscal_year_starts=company.fiscal_year_starts,
                language=company.language,
            ),
            span=span_of(answered.tables, today=today),
            today=today,
        ),
        adapter=adapter,
        folder=folder,
        tables=answered.tables,
        left_out=tuple(look.module.name for look in looks if look.module.name not in used),
    )


def _sheet(
    folder: Path, draft: Draft, *, kpis: Sequence[Definition], today: date, translate: Callable[[str], str]
) -> Path | None:
    """Writes the sheet where the settings look for targets; never over another one, which may be filled in."""
    path = folder / SHEET
    if path.exists():
        return None
    company = draft.company
    content = targets_sheet(
        draft.tables,
        kpis=kpis,
        company=company.name,
        currency=company.currency or "",
        language=company.language,
        calendar=company.calendar,
        day=company.span.last if company.span and company.span.is_archive(today) else today,
        translate=translate,
    )
    path.parent.mkdir(exist_ok=True)
    write_whole(path, content)
    return path
