"""Connections made ready for pulling: every problem of every mapping at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.config import read
from connector.errors import ConfigError
from connector.pull import Source, sources

SETTINGS = """
organisation: {timezone: UTC, currency: EUR}
connections:
  crm:
    adapter: generic_csv
    settings: {folder: data, tables: {users: {files: people.csv}, teams: {files: people.csv}}}
    mapping:
      users: {id: Name, columns: {name: Name, team_id: {from: Manager, link: {by: name}}}}
      teams: {module: users, id: Manager, distinct: true, columns: {name: Manager}}
kpis: {enabled: [won_amount]}
"""


def source(tmp_path: Path) -> Source:
    path = tmp_path / "crm-kpi.yaml"
    path.write_text(SETTINGS, "utf-8")
    (found,) = sources(read(path, environment={}))
    return found


def test_a_source_knows_what_to_ask_for(tmp_path: Path) -> None:
    found = source(tmp_path)
    assert (found.name, found.adapter_name) == ("crm", "generic_csv")
    assert found.fields() == {"users": ("Name", "Manager")}
    assert [mapping.table for mapping in found.modules()["users"]] == ["users", "teams"]


def test_all_mappings_are_complained_about_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from connector.errors import Message
    from connector.mapping import compile as compiling
    from connector.mapping.check import Fault

    path = tmp_path / "crm-kpi.yaml"
    path.write_text(SETTINGS, "utf-8")
    config = read(path, environment={})
    monkeypatch.setattr(compiling, "mapping_faults", lambda *_: (Fault(("id",), Message("is wrong")),))
    with pytest.raises(ConfigError) as caught:
        sources(config)
    assert [str(problem) for problem in caught.value.problems] == [
        "connections.crm.mapping.users.id: is wrong",
        "connections.crm.mapping.teams.id: is wrong",
    ]
