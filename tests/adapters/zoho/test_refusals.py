"""The table of errors, where a code stands, and what of an answer may be kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.zoho.refusals import REFUSALS, code_of, credits_left, sample_of
from connector.errors import AuthError, RateLimited, RejectedError, RetryableError, Unavailable

ERROR = {"code": "INVALID_DATA", "details": {"api_name": "Email"}, "message": "invalid data", "status": "error"}
NOT_WORTH_ANOTHER_TRY = [
    "REQUIRED_PARAM_MISSING",
    "INVALID_DATA",
    "INVALID_MODULE",
    "INVALID_QUERY",
    "SYNTAX_ERROR",
    "LIMIT_EXCEEDED",
    "AMBIGUITY_DURING_PROCESSING",
    "PATTERN_NOT_MATCHED",
    "UNABLE_TO_PARSE_DATA_TYPE",
    "NOT_SUPPORTED",
    "INVALID_REQUEST_METHOD",
    "AUTHORIZATION_FAILED",
    "FEATURE_NOT_ENABLED",
    "API_NOT_SUPPORTED",
    "INVALID_HOST",
    "MANDATORY_NOT_FOUND",
    "DUPLICATE_DATA",
    "EXPIRED_VALUE",
    "TOKEN_BOUND_DATA_MISMATCH",
    "DISCRETE_PAGINATION_LIMIT_EXCEEDED",
    "PAGINATION_LIMIT_EXCEEDED",
    "NO_PERMISSION",
    "INVALID_URL_PATTERN",
    "RESOURCE_NOT_FOUND",
]
LATER = [
    "RECORD_LOCKED",
    "NOT_APPROVED",
    "NOT_REVIEWED",
    "DEPENDENT_SERVICE_ERROR",
    "INTERNAL_ERROR",
    "SERVICE_UNAVAILABLE",
]


@pytest.mark.parametrize("code", NOT_WORTH_ANOTHER_TRY)
def test_what_will_never_work(code: str) -> None:
    refusal = REFUSALS[0, code]
    assert refusal.error is RejectedError
    assert refusal.remedy


@pytest.mark.parametrize("code", LATER)
def test_what_may_work_later(code: str) -> None:
    assert REFUSALS[0, code].error is Unavailable


@pytest.mark.parametrize("code", ["TOO_MANY_REQUESTS", "RATE_LIMIT_EXCEEDED"])
def test_what_came_too_often_was_not_done(code: str) -> None:
    assert (REFUSALS[0, code].error, REFUSALS[0, code].unsent) == (RateLimited, True)


def test_only_a_token_is_renewed_and_only_with_401() -> None:
    renewing = {key for key, refusal in REFUSALS.items() if refusal.renew}
    assert renewing == {
        (401, "INVALID_TOKEN"),
        (401, "INVALID_OAUTHTOKEN"),
        (401, "AUTHENTICATION_FAILURE"),
        (401, ""),
    }
    assert REFUSALS[0, "OAUTH_SCOPE_MISMATCH"].error is AuthError


def test_each_refusal_has_a_sentence_and_a_remedy() -> None:
    assert all(refusal.says and refusal.remedy for refusal in REFUSALS.values())
    assert not any(refusal.unsent and not issubclass(refusal.error, RetryableError) for refusal in REFUSALS.values())


@pytest.mark.parametrize("root", ["data", "fields", "modules", "watch", "currencies", "fiscal_year"])
def test_a_code_is_found_flat_and_in_every_wrapping(root: str) -> None:
    assert code_of(json.dumps(ERROR).encode()) == "INVALID_DATA"
    assert code_of(json.dumps({root: [ERROR, {"code": "OTHER"}]}).encode()) == "INVALID_DATA"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b"null", b"[]", b'"INVALID"', b"{}", b'{"code": 1}', b'{"code": "lower"}', b'{"data": []}',
        b'{"data": ["a"]}', b'{"data": {"code": "NOT_HERE"}}', b'{"code": "A B"}', b"\xff", b"[" * 100_000,
        b'{"code": "INVALID_TOKEN"',
    ],
)  # fmt: skip
def test_what_holds_no_code(body: bytes) -> None:
    assert code_of(body) == ""


def test_a_sample_keeps_the_shape_and_zohos_own_words() -> None:
    record = {"Email": "ann@example.com", "Amount": 12.5, "Owner": {"name": "Ann", "id": "48768760001"}, "Won": True}
    body = json.dumps({"data": [{**ERROR, "details": {"api_name": "Email", "was": record}}] * 3})
    sample = json.loads(sample_of(body.encode()))
    one = {
        "code": "INVALID_DATA",
        "details": {
            "api_name": "Email",
            "was": {"Email": "text", "Amount": "number", "Owner": {"name": "text", "id": "text"}, "Won": True},
        },
        "message": "text",
        "status": "error",
    }
    assert sample == {"data": [one, one]}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.just("s3cret ä"),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["code", "x", "s3cret ä", "status"]), inner),
)


@given(_JSON)
def test_a_sample_never_tells_a_value(value: Any) -> None:
    assert "s3cret" not in sample_of(json.dumps(value).encode())
    assert len(sample_of(json.dumps(value).encode())) <= 1_000


@pytest.mark.parametrize(
    "secret", ["F00BA4C0FFEE1234F00BA4C0FFEE1234F00B", "f00ba4c0ffee1234f00ba4c0ffee1234f00b", "A4989012345"]
)
def test_a_secret_that_is_repeated_is_no_code_and_no_name(secret: str) -> None:
    body = json.dumps({"code": secret, "status": secret, "details": {"api_name": secret, secret: 1}}).encode()
    assert code_of(body) == ""
    assert secret not in sample_of(body)
    assert (
        sample_of(b'{"code":"NO_V3_FIELD","api_name":"KPI_Sales_2024"}')
        == '{"code":"NO_V3_FIELD","api_name":"KPI_Sales_2024"}'
    )


def test_a_sample_is_bounded() -> None:
    deep: Any = "x"
    for _ in range(500):
        deep = {"a": deep}
    assert len(sample_of(json.dumps(deep).encode())) < 100
    assert len(sample_of(json.dumps({f"field_{at}": at for at in range(10_000)}).encode())) <= 1_000


@pytest.mark.parametrize(
    ("headers", "left"),
    [
        ({"X-API-CREDITS-REMAINING": "2400"}, 2400),
        ({"X-API-CREDITS-REMAINING": " 0 "}, 0),
        ({}, None),
        ({"X-API-CREDITS-REMAINING": "many"}, None),
        ({"X-API-CREDITS-REMAINING": "-1"}, None),
        ({"X-API-CREDITS-REMAINING": "²"}, None),
        ({"X-API-CREDITS-REMAINING": "9" * 50}, None),
    ],
)
def test_what_is_left_of_the_day(headers: dict[str, str], left: int | None) -> None:
    assert credits_left(headers) == left
