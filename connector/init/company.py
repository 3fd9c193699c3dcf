"""What is to be said about the company, made sure of."""

from __future__ import annotations

from pydantic import ValidationError

from connector.config.faults import sentence
from connector.config.model import Organisation
from connector.errors import ConfigError, Problem
from kpi_engine.period import Calendar


def calendar_of(*, timezone: str, currency: str | None, fiscal_year_starts: str, language: str) -> Calendar:
    """The company's calendar.

    Args:
        timezone: IANA name.
        currency: ISO 4217; None where nobody knows it yet.
        fiscal_year_starts: A month: its number, or its name.
        language: In which KPIs are named.

    Raises:
        ConfigError: an answer is none that settings may have.
    """
    month = fiscal_year_starts
    try:
        organisation = Organisation(
            timezone=timezone,
            currency=currency or "EUR",
            fiscal_year_starts=int(month) if month.isdecimal() else month,
            language=language,
        )
    except ValidationError as error:
        raise ConfigError(Problem(str(each["loc"][0]), *sentence(each)) for each in error.errors()) from error
    return Calendar(timezone=organisation.timezone, fiscal_year_starts=organisation.fiscal_year_starts)
