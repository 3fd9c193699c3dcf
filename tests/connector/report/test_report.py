"""The use case as a whole: files, audiences, bad circumstances."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from connector.errors import ConfigError, ConnectorError, Message, StoreError
from connector.report import FORMATS, Audience, report
from connector.store import Store, problems
from connector.store.problems import Issue, Quarantined
from tests.connector.report.firm import PEOPLE, SETTINGS, TEAMS, Firm, usual_deals

NewFirm = Callable[..., Firm]


def texts(files: dict[str, bytes]) -> dict[str, str]:
    """Everything that is written in each file; a workbook is unpacked."""
    found = {name: content.decode("utf-8-sig") for name, content in files.items() if name != "xlsx"}
    if "xlsx" in files:
        with ZipFile(BytesIO(files["xlsx"])) as book:
            found["xlsx"] = "".join(book.read(name).decode() for name in book.namelist())
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_same_store_same_bytes(firm: Firm, name: str) -> None:
    assert firm.report(name) == firm.report(name)


def test_files_are_private_and_whole(firm: Firm, tmp_path: Path) -> None:
    with Store.open(firm.config.store, read_only=True) as store:
        written = report(firm.config, store, output=tmp_path / "new" / "page.html")
    assert written.files == (tmp_path / "new" / "page.html",)
    assert stat.S_IMODE(written.files[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(written.files[0].parent.stat().st_mode) == 0o700
    assert [path.name for path in written.files[0].parent.iterdir()] == ["page.html"]


def test_a_failure_leaves_the_older_report(firm: Firm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older = tmp_path / "page.html"
    older.write_text("older")

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("connector.report.as_html.write_html", fails)
    with Store.open(firm.config.store, read_only=True) as store, pytest.raises(StoreError, match="No space left"):
        report(firm.config, store, output=older)
    assert older.read_text() == "older"
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_one_persons_file_never_takes_the_place_of_everybodys(firm: Firm) -> None:
    with Store.open(firm.config.store, read_only=True) as store:
        everybody = report(firm.config, store).files
        ann = report(firm.config, store, audience=Audience(owner="Ann Lee")).files
        odd = report(firm.config, store, audience=Audience(team="T2")).files
    assert [path.name for (path,) in (everybody, ann, odd)] == ["report.html", "report-Ann_Lee.html", "report-T2.html"]
    for (path,) in (everybody, ann, odd):
        path.unlink()


@pytest.mark.parametrize("language", ["en", "zh-CN", "zh-TW"])
def test_an_owners_report_holds_nobody_elses_data(firm: Firm, language: str) -> None:
    found = texts(firm.report(*FORMATS, owner="U1", language=language))
    for name, text in found.items():
        assert "Ann Lee" in text, name
        others = [word for key, (word, _) in PEOPLE.items() if key != "U1" for word in (word, f'"{key}"', f">{key}<")]
        others += ["Hills", '"T3"', "North", '"T1"']
        assert [word for word in others if word in text] == [], name
        assert ",U2," not in text, name


def test_a_teams_report_holds_its_people_and_nobody_else(firm: Firm) -> None:
    for name, text in texts(firm.report(*FORMATS, team="Harbour")).items():
        assert all(person in text for person in ("Ann Lee", "Ben Ito", "Cem Kaya")), name
        others = ("Dora Quist", "Eve Silent", "Hills", "North", '"U4"', '"T3"', '"T1"')
        assert [word for word in others if word in text] == [], name


def test_a_team_has_the_people_of_its_subteams(firm: Firm) -> None:
    text = firm.html(team="T1")
    assert all(name in text for name in ("Ann Lee", "Dora Quist", "Hills"))
    assert "Lantern" in text  # whose team it is
    assert "The whole company" not in text


def test_others_numbers_are_not_in_an_owners_report(firm: Firm) -> None:
    document = json.loads(firm.report("json", owner="U1")["json"])
    assert [(page["scope"], page["id"]) for page in document["pages"]] == [("owner", "U1")]
    # Ben's 30 of 40, in the third quarter, are in the team's value only.
    assert not [row for page in document["pages"] for row in page["values"] if row.get("n") == 40]


def test_troubled_records_are_not_told_to_one_audience(firm: Firm, new_firm: NewFirm) -> None:
    own = new_firm().fill(teams=TEAMS, people=PEOPLE, deals=usual_deals()).compute()
    own.execute(
        "INSERT INTO quarantine (connection, table_name, module, field, value, reason, found_at)"
        " VALUES ('crm', 'deals', 'deals', 'Closed', 'Dora Quist', 'Dora Quist is not a date', '2025-11-20')"
    )
    own.execute(
        "INSERT INTO issues (connection, table_name, record_id, field, value, reason, found_at)"
        " VALUES ('crm', 'deals', 'D1', 'Owner', 'Dora', 'none of the users is called Dora Quist', '2025-11-20')"
    )
    assert "none of the users is called Dora Quist" in own.html()
    for text in texts(own.report(*FORMATS, owner="U1")).values():
        assert "Dora Quist" not in text
    assert "1 deal could not be read; some may belong here" in own.html(owner="U1").replace("\u2068", "")


def test_reasons_are_told_in_the_readers_language(new_firm: NewFirm) -> None:
    own = new_firm().fill(teams=TEAMS, people=PEOPLE, deals=usual_deals()).compute()
    reason = Message("the id {id} was there before, further up", id="<b>D1</b>")
    with Store.open(own.config.store) as store, store.transaction():
        row = Quarantined("crm", "deals", "deals", "D1", None, None, "Id", "D1", str(reason), None, 1, "2025-11-20")
        earlier = Issue("crm", "deals", "D1", None, None, "Owner", "", "said by an {older} version", 1, "2025-11-20")
        problems.add_quarantine(store, [row._replace(message=reason.written())])
        problems.add_issues(store, [earlier])
    text = own.html(language="zh-CN")
    assert "id &lt;b&gt;D1&lt;/b&gt; 在前面已经出现过" in text
    assert "said by an {older} version" in text
    assert "the id &lt;b&gt;D1&lt;/b&gt; was there before, further up" in own.html(language="en")
    told = json.loads(own.report("json", language="zh-CN")["json"])["missing"]
    assert told["quarantine"][0]["reason"] == str(reason)


# ---- bad circumstances -----------------------------------------------------------------------------------------------


def test_no_values_at_all(new_firm: NewFirm) -> None:
    empty = new_firm().fill(teams=TEAMS, people=PEOPLE)
    with pytest.raises(ConnectorError, match="there are no KPI values to report yet") as caught:
        empty.report("html")
    assert "crm-kpi compute" in str(caught.value.hint)


def test_values_but_no_data(new_firm: NewFirm) -> None:
    text = new_firm().fill(teams=TEAMS, people=PEOPLE).compute().html()
    assert "There is nothing to show yet." in text
    assert "Nothing on record here for: Win rate, Sales cycle (median), Won amount, Open pipeline." in text
    assert "No numbers at all, and so no page" in text


def test_everything_arrived(firm: Firm) -> None:
    assert "Nothing: everything arrived" not in firm.html()  # thin numbers are told
    assert "too few to judge" in firm.html()


def test_one_kpi_in_error(new_firm: NewFirm) -> None:
    own = new_firm().fill(teams=TEAMS, people=PEOPLE, deals=usual_deals()).compute()
    own.execute("UPDATE kpi_values SET status = 'error', value = NULL, n = NULL WHERE kpi = 'won_amount'")
    text = own.html()
    assert text.count("could not be computed") > 3
    assert "The computation of this KPI failed; the others are not affected." in text
    assert "75.0%" in text  # Ben's win rate stands
    document = json.loads(own.report("json")["json"])
    assert set(document["missing"]["statuses"]["error"]) == {"won_amount"}


def test_newer_facts_are_told_and_not_mixed_in(new_firm: NewFirm) -> None:
    own = new_firm().fill(teams=TEAMS, people=PEOPLE, deals=usual_deals()).compute()
    own.pulled_since()
    text = own.html()
    assert "Newer data has been pulled since" in text
    assert "2 of 3 won" not in text
    document = json.loads(own.report("json")["json"])
    assert document["newer_data_pulled"]
    assert not [row for page in document["pages"] for row in page["values"] if row["period"] == "trailing_12_months"]


def test_incomplete_facts_are_told(new_firm: NewFirm) -> None:
    own = new_firm().fill(teams=TEAMS, people=PEOPLE, deals=usual_deals())
    own.execute(
        "INSERT INTO coverage (connection, module, table_name, vendor_count, arrived, facts, quarantined, deleted,"
        " complete, checked_at) VALUES ('crm', 'deals', 'deals', 99, 60, 60, 0, 0, 0, '2025-11-20T09:00:00Z')"
    )
    text = own.compute().html()
    assert "Not everything arrived of: deals." in text
    assert "facts incomplete" in text
    assert "<td><bdi>99</bdi></td>" in text
    assert "<td><bdi>99</bdi></td>" not in own.html(owner="U1")  # how many deals the company has is not Ann's


def test_a_changed_definition_is_told(new_firm: NewFirm) -> None:
    own = new_firm().fill(teams=TEAMS, people=PEOPLE, deals=usual_deals()).compute()
    own.execute("UPDATE kpi_values SET definition = 'another' WHERE kpi = 'win_rate'")
    assert "Defined anew since these numbers were computed: Win rate." in own.html()


def test_five_hundred_owners(new_firm: NewFirm) -> None:
    people = {f"U{at}": (f"Person {at}", f"T{at % 3 + 1}") for at in range(500)}
    deals = [(f"U{at}", "won", f"2025-{1 + at % 11:02}-1{at % 10}", 100.0 + at) for at in range(500)]
    own = new_firm().fill(teams=TEAMS, people=people, deals=deals).compute()
    files = own.report("html", "xlsx", "csv")
    assert files["html"].count(b'class="page owner"') == 500
    assert all(f"Person {at}".encode() in files["csv"] for at in (0, 250, 499))
    assert len(files["html"]) < 4_000_000


def test_sixty_months(new_firm: NewFirm) -> None:
    settings = SETTINGS.replace("since: 2024-01-01", "since: 2020-12-01").replace("[quarter]", "[month]")
    months = [f"{2020 + (11 + at) // 12}-{1 + (11 + at) % 12:02}" for at in range(60)]
    deals = [("U1", "won", f"{month}-15", 100.0) for month in months]
    own = new_firm(settings=settings).fill(teams=TEAMS, people=PEOPLE, deals=deals).compute()
    document = json.loads(own.report("json", owner="U1")["json"])
    rows = [row for row in document["pages"][0]["values"] if row["kpi"] == "won_amount" and row["period"] == "month"]
    assert len(rows) == 60
    assert "Dec 2020 – Nov 2025" in own.html(owner="U1")


# ---- what is asked for -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "where", "hint"),
    [
        ({"owner": "Ann Le"}, "--owner: Ann Le is not among those who have values", "did you mean Ann Lee?"),
        ({"team": "Harbor"}, "--team: Harbor is not among", "did you mean Harbour?"),
        ({"team": "T1", "owner": "U1"}, "--team: a report is for a team or for an owner", ""),
        ({"period": "week"}, "--period: no values were computed by week", "one of: quarter"),
    ],
    ids=["owner", "team", "both", "period"],
)
def test_what_does_not_exist(firm: Firm, asked: dict[str, str], where: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        firm.report("html", **asked)
    (problem,) = caught.value.problems
    assert f"{problem.where}: {problem.message}".startswith(where)
    assert hint in str(problem.hint)


def test_an_unknown_format(firm: Firm) -> None:
    with pytest.raises(ConfigError, match="htm is not a format of reports") as caught:
        firm.report("htm")
    assert str(caught.value.problems[0].hint) == "did you mean html?"
