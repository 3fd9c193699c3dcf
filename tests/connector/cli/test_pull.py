"""What `crm-kpi pull` says of each module, on a terminal."""

from __future__ import annotations

from typing import Any

import pytest

from connector.cli.output import Output
from connector.cli.pull import show
from connector.errors import Message
from connector.pull import ModuleReport, PullReport
from connector.store.coverage import Coverage

WAY = Message("{module} was read by {way}", module="Deals", way="bulk")


def counted(**how: Any) -> Coverage:
    whole: dict[str, Any] = {"vendor_count": 5, "arrived": 5, "complete": True, "agreed": True, "note": WAY.written()}
    return Coverage("crm", "Deals", "deals", facts=5, quarantined=0, deleted=0, checked_at="", **{**whole, **how})


def said(capsys: pytest.CaptureFixture[str], **how: Any) -> str:
    module = ModuleReport("crm", "Deals", ("deals",), **{"arrived": 5, "changed": 5, "counts": (counted(),), **how})
    show(Output(), PullReport((module,)))
    shown = capsys.readouterr()
    return shown.out + shown.err


def test_how_a_module_was_read_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Deals was read by bulk" in said(capsys)


@pytest.mark.parametrize(
    ("how", "remark"),
    [
        ({"no_news": True}, "no news"),
        ({"counts": (counted(accepted=2),)}, "2 missing, accepted"),
        ({"note": Message("it changed while it was read")}, "it changed while it was read"),
        ({"complete": False, "counts": (counted(vendor_count=7, complete=False, agreed=False),)}, "incomplete"),
    ],
)
def test_what_needs_a_person_comes_first(how: dict[str, Any], remark: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, **how)
    assert remark in shown
    assert "was read by" not in shown


def test_what_is_missing_comes_with_the_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, complete=False, counts=(counted(vendor_count=7, complete=False, agreed=False),))
    assert "permissions or approvals may hide them" in shown
    assert "accept_missing: {Deals: 2}" in shown
