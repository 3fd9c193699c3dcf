"""Adapters are found by entry point, and only the one that is asked for is imported."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any

import pytest

from connector import registry
from connector.contract import AdapterType
from connector.errors import ConfigError


def installed(monkeypatch: pytest.MonkeyPatch, **targets: str) -> None:
    entries = [EntryPoint(name, target, registry.GROUP) for name, target in targets.items()]

    def entry_points(*, group: str) -> Any:
        assert group == registry.GROUP
        return entries

    monkeypatch.setattr(registry, "entry_points", entry_points)


def test_what_is_installed_is_listed_and_not_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, zoho="no.such.module:ADAPTER", fake="connector.kit.fake_adapter:FAKE_CRM")
    assert registry.adapter_names() == ("fake", "zoho")


def test_the_named_one_is_loaded_whatever_the_others_are(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, zoho="no.such.module:ADAPTER", fake="connector.kit.fake_adapter:FAKE_CRM")
    found = registry.adapter_type("fake")
    assert isinstance(found, AdapterType)
    assert found.name == "fake_crm"


def test_generic_csv_ships() -> None:
    assert registry.adapter_type("generic_csv").name == "generic_csv"


@pytest.mark.parametrize(
    ("target", "name", "expected", "hint"),
    [
        ("connector.kit.fake_adapter:FAKE_CRM", "fakee", "there is no adapter fakee", "did you mean fake?"),
        (
            "no.such.module:ADAPTER",
            "fake",
            "cannot be loaded",
            "look at the package that offers no.such.module:ADAPTER",
        ),
        ("connector.kit.fake_adapter:NOTHING", "fake", "cannot be loaded", "look at the package"),
        ("connector.kit.fake_adapter:FakeCrmAdapter", "fake", "does not lead to an AdapterType", "look at the package"),
    ],
    ids=["unknown", "missing module", "missing name", "something else"],
)
def test_what_cannot_be_used_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, target: str, name: str, expected: str, hint: str
) -> None:
    installed(monkeypatch, fake=target)
    with pytest.raises(ConfigError, match=expected) as caught:
        registry.adapter_type(name)
    (problem,) = caught.value.problems
    assert hint in str(problem.hint)


def test_nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch)
    with pytest.raises(ConfigError, match="no adapter is installed"):
        registry.adapter_type("generic_csv")
