"""One contender of `pull_zoho.py`, in a process of its own: requests + orjson + executemany, one call after the other.

It makes the same conversions into the same tables of the same store, with its durability and its upsert, and commits
as often. That is all: no retry, no state to go on from, no deletions, no counts, no quarantine.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any

import orjson
import requests
from zoho_measured import Address, parser, tell

from connector.store import Store, facts

ROWS_AT_ONCE = 2_000
LIST_END = 100_000
OUTCOMES = {"Closed won": "won", "Closed lost": "lost", "No decision": "lost"}
"""Of the sample company's stages; all others are open."""
Record = Mapping[str, Any]


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--ways", type=json.loads, required=True, help='such as {"Accounts": "coql"}')
    arguments.add_argument("--since", default="", help="only what changed since; lists only")
    options = arguments.parse_args()

    def run() -> Mapping[str, str]:
        talk = Talk(options.at)
        with Store.open(options.store, create=True) as store:
            _store(store, "users", talk.users(options.since))
            for module, way in sorted(options.ways.items()):
                records = talk.listed(module, options.since) if way == "list" else getattr(talk, way)(module)
                _store(store, module.lower(), records)
        return dict(options.ways)

    tell(run, options.store)


def _store(store: Store, table: str, records: Iterable[Record]) -> None:
    columns, row = ROWS[table]
    rows = map(row, records)
    while page := list(islice(rows, ROWS_AT_ONCE)):
        with store.transaction():
            facts.upsert(store, table, ("connection", "id", *columns), page)


# ---- what is asked ----


class Talk:
    """Calls, one after the other."""

    def __init__(self, at: Address) -> None:
        self._url, self._session = at["url"], requests.Session()
        asked = {name: value for name, value in at.items() if name != "url"} | {"grant_type": "refresh_token"}
        token = self._session.post(f"{self._url}/oauth/v2/token", params=asked).json()["access_token"]
        self._session.headers["Authorization"] = f"Zoho-oauthtoken {token}"

    def _asked(self, method: str, path: str, **said: Any) -> Any:
        answer = self._session.request(method, f"{self._url}/crm/{path}", **said)
        answer.raise_for_status()
        return orjson.loads(answer.content) if answer.content else {}

    def users(self, since: str) -> Iterator[Record]:
        for kind in ("AllUsers", "DeletedUsers"):
            page, more = 1, True
            while more:
                query = {"type": kind, "page": page, "per_page": 200}
                headers = {"If-Modified-Since": since} if since else {}
                found = self._asked("GET", "v8/users", params=query, headers=headers)
                yield from found.get("users", ())
                page, more = page + 1, bool(found) and found["info"]["more_records"]

    def listed(self, module: str, since: str) -> Iterator[Record]:
        """List pages with their token, and from the last second on where a list ends."""
        whole = True
        while whole:
            count, last = 0, since
            for record in self._pages(module, since):
                count, last = count + 1, record["Modified_Time"]
                yield record
            since, whole = last, count == LIST_END

    def _pages(self, module: str, since: str) -> Iterator[Record]:
        query = {"fields": ",".join(FIELDS[module]), "per_page": 200, "sort_by": "Modified_Time", "sort_order": "asc"}
        headers, count, more = {"If-Modified-Since": since} if since else {}, 0, True
        while more and count < LIST_END:
            found = self._asked("GET", f"v8/{module}", params=query, headers=headers)
            yield from found.get("data", ())
            count += len(found.get("data", ()))
            more = bool(found) and found["info"]["more_records"]
            query["page_token"] = found["info"]["next_page_token"] if more else ""

    def coql(self, module: str) -> Iterator[Record]:
        names, where, more = ", ".join(("id", *FIELDS[module])), "id is not null", True
        while more:
            asked = f"select {names} from {module} where {where} order by id asc limit {ROWS_AT_ONCE}"  # noqa: S608
            found = self._asked("POST", "v8/coql", data=orjson.dumps({"select_query": asked}))
            yield from found["data"]
            where, more = f"id > '{found['data'][-1]['id']}'", found["info"]["more_records"]

    def bulk(self, module: str) -> Iterator[Record]:
        query: dict[str, Any] = {"module": {"api_name": module}, "fields": list(FIELDS[module]), "page": 1}
        while query:
            made = self._asked("POST", "bulk/v8/read", data=orjson.dumps({"query": query, "file_type": "csv"}))
            job, pause = made["data"][0]["details"]["id"], 1.0
            while (status := self._asked("GET", f"bulk/v8/read/{job}")["data"][0])["state"] != "COMPLETED":
                time.sleep(pause)
                pause = min(pause * 2, 60.0)
            yield from self._file(job)
            result = status["result"]
            query = {"page_token": result["next_page_token"]} if result["more_records"] else {}

    def _file(self, job: str) -> Iterator[Record]:
        with tempfile.TemporaryFile() as file:
            with self._session.get(f"{self._url}/crm/bulk/v8/read/{job}/result", stream=True) as answer:
                answer.raise_for_status()
                for chunk in answer.iter_content(1 << 16):
                    file.write(chunk)
            with zipfile.ZipFile(file) as archive, archive.open(archive.infolist()[0]) as raw:
                rows = csv.reader(io.TextIOWrapper(raw, encoding="utf-8", newline=""))
                header = ["id" if name == "Id" else name for name in next(rows)]
                for row in rows:
                    yield dict(zip(header, row, strict=True))


# ---- what is stored ----


def _link(cell: Any) -> str | None:
    return cell["id"] if isinstance(cell, dict) else cell or None


def _instant(text: str) -> str | None:
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if text else None


def _money(cell: Any) -> int | None:
    return None if cell in (None, "") else int(Decimal(str(cell)) * 10_000)


def _number(cell: Any) -> float | None:
    return None if cell in (None, "") else float(cell)


def _user(record: Record) -> tuple[Any, ...]:
    return (
        "crm",
        record["id"],
        record["full_name"],
        record["email"],
        _link(record["role"]),
        _link(record.get("Reporting_To")),
        int(record["status"] == "active"),
        _instant(record["Modified_Time"]),
    )


def _account(record: Record) -> tuple[Any, ...]:
    return (
        "crm",
        record["id"],
        record["Account_Name"] or None,
        _link(record["Owner"]),
        record["Industry"] or None,
        record["Phone"] or None,
        record["Account_Type"] or None,
        _instant(record["Created_Time"]),
        _instant(record["Modified_Time"]),
    )


def _deal(record: Record) -> tuple[Any, ...]:
    stage = record["Stage"] or None
    closes = record["Closing_Date"] or None
    return (
        "crm",
        record["id"],
        record["Deal_Name"] or None,
        _link(record["Account_Name"]),
        _link(record["Contact_Name"]),
        _link(record["Owner"]),
        record["Pipeline"] or None,
        stage,
        OUTCOMES.get(stage or "", "open"),
        _money(record["Amount"]),
        record["Currency"] or None,
        _number(record["Probability"]),
        record["Type"] or None,
        record["Lead_Source"] or None,
        _link(record["Campaign_Source"]),
        record["Reason_For_Loss__s"] or None,
        closes if stage in OUTCOMES else None,
        closes,
        _instant(record["Created_Time"]),
        _instant(record["Modified_Time"]),
    )


FIELDS = {
    "Accounts": ("Account_Name", "Owner", "Industry", "Phone", "Account_Type", "Created_Time", "Modified_Time"),
    "Deals": (
        *("Deal_Name", "Account_Name", "Contact_Name", "Owner", "Pipeline", "Stage", "Amount", "Currency"),
        *("Probability", "Type", "Lead_Source", "Campaign_Source", "Reason_For_Loss__s", "Closing_Date"),
        *("Created_Time", "Modified_Time"),
    ),
}
ROWS: Mapping[str, tuple[tuple[str, ...], Callable[[Record], tuple[Any, ...]]]] = {
    "users": (("name", "email", "team_id", "manager_id", "active", "modified_at"), _user),
    "accounts": (("name", "owner_id", "industry", "phone", "status", "created_at", "modified_at"), _account),
    "deals": (
        tuple(
            chain(
                ("name", "account_id", "contact_id", "owner_id", "pipeline", "stage", "outcome", "amount", "currency"),
                ("probability", "type", "source", "campaign_id", "lost_reason", "closed_on", "expected_close_on"),
                ("created_at", "modified_at"),
            )
        ),
        _deal,
    ),
}


if __name__ == "__main__":
    main()
