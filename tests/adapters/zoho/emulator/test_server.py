"""The stand-in on a real socket: connections that end, bodies that drip, and what lies beside Zoho's paths."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import requests

from adapters.zoho.emulator.app import StandIn
from adapters.zoho.emulator.server import Served, listening, serve

Make = Callable[..., StandIn]


@pytest.fixture
def served(stand_in: Make) -> Iterator[Served]:
    with serve(stand_in()) as found:
        yield found


@pytest.fixture
def session(served: Served) -> Iterator[requests.Session]:
    with requests.Session() as found:
        found.trust_env = False
        settings = served.settings
        form = {
            "grant_type": "refresh_token",
            "client_id": settings.client_id,
            "client_secret": settings.client_secret,
            "refresh_token": settings.refresh_token,
        }
        token = found.post(f"{served.url}/oauth/v2/token", data=form, timeout=10).json()
        assert token["api_domain"] == served.url
        found.headers["Authorization"] = f"Zoho-oauthtoken {token['access_token']}"
        yield found


ACCOUNT = {"data": [{"Account_Name": "Mine"}]}


@pytest.mark.parametrize(
    ("fault", "written"), [("drop_before", 0), ("drop_after", 1), ("drop_body", 1), ("wrong_length", 1)]
)
def test_connections_that_end(served: Served, session: requests.Session, fault: str, written: int) -> None:
    served.faults.plan(fault, prefix="/crm/v8/Accounts")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        session.post(f"{served.url}/crm/v8/Accounts", json=ACCOUNT, timeout=10)
    assert len(served.journal) == written
    assert session.get(f"{served.url}/crm/v8/org", timeout=10).status_code == 200


def test_a_dripping_body_comes_whole(served: Served, session: requests.Session) -> None:
    plain = session.get(f"{served.url}/crm/v8/org", timeout=10).content
    served.faults.plan("slow_body", argument="0.01")
    assert session.get(f"{served.url}/crm/v8/org", timeout=10).content == plain


def test_truncated_gzip(served: Served, session: requests.Session) -> None:
    served.faults.plan("truncated_gzip")
    reply = session.get(f"{served.url}/crm/v8/org", timeout=10, stream=True)
    assert reply.headers["Content-Encoding"] == "gzip"
    with pytest.raises(ValueError, match=r"\w"):
        reply.json()


@pytest.mark.parametrize("fault", ["slow_before", "slow_after"])
def test_a_client_that_does_not_wait(served: Served, session: requests.Session, fault: str) -> None:
    served.faults.plan(fault, argument="0.3")
    with pytest.raises(requests.Timeout):
        session.post(f"{served.url}/crm/v8/Accounts", json=ACCOUNT, timeout=0.1)


def test_beside_zoho(served: Served) -> None:
    base = f"{served.url}/__stand_in"

    def post(what: str, **body: object) -> dict[str, object]:
        found: dict[str, object] = requests.post(f"{base}/{what}", json=body, timeout=10).json()
        return found

    planned = post("faults", fault="error_500=2:/crm")["planned"]
    assert planned == [{"name": "error_500", "at": 2, "times": 1, "prefix": "/crm", "argument": None}]
    assert requests.post(f"{base}/faults", json={"fault": "nothing"}, timeout=10).status_code == 400
    assert requests.delete(f"{base}/faults", timeout=10).json()["planned"] == []
    assert post("clock", advance_seconds=60) == {"now": "2025-12-01T18:01:00+00:00"}
    assert post("clock", now="2026-01-01T00:00:00+00:00") == {"now": "2026-01-01T00:00:00+00:00"}
    made = post("change", action="insert", module="Accounts", values={"Account_Name": "Theirs"})["result"]
    assert isinstance(made, dict)
    assert post("change", action="delete", module="Accounts", id=made["id"]) == {"result": True}
    journal = requests.get(f"{base}/journal", timeout=10).json()["journal"]
    assert [(entry["action"], entry["request"]) for entry in journal] == [("insert", 0), ("delete", 0)]
    assert requests.get(f"{base}/calls", timeout=10).json() == {"calls": []}
    assert requests.get(f"{base}/credits", timeout=10).json()["spent"] == 0
    for what, body in (
        ("change", {"action": "update", "module": "Nothing", "id": "1"}),
        ("change", {"action": "update", "module": "Accounts", "id": "1"}),
        ("clock", {"now": "yesterday"}),
        ("clock", {}),
        ("workflows", {"title": "Mine"}),
        ("faults", {"name": "error_500", "at": "2"}),
    ):
        refused = requests.post(f"{base}/{what}", json=body, timeout=10)
        assert (refused.status_code, refused.json()["code"]) == (400, "INVALID_DATA")
        assert refused.json()["details"]["reason"]
    assert post("workflows", name="Mine", module="Deals", events=["edit"]) == {"runs": []}
    assert post("grant_code", code="mine", scopes="ZohoCRM.org.READ") == {"code": "mine"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "rebound.evil.example:8765"}, 400),
        ({"Host": "127.0.0.1.evil.example"}, 400),
        ({"Origin": "https://evil.example", "Content-Type": "text/plain"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:3000"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Host": "localhost:8765", "Origin": "http://localhost:8765", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Host": "[::1]"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({}, 200),
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/__stand_in/change", "/oauth/v2/token"])
def test_a_page_in_a_browser_gets_nothing_and_does_nothing(
    served: Served, path: str, headers: dict[str, str], status: int
) -> None:
    before = len(served.journal), served.app.requests
    body = '{"module": "Accounts", "action": "insert", "values": {"Account_Name": "Evil"}}'
    answer = requests.post(served.url + path, data=body, headers=headers, timeout=10)
    assert answer.status_code == status
    assert (before == (len(served.journal), served.app.requests)) == (status != 200)
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_calls_and_credits_are_known(served: Served, session: requests.Session) -> None:
    session.get(f"{served.url}/crm/v8/Deals?fields=Stage", timeout=10)
    session.get(f"{served.url}/crm/v8/Deals/deleted", timeout=10)
    found = [(call.method, call.path, call.status, call.credits) for call in served.calls]
    assert found == [
        ("POST", "/oauth/v2/token", 200, 0),
        ("GET", "/crm/v8/Deals", 200, 1),
        ("GET", "/crm/v8/Deals/deleted", 204, 2),
    ]
    assert served.workflow_runs == []


def test_a_port_that_is_taken() -> None:
    with listening(0) as first, pytest.raises(OSError, match="use"):
        listening(first.getsockname()[1])
