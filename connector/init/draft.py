"""From a look at the files to settings that a person can correct, and the questions that only a person can answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from connector.errors import ConfigError, ConnectorError, Message, Problem
from connector.init.columns import TableProposal, proposed
from connector.init.links import linked
from connector.init.look import TableLook, looked_at
from connector.init.questions import Answered, Answers, Ask, Question, settled
from connector.init.tables import assigned
from connector.init.text import Draft, settings_text
from connector.registry import adapter_type


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


def init(
    folder: Path,
    *,
    path: Path,
    force: bool,
    answers: Answers,
    ask: Ask,
    translate: Callable[[str], str] = str,
    adapter: str = "generic_csv",
    progress: Callable[[Message], None] = lambda _: None,
) -> InitReport:
    """Look at a folder of exports and write settings for it.

    Args:
        folder: Where the files are.
        path: The settings file to write.
        force: Overwrite it where it exists.
        answers: What was said in advance.
        ask: Asks a person what no file tells.
        translate: The language of the comments.
        adapter: Reads the files.
        progress: Told what is being read.

    Raises:
        ConnectorError: the settings exist, or there is nothing in the folder to make them of.
        ConfigError: an answer fits no question.
    """
    _refuse_overwriting(path, force=force)
    kind = adapter_type(adapter)
    base = path.resolve().parent
    relative = os.path.relpath(folder.resolve(), base)
    looks = looked_at(kind, {"folder": relative}, folder=base, progress=progress)
    proposals = _proposals(folder, looks)
    answered = settled(proposals, answers=answers, ask=ask)
    draft = _draft(answered, looks, answers=answers, adapter=adapter, folder=relative)
    text = settings_text(draft, translate)
    _write(path, text)
    return InitReport(
        path=path,
        text=text,
        tables={table: proposal.look.module.name for table, proposal in draft.tables.items()},
        left_out=draft.left_out,
        open_questions=answered.open,
        problems=tuple(problem for look in looks for problem in look.module.problems),
    )


def _proposals(folder: Path, looks: Sequence[TableLook]) -> dict[str, TableProposal]:
    tables = assigned([look for look in looks if look.usable])
    if not tables:
        problems = [problem for look in looks for problem in look.module.problems]
        hint = Message("name the folder with the exported files: crm-kpi init --folder PATH")
        found = Message("no file in {folder} is like a table of facts", folder=folder)
        raise ConfigError([*problems, Problem("init", found, hint)])
    return linked({table: proposed(table, look) for table, look in tables.items()})


def _draft(answered: Answered, looks: Sequence[TableLook], *, answers: Answers, adapter: str, folder: str) -> Draft:
    used = {proposal.look.module.name for proposal in answered.tables.values()}
    return Draft(
        name=answers.name,
        timezone=answers.timezone or answers.machine_timezone or "UTC",
        timezone_sure=answers.timezone is not None,
        currency=answered.currency,
        currency_why=answered.currency_why,
        language=answers.language,
        adapter=adapter,
        folder=folder,
        tables=answered.tables,
        left_out=tuple(look.module.name for look in looks if look.module.name not in used),
    )


def _refuse_overwriting(path: Path, *, force: bool) -> None:
    if path.exists() and not force:
        message = Message("{file} is there already", file=path)
        raise ConnectorError(message, hint=Message("overwrite it with --force, or name another with --config"))


def _write(path: Path, text: str) -> None:
    """Whole or not at all: what a person has corrected is never half overwritten."""
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        message = Message("{file} cannot be written: {reason}", file=path, reason=error.strerror)
        raise ConnectorError(message, hint=Message("name another place with --config")) from error
