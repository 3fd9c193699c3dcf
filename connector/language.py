"""The languages that people read us in, and the catalogues of sentences.

A sentence's English template is its key. `connector/locale` has two catalogues (gettext domains): `crm_kpi` for
messages and help texts of the command line, `report` for what stands in reports and in the CRM.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "zh-CN", "zh-TW")
FOLDER = Path(__file__).parent / "locale"
MESSAGES = "crm_kpi"
REPORTS = "report"


@cache
def translator(language: str, domain: str = MESSAGES) -> Callable[[str], str]:
    """Looks a template up; a sentence that nobody translated yet stays English."""
    return catalogue(language, domain).gettext


def catalogue(language: str, domain: str) -> gettext.NullTranslations:
    """The sentences of one catalogue; an empty one where the language has none."""
    return gettext.translation(domain, FOLDER, languages=[language.replace("-", "_")], fallback=True)
