"""Survey answers: after cases, once a year from customers, twice a year from the own people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from connector.sample.calendar import month_start
from connector.sample.causes import SATISFIED, SATISFIED_WITH_SLOW, SLOW_QUEUE
from connector.sample.company import PAGE, Columns, Company, Pages, looked_up
from connector.sample.customers import (
    QUIET,
    QUIET_EVERY,
    account_ids,
    accounts_of,
    contact_ids,
    contacts_at,
    created_day,
)
from connector.sample.draws import share
from connector.sample.service import CASE, CaseBlock, case_blocks, case_ids

ASKED_EIGHTHS, ANSWERED_LIMIT = 4, share(0.55)
"""After every other solved case a survey is sent; somewhat more than half of them are answered."""
HIGH_SCORES, LOW_SCORES = (4.0, 5.0, 5.0, 5.0), (1.0, 2.0, 3.0, 3.0)
NPS_SCORES = (0.0, 3.0, 5.0, 6.0, 7.0, 7.0, 8.0, 8.0, 8.0, 9.0, 9.0, 9.0, 9.0, 10.0, 10.0, 10.0)
ENPS_SCORES = (2.0, 4.0, 5.0, 6.0, 6.0, 7.0, 7.0, 8.0, 8.0, 8.0, 9.0, 9.0, 9.0, 10.0, 10.0, 10.0)
ESAT_SCORES = (1.0, 2.0, 3.0, 3.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0)
NPS_EVERY = 4
"""One account in so many is asked each year for a recommendation."""
HALF_YEAR = 6


def survey_pages(company: Company) -> Pages:
    """The table `survey_responses`: of cases, of accounts, of employees."""
    for cases in case_blocks(company):
        yield from _case_surveys(company, cases)
    others = _other_surveys(company)
    while rows := list(islice(others, PAGE)):
        yield {name: [row.get(name) for row in rows] for name in _COLUMNS}


_COLUMNS = (
    "id", "modified_at", "kind", "account_id", "contact_id", "case_id", "owner_id", "user_id", "topic", "comment",
    "score", "scale_min", "scale_max", "sent_at", "answered_at",
)  # fmt: skip


def _case_surveys(company: Company, cases: CaseBlock) -> Iterator[Columns]:
    calendar, words = company.calendar, company.words
    draws = company.draws.column("surveys", cases.block, count=len(cases.numbers))
    asked = [
        place
        for place, (draw, solved) in enumerate(zip(draws, cases.resolved, strict=True))
        if draw & 7 < ASKED_EIGHTHS and solved + 3_600 < calendar.now
    ]
    if not asked:
        return
    sent = [cases.resolved[place] + 3_600 for place in asked]
    answered = [
        moment + 1_800 + 3 * draws[place] if draws[place] < ANSWERED_LIMIT else -1
        for moment, place in zip(sent, asked, strict=True)
    ]
    answers = calendar.known_instants(answered)
    scores = _scores(company, cases, asked)
    known = [score if answer else None for score, answer in zip(scores, answers, strict=True)]
    numbers = looked_up(cases.numbers, asked)
    yield {
        "id": [f"Q{CASE + number}" for number in numbers],
        "modified_at": [answer or first for answer, first in zip(answers, calendar.instants(sent), strict=True)],
        "kind": ["csat"] * len(asked),
        "account_id": account_ids(cases.accounts[place] for place in asked),
        "contact_id": contact_ids(cases.contacts[place] for place in asked),
        "case_id": case_ids(numbers),
        "owner_id": company.staff.service.owners(looked_up(cases.seats, asked), looked_up(cases.days, asked)),
        "user_id": [None] * len(asked),
        "topic": [words.survey_topics[0]] * len(asked),
        "comment": [_comment(company, score, number) for score, number in zip(known, numbers, strict=True)],
        "score": known,
        "scale_min": [1.0] * len(asked),
        "scale_max": [5.0] * len(asked),
        "sent_at": calendar.instants(sent),
        "answered_at": answers,
    }


def _scores(company: Company, cases: CaseBlock, asked: Sequence[int]) -> list[float]:
    """Scores of one to five; four and five are what the top-two-box rate counts."""
    draws = company.draws.column("surveys/score", cases.block, count=len(cases.numbers))
    choices = company.draws.column("surveys/choice", cases.block, count=len(cases.numbers))
    since = company.calendar.number(company.truth.queue_since)
    usual, slow = share(SATISFIED), share(SATISFIED_WITH_SLOW)
    return [
        (
            HIGH_SCORES
            if draws[place] < (slow if cases.queues[place] == SLOW_QUEUE and cases.days[place] >= since else usual)
            else LOW_SCORES
        )[choices[place] & 3]
        for place in asked
    ]


def _comment(company: Company, score: float | None, number: int) -> str | None:
    if score is None or number % 3:
        return None
    remarks = company.words.praise if score > 3 else company.words.blame
    return remarks[number // 3 % len(remarks)]


# ---- customers and employees -----------------------------------------------------------------------------------------


def _other_surveys(company: Company) -> Iterator[dict[str, Any]]:
    yield from _recommendations(company)
    for kind, scores, scale, topic in (("esat", ESAT_SCORES, (1.0, 5.0), 2), ("enps", ENPS_SCORES, (0.0, 10.0), 3)):
        yield from _employees(company, kind, scores=scores, scale=scale, topic=company.words.survey_topics[topic])


def _recommendations(company: Company) -> Iterator[dict[str, Any]]:
    """A quarter of the accounts each year, spread over its days."""
    calendar, seats = company.calendar, company.profile.seats
    for year in range(-(-company.sizes.months // 12)):
        for account in range(year % NPS_EVERY, accounts_of(company), NPS_EVERY):
            day = calendar.workday[calendar.began + year * 365 + account * 37 % 360]
            quiet = account // seats % QUIET_EVERY == QUIET
            if quiet or day >= calendar.today or created_day(company, account) >= day:
                continue
            draw = company.draws.one(f"nps/{year}", account)
            contact = contacts_at((account,), (draw,))
            yield _answer(
                company, "nps", day=day, draw=draw, scores=NPS_SCORES, scale=(0.0, 10.0),
                id=f"N{CASE + account * 10 + year}", account_id=account_ids((account,))[0],
                contact_id=contact_ids(contact)[0], topic=company.words.survey_topics[1],
                owner_id=company.staff.sales.owners((account % seats,), (day,))[0],
            )  # fmt: skip


def _employees(
    company: Company, kind: str, *, scores: Sequence[float], scale: tuple[float, float], topic: str
) -> Iterator[dict[str, Any]]:
    calendar = company.calendar
    for wave in range(company.sizes.months // HALF_YEAR):
        day = calendar.workday[calendar.number(month_start(calendar.first, wave * HALF_YEAR + 4)) + 7]
        for place, user in enumerate(company.staff.users):
            if user.hired <= day < user.left and day < calendar.today:
                yield _answer(
                    company, kind, day=day, draw=company.draws.one(f"{kind}/{wave}", place), scores=scores,
                    scale=scale, id=f"{kind[:2].upper()}{wave:03}{user.id}", user_id=user.id, topic=topic,
                )  # fmt: skip


def _answer(
    company: Company,
    kind: str,
    *,
    day: int,
    draw: int,
    scores: Sequence[float],
    scale: tuple[float, float],
    **links: str,
) -> dict[str, Any]:
    calendar = company.calendar
    sent = calendar.midnight[day] + 33_000
    answer = calendar.known_instants((sent + 3_000 + draw % 250_000 if draw < 3 * ANSWERED_LIMIT // 2 else -1,))[0]
    return {
        "modified_at": answer or calendar.instant(sent),
        "kind": kind,
        "score": scores[draw >> 4 & 15] if answer else None,
        "scale_min": scale[0],
        "scale_max": scale[1],
        "sent_at": calendar.instant(sent),
        "answered_at": answer,
        **links,
    }
