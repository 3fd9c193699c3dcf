"""Secrets in the system's keyring: macOS Keychain, Windows, Secret Service (GNOME, KDE).

The package `keyring` is an extra and imported only where a secret is asked for. What it may fall back to (a file in
plain text, nothing at all) is refused: a secret that is not safe there is better kept where the admin sees it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from connector.errors import ConfigError, Message, Problem

SERVICE: Final = "crm-kpi"
_PROBE: Final = "probe"
_REFUSED: Final = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")
_USE_ENVIRONMENT: Final = Message("keep secrets in environment variables instead: ${{NAME}} in the settings")
_INSTALL: Final = Message("install it (pip install 'crm-kpi[keyring]'), or keep secrets in environment variables")

Done = TypeVar("Done")


def secret(name: str) -> str | None:
    """The secret of that name; None where there is none.

    Raises:
        ConfigError: there is no keyring that can be used.
    """
    backend = _backend()
    found: str | None = _performed(lambda: backend.get_password(SERVICE, name))
    return found


def keep(name: str, value: str) -> None:
    """Keep a secret, in place of the one of that name.

    Raises:
        ConfigError: there is no keyring that can be used.
    """
    backend = _backend()
    _performed(lambda: backend.set_password(SERVICE, name, value))


def verify() -> None:
    """Keep something, read it and remove it: a keyring may be there and locked.

    Raises:
        ConfigError: there is no keyring that can be used.
    """
    keep(_PROBE, _PROBE)
    if secret(_PROBE) != _PROBE:
        raise _unusable(Message("it does not keep what it is given"))
    backend = _backend()
    _performed(lambda: backend.delete_password(SERVICE, _PROBE))


def _backend() -> Any:
    try:
        import keyring
    except ImportError as exc:
        raise _unusable(Message("the package keyring is not installed"), _INSTALL) from exc
    found: Any = _performed(keyring.get_keyring)
    offered = list(getattr(found, "backends", ())) or [found]  # a chain tries one after the other, safe or not
    safe = [each for each in offered if not type(each).__module__.startswith(_REFUSED)]
    if not safe:
        name = f"{type(found).__module__}.{type(found).__name__}"
        raise _unusable(Message("{backend} does not keep secrets safe", backend=name))
    return safe[0]


def _performed(action: Callable[[], Done]) -> Done:
    """Back-ends fail in ways of their own: D-Bus, a locked collection."""
    try:
        return action()
    except Exception as exc:  # noqa: BLE001  # not chained: what a back-end says may quote the secret
        raise _unusable(Message("it failed with {kind}", kind=type(exc).__name__)) from None


def _unusable(why: Message, hint: Message = _USE_ENVIRONMENT) -> ConfigError:
    return ConfigError([Problem("keyring", Message("there is no system keyring to use: {why}", why=why), hint)])
