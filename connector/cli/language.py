"""Which language the person at the terminal reads, and which texts are help texts.

In traditional Chinese reports and KPI names are translated, the messages are English.
"""

from __future__ import annotations

from collections.abc import Mapping

_TRADITIONAL = ("tw", "hk", "mo", "hant")


def words(text: str) -> str:
    """Marks a help text for the catalogue; it is looked up when the help is shown."""
    return text


def language_of_locale(environment: Mapping[str, str]) -> str:
    """The language that the terminal is set to, as POSIX ranks its variables; English where it is not ours.

    >>> language_of_locale({"LANG": "zh_CN.UTF-8"}), language_of_locale({"LANG": "fr_FR"}), language_of_locale({})
    ('zh-CN', 'en', 'en')
    >>> language_of_locale({"LC_ALL": "C", "LANG": "zh_CN"}), language_of_locale({"LANG": "zh_Hant_HK"})
    ('en', 'zh-TW')
    """
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    setting = next((environment[name] for name in names if environment.get(name)), "C")
    wanted = environment.get("LANGUAGE") or setting
    if setting.split(".")[0] in ("C", "POSIX"):
        wanted = "en"  # as gettext: LANGUAGE does not count in the C locale
    parts = wanted.split(":")[0].split(".")[0].lower().replace("-", "_").split("_")
    if parts[0] != "zh":
        return "en"
    return "zh-TW" if any(part in _TRADITIONAL for part in parts) else "zh-CN"
