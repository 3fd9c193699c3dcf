"""Small tables: teams, users, trainings and exchange rates."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from connector.sample.calendar import month_start
from connector.sample.company import PAGE, Company, Pages, blocks
from connector.sample.draws import RANGE, share
from connector.sample.people import NEVER

PASS_MARK = 60.0
DAYS_TO_LEARN = 30
NEVER_DONE_LIMIT, LATE_LIMIT = share(0.08), share(0.22)
RATE_SWING = 3
"""Exchange rates move up to so many percent around their mean."""


def team_pages(company: Company) -> Pages:
    """The table `teams`."""
    teams = company.staff.teams
    created = company.calendar.texts[company.calendar.began] + "T06:00:00Z"
    for _, places in blocks(len(teams), PAGE):
        page = [teams[place] for place in places]
        yield {
            "id": [team.id for team in page],
            "modified_at": [created] * len(page),
            "name": [team.name for team in page],
            "parent_id": [team.parent or None for team in page],
            "manager_id": [team.manager for team in page],
        }


def user_pages(company: Company) -> Pages:
    """The table `users`; those who left are still there, no longer active."""
    calendar, users = company.calendar, company.staff.users
    for _, places in blocks(len(users), PAGE):
        page = [users[place] for place in places]
        yield {
            "id": [user.id for user in page],
            "modified_at": [
                calendar.texts[user.hired if user.left == NEVER else user.left] + "T06:00:00Z" for user in page
            ],
            "name": [user.name for user in page],
            "email": [f"{user.id.lower()}@{company.words.mail_domain}" for user in page],
            "team_id": [user.team for user in page],
            "manager_id": [user.manager or None for user in page],
            "active": [int(user.left == NEVER) for user in page],
            "hired_on": calendar.dates(user.hired for user in page),
            "left_on": [None if user.left == NEVER else calendar.texts[user.left] for user in page],
        }


def training_pages(company: Company) -> Pages:
    """The table `trainings`: a course for everybody each quarter."""
    rows = _trainings(company)
    while page := list(islice(rows, PAGE)):
        yield {name: [row[name] for row in page] for name in page[0]}


def _trainings(company: Company) -> Iterator[dict[str, Any]]:
    calendar, words = company.calendar, company.words
    for quarter in range(company.sizes.months // 3):
        day = calendar.workday[calendar.number(month_start(calendar.first, quarter * 3)) + 9]
        for place, user in enumerate(company.staff.users):
            if not user.hired <= day < user.left:
                continue
            draw = company.draws.one(f"training/{quarter}", place)
            days = DAYS_TO_LEARN + 1 + draw % 20 if draw < LATE_LIMIT else 3 + draw % 26
            done = NEVER if draw < NEVER_DONE_LIMIT else day + days
            known = done < min(calendar.today, user.left)
            score = 40.0 + (draw >> 4) % 61 if known else None
            yield {
                "id": f"C{quarter:03}{user.id}",
                "modified_at": f"{calendar.texts[done if known else day]}T06:00:00Z",
                "user_id": user.id,
                "course": words.courses[quarter % len(words.courses)],
                "assigned_on": calendar.texts[day],
                "due_on": calendar.texts[day + DAYS_TO_LEARN],
                "completed_on": calendar.texts[done] if known else None,
                "score": score,
                "passed": None if score is None else int(score >= PASS_MARK),
            }


def rate_pages(company: Company) -> Pages:
    """The table `fx_rates`: on the first of each month, for each foreign currency, into the home currency."""
    rows = _rates(company)
    while page := list(islice(rows, PAGE)):
        yield {name: [row[name] for row in page] for name in page[0]}


def _rates(company: Company) -> Iterator[dict[str, Any]]:
    words, calendar = company.words, company.calendar
    means = {words.fair_currency: words.fair_per_home_unit}
    means |= {region.currency: region.per_home_unit for region in words.regions if company.profile.foreign_currencies}
    means.pop(words.currency, None)
    for place, (currency, per_home_unit) in enumerate(sorted(means.items())):
        for month in range(company.sizes.months + 1):
            day = month_start(calendar.first, month)
            if day >= calendar.until:
                break
            swing = (company.draws.one(f"rate/{currency}", month) * 2 - RANGE) * RATE_SWING
            millionths = 1_000_000_000 * (100 * RANGE + swing) // (100 * RANGE * per_home_unit)
            yield {
                "id": f"R{(place + 1) * 1_000 + month}",
                "modified_at": f"{day.isoformat()}T06:00:00Z",
                "from_currency": currency,
                "to_currency": words.currency,
                "valid_on": day.isoformat(),
                "rate": f"{millionths // 1_000_000}.{millionths % 1_000_000:06}",
            }
