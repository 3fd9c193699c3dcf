"""A store belongs to one organisation for each connection."""

from __future__ import annotations

import pytest

from connector.errors import StoreError, Unavailable
from connector.kit.conformance import facts_of
from connector.kit.fake_crm import Fault

from .shop import Shop


def test_another_organisation_is_refused_before_anything_is_pulled(shop: Shop) -> None:
    shop.pull()
    before = facts_of(shop.store)
    shop.crm.identity = "fake 2 production"
    shop.crm.put("deals", "d9", outcome="won", amount=1)
    with pytest.raises(StoreError, match="the store holds the facts of"):
        shop.pull()
    assert shop.crm.calls == ["GET /account"]
    assert facts_of(shop.store) == before


def test_where_nobody_answers_no_module_is_read_and_all_are_incomplete(shop: Shop) -> None:
    shop.pull()
    shop.crm.faults = {0: Fault.UNAUTHORISED}
    report = shop.pull()
    assert len(report.failed) == len(report.modules) == 3
    assert not shop.counted().complete
    shop.crm.faults = dict.fromkeys(range(10), Fault.SERVER_ERROR)
    assert all(isinstance(each.error, Unavailable) for each in shop.pull().modules)
    shop.crm.faults = {}
    assert not shop.pull().failed
    assert shop.counted().complete
