"""Adapters by entry point: `crm_kpi.adapters` names them, and only the one that is asked for is imported."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

from connector.contract import AdapterType
from connector.errors import ConfigError, Message, Problem, did_you_mean

GROUP = "crm_kpi.adapters"


def adapter_names() -> tuple[str, ...]:
    """The adapters that are installed, sorted; none of them is imported."""
    return tuple(sorted(_installed()))


def adapter_type(name: str) -> AdapterType:
    """The adapter of that name.

    Raises:
        ConfigError: no such adapter is installed, or its entry point does not lead to one.
    """
    installed = _installed()
    if name not in installed:
        hint = did_you_mean(name, installed) if installed else Message("no adapter is installed")
        raise ConfigError([Problem("adapter", Message("there is no adapter {name}", name=name), hint)])
    entry = installed[name]
    try:
        found = entry.load()
    except (ImportError, AttributeError) as exc:
        raise _broken(entry, Message("the adapter {name} cannot be loaded: {reason}", name=name, reason=exc)) from exc
    if not isinstance(found, AdapterType):
        raise _broken(entry, Message("the adapter {name} does not lead to an AdapterType", name=name))
    return found


def _installed() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def _broken(entry: EntryPoint, message: Message) -> ConfigError:
    return ConfigError(
        [Problem("adapter", message, Message("look at the package that offers {target}", target=entry.value))]
    )
