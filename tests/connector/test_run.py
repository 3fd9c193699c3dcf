"""The loop as a whole: once more changes nothing, what fails is told and repaired by the next run."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.config import Config, read
from connector.errors import ConnectorError, Message, RejectedError, StoreBusy, WriteBackRefused
from connector.pull import ModuleReport, PullReport
from connector.run import RunReport, failures_of, recorded, run, summary_of
from connector.status import status
from connector.store import Store, coverage, run_lock, runs
from tests import company
from tests.company import ACCOUNTS, DEALS

NOW = datetime(2025, 6, 30, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

SETTINGS = company.SETTINGS + company.KPIS + company.FIELDS + company.RECORDS


class Shop:
    """A folder with an export, and the loop over it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = company.found_company(folder, SETTINGS)

    def export(self, table: str, text: str) -> None:
        company.export(self.folder, table, text)

    @property
    def config(self) -> Config:
        return read(self.settings, environment={})

    def run(self, now: datetime = NOW, **more: Any) -> RunReport:
        with self.open() as store:
            return run(self.config, store, now=now, **({"yes": True} | more))

    def open(self) -> Store:
        return Store.open(self.config.store, create=True)

    def written(self, name: str = "accounts") -> str:
        return (self.folder / "out" / f"{name}.csv").read_text("utf-8-sig")

    def everything(self) -> dict[str, Any]:
        """All rows of all tables, and all written files."""
        return {**company.stored(self.config.store), **company.written(self.folder)}

    def last(self) -> runs.Run:
        with self.open() as store:
            return runs.last(store)[0]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_from_files_to_files(shop: Shop) -> None:
    report = shop.run()
    assert shop.written() == "Id,Name,Won\n1,Acme,100\n2,Bolt,70\n3,科格,\n"
    assert "won_amount,Won amount,organisation,,,quarter,2025-01-01,2025-04-01,170,money,EUR" in shop.written("report")
    assert (report.status, report.quarantined, str(report.waiting)) == ("done", 0, "")


def test_a_second_run_changes_nothing_but_one_row_in_runs(shop: Shop) -> None:
    shop.run()
    before = shop.everything()
    report = shop.run(NOW + HOUR)
    after = shop.everything()
    assert len(after.pop("runs")) == len(before.pop("runs")) + 1
    assert after == before
    assert (report.computed.changed, report.planned.plan_id, report.applied) == (0, "", None)


def test_the_originals_are_never_touched(shop: Shop) -> None:
    before = (shop.folder / "data" / "accounts.csv").stat()
    shop.run()
    after = (shop.folder / "data" / "accounts.csv").stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def test_news_goes_all_the_way(shop: Shop) -> None:
    shop.run()
    shop.export("deals", DEALS.replace("D2,Bolt,Won,70", "D2,Bolt,Won,71"))
    report = shop.run(NOW + HOUR, yes=False)
    assert "2,Bolt,71\n" in shop.written()
    assert report.applied is not None
    assert shop.last().data_as_of == "2025-06-30T10:00:00Z"


def test_a_new_record_in_the_source_comes_into_the_copy_though_it_has_no_numbers(shop: Shop) -> None:
    shop.run()
    shop.export("accounts", ACCOUNTS + "4,Dent\n")
    shop.run(NOW + HOUR, yes=False)
    assert shop.written().splitlines()[-1] == "4,Dent,"


def test_until_a_person_agrees_nothing_is_written_and_the_plan_waits(shop: Shop) -> None:
    report = shop.run(yes=False)
    assert not (shop.folder / "out").exists()
    assert "crm-kpi apply --yes" in str(report.waiting)
    assert report.planned.plan_id in str(report.waiting)
    again = shop.run(NOW + HOUR, yes=False)
    assert again.planned.plan_id == report.planned.plan_id
    assert shop.run(NOW + 2 * HOUR).applied is not None
    assert (shop.folder / "out" / "accounts.csv").exists()


def test_too_much_change_is_refused_noted_and_waits(shop: Shop) -> None:
    shop.run()
    shop.export("deals", DEALS.replace(",100,", ",200,").replace(",70,", ",170,").replace("Lost,3,", "Won,3,"))
    with pytest.raises(WriteBackRefused, match="max_changed_share"):
        shop.run(NOW + HOUR, yes=False)
    assert (shop.last().status, "1,Acme,100\n" in shop.written()) == ("failed", True)
    shop.run(NOW + HOUR, yes=True)
    assert "1,Acme,200\n" in shop.written()


def test_a_source_that_cannot_be_read_stops_nothing_else_and_nothing_of_it_is_written_back(shop: Shop) -> None:
    shop.run()
    before = shop.written()
    (shop.folder / "data" / "deals.csv").unlink()
    report = shop.run(NOW + HOUR)
    assert [module.module for module in report.pulled.failed] == ["deals"]
    assert (report.status, report.computed.incomplete) == ("failed", ("deals",))
    assert shop.written() == before
    assert summary_of(report)["failed_modules"] == ["crm.deals"]
    assert shop.last().status == "failed"


def test_the_run_after_the_repair_is_as_if_nothing_had_happened(shop: Shop) -> None:
    shop.run()
    calm = shop.everything()
    (shop.folder / "data" / "deals.csv").rename(shop.folder / "away.csv")
    shop.run(NOW + HOUR)
    (shop.folder / "away.csv").rename(shop.folder / "data" / "deals.csv")
    assert shop.run(NOW + 2 * HOUR).status == "done"
    with shop.open() as store:
        assert all(each.complete for each in coverage.all(store))
    assert shop.everything()["accounts.csv"] == calm["accounts.csv"]


def test_rows_in_quarantine_make_a_run_partly_done(shop: Shop) -> None:
    shop.export("deals", DEALS + ",Acme,Won,5,2025-03-04\n")
    report = shop.run()
    assert (report.status, report.quarantined) == ("partly", 1)
    assert shop.last().summary["quarantined"] == 1


@pytest.mark.parametrize(
    ("error", "status", "kept"),
    [
        pytest.param(KeyboardInterrupt(), "interrupted", "KeyboardInterrupt", id="Ctrl-C"),
        pytest.param(ConnectorError(Message("the disk is full")), "failed", "the disk is full", id="our own"),
        pytest.param(ValueError("token=secret"), "failed", "ValueError", id="a stranger keeps its words"),
    ],
)
def test_how_a_run_ended_is_noted_whatever_happens(shop: Shop, error: BaseException, status: str, kept: str) -> None:
    with shop.open() as store:
        with pytest.raises(type(error)), recorded(store, "pull", now=NOW):
            raise error
        (noted,) = runs.last(store)
    assert (noted.status, noted.summary["error"]) == (status, kept)
    assert "secret" not in str(noted.summary)


def test_what_nobody_documented_is_kept_as_a_sample(shop: Shop) -> None:
    """Whoever writes the adapter needs it; a person is told where it is."""
    answer = '{"code":"NEW_CODE","message":"text"}'
    refused = RejectedError(Message("was refused"), operation="GET crm.example/deals", code="NEW_CODE", sample=answer)
    with shop.open() as store, pytest.raises(RejectedError), recorded(store, "pull", now=NOW):
        raise refused
    sample = {"operation": "GET crm.example/deals", "code": "NEW_CODE", "answer": answer}
    assert shop.last().summary[runs.SAMPLE] == sample
    with shop.open() as store:
        (said,) = status(store, now=NOW).advice
    assert "crm-kpi status --json has a sample" in str(said.hint)
    modules = [
        ModuleReport("crm", error.operation, (), error=error) for error in (RejectedError(Message("locked")), refused)
    ]
    assert failures_of(PullReport(tuple(modules)))[runs.SAMPLE] == sample


def test_a_module_that_could_not_be_pulled_is_why_the_run_failed(shop: Shop) -> None:
    shop.run()
    (shop.folder / "data" / "deals.csv").unlink()
    shop.run(NOW + HOUR)
    with shop.open() as store:
        advice = [each for each in status(store, now=NOW + HOUR).advice if each.where == "runs"]
    (said,) = advice
    assert str(said.message).startswith("run failed: crm.deals: ")
    assert "deals.csv" in str(said.message)
    assert str(said.hint).endswith("; mend it and run it again; nothing is lost")
    assert said.message.render(lambda template: template.replace("failed", "ging schief")).startswith("run ging schief")


def interrupted_at(text: str) -> Callable[[Message], None]:
    """Ctrl-C at the moment when a person is told this."""

    def told(message: Message) -> None:
        if text in str(message):
            raise KeyboardInterrupt

    return told


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop after its first run."""
    shop = Shop(tmp_path_factory.mktemp("undisturbed"))
    shop.run()
    return shop


MOMENTS = ("accounts", "deals", "reading the facts", "computing", "writing accounts", "writing report")


@pytest.mark.parametrize("moment", MOMENTS)
def test_after_ctrl_c_the_next_run_goes_on(shop: Shop, undisturbed: Shop, moment: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        shop.run(progress=interrupted_at(moment))
    assert shop.last().status == "interrupted"
    shop.run()
    ours, theirs = shop.everything(), undisturbed.everything()
    for table in ("accounts", "deals", "sync_state", "coverage", "acknowledged"):
        assert ours[table] == theirs[table], table
    assert [shop.written(name) for name in ("accounts", "report")] == [
        undisturbed.written(name) for name in ("accounts", "report")
    ]


def test_two_runs_at_once_are_refused_by_name(shop: Shop) -> None:
    with run_lock(shop.config.store), pytest.raises(StoreBusy, match=str(os.getpid())), run_lock(shop.config.store):
        raise AssertionError("two runs at once")
