"""The smallest adapter of docs/adapters.md is one: it keeps the contract's promises."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from connector.contract import AdapterType
from connector.kit.conformance import AdapterConformance, Sample
from connector.mapping import TableMapping
from connector.transport import Session, World

PAGE = (Path(__file__).parents[2] / "docs/adapters.md").read_text("utf-8")
URL = "https://tiny.invalid"
DEALS = TableMapping.model_validate({"id": "id", "columns": {"outcome": "stage", "amount": "amount"}})


class Service(BaseAdapter):
    """The CRM of the example."""

    def __init__(self) -> None:
        super().__init__()
        deals = [{"id": f"d{number}", "stage": "won", "amount": number} for number in range(30)]
        self.answers: dict[str, Any] = {
            "account": {"id": 7, "name": "Tiny Inc."},
            "modules": ["deals"],
            "deals": deals,
        }

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        response = requests.Response()
        response.status_code = 200
        response.url = request.url or ""
        response.request = request
        body = json.dumps(self.answers[urlsplit(response.url).path.strip("/")]).encode()
        response.raw = HTTPResponse(io.BytesIO(body), status=200, preload_content=False)
        return response

    def close(self) -> None:
        return

    def session(self) -> requests.Session:
        session = Session()
        session.mount(URL, self)
        return session


def example() -> AdapterType:
    """What the page's first block of Python defines."""
    found = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert found
    names: dict[str, Any] = {"__name__": "tiny_crm.adapter"}
    exec(compile(found[1], "docs/adapters.md", "exec"), names)
    kind = names["ADAPTER"]
    assert isinstance(kind, AdapterType)
    return kind


class TestTheExample(AdapterConformance):
    @pytest.fixture
    def sample(self) -> Sample:
        service, kind = Service(), example()

        def remove() -> tuple[str, str]:
            return "deals", service.answers["deals"].pop()["id"]

        return Sample(
            adapter_name=kind.name,
            make_adapter=lambda: kind.connect(kind.settings(url=URL), Path()),  # type: ignore[call-arg]  # of the example
            mappings={"deals": DEALS},
            world=World(session=service.session, sleep=lambda _: None),
            remove=remove,
        )
