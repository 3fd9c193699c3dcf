"""How statuses are told: a word in the cell, and a sentence with what can be done where they are explained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from connector.report.sentence import Sentence


class Told(NamedTuple):
    """A status in a word, why it is so, and what helps."""

    word: Sentence
    why: Sentence
    remedy: Sentence


STATUSES: Mapping[str, Told] = {
    "error": Told(
        Sentence("could not be computed"),
        Sentence("The computation of this KPI failed; the others are not affected."),
        Sentence("Run `crm-kpi compute`, which says why."),
    ),
    "incomplete": Told(
        Sentence("facts incomplete"),
        Sentence("The CRM has more records than arrived here."),
        Sentence("Pull again; what `crm-kpi status` says about coverage tells why."),
    ),
    "missing_fx": Told(
        Sentence("exchange rate missing"),
        Sentence("Amounts without an exchange rate are left out of the number."),
        Sentence("Add the missing rates to the table of exchange rates."),
    ),
    "history_truncated": Told(
        Sentence("history too short"),
        Sentence("The facts begin too late: a customer of long ago looks like a new one."),
        Sentence("Load older records, or read the number as an upper bound."),
    ),
    "not_applicable": Told(
        Sentence("does not apply"),
        Sentence("The question has no sense here, or a number that the organisation must state is missing."),
        Sentence("State the assumption in the settings, or look with `crm-kpi kpi explain` what is asked for."),
    ),
    "not_mature": Told(
        Sentence("too early"),
        Sentence("The period is too young: what it will bring has not all come yet."),
        Sentence("Wait until the KPI's maturity time is over."),
    ),
    "insufficient_n": Told(
        Sentence("too few to judge"),
        Sentence("Fewer cases than a judgement needs: by chance alone the number could be quite another."),
        Sentence("Read the counts, the twelve months and the team's value instead."),
    ),
    "zero_denominator": Told(
        Sentence("nothing to compare with"),
        Sentence("The number is a share of something, or growth over something, that is zero."),
        Sentence("It comes by itself as soon as there is something to divide by."),
    ),
    "no_data": Told(
        Sentence("no data"),
        Sentence("There is nothing to count in the period."),
        Sentence("Nothing to do where nothing happened; else look whether the records carry their dates."),
    ),
}
"""What needs somebody first."""
