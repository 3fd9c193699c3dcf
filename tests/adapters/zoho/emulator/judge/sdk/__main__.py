"""Lets Zoho's SDK work with a stand-in, and prints what it found, a line of JSON for each step.

Runs under the Python that has the SDK: `python <this folder> <url> <client id> <secret> <refresh token> <folder>`.
What it finds is compared with the stand-in's own state by those who started it.
"""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path

import bulk_jobs
import organisation
import reading
import refusals
import writing
from session import Access, Steps, initialise

PARTS = (organisation.steps, reading.steps, writing.steps, bulk_jobs.steps, refusals.steps)
"""Reading before writing: what the lists hold then is what the stand-in was filled with."""


def main(url: str, client_id: str, client_secret: str, refresh_token: str, folder: str) -> None:
    """Every step, in order."""
    access = Access(url, client_id, client_secret, refresh_token, Path(folder))
    report({"initialise": initialise(access)})
    for part in PARTS:
        try:
            for name, found in part(access):
                report({name: found})
        except Exception:  # noqa: BLE001 - reported; the other parts go on
            report({f"broken: {part.__module__}": traceback.format_exc() + access.log_end()})


def report(found: Steps) -> None:
    """One line; ids and moments as text."""
    sys.stdout.write(json.dumps(found, default=str) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
