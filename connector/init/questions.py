"""What no file tells, and who answers it: an option, a person at the terminal, or nobody yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from connector.errors import ConfigError, Message, Problem, did_you_mean
from connector.formats.infer import Format
from connector.formats.number import NumberFormat
from connector.init.columns import ColumnProposal, TableProposal, Trust
from connector.init.folder_text import format_text
from connector.init.sheet import usual_kpis
from connector.init.vocabulary import vocabulary
from connector.language import LANGUAGES
from kpi_engine.errors import NO_HINT
from kpi_engine.facts import FACTS, ColumnType


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person has said in advance."""

    name: str = ""
    timezone: str | None = None
    machine_timezone: str | None = None
    """Of the machine that this runs on: a guess that is marked as one."""
    currency: str | None = None
    fiscal_year_starts: str | None = None
    """A month: its number, or its name."""
    language: str | None = None
    reader: str = "en"
    """The language of who is asked; a guess at the company's."""
    targets: tuple[str, ...] | None = None
    """The KPIs that targets are set for; an empty tuple: none."""
    formats: Mapping[str, str] = field(default_factory=dict)
    """`deals.close_date` (the file's column, or the fact's) -> one of the formats it can be read in."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something that no file tells."""

    about: str
    """`deals.close_date`, or `currency`."""
    message: Message
    options: tuple[str, ...] = ()
    default: str = ""
    """What is taken where nobody says anything; empty where that would be a guess."""


Ask = Callable[[Question], str | None]
"""Asks a person; None where nobody is there to ask."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The proposals with all that is known now."""

    tables: Mapping[str, TableProposal]
    currency: str | None
    currency_why: Message
    company: Company
    open: tuple[Question, ...]
    """Questions that nobody answered."""


@dataclass(frozen=True, slots=True)
class Company:
    """What is to be said about the company whose files these are."""

    timezone: str
    timezone_sure: bool
    fiscal_year_starts: str
    language: str
    targets: tuple[str, ...]


_CURRENCY = Question("currency", Message("in which currency are the amounts (ISO 4217, such as EUR)?"))
_ZONE = Message("in which time zone do your days begin and end?")
_FISCAL_YEAR = Message("in which month does your fiscal year begin?")
_LANGUAGE = Message("in which language are KPIs named?")
_TARGETS = Message("for which KPIs do you set targets? (ids with commas, or none)")
NO_TARGETS = "none"
_SEVERAL = ("$", "¥", "￥", "元")
"""Signs of more than one currency."""


def settled(proposals: Mapping[str, TableProposal], *, answers: Answers, ask: Ask) -> Answered:
    """Put each question to the options first, then to a person.

    Raises:
        ConfigError: an option answers what is no question, or not with one of the choices.
    """
    _refuse_stray(answers, proposals)
    left: list[Question] = []
    tables = {
        name: replace(
            table, columns=tuple(_column(table, each, answers=answers, ask=ask, left=left) for each in table.columns)
        )
        for name, table in proposals.items()
    }
    currency, why = _currency(tables)
    currency = answers.currency or currency or ask(_CURRENCY)
    if currency is None:
        left.append(_CURRENCY)
    company = _company(answers, ask, usual=usual_kpis(tables))
    return Answered(tables, currency, NO_HINT if answers.currency else why, company, tuple(left))


def _company(answers: Answers, ask: Ask, *, usual: Sequence[str]) -> Company:
    """Each of these has a usual answer, which holds where nobody is there to be asked."""
    zone = answers.timezone or ask(Question("timezone", _ZONE, default=answers.machine_timezone or "UTC"))
    fiscal_year = answers.fiscal_year_starts or ask(Question("fiscal_year_starts", _FISCAL_YEAR, default="january"))
    language = answers.language or ask(Question("language", _LANGUAGE, options=LANGUAGES, default=answers.reader))
    targets = answers.targets
    if targets is None:
        said = ask(Question("targets", _TARGETS, default=", ".join(usual) or NO_TARGETS))
        targets = listed(said) if said is not None else tuple(usual)
    return Company(
        timezone=zone or answers.machine_timezone or "UTC",
        timezone_sure=zone is not None,
        fiscal_year_starts=fiscal_year or "january",
        language=language or answers.reader,
        targets=targets,
    )


def listed(said: str) -> tuple[str, ...]:
    """KPI ids out of a line.

    >>> listed("won_amount, win_rate"), listed("none"), listed("")
    (('won_amount', 'win_rate'), (), ())
    """
    ids = (word.strip() for word in said.split(","))
    return tuple(dict.fromkeys(word for word in ids if word and word.lower() != NO_TARGETS))


def _column(
    table: TableProposal, column: ColumnProposal, *, answers: Answers, ask: Ask, left: list[Question]
) -> ColumnProposal:
    if column.trust is not Trust.ASK:
        return column
    question = Question(f"{table.table}.{column.source or column.column}", column.why, _options(column))
    if not column.readings:
        left.append(question)
        return column
    said = next((answers.formats[name] for name in _names(table, column) if name in answers.formats), None)
    chosen = said if said is not None else ask(question)
    if chosen is None:
        left.append(question)
        return column
    return replace(column, format=_chosen(question, column, chosen), readings=(), trust=Trust.SURE, why=NO_HINT)


def _options(column: ColumnProposal) -> tuple[str, ...]:
    return tuple(map(choice, column.readings))


def choice(style: Format) -> str:
    """How a person names a format: a date's pattern, or a number's decimal sign."""
    return style.decimal if isinstance(style, NumberFormat) else style.pattern


def _names(table: TableProposal, column: ColumnProposal) -> tuple[str, str]:
    return f"{table.table}.{column.source}", f"{table.table}.{column.column}"


def _chosen(question: Question, column: ColumnProposal, said: str) -> Format:
    for style in column.readings:
        if said in (choice(style), format_text(style)):
            return style
    message = Message("{answer} does not read the whole column", answer=said)
    hint = Message("one of: {words}", words=", ".join(question.options))
    raise ConfigError([Problem(question.about, message, hint)])


def _refuse_stray(answers: Answers, proposals: Mapping[str, TableProposal]) -> None:
    """An answer for a column that does not exist was meant for another one."""
    known = [name for table in proposals.values() for column in table.columns for name in _names(table, column)]
    stray = [name for name in answers.formats if name not in known]
    if stray:
        raise ConfigError(
            Problem(name, Message("there is no such column"), did_you_mean(name, known)) for name in stray
        )


def _currency(proposals: Mapping[str, TableProposal]) -> tuple[str | None, Message]:
    """The currency that the files' own signs tell; a sign of several currencies is said to be a guess."""
    signs = dict.fromkeys(sign for style in _money_formats(proposals) for sign in style.currency)
    found = dict.fromkeys(vocabulary().currencies[sign] for sign in signs if sign in vocabulary().currencies)
    words = {word for table in proposals.values() for word in _currency_words(table)}
    if len(found) == 1 and not words:
        doubt = Message("please check: {sign} is the sign of several currencies", sign=next(iter(signs)))
        return next(iter(found)), doubt if any(sign in _SEVERAL for sign in signs) else NO_HINT
    if len(words) == 1:
        return next(iter(words)), NO_HINT
    return None, NO_HINT


def _money_formats(proposals: Mapping[str, TableProposal]) -> Iterator[NumberFormat]:
    for table in proposals.values():
        for column in table.columns:
            fact = FACTS[table.table].column(column.column)
            if fact and fact.type is ColumnType.MONEY and isinstance(column.format, NumberFormat):
                yield column.format


def _currency_words(table: TableProposal) -> set[str]:
    source = table.source_of("currency")
    return table.look.columns[source].profile.words if source else set()
