"""The README names every setting and every field that the adapter makes, and its example can be used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import adapters.zoho
from adapters.zoho.reading.people import PSEUDO
from adapters.zoho.settings import CaseTimes, ZohoSettings
from adapters.zoho.virtual import VIRTUAL

README = (Path(adapters.zoho.__file__).parent / "README.md").read_text(encoding="utf-8")
SIGNING_IN = {"data_centre", "environment", "client_id", "client_secret", "refresh_token"}
MADE = {name for fields in VIRTUAL.values() for name in fields}


@pytest.mark.parametrize("name", sorted({*ZohoSettings.model_fields, *MADE, *PSEUDO, "$active"} - SIGNING_IN))
def test_named(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("name", sorted(CaseTimes.model_fields))
def test_where_times_of_cases_come_from_is_named(name: str) -> None:
    assert f"{name}:" in README


def test_the_example_is_valid() -> None:
    example = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)[0])
    stated = example["connections"]["crm"]["settings"]
    assert set(stated) == SIGNING_IN
    ZohoSettings.model_validate(stated)


def test_defaults_are_those_of_the_code() -> None:
    for name in ("overlap_seconds", "reconcile_days", "bulk_from", "bulk_wait_minutes"):
        assert re.search(rf"`{name}` \| {ZohoSettings.model_fields[name].default} \|", README), name
