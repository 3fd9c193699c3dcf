"""`--as-of`: the moment that numbers are computed for, when it is not that of the data."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from connector.cli.language import words
from connector.cli.options import option

if TYPE_CHECKING:
    from connector.config import Config


class Moment(click.ParamType["date | datetime"]):
    """An ISO date or instant."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date | datetime:
        """The date, or the instant with or without its zone."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value) if len(value) == len("2017-12-31") else datetime.fromisoformat(value)
        except ValueError:
            self.fail("2017-12-31 / 2017-12-31T18:00 / 2017-12-31T18:00:00Z", param, ctx)


as_of = option(
    "--as-of",
    type=Moment(),
    metavar="MOMENT",
    help=words(
        "Compute as of this moment: a date (to its last second), a local time, or an instant with its zone; "
        "default: up to when the facts reach."
    ),
)


def instant(moment: date | datetime | None, config: Config) -> datetime | None:
    """The moment as an aware instant: dates and times without a zone are the company's own.

    A date means its last second, so that `--as-of 2017-12-31` closes the year and does not begin the next.
    """
    if isinstance(moment, datetime):
        from zoneinfo import ZoneInfo

        local = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(config.organisation.timezone))
        return local.astimezone(UTC)
    if moment is None:
        return None
    return config.calendar().start_of_day(moment + timedelta(days=1)) - timedelta(seconds=1)
