"""What each module holds of the sample company, column by column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.zoho.emulator.columns import (
    Column,
    Source,
    constant,
    exchange_rate,
    home_currency,
    instant,
    link,
    money,
    owner,
    plain,
)
from adapters.zoho.emulator.identity import zoho_id
from connector.sample.customers import account_name, accounts_of
from connector.sample.people import person
from connector.sample.words import Words


@dataclass(frozen=True, slots=True)
class Filling:
    """A module, the table of the sample that it is filled from, and how."""

    module: str
    table: str
    columns: Mapping[str, Column]


def split_name(words: Words, name: str) -> tuple[str, str]:
    """First and last name of a person, in the order that the language has them.

    Returns:
        What Zoho calls First_Name and Last_Name.
    """
    if words.person.startswith("{family}"):
        return name[1:], name[:1]
    first, _, last = name.rpartition(" ")
    return first, last


def _first_names(source: Source) -> Sequence[Any]:
    return [split_name(source.company.words, name)[0] for name in source.columns["name"]]


def _last_names(source: Source) -> Sequence[Any]:
    return [split_name(source.company.words, name)[1] for name in source.columns["name"]]


def _number(sample_id: str) -> int:
    """The row number within an id of a letter and ten digits."""
    return int(sample_id[1:]) - 1_000_000_000


def _lead_people(source: Source) -> list[str]:
    return [person(source.company.words, _number(lead) * 3 + 1) for lead in source.columns["id"]]


def _lead_first(source: Source) -> Sequence[Any]:
    return [split_name(source.company.words, name)[0] for name in _lead_people(source)]


def _lead_last(source: Source) -> Sequence[Any]:
    return [split_name(source.company.words, name)[1] for name in _lead_people(source)]


def _lead_companies(source: Source) -> Sequence[Any]:
    """The account that a lead became, or some company of the same kind."""
    company, accounts = source.company, accounts_of(source.company)
    return [
        account_name(company, _number(account) if account else _number(lead) * 13 % accounts)
        for lead, account in zip(source.columns["id"], source.columns["account_id"], strict=True)
    ]


def _lead_emails(source: Source) -> Sequence[Any]:
    return [f"lead{_number(lead)}@prospects.example" for lead in source.columns["id"]]


def _converted(source: Source) -> Sequence[Any]:
    return [int(moment is not None) for moment in source.columns["converted_at"]]


def _conversion_days(source: Source) -> Sequence[Any]:
    days = source.company.calendar.days
    first = {day.isoformat(): place for place, day in enumerate(days)}
    return [
        None if end is None else first[end[:10]] - first[start[:10]]
        for start, end in zip(source.columns["created_at"], source.columns["converted_at"], strict=True)
    ]


def _queues(source: Source) -> Sequence[Any]:
    names = {team.id: team.name for team in source.company.staff.teams}
    return [names.get(team) for team in source.columns["team_id"]]


def _closing_dates(source: Source) -> Sequence[Any]:
    """Zoho has one date: when it closed, else when it is hoped to."""
    return [
        closed or hoped
        for closed, hoped in zip(source.columns["closed_on"], source.columns["expected_close_on"], strict=True)
    ]


def _expected_revenue(source: Source) -> Sequence[Any]:
    return [
        None if amount is None else round(amount * likely / 1_000_000, 2)
        for amount, likely in zip(source.columns["amount"], source.columns["probability"], strict=True)
    ]


def _whole_percent(source: Source) -> Sequence[Any]:
    return list(map(round, source.columns["probability"]))


def _cycle_days(source: Source) -> Sequence[Any]:
    first = {day.isoformat(): place for place, day in enumerate(source.company.calendar.days)}
    return [
        None if closed is None else first[closed] - first[start[:10]]
        for start, closed in zip(source.columns["created_at"], source.columns["closed_on"], strict=True)
    ]


def _order_subjects(source: Source) -> Sequence[Any]:
    return source.columns["number"]


def _websites(source: Source) -> Sequence[Any]:
    return [f"https://{domain}" for domain in source.columns["email_domain"]]


def _case_numbers(source: Source) -> Sequence[Any]:
    return [f"CA{_number(case) + 1}" for case in source.columns["id"]]


def _course_names(source: Source) -> Sequence[Any]:
    names = {user.id: user.name for user in source.company.staff.users}
    return [
        f"{course}: {names[user]}"
        for course, user in zip(source.columns["course"], source.columns["user_id"], strict=True)
    ]


def _cost_names(source: Source) -> Sequence[Any]:
    return [
        f"{what} {day[:7]}" for what, day in zip(source.columns["category"], source.columns["starts_on"], strict=True)
    ]


def _lead_deals(source: Source) -> Sequence[Any]:
    return [deal and zoho_id("deals", deal) for deal in source.columns["deal_id"]]


_OWNED: Mapping[str, Column] = {"Owner": owner(), "Created_By": owner(), "Modified_By": owner()}
_BY_ADMIN: Mapping[str, Column] = {
    name: lambda source: [source.admin] * len(source) for name in ("Owner", "Created_By", "Modified_By")
}
_DATED: Mapping[str, Column] = {
    "Created_Time": instant("created_at"),
    "Modified_Time": instant("modified_at"),
    "Last_Activity_Time": instant("modified_at"),
}
_UNDATED: Mapping[str, Column] = {**_DATED, "Created_Time": instant("modified_at")}
_FLAGS: Mapping[str, Column] = {"Record_Status__s": constant("Available"), "Locked__s": constant(0)}
_MONEY: Mapping[str, Column] = {"Currency": plain("currency"), "Exchange_Rate": exchange_rate}
_HOME: Mapping[str, Column] = {"Currency": home_currency, "Exchange_Rate": constant(1.0)}

FILLINGS: tuple[Filling, ...] = (
    Filling("Accounts", "accounts", {
        **_OWNED, **_DATED, **_FLAGS, **_HOME,
        "Account_Name": plain("name"), "Account_Type": plain("status"), "Industry": plain("industry"),
        "Phone": plain("phone"), "Website": _websites, "Region": plain("region"), "Segment": plain("segment"),
        "Tax_Number": plain("tax_number"), "Churn_Reason": plain("churn_reason"),
    }),
    Filling("Contacts", "contacts", {
        **_OWNED, **_DATED, **_FLAGS, **_HOME,
        "First_Name": _first_names, "Last_Name": _last_names, "Full_Name": plain("name"),
        "Account_Name": link("account_id", "accounts"), "Email": plain("email"), "Phone": plain("phone"),
    }),
    Filling("Campaigns", "campaigns", {
        **_BY_ADMIN, **_UNDATED, **_FLAGS, **_MONEY,
        "Campaign_Name": plain("name"), "Type": plain("kind"), "Status": plain("status"),
        "Start_Date": plain("started_on"), "End_Date": plain("ended_on"), "Actual_Cost": money("cost_amount"),
        "Budgeted_Cost": money("cost_amount"), "Num_sent": plain("sent_count"),
    }),
    Filling("Leads", "leads", {
        **_OWNED, **_DATED, **_FLAGS, **_HOME,
        "First_Name": _lead_first, "Last_Name": _lead_last, "Full_Name": _lead_people, "Company": _lead_companies,
        "Email": _lead_emails, "Lead_Source": plain("source"), "Lead_Status": plain("status"),
        "Converted__s": _converted, "Converted_Date_Time": instant("converted_at"),
        "Converted_Account": link("account_id", "accounts"), "Converted_Deal": _lead_deals,
        "Lead_Conversion_Time": _conversion_days, "Qualified_Time": instant("qualified_at"),
        "Campaign": link("campaign_id", "campaigns"),
    }),
    Filling("Deals", "deals", {
        **_OWNED, **_DATED, **_FLAGS, **_MONEY,
        "Deal_Name": plain("name"), "Stage": plain("stage"), "Pipeline": plain("pipeline"), "Amount": money("amount"),
        "Closing_Date": _closing_dates, "Probability": _whole_percent, "Expected_Revenue": _expected_revenue,
        "Type": plain("type"), "Lead_Source": plain("source"), "Account_Name": link("account_id", "accounts"),
        "Contact_Name": link("contact_id", "contacts"), "Campaign_Source": link("campaign_id", "campaigns"),
        "Reason_For_Loss__s": plain("lost_reason"), "Sales_Cycle_Duration": _cycle_days, "Product": plain("product"),
        "Engaged_On": plain("engaged_on"), "Expected_Closing_Date": plain("expected_close_on"),
    }),
    Filling("Sales_Orders", "orders", {
        **_OWNED, **_UNDATED, **_FLAGS, **_MONEY,
        "Subject": _order_subjects, "SO_Number": plain("number"), "Status": plain("status"),
        "Account_Name": link("account_id", "accounts"), "Deal_Name": link("deal_id", "deals"),
        "Sub_Total": money("amount"), "Grand_Total": money("amount"), "Due_Date": plain("promised_on"),
        "Ordered_On": plain("ordered_on"), "Promised_On": plain("promised_on"), "Delivered_On": plain("delivered_on"),
        "Refunded_Amount": money("refunded_amount"), "Cost_Amount": money("cost_amount"),
    }),
    Filling("Cases", "cases", {
        **_OWNED, **_DATED, **_FLAGS, **_HOME,
        "Case_Number": _case_numbers, "Subject": plain("topic"), "Status": plain("status"),
        "Case_Origin": plain("channel"), "Priority": plain("priority"), "Type": plain("type"),
        "Case_Reason": plain("topic"), "Account_Name": link("account_id", "accounts"),
        "Related_To": link("contact_id", "contacts"), "First_Response_Time": instant("first_response_at"),
        "First_Resolution_Time": instant("first_resolved_at"), "Resolution_Time": instant("resolved_at"),
        "Closing_Time": instant("closed_at"), "Reopen_Count": plain("reopen_count"),
        "Reassign_Count": plain("reassign_count"), "Customer_Reply_Count": plain("customer_reply_count"),
        "Is_Complaint": plain("is_complaint"), "Queue": _queues,
    }),
    Filling("Surveys", "survey_responses", {
        **_BY_ADMIN, **_UNDATED, **_FLAGS, **_HOME,
        "Name": plain("id"), "Kind": plain("kind"), "Topic": plain("topic"), "Account": link("account_id", "accounts"),
        "Contact": link("contact_id", "contacts"), "Case": link("case_id", "cases"),
        "Responsible": link("owner_id", "users"), "Employee": link("user_id", "users"), "Score": plain("score"),
        "Scale_Min": plain("scale_min"), "Scale_Max": plain("scale_max"), "Comment": plain("comment"),
        "Sent_Time": instant("sent_at"), "Answered_Time": instant("answered_at"),
    }),
    Filling("Costs", "costs", {
        **_BY_ADMIN, **_UNDATED, **_FLAGS, **_MONEY,
        "Name": _cost_names, "Category": plain("category"), "Campaign": link("campaign_id", "campaigns"),
        "Team": _queues, "Starts_On": plain("starts_on"), "Ends_On": plain("ends_on"), "Amount": money("amount"),
    }),
    Filling("Trainings", "trainings", {
        **_BY_ADMIN, **_UNDATED, **_FLAGS, **_HOME,
        "Name": _course_names, "Employee": link("user_id", "users"), "Course": plain("course"),
        "Assigned_On": plain("assigned_on"), "Due_On": plain("due_on"), "Completed_On": plain("completed_on"),
        "Score": plain("score"), "Passed": plain("passed"),
    }),
    Filling("Subscriptions", "subscriptions", {
        **_BY_ADMIN, **_UNDATED, **_FLAGS, **_MONEY,
        "Name": plain("id"), "Account": link("account_id", "accounts"), "Started_On": plain("started_on"),
        "Ended_On": plain("ended_on"), "Renewal_On": plain("renewal_on"), "Monthly_Amount": money("monthly_amount"),
        "Status": plain("status"), "Churn_Reason": plain("churn_reason"),
    }),
    Filling("Campaign_Members", "campaign_members", {
        **_BY_ADMIN, **_UNDATED, **_FLAGS, **_HOME,
        "Name": plain("id"), "Campaign": link("campaign_id", "campaigns"), "Contact": link("contact_id", "contacts"),
        "Lead": link("lead_id", "leads"), "Account": link("account_id", "accounts"), "Added_Time": instant("added_at"),
        "Delivered_Time": instant("delivered_at"), "Responded_Time": instant("responded_at"),
        "Converted_Time": instant("converted_at"),
    }),
)  # fmt: skip
"""Modules that are one table each. Activities and stage history are in `filled_activities.py`."""
