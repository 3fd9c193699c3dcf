"""What a sample company is called and talks about: the shape of a language's word lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


def listed(text: str) -> tuple[str, ...]:
    """The words of a text, for long lists of short words."""
    return tuple(text.split())


@dataclass(frozen=True, slots=True)
class Product:
    """Something sold; its price is in the home currency."""

    name: str
    misspelt: str
    price: int
    mix: int
    """Share of the deals, in percent."""
    win_percent: int
    cost_percent: int


@dataclass(frozen=True, slots=True)
class Region:
    """A sales region; only the large profile sells in its currency, the others in the home currency."""

    name: str
    cities: tuple[str, ...]
    currency: str
    per_home_unit: int
    """Thousandths of the region's currency for one unit of the home currency."""


@dataclass(frozen=True, slots=True)
class Words:
    """All words of one language. Tuples are picklists; their order is their meaning to the code that picks."""

    language: str
    zone: str
    currency: str
    fair_currency: str
    """Fairs abroad are paid in it."""
    fair_per_home_unit: int
    seasons: tuple[int, ...]
    """Weight of a working day in each month, in percent."""
    company: str
    mail_domain: str
    person: str
    """Template of a person's name, with {given} and {family}."""
    given: tuple[str, ...]
    family: tuple[str, ...]
    account: str
    """Template of a customer's name, with {head}, {tail}, {trade}, {suffix} and {city}."""
    account_twin: str
    """How the same customer is entered a second time, with {name} and {city}."""
    branch: str
    """For more customers than there are names, with {name} and {number}."""
    heads: tuple[tuple[str, str], ...]
    """First half of a brand, and how a mail domain spells it."""
    tails: tuple[tuple[str, str], ...]
    trades: tuple[str, ...]
    """Three for each industry."""
    suffixes: tuple[str, ...]
    phone: str
    """With {number} of seven digits or more; lies in a range that is assigned to nobody."""
    tax_number: str
    """With {number} of nine digits; can be nobody's."""
    products: tuple[Product, ...]
    regions: tuple[Region, ...]
    departments: tuple[str, str, str, str]
    """Sales, service, marketing, office."""
    sales_team: str
    """With {region} and {number}."""
    queues: tuple[str, ...]
    topics: tuple[tuple[str, ...], ...]
    """Of each queue."""
    segments: tuple[str, str, str]
    industries: tuple[str, ...]
    misspelt_industries: tuple[str, ...]
    account_statuses: tuple[str, str, str]
    """Prospect, customer, former."""
    churn_reasons: tuple[str, ...]
    sources: tuple[str, ...]
    """Where leads and deals come from; the first is the campaign."""
    misspelt_sources: tuple[str, ...]
    pipelines: tuple[str, str]
    open_stages: tuple[str, str, str, str]
    closed_stages: tuple[str, str, str]
    """Won, lost, abandoned."""
    deal_types: tuple[str, str, str]
    """New business, expansion, renewal."""
    lost_reasons: tuple[str, ...]
    order_statuses: tuple[str, str, str]
    """Open, delivered, cancelled."""
    subscription_statuses: tuple[str, str, str]
    """Active, renewed, cancelled."""
    lead_statuses: tuple[str, str, str, str]
    """New, qualified, converted, not suitable."""
    campaign_kinds: tuple[str, ...]
    """The last is the fair abroad."""
    campaign_name: str
    """With {kind}, {product} and {month}."""
    campaign_statuses: tuple[str, str, str]
    """Planned, running, completed."""
    channels: tuple[str, ...]
    case_types: tuple[str, str, str]
    """Question, incident, complaint."""
    priorities: tuple[str, str, str]
    case_statuses: tuple[str, str, str, str]
    """New, in progress, solved, closed."""
    survey_topics: tuple[str, str, str, str]
    """Of csat, nps, esat and enps."""
    praise: tuple[str, ...]
    blame: tuple[str, ...]
    cost_categories: tuple[str, str, str, str]
    """Pay, commission, tools, campaign."""
    courses: tuple[str, ...]
    cause_titles: Mapping[str, str]
    cause_stories: Mapping[str, str]
    """With {what}, {since}, {before} and {after}."""
