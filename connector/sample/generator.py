"""Sample data with a known truth: a hardware seller of any size, made from a seed, page by page.

    sample = generate("small", seed=1, until=date(2025, 12, 1))
    for page in sample.pages("deals"): ...
    sample.truth()["causes"]

The same profile, language, seed, scale, day and dirt give the same bytes on every machine. No table is held in memory,
and none is needed to make another: the rows of other tables are addressed by arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from connector.errors import ConfigError, Message, Problem, did_you_mean
from connector.sample import activity, customers, deals, leads, marketing, office, orders, service, surveys
from connector.sample.calendar import Calendar
from connector.sample.causes import Truth
from connector.sample.chinese import CHINESE
from connector.sample.company import Company, Pages, campaigns_by_day, market, progress_by_day
from connector.sample.dirt import DUPLICATES, KINDS, NAMES, duplicates, namesakes, stains
from connector.sample.draws import Draws
from connector.sample.english import ENGLISH
from connector.sample.people import staff
from connector.sample.profile import PROFILES, sizes
from connector.sample.words import Words
from kpi_engine.facts import FACTS

TABLES: Mapping[str, Callable[[Company], Pages]] = {
    "teams": office.team_pages,
    "users": office.user_pages,
    "accounts": customers.account_pages,
    "contacts": customers.contact_pages,
    "campaigns": marketing.campaign_pages,
    "leads": leads.lead_pages,
    "deals": deals.deal_pages,
    "deal_stage_changes": deals.stage_change_pages,
    "orders": orders.order_pages,
    "subscriptions": orders.subscription_pages,
    "cases": service.case_pages,
    "activities": activity.activity_pages,
    "campaign_members": marketing.member_pages,
    "survey_responses": surveys.survey_pages,
    "costs": marketing.cost_pages,
    "trainings": office.training_pages,
    "fx_rates": office.rate_pages,
}
"""Every fact table but `customer_links`, which is not data of a CRM; what is pointed to comes first."""
LANGUAGES: Mapping[str, Words] = {words.language: words for words in (ENGLISH, CHINESE)}
WHOLE_WEEK_SERVICE = 15
"""Cases on a day of the weekend, in percent of a working day's."""
EVEN_SEASONS = (100,) * 12


@dataclass(frozen=True, slots=True)
class FactPage:
    """Up to 2,000 facts, column by column, in the order of the data dictionary and typed as the store holds them."""

    table: str
    columns: Mapping[str, Sequence[Any]]
    count: int

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Row by row."""
        return zip(*self.columns.values(), strict=True)


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample company. Nothing is made until it is asked for."""

    company: Company
    seed: int
    scale: float
    dirt: tuple[str, ...]
    namesakes: Mapping[str, str]
    """Who is called like whom (user ids)."""
    connection: str

    def tables(self) -> tuple[str, ...]:
        """The tables that have rows, those that others point to first."""
        return tuple(TABLES)

    def pages(self, table: str) -> Iterator[FactPage]:
        """One table's facts; its pages are made one by one."""
        names = FACTS[table].column_names
        for made in TABLES[table](self.company):
            count = len(made["id"])
            whole: dict[str, Sequence[Any]] = {
                "connection": [self.connection] * count,
                "deleted_at": [None] * count,
                **made,
            }
            yield FactPage(table, {name: whole[name] for name in names}, count)

    def truth(self) -> dict[str, Any]:
        """What is true of this sample: its causes with what each KPI must show, and its dirt, counted. JSON."""
        company = self.company
        calendar, words = company.calendar, company.words
        return {
            "company": words.company,
            "profile": company.profile.name,
            "language": words.language,
            "seed": self.seed,
            "scale": self.scale,
            "timezone": words.zone,
            "currency": words.currency,
            "first_day": calendar.first.isoformat(),
            "whole_from": calendar.since.isoformat(),
            "until": calendar.until.isoformat(),
            "causes": [cause.as_json() for cause in company.truth.causes],
            "dirt": self._dirt(),
        }

    def _dirt(self) -> list[dict[str, Any]]:
        rows = self._numbered_rows()
        planted = [
            {
                "kind": stain.kind,
                "table": stain.table,
                "column": stain.column,
                "rows": len(stain.rows(range(rows[stain.table]))),
                "what": stain.what,
            }
            for stain in self.company.stains
        ]
        if DUPLICATES in self.dirt:
            twice = duplicates(customers.accounts_of(self.company))
            what = "the same company entered a second time, with the same tax number, phone and mail domain"
            planted.append({"kind": DUPLICATES, "table": "accounts", "column": "id", "rows": twice, "what": what})
        if NAMES in self.dirt:
            what = "called like somebody who left"
            pairs = len(self.namesakes)
            planted.append({"kind": NAMES, "table": "users", "column": "name", "rows": pairs, "what": what})
        return planted

    def _numbered_rows(self) -> dict[str, int]:
        """Rows of the tables whose dirt goes by row number."""
        company = self.company
        once = customers.accounts_of(company)
        return {
            "accounts": once + (duplicates(once) if company.duplicates else 0),
            "deals": company.sizes.deals,
            "cases": company.sizes.cases,
            "leads": company.sizes.leads,
        }


def generate(
    profile: str = "small",
    *,
    until: date,
    seed: int = 1,
    scale: float = 1.0,
    language: str = "en",
    dirt: Iterable[str] = KINDS,
    connection: str = "crm",
) -> Sample:
    """A sample company as its CRM looks at the beginning of a day.

    Args:
        profile: `small` (30 people, 12 reps), `medium` (300) or `large` (3,000, several currencies).
        until: The day of the export; nothing has happened on it yet.
        seed: Another seed is another company with the same story.
        scale: Multiplies customers and their business; the company's own people stay as they are.
        language: `en` or `zh-CN`.
        dirt: Which kinds of planted dirt to have, of `dirt.KINDS`.
        connection: What the column `connection` says.

    Raises:
        ConfigError: an unknown profile, language or kind of dirt, or a scale that is not positive.
    """
    kinds = tuple(dirt)
    _check(profile, language, dirt=kinds, scale=scale)
    size, words, draws = PROFILES[profile], LANGUAGES[language], Draws(seed)
    planned = sizes(size, scale)
    calendar = Calendar(until, months=size.months, zone=words.zone)
    people = staff(size, words, calendar=calendar, draws=draws)
    alike = namesakes(people) if NAMES in kinds else {}
    selling = market(words, seats=people.sales, draws=draws, abroad=size.foreign_currencies)
    sales_days = calendar.timeline(words.seasons, weekend=0)
    company = Company(
        profile=size,
        sizes=planned,
        words=words,
        calendar=calendar,
        draws=draws,
        staff=people,
        market=selling,
        truth=Truth(words, staff=people, calendar=calendar, seat_pool=selling.seat_pool),
        stains=stains(words, kinds),
        duplicates=DUPLICATES in kinds,
        sales_days=sales_days,
        service_days=calendar.timeline(EVEN_SEASONS, weekend=WHOLE_WEEK_SERVICE),
        sales_progress=progress_by_day(sales_days, len(calendar.days)),
        shift=draws.one("names"),
        campaigns=campaigns_by_day(calendar, each_month=size.campaigns_per_month, campaigns=planned.campaigns),
    )
    return Sample(company, seed, scale, kinds, alike, connection)


def _check(profile: str, language: str, *, dirt: Iterable[str], scale: float) -> None:
    """All that is wrong with the request, at once."""
    asked = (("profile", (profile,), PROFILES), ("language", (language,), LANGUAGES), ("dirt", dirt, KINDS))
    problems = [
        Problem(what, Message("there is no {what} {name}", what=what, name=name), did_you_mean(name, known))
        for what, names, known in asked
        for name in names
        if name not in known
    ]
    if not 0 < scale < float("inf"):
        problems.append(Problem("scale", Message("{scale} is not a size", scale=scale), Message("1 is the usual one")))
    if problems:
        raise ConfigError(problems)
