"""What the rows behind a number are called: "4 deals", "3 of 4 won"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from connector.report.sentence import Sentence
from kpi_engine.definition import CountOf, Definition, Predicate, Ratio, Scalar


class Noun(NamedTuple):
    """One kind of fact: as a title, none of them, one, several (`{count}`)."""

    title: Sentence
    none: Sentence
    one: Sentence
    several: Sentence


_RECORDS = Noun(Sentence("records"), Sentence("no records"), Sentence("{count} record"), Sentence("{count} records"))
NOUNS: Mapping[str, Noun] = {
    "users": Noun(Sentence("users"), Sentence("no users"), Sentence("{count} user"), Sentence("{count} users")),
    "teams": Noun(Sentence("teams"), Sentence("no teams"), Sentence("{count} team"), Sentence("{count} teams")),
    "accounts": Noun(
        Sentence("accounts"), Sentence("no accounts"), Sentence("{count} account"), Sentence("{count} accounts")
    ),
    "contacts": Noun(
        Sentence("contacts"), Sentence("no contacts"), Sentence("{count} contact"), Sentence("{count} contacts")
    ),
    "leads": Noun(Sentence("leads"), Sentence("no leads"), Sentence("{count} lead"), Sentence("{count} leads")),
    "deals": Noun(Sentence("deals"), Sentence("no deals"), Sentence("{count} deal"), Sentence("{count} deals")),
    "deal_stage_changes": Noun(
        Sentence("stage changes"),
        Sentence("no stage changes"),
        Sentence("{count} stage change"),
        Sentence("{count} stage changes"),
    ),
    "orders": Noun(Sentence("orders"), Sentence("no orders"), Sentence("{count} order"), Sentence("{count} orders")),
    "subscriptions": Noun(
        Sentence("subscriptions"),
        Sentence("no subscriptions"),
        Sentence("{count} subscription"),
        Sentence("{count} subscriptions"),
    ),
    "cases": Noun(Sentence("cases"), Sentence("no cases"), Sentence("{count} case"), Sentence("{count} cases")),
    "activities": Noun(
        Sentence("activities"),
        Sentence("no activities"),
        Sentence("{count} activity"),
        Sentence("{count} activities"),
    ),
    "campaigns": Noun(
        Sentence("campaigns"), Sentence("no campaigns"), Sentence("{count} campaign"), Sentence("{count} campaigns")
    ),
    "campaign_members": Noun(
        Sentence("campaign members"),
        Sentence("no campaign members"),
        Sentence("{count} campaign member"),
        Sentence("{count} campaign members"),
    ),
    "survey_responses": Noun(
        Sentence("survey answers"),
        Sentence("no survey answers"),
        Sentence("{count} survey answer"),
        Sentence("{count} survey answers"),
    ),
    "costs": Noun(Sentence("costs"), Sentence("no costs"), Sentence("{count} cost"), Sentence("{count} costs")),
    "trainings": Noun(
        Sentence("trainings"), Sentence("no trainings"), Sentence("{count} training"), Sentence("{count} trainings")
    ),
    "fx_rates": Noun(
        Sentence("exchange rates"),
        Sentence("no exchange rates"),
        Sentence("{count} exchange rate"),
        Sentence("{count} exchange rates"),
    ),
}
_PART_OF_WHOLE: Mapping[tuple[str, Scalar], Sentence] = {
    ("outcome", "won"): Sentence("{part} of {whole} won"),
    ("outcome", "lost"): Sentence("{part} of {whole} lost"),
}
_PLAIN_PART = Sentence("{part} of {whole}")


def noun_of(definition: Definition) -> Noun:
    """What the rows of a KPI are; a KPI derived from others has records."""
    return NOUNS.get(getattr(definition, "table", ""), _RECORDS)


def noun_of_table(table: str) -> Noun:
    """What the rows of a fact table are."""
    return NOUNS.get(table, _RECORDS)


def counted(definition: Definition, count: int, *, written: str) -> Sentence:
    """So many rows of the KPI; `written` is the number as the reader writes it."""
    return counted_rows(noun_of(definition), count, written=written)


def counted_rows(noun: Noun, count: int, *, written: str) -> Sentence:
    """So many of them.

    >>> str(counted_rows(NOUNS["deals"], 1, written="1")), str(counted_rows(NOUNS["deals"], 0, written="0"))
    ('1 deal', 'no deals')
    """
    if count == 0:
        return noun.none
    template = noun.one if count == 1 else noun.several
    return Sentence(template.template, count=written)


def part_of_whole(definition: Definition) -> Sentence | None:
    """How the parts of a share of rows are told, without its numbers; None for KPIs that are no such share."""
    if not isinstance(definition, Ratio):
        return None
    numerator, denominator = definition.numerator, definition.denominator
    if not isinstance(numerator, CountOf) or not isinstance(denominator, CountOf):
        return None
    return _PART_OF_WHOLE.get(_told_apart_by(numerator.where), _PLAIN_PART)


def _told_apart_by(where: tuple[Predicate, ...]) -> tuple[str, Scalar]:
    if len(where) != 1 or where[0].is_ is None:
        return "", ""
    return where[0].column, where[0].is_
