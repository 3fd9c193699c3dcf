"""One contender of `pull_zoho.py`, run by a Python that has `dlt[sqlalchemy]`: its `rest_api` source into SQLite.

As it comes, rows appended: that is its default, and merging 100,000 rows into as many did not end within eight minutes.
A list that ends after 100,000 records is gone on with from its last second by another run, so the records of that
second come twice; ids are counted. Its import is not timed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sqlite3
import sys
import time
import urllib.parse
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"

import dlt
from dlt.sources.rest_api import rest_api_source

LIST_END = 100_000
MIB = 1024 if sys.platform != "darwin" else 1024 * 1024
FIELDS = {
    "accounts": "Account_Name,Owner,Industry,Phone,Account_Type,Created_Time,Modified_Time",
    "deals": (
        "Deal_Name,Account_Name,Contact_Name,Owner,Pipeline,Stage,Amount,Currency,Probability,Type,Lead_Source,"
        "Campaign_Source,Reason_For_Loss__s,Closing_Date,Created_Time,Modified_Time"
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--at", type=json.loads, required=True, help="what the stand-in's process said")
    parser.add_argument("--store", type=Path, required=True)
    options = parser.parse_args()
    begun, processor = time.perf_counter(), time.process_time()
    _load(options.at, options.store)
    seconds, processor = time.perf_counter() - begun, time.process_time() - processor
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB
    with closing(sqlite3.connect(options.store)) as db:
        tables = {
            table: (db.execute(f"SELECT count(DISTINCT id) FROM {table}").fetchone()[0], "")  # noqa: S608  # our own names
            for table in ("users", "accounts", "deals")
        }
    said = {"seconds": seconds, "processor": processor, "megabytes": megabytes, "ways": {}, "tables": tables}
    print(json.dumps(said))


def _load(at: dict[str, str], store: Path) -> None:
    pipeline = dlt.pipeline(
        "zoho",
        destination=dlt.destinations.sqlalchemy(f"sqlite:///{store}"),
        dataset_name="main",
        pipelines_dir=str(store.parent / "pipelines"),
    )
    client, since = _client(at), ""
    resources = [_users(), _listed("accounts"), _listed("deals")]
    while resources:
        source = rest_api_source({"client": client, "resources": resources})
        came = _Came()
        source.resources["deals"].add_map(came.note)
        pipeline.run(source)
        since = came.last if came.count == LIST_END else ""
        resources = [_listed("deals", since)] if since else []


class _Came:
    """How many deals came, and when the last of them changed."""

    count, last = 0, ""

    def note(self, record: dict[str, Any]) -> dict[str, Any]:
        self.count, self.last = self.count + 1, record["Modified_Time"]
        return record


def _client(at: dict[str, str]) -> dict[str, Any]:
    asked = {name: value for name, value in at.items() if name != "url"} | {"grant_type": "refresh_token"}
    body = urllib.parse.urlencode(asked).encode()
    with urllib.request.urlopen(f"{at['url']}/oauth/v2/token", data=body) as answer:
        token = json.load(answer)["access_token"]
    key = {"type": "api_key", "name": "Authorization", "api_key": f"Zoho-oauthtoken {token}", "location": "header"}
    pages = {"type": "cursor", "cursor_path": "info.next_page_token", "cursor_param": "page_token"}
    return {"base_url": f"{at['url']}/crm/v8/", "auth": key, "paginator": pages}


def _users() -> dict[str, Any]:
    pages = {"type": "page_number", "base_page": 1, "total_path": None, "has_more_path": "info.more_records"}
    endpoint = {"path": "users", "params": {"type": "AllUsers", "per_page": 200}, "data_selector": "users"}
    return {"name": "users", "endpoint": {**endpoint, "paginator": pages}}


def _listed(name: str, since: str = "") -> dict[str, Any]:
    query = {"fields": FIELDS[name], "per_page": 200, "sort_by": "Modified_Time", "sort_order": "asc"}
    endpoint: dict[str, Any] = {"path": name.capitalize(), "params": query, "data_selector": "data"}
    ended = {"status_code": 400, "content": "PAGINATION_LIMIT_EXCEEDED", "action": "ignore"}
    endpoint["response_actions"] = [ended]
    if since:
        endpoint["headers"] = {"If-Modified-Since": since}
    return {"name": name, "endpoint": endpoint}


if __name__ == "__main__":
    main()
