"""Which language a person reads, and the catalogue of sentences in it.

The English templates in the code are the keys; `connector/locale` holds the translations. In traditional Chinese the
KPIs have names, the messages are English.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "zh-CN", "zh-TW")
FOLDER = Path(__file__).parent.parent / "locale"
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


@cache
def translator(language: str) -> Callable[[str], str]:
    """Looks a template up; a sentence that nobody translated yet stays English."""
    code = language.replace("-", "_")
    return gettext.translation("crm_kpi", FOLDER, languages=[code], fallback=True).gettext
