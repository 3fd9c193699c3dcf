"""Secrets in the system's keyring, and back-ends that keep none safe."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend

from connector import system_keyring
from connector.config import parse_document
from connector.errors import ConfigError


class Safe(KeyringBackend):
    """Keeps secrets in memory."""

    priority = 1  # type: ignore[assignment]  # a class property in the library

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class Locked(Safe):
    """Tells the secret when it fails."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(f"cannot keep {password}")


class Forgetful(Safe):
    """Says that it keeps things."""

    def set_password(self, service: str, username: str, password: str) -> None:
        return


def of_module(name: str) -> KeyringBackend:
    """A back-end as another package would offer it."""
    return type("Backend", (Safe,), {"__module__": name})()


@pytest.fixture
def use() -> Iterator[Any]:
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


@pytest.fixture
def safe(use: Any) -> Safe:
    backend = Safe()
    use(backend)
    return backend


def test_what_is_kept_is_found_under_our_name(safe: Safe) -> None:
    system_keyring.keep("zoho_refresh_token", "s3cret")
    assert safe.kept == {("crm-kpi", "zoho_refresh_token"): "s3cret"}
    assert system_keyring.secret("zoho_refresh_token") == "s3cret"
    assert system_keyring.secret("other") is None


def test_trying_it_leaves_nothing(safe: Safe) -> None:
    system_keyring.verify()
    assert safe.kept == {}


@pytest.mark.parametrize(
    "module", ["keyring.backends.fail", "keyring.backends.null", "keyrings.alt.file", "keyrings.alt.multi"]
)
def test_what_does_not_keep_secrets_safe_is_refused(use: Any, module: str) -> None:
    use(of_module(module))
    for action in (lambda: system_keyring.secret("x"), lambda: system_keyring.keep("x", "y"), system_keyring.verify):
        with pytest.raises(ConfigError) as caught:
            action()
        (problem,) = caught.value.problems
        assert f"{module}.Backend does not keep secrets safe" in str(problem.message)
        assert "environment" in str(problem.hint)


def test_of_a_chain_the_first_safe_one_is_used(use: Any) -> None:
    plain, safe = of_module("keyrings.alt.file"), Safe()
    chain = of_module("keyring.backends.chainer")
    chain.backends = [plain, safe]  # type: ignore[attr-defined]  # as the chainer has
    use(chain)
    system_keyring.keep("x", "y")
    assert (plain.kept, safe.kept) == ({}, {("crm-kpi", "x"): "y"})  # type: ignore[attr-defined]  # it is a Safe
    chain.backends = [plain]  # type: ignore[attr-defined]  # as above
    with pytest.raises(ConfigError):
        system_keyring.keep("x", "y")


def test_one_that_fails_does_not_tell_the_secret(use: Any) -> None:
    use(Locked())
    with pytest.raises(ConfigError, match="it failed with RuntimeError") as caught:
        system_keyring.keep("x", "s3cret")
    assert caught.value.__cause__ is None
    assert "s3cret" not in f"{caught.value} {caught.value.problems}"


def test_one_that_forgets_is_noticed_before_it_matters(use: Any) -> None:
    use(Forgetful())
    with pytest.raises(ConfigError, match="does not keep what it is given"):
        system_keyring.verify()


def test_without_the_package_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ConfigError) as caught:
        system_keyring.secret("x")
    assert "crm-kpi[keyring]" in str(caught.value.problems[0].hint)


def test_the_package_is_imported_only_where_a_secret_is_asked_for() -> None:
    assert isinstance(system_keyring, types.ModuleType)
    assert not hasattr(system_keyring, "keyring")


# ---- in the settings -----------------------------------------------------------------------------------------------


def test_a_setting_may_name_a_secret(safe: Safe) -> None:
    system_keyring.keep("zoho_refresh_token", "s3cret")
    text = "token: ${keyring:zoho_refresh_token}\nboth: a-${HOME}-${keyring:zoho_refresh_token}\nliteral: $${keyring:x}"
    document = parse_document(text, environment={"HOME": "h"}, name="my.yaml")
    assert document.data == {"token": "s3cret", "both": "a-h-s3cret", "literal": "${keyring:x}"}
    assert document.problems == ()


def test_a_secret_that_is_not_there_is_named_with_its_line(safe: Safe) -> None:
    del safe
    document = parse_document("a: 1\ntoken: ${keyring:other}", environment={}, name="my.yaml")
    (problem,) = document.problems
    assert (problem.where, str(problem.message)) == ("my.yaml:2 token", "the system keyring has no secret other")
    assert "crm-kpi auth" in str(problem.hint)


def test_without_a_keyring_the_line_is_named_too(use: Any) -> None:
    use(of_module("keyring.backends.fail"))
    (problem,) = parse_document("token: ${keyring:x}", environment={}, name="my.yaml").problems
    assert problem.where == "my.yaml:1 token"
    assert "there is no system keyring to use" in str(problem.message)


@pytest.mark.parametrize("name", ["keyring:", "keyring:a b", "keyring:a/b", "KEYRING:x", "keyring"])
def test_what_names_no_secret(safe: Safe, name: str) -> None:
    del safe
    (problem,) = parse_document(f"token: ${{{name}}}", environment={}, name="my.yaml").problems
    assert "environment variable" in str(problem.message)
