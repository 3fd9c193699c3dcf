"""What the stand-in refuses reaches users of Zoho's SDK as its own exceptions."""

from __future__ import annotations

import pytest

from tests.adapters.zoho.emulator.judge.judged import Judged

pytestmark = pytest.mark.slow


def test_an_unknown_module(judged: Judged) -> None:
    """The SDK asks for the fields first, and raises what it is told there."""
    refused = judged.step("unknown module")
    assert (refused["class"], refused["code"]) == ("SDKException", "API_EXCEPTION")
    assert refused["details"]["code"] == "INVALID_MODULE"
    assert judged.step("fields of an unknown module")["code"] == "INVALID_MODULE"


@pytest.mark.parametrize(
    ("step", "status", "code", "details"),
    [
        ("no fields named", 400, "REQUIRED_PARAM_MISSING", {"param_name": "fields"}),
        (
            "missing mandatory field",
            400,
            "MANDATORY_NOT_FOUND",
            {"api_name": "Last_Name", "json_path": "$.data[0].Last_Name"},
        ),
        ("unknown column", 400, "INVALID_QUERY", {"column_name": "Nope"}),
        ("no query", 400, "SYNTAX_ERROR", {"near": "from"}),
        ("unknown job", 404, "RESOURCE_NOT_FOUND", {"resource": "1"}),
    ],
)
def test_refusals(judged: Judged, step: str, status: int, code: str, details: dict[str, str]) -> None:
    refused = judged.step(step)
    assert (refused["class"], refused["http"], refused["status"]) == ("APIException", status, "error")
    assert (refused["code"], refused["details"]) == (code, details)


def test_a_record_that_is_not_there(judged: Judged) -> None:
    assert judged.step("record that is gone") == 204
