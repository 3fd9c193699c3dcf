"""Who the organisation is: its name, zone, currency, fiscal year and language, in its own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapters.zoho.asking import Answer, Api, Asking, answered
from adapters.zoho.refusals import MISSING_SCOPE
from adapters.zoho.settings import ZohoSettings
from connector.contract import OrganisationInfo
from connector.errors import AuthError, RejectedError

MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
TRADITIONAL: Final = ("tw", "hk", "mo", "hant")


def ask_company(api: Api, settings: ZohoSettings) -> Asking:
    """Ask for all that settings say of a company; returns `OrganisationInfo`."""
    org = _first((yield api.get("org", decode=answered("org"))))
    fiscal_year = yield from _optional(api, "settings/fiscal_year", "fiscal_year")
    user = yield from _optional(api, "users", "users", {"type": "CurrentUser"})
    license_details = org.get("license_details")
    details = license_details if isinstance(license_details, dict) else {}
    return OrganisationInfo(
        name=_text(org, "company_name"),
        timezone=_text(org, "time_zone"),
        currency=_text(org, "iso_code"),
        fiscal_year_starts=month_of(_text(fiscal_year, "start_month")),
        language=language_of(_text(user, "language") or _text(user, "locale") or _text(org, "currency_locale")),
        details={
            "edition": _text(details, "paid_type"),
            "users": _text(details, "users_license_purchased"),
            "environment": _text(org, "type") or settings.environment,
        },
    )


def _optional(api: Api, path: str, root: str, query: Mapping[str, str] | None = None) -> Asking:
    """Something that a missing scope or a small edition may refuse: then it is not known."""
    try:
        answer: Answer = yield api.get(path, query, decode=answered(root))
    except (RejectedError, AuthError) as error:
        if isinstance(error, AuthError) and error.code != MISSING_SCOPE:
            raise
        return {}
    return _first(answer)


def _first(answer: Answer) -> Mapping[str, Any]:
    if isinstance(answer.data, dict):
        return answer.data
    return answer.rows[0] if answer.rows else {}


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return "" if value is None else str(value)


def month_of(name: str) -> int | None:
    """The number of a month.

    >>> month_of("APRIL"), month_of("")
    (4, None)
    """
    word = name.strip().lower()
    return MONTHS.index(word) + 1 if word in MONTHS else None


def language_of(locale: str) -> str:
    """The language of ours that a locale asks for; empty where Zoho does not say.

    >>> language_of("zh_CN"), language_of("zh_TW"), language_of("de_DE"), language_of("")
    ('zh-CN', 'zh-TW', 'en', '')
    """
    parts = locale.lower().replace("-", "_").split("_")
    if parts[0] == "zh":
        return "zh-TW" if any(part in TRADITIONAL for part in parts) else "zh-CN"
    return "en" if parts[0] else ""
