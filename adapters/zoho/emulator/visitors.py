"""Who may ask: programs on this machine. A page that is open in a browser here is from anywhere, and may not.

A page can send requests to 127.0.0.1 without asking anybody, and by a name of its own that leads there (DNS rebinding)
it can read the answers, too. Browsers say for whom they ask; other programs send none of these headers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from adapters.zoho.emulator.answers import Refusal
from adapters.zoho.hosts import is_loopback

_OURS: Final = frozenset((None, "none", "same-origin"))
"""What a browser says of a page of ours, or of an address that a person typed."""


def stranger(headers: Mapping[str, str]) -> Refusal | None:
    """Why a request is not answered; None where it is.

    Args:
        headers: Of the request, in lower case.
    """
    here = f"http://{headers.get('host', '')}"
    if not is_loopback(here):  # Zoho refuses hosts that are not its own in these words
        return Refusal(400, "INVALID_HOST", "the stand-in answers on this machine only, by 127.0.0.1 or localhost")
    if headers.get("origin", here) != here or headers.get("sec-fetch-site") not in _OURS:
        return Refusal(403, "NO_PERMISSION", "the stand-in answers no pages of other addresses")
    return None
