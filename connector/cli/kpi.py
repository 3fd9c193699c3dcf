"""`crm-kpi kpi`: what the numbers mean, and the rows behind one of them."""

from __future__ import annotations

import click

from connector.cli.language import words
from connector.cli.options import Group, common


@click.group(cls=Group, help=words("The KPIs: what they mean, how they are computed, and the rows behind a number."))
@common
def kpi() -> None:
    pass
