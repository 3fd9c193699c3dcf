"""How big the sample company is: three profiles, and what `scale` does to their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LEAD_IN_MONTHS = 6
"""The CRM was in use this long before the months that KPIs are read for, so that their first month is not cut off."""
LEADS_PER_GROUP, DEALS_PER_GROUP = 8, 5
"""Five deals in a row share eight leads, two of which became two of these deals."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A company size. Counts a month are means over the history; the business grows and has its seasons."""

    name: str
    regions: int
    teams_per_region: int
    reps_per_team: int
    queues: int
    agents_per_queue: int
    marketers: int
    office: int
    months: int
    deals_per_month: int
    accounts: int
    cases_per_month: int
    shop_orders_per_month: int
    campaigns_per_month: int
    members_per_campaign: int
    foreign_currencies: bool

    @property
    def sales_teams(self) -> int:
        return self.regions * self.teams_per_region

    @property
    def seats(self) -> int:
        """Jobs of sales reps; a job whose holder left has had two holders."""
        return self.sales_teams * self.reps_per_team


PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(
            "small", regions=3, teams_per_region=1, reps_per_team=4, queues=2, agents_per_queue=3, marketers=2,
            office=3, months=36, deals_per_month=44, accounts=480, cases_per_month=90, shop_orders_per_month=30,
            campaigns_per_month=1, members_per_campaign=60, foreign_currencies=False,
        ),
        Profile(
            "medium", regions=4, teams_per_region=3, reps_per_team=10, queues=4, agents_per_queue=15, marketers=12,
            office=84, months=36, deals_per_month=1_000, accounts=9_600, cases_per_month=1_500,
            shop_orders_per_month=600, campaigns_per_month=3, members_per_campaign=600, foreign_currencies=False,
        ),
        Profile(
            "large", regions=6, teams_per_region=10, reps_per_team=20, queues=8, agents_per_queue=60, marketers=90,
            office=1_152, months=36, deals_per_month=20_000, accounts=240_000, cases_per_month=30_000,
            shop_orders_per_month=12_000, campaigns_per_month=8, members_per_campaign=8_000, foreign_currencies=True,
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sizes:
    """Row counts that follow from profile and scale; the tables that hang on these follow in turn."""

    months: int
    deals: int
    rounds: int
    """Accounts of each sales seat."""
    old_rounds: int
    """Those of them that are older than the history."""
    cases: int
    shop_orders: int
    campaigns: int
    members_per_campaign: int

    @property
    def leads(self) -> int:
        return self.deals // DEALS_PER_GROUP * LEADS_PER_GROUP


def sizes(profile: Profile, scale: float) -> Sizes:
    """The company's own people are the same at every scale; its customers and their business are multiplied."""
    months = profile.months + LEAD_IN_MONTHS
    groups = max(1, round(profile.deals_per_month * months * scale / DEALS_PER_GROUP))
    rounds = max(2, round(profile.accounts * scale / profile.seats))
    return Sizes(
        months=months,
        deals=groups * DEALS_PER_GROUP,
        rounds=rounds,
        old_rounds=max(1, rounds * 11 // 20),
        cases=max(1, round(profile.cases_per_month * months * scale)),
        shop_orders=max(1, round(profile.shop_orders_per_month * months * scale)),
        campaigns=profile.campaigns_per_month * months,
        members_per_campaign=max(1, round(profile.members_per_campaign * scale)),
    )
