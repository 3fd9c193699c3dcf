"""The org itself, out of the sample company: its people, roles, profiles, currencies, pipelines and layouts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from adapters.zoho.emulator.columns import instant_text
from adapters.zoho.emulator.field_json import FORECAST_CATEGORIES
from adapters.zoho.emulator.filled import split_name
from adapters.zoho.emulator.identity import zoho_id
from adapters.zoho.emulator.lists import stages
from adapters.zoho.emulator.meta import OPEN
from adapters.zoho.emulator.state import State, stamp
from connector.sample.company import Company
from connector.sample.people import NEVER, User

ADMIN = zoho_id("users", "U0000")
"""The account that the org was set up with: the token's user, and owner of what nobody owns."""
PROFILES = (("Administrator", "Administrator"), ("Standard", "Standard"))
_NAMES = {"USD": "US Dollar", "EUR": "Euro", "CNY": "Chinese Yuan", "GBP": "British Pound", "CAD": "Canadian Dollar"}
_SYMBOLS = {"USD": "$", "EUR": "€", "CNY": "¥", "GBP": "£", "CAD": "CA$", "HKD": "HK$", "SGD": "S$"}


def fill_org(state: State, company: Company, rates: Mapping[str, float], *, edition: str, environment: str) -> None:
    """Everything but the records."""
    chinese = company.words.language.startswith("zh")
    state.set_setting("zone", company.words.zone)
    state.set_setting("language", company.words.language)
    state.set_setting("current_user", ADMIN)
    for name, label in PROFILES:
        state.put_document("profile", {"id": state.new_id(), "name": name, "display_label": label})
    _roles(state, company)
    _users(state, company)
    _currencies(state, company, rates)
    org = {
        "id": state.new_id(),
        "zgid": _zgid(company, environment),
        "company_name": company.words.company,
        "time_zone": company.words.zone,
        "currency": f"{_NAMES.get(company.words.currency, company.words.currency)} - {company.words.currency}",
        "currency_symbol": _SYMBOLS.get(company.words.currency, company.words.currency),
        "iso_code": company.words.currency,
        "currency_locale": "zh_CN" if chinese else "en_US",
        "mc_status": len(rates) > 1,
        "country_code": "CN" if chinese else "US",
        "country": "China" if chinese else "United States",
        "primary_email": f"admin@{company.words.mail_domain}",
        "type": environment,
        "gapps_enabled": False,
        "translation_enabled": False,
        "privacy_settings": False,
        "hipaa_compliance_enabled": False,
        "alias": None,
        "hierarchy_preferences": {"type": "Role_Hierarchy"},
        "license_details": {
            "paid": edition != "free",
            "paid_type": edition,
            "paid_expiry": None,
            "trial_type": None,
            "trial_expiry": None,
            "trial_action": None,
            "users_license_purchased": sum(user.left == NEVER for user in company.staff.users) + 1,
            "portal_users_license_purchased": 0,
        },
    }
    state.set_setting("org", org)
    state.set_setting("edition", edition)
    state.set_setting(
        "fiscal_year", {"id": state.new_id(), "start_month": "JANUARY", "display_based_on": "start_month"}
    )
    for number, pipeline in enumerate(company.words.pipelines):
        state.put_document("pipeline", _pipeline(state, company, name=pipeline, default=number == 0))


def _zgid(company: Company, environment: str) -> str:
    """The number of the organisation: another company is another one, and so is its sandbox."""
    words = company.words
    high, low = company.draws.column(f"zgid {company.profile.name} {words.language} {environment}", 0, count=2)
    return str(100_000_000 + (high << 16 | low) % 900_000_000)


def _roles(state: State, company: Company) -> None:
    """A role for each team: that is how Zoho knows who works with whom."""
    names = {team.id: team.name for team in company.staff.teams}
    people = {user.id: user.name for user in company.staff.users}
    for team in company.staff.teams:
        above = {"name": names[team.parent], "id": zoho_id("teams", team.parent)} if team.parent else None
        state.put_document(
            "role",
            {
                "id": zoho_id("teams", team.id),
                "name": team.name,
                "display_label": team.name,
                "reporting_to": above,
                "share_with_peers": False,
                "description": None,
                "forecast_manager": (
                    {"name": people[team.manager], "id": zoho_id("users", team.manager)} if team.manager else None
                ),
                "admin_user": team.parent == "",
            },
        )


def _users(state: State, company: Company) -> None:
    admin, standard = (each["id"] for each in state.documents("profile"))
    top = company.staff.teams[0].id
    began = stamp(datetime(company.calendar.origin.year, 1, 1, tzinfo=UTC))
    mail = company.words.mail_domain
    chinese = company.words.language.startswith("zh")
    common = {"locale": "zh_CN" if chinese else "en_US", "time_zone": company.words.zone, "type__s": "Regular User"}
    state.store(
        "Users",
        {
            "id": ADMIN,
            "full_name": "系统管理员" if chinese else "CRM Administrator",
            "first_name": "管理员" if chinese else "CRM",
            "last_name": "系统" if chinese else "Administrator",
            "email": f"admin@{mail}",
            "status": "active",
            "confirm": 1,
            "role": zoho_id("teams", top),
            "profile": admin,
            "zuid": "700000000",
            "created_time": began,
            "Modified_Time": began,
            **common,
        },
    )
    for number, user in enumerate(company.staff.users, start=1):
        state.store("Users", _user(company, user, number=number) | {"profile": standard} | common)


def _user(company: Company, user: User, *, number: int) -> dict[str, Any]:
    calendar = company.calendar
    first, last = split_name(company.words, user.name)
    gone = user.left != NEVER
    return {
        "id": zoho_id("users", user.id),
        "full_name": user.name,
        "first_name": first,
        "last_name": last,
        "email": f"{user.id.lower()}@{company.words.mail_domain}",
        "status": "disabled" if gone else "active",
        "confirm": 1,
        "role": zoho_id("teams", user.team),
        "Reporting_To": zoho_id("users", user.manager) if user.manager else None,
        "zuid": f"{700_000_000 + number}",
        "created_time": instant_text(f"{calendar.texts[user.hired]}T06:00:00Z"),
        "Modified_Time": instant_text(f"{calendar.texts[user.left if gone else user.hired]}T06:00:00Z"),
        "Hired_On": calendar.texts[user.hired],
        "Left_On": calendar.texts[user.left] if gone else None,
    }


def _currencies(state: State, company: Company, rates: Mapping[str, float]) -> None:
    for code, rate in rates.items():
        symbol = _SYMBOLS.get(code, code)
        state.put_document(
            "currency",
            {
                "id": state.new_id(),
                "name": f"{_NAMES.get(code, code)} - {code}",
                "iso_code": code,
                "symbol": symbol,
                "is_base": code == company.words.currency,
                "is_active": True,
                "exchange_rate": f"{rate:.9f}",
                "prefix_symbol": True,
                "format": {"decimal_separator": "Period", "thousand_separator": "Comma", "decimal_places": "2"},
                "exchange_rate_auto_update": False,
                "created_time": stamp(state.now()),
                "modified_time": stamp(state.now()),
            },
        )


def _pipeline(state: State, company: Company, *, name: str, default: bool) -> dict[str, Any]:
    maps = [
        {
            "id": state.new_id(),
            "display_value": stage.value,
            "actual_value": stage.value,
            "sequence_number": number,
            "delete": False,
            "forecast_type": stage.forecast_type,
            "forecast_category": {"name": FORECAST_CATEGORIES[stage.forecast_type or OPEN], "id": state.new_id()},
            "colour_code": None,
        }
        for number, stage in enumerate(stages(company), start=1)
    ]
    return {
        "id": state.new_id(),
        "display_value": name,
        "actual_value": name,
        "default": default,
        "child_available": True,
        "maps": maps,
    }
