"""The data dictionary: one `FactTable` per kind of fact, with the type, unit and meaning of every column.

Every table also has the columns of `COMMON`. The store's schema, the mapping compiler, the KPI rules and the
documentation are all made from this page. `connector` may add columns named `x_…` (an admin's own fields) at run time.

How each type is stored, and how the engine sees it (integers only, so that sums are exact on every engine):

=========  =======================================  =============================================
type       in the store                             in a query
=========  =======================================  =============================================
text       TEXT                                     text
integer    INTEGER                                  the same
boolean    INTEGER 0 or 1                           the same
money      INTEGER, ten-thousandths of the unit     the same
real       REAL                                     integer ten-thousandths, rounded half to even
date       TEXT ``2017-03-01``                      days since 1970-01-01
instant    TEXT ``2017-03-01T08:00:00Z``            seconds since 1970-01-01T00:00:00Z
decimal    TEXT                                     text (fx rates: handed over as integers)
=========  =======================================  =============================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

SCALE = 10_000
"""Money and real columns are counted in ten-thousandths."""


class ColumnType(StrEnum):
    """The closed list of column types; the module's docstring says how each is stored."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    MONEY = "money"
    REAL = "real"
    DATE = "date"
    INSTANT = "instant"
    DECIMAL = "decimal"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a fact table."""

    name: str
    type: ColumnType
    meaning: str
    unit: str = ""
    nullable: bool = True
    """False: a record without it cannot be used and goes to quarantine."""
    values: tuple[str, ...] = ()
    """The closed vocabulary, where there is one."""
    links: str = ""
    """The fact table whose id this column holds."""


@dataclass(frozen=True, slots=True)
class FactTable:
    """One kind of fact."""

    name: str
    meaning: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        """The column of that name, the common ones included; None where there is none."""
        return next((column for column in (*COMMON, *self.columns) if column.name == name), None)

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in (*COMMON, *self.columns))


def _text(name: str, meaning: str, **more: object) -> Column:
    return Column(name, ColumnType.TEXT, meaning, **more)  # type: ignore[arg-type]  # keywords of Column, passed on


def _link(name: str, table: str, meaning: str, **more: object) -> Column:
    return _text(name, meaning, links=table, **more)


def _at(name: str, meaning: str, **more: object) -> Column:
    return Column(name, ColumnType.INSTANT, meaning, unit="UTC instant", **more)  # type: ignore[arg-type]  # as above


def _on(name: str, meaning: str, **more: object) -> Column:
    return Column(name, ColumnType.DATE, meaning, unit="local date", **more)  # type: ignore[arg-type]  # as above


def _money(name: str, meaning: str, **more: object) -> Column:
    return Column(name, ColumnType.MONEY, meaning, unit="1/10000 of the currency", **more)  # type: ignore[arg-type]  # as above


def _count(name: str, meaning: str) -> Column:
    return Column(name, ColumnType.INTEGER, meaning)


def _flag(name: str, meaning: str) -> Column:
    return Column(name, ColumnType.BOOLEAN, meaning)


def _real(name: str, meaning: str, **more: object) -> Column:
    return Column(name, ColumnType.REAL, meaning, **more)  # type: ignore[arg-type]  # as above


COMMON = (
    _text("connection", "the configured connection that the record came through", nullable=False),
    _text("id", "the vendor's own id, unique in its connection", nullable=False),
    _at("modified_at", "when the vendor says that the record last changed"),
    _at("deleted_at", "when the record was found gone; a tombstone leaves every KPI and keeps its history"),
)

_OWNER = _link("owner_id", "users", "the person responsible")
_TEAM = _link("team_id", "teams", "the team responsible, where the CRM itself says so")
_ACCOUNT = _link("account_id", "accounts", "the customer")
_CONTACT = _link("contact_id", "contacts", "the person at the customer")
_CAMPAIGN = _link("campaign_id", "campaigns", "the campaign credited")
_CURRENCY = _text("currency", "ISO 4217 code of the money columns")
_CREATED = _at("created_at", "when the record was created in the CRM")

FACTS: Mapping[str, FactTable] = {
    table.name: table
    for table in (
        FactTable(
            "users",
            "people of the own company: sales reps, agents, managers",
            (
                _text("name", "the person's name"),
                _text("email", "work address"),
                _TEAM,
                _link("manager_id", "users", "the person's manager"),
                _flag("active", "still working with the CRM"),
                _on("hired_on", "first day"),
                _on("left_on", "last day"),
            ),
        ),
        FactTable(
            "teams",
            "the tree of teams",
            (
                _text("name", "the team's name"),
                _link("parent_id", "teams", "the team above"),
                _link("manager_id", "users", "the person who leads it"),
            ),
        ),
        FactTable(
            "accounts",
            "customers and prospects (companies)",
            (
                _text("name", "the customer's name"),
                _OWNER,
                _TEAM,
                _text("segment", "the company's own classification"),
                _text("industry", "industry or sector"),
                _text("region", "sales region or country"),
                _text("tax_number", "national company number"),
                _text("phone", "main number"),
                _text("email_domain", "domain of its mail addresses"),
                _CREATED,
                _text("status", "prospect, customer, former …, in the company's own words"),
                _text("churn_reason", "why the customer left"),
            ),
        ),
        FactTable(
            "contacts",
            "people at customers",
            (
                _text("name", "the person's name"),
                _ACCOUNT,
                _OWNER,
                _text("email", "mail address"),
                _text("phone", "number"),
                _CREATED,
            ),
        ),
        FactTable(
            "leads",
            "possible customers not yet qualified",
            (
                _OWNER,
                _text("source", "where the lead came from"),
                _CAMPAIGN,
                _text("status", "the CRM's status"),
                _CREATED,
                _at("qualified_at", "when it was qualified"),
                _at("converted_at", "when it became an account or a deal"),
                _link("account_id", "accounts", "the account it became"),
                _link("deal_id", "deals", "the deal it became"),
            ),
        ),
        FactTable(
            "deals",
            "sales opportunities, open and closed",
            (
                _text("name", "the deal's name"),
                _ACCOUNT,
                _CONTACT,
                _OWNER,
                _TEAM,
                _text("pipeline", "the sales process it follows"),
                _text("stage", "the vendor's stage label"),
                _text(
                    "outcome",
                    "decided by the vendor's own closed-won marker, not by a stage's label",
                    nullable=False,
                    values=("open", "won", "lost", "abandoned"),
                ),
                _money("amount", "expected, or at close the agreed amount"),
                _CURRENCY,
                _real("probability", "probability of winning that the CRM shows", unit="percent, 0 to 100"),
                _text("product", "main product"),
                _text("type", "new business, renewal, …"),
                _text("source", "where the deal came from"),
                _CAMPAIGN,
                _text("lost_reason", "why it was lost"),
                _CREATED,
                _on("engaged_on", "first serious contact; the start of the sales cycle"),
                _on("expected_close_on", "when the rep expects to close"),
                _on("closed_on", "when it was won, lost or abandoned"),
            ),
        ),
        FactTable(
            "deal_stage_changes",
            "the history of stages",
            (
                _link("deal_id", "deals", "the deal", nullable=False),
                _text("from_stage", "the stage left"),
                _text("to_stage", "the stage entered"),
                _money("amount", "the deal's amount at that moment"),
                _CURRENCY,
                _at("changed_at", "when", nullable=False),
                _link("changed_by_id", "users", "by whom"),
            ),
        ),
        FactTable(
            "orders",
            "orders and invoices",
            (
                _ACCOUNT,
                _OWNER,
                _link("deal_id", "deals", "the deal that led to it"),
                _text("number", "the document's number"),
                _text("status", "the CRM's status"),
                _money("amount", "net of tax, before refunds"),
                _money("refunded_amount", "given back"),
                _money("cost_amount", "cost of what was sold"),
                _CURRENCY,
                _on("ordered_on", "date of the order"),
                _on("promised_on", "promised delivery"),
                _on("delivered_on", "actual delivery"),
            ),
        ),
        FactTable(
            "subscriptions",
            "recurring contracts",
            (
                _ACCOUNT,
                _on("started_on", "first day"),
                _on("ended_on", "first day after the last paid one"),
                _on("renewal_on", "next renewal"),
                _money("monthly_amount", "recurring amount per month"),
                _CURRENCY,
                _text("status", "the CRM's status"),
                _text("churn_reason", "why it ended"),
            ),
        ),
        FactTable(
            "cases",
            "service requests and complaints",
            (
                _ACCOUNT,
                _CONTACT,
                _OWNER,
                _TEAM,
                _text("channel", "mail, phone, chat …"),
                _text("type", "question, incident …"),
                _text("topic", "what it is about"),
                _text("priority", "the CRM's priority"),
                _text("status", "the CRM's status"),
                _flag("is_complaint", "a complaint by type or flag, not by mood"),
                _CREATED,
                _at("first_response_at", "first public answer of a person"),
                _at("first_resolved_at", "first time solved"),
                _at("resolved_at", "last time solved"),
                _at("closed_at", "closed for good"),
                _count("reopen_count", "times reopened"),
                _count("reassign_count", "times handed on"),
                _count("customer_reply_count", "further messages of the customer"),
            ),
        ),
        FactTable(
            "activities",
            "calls, meetings, tasks, mails",
            (
                _text("kind", "what was done", nullable=False, values=("call", "meeting", "task", "email", "other")),
                _ACCOUNT,
                _CONTACT,
                _link("deal_id", "deals", "the deal it served"),
                _link("lead_id", "leads", "the lead it served"),
                _OWNER,
                _text("direction", "who began it", values=("inbound", "outbound")),
                _at("due_at", "when it is due"),
                _at("started_at", "when it began"),
                _at("done_at", "when it was done; empty while it is only planned"),
            ),
        ),
        FactTable(
            "campaigns",
            "marketing campaigns",
            (
                _text("name", "the campaign's name"),
                _text("kind", "mail, fair, webinar …"),
                _text("status", "the CRM's status"),
                _on("started_on", "first day"),
                _on("ended_on", "last day"),
                _money("cost_amount", "what it cost"),
                _CURRENCY,
                _count("sent_count", "messages sent"),
            ),
        ),
        FactTable(
            "campaign_members",
            "who was reached by a campaign",
            (
                _link("campaign_id", "campaigns", "the campaign", nullable=False),
                _CONTACT,
                _link("lead_id", "leads", "the lead reached"),
                _ACCOUNT,
                _at("added_at", "when added"),
                _at("delivered_at", "when the message arrived"),
                _at("responded_at", "first response"),
                _at("converted_at", "first conversion"),
            ),
        ),
        FactTable(
            "survey_responses",
            "answers to satisfaction and recommendation surveys",
            (
                _text("kind", "csat, nps, enps …", nullable=False),
                _ACCOUNT,
                _CONTACT,
                _link("case_id", "cases", "the case asked about"),
                _OWNER,
                _link("user_id", "users", "the employee who answered"),
                _text("topic", "what was asked about"),
                _text("comment", "in the customer's words"),
                _real("score", "the answer"),
                _real("scale_min", "lowest possible answer"),
                _real("scale_max", "highest possible answer"),
                _at("sent_at", "when asked"),
                _at("answered_at", "when answered; empty: no answer"),
            ),
        ),
        FactTable(
            "costs",
            "costs of sales and marketing",
            (
                _text("category", "what for", nullable=False),
                _CAMPAIGN,
                _TEAM,
                _on("starts_on", "first day covered", nullable=False),
                _on("ends_on", "first day not covered", nullable=False),
                _money("amount", "the cost", nullable=False),
                _CURRENCY,
            ),
        ),
        FactTable(
            "trainings",
            "courses assigned to employees",
            (
                _link("user_id", "users", "the employee", nullable=False),
                _text("course", "the course"),
                _on("assigned_on", "when assigned"),
                _on("due_on", "when due"),
                _on("completed_on", "when completed"),
                _real("score", "result of the test"),
                _flag("passed", "pass mark reached"),
            ),
        ),
        FactTable(
            "fx_rates",
            "exchange rates",
            (
                _text("from_currency", "ISO 4217", nullable=False),
                _text("to_currency", "ISO 4217", nullable=False),
                _on("valid_on", "from this date on, until the next rate", nullable=False),
                Column(
                    "rate",
                    ColumnType.DECIMAL,
                    "units of to_currency for one unit of from_currency",
                    nullable=False,
                ),
            ),
        ),
        FactTable(
            "customer_links",
            "accounts of several connections that are one customer",
            (
                _text("customer_id", "our id of the customer", nullable=False),
                _text("account_connection", "the account's connection", nullable=False),
                _link("account_id", "accounts", "the account", nullable=False),
                _text("evidence", "what speaks for it"),
                _real("confidence", "how sure the match is", unit="share, 0 to 1"),
                _at("confirmed_at", "when a person confirmed it"),
                _text("confirmed_by", "who confirmed it"),
            ),
        ),
    )
}
"""All fact tables by name."""
