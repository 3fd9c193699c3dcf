"""The other end of the Zoho benchmarks: the stand-in in a process of its own, so that it does not share a client's GIL.

    python benchmarks/zoho_stand_in.py FILE [--records 200000] [--latency-ms 50] [--job-seconds 0]

A file without an organisation is filled first: the medium sample company, its customers multiplied until there are
about so many deals. One line of JSON says where it answers; it ends when its standard input does.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from adapters.zoho.emulator.app import StandIn
from adapters.zoho.emulator.server import serve
from adapters.zoho.emulator.settings import Settings

DEALS_OF_PROFILE = 42_000
"""Of the medium profile at scale 1."""
MODULES = ("Accounts", "Deals")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--job-seconds", type=float, default=0.0)
    options = parser.parse_args()
    settings = Settings(
        profile="medium",
        scale=options.records / DEALS_OF_PROFILE,
        modules=MODULES,
        file=options.file,
        latency_ms=options.latency_ms,
        job_seconds=options.job_seconds,
    )
    app = StandIn(settings)
    app.state.db.execute("DELETE FROM oauth_access")  # Zoho gives ten tokens in ten minutes; a benchmark needs more
    try:
        with serve(app) as served:
            print(json.dumps(_address(served.url, settings)), flush=True)
            sys.stdin.read()
    finally:
        app.state.close()


def _address(url: str, settings: Settings) -> dict[str, str]:
    """What a client needs: a token is asked for with it."""
    return {
        "url": url,
        "client_id": settings.client_id,
        "client_secret": settings.client_secret,
        "refresh_token": settings.refresh_token,
    }


if __name__ == "__main__":
    main()
