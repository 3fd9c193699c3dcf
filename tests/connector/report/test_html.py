"""The HTML file: opens without a network, keeps text text, and can be read without colours, eyes or a large screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from connector.report import FORMATS
from tests.connector.report.firm import PEOPLE, TEAMS, Firm, usual_deals

VOID = {"meta", "br"}
NewFirm = Callable[..., Firm]


class Document(HTMLParser):
    """The tags, attributes and texts of a page; fails where tags do not close in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_one_file_without_network_or_script(firm: Firm) -> None:
    text = firm.html()
    page = Document(text)
    assert not {"script", "link", "img", "iframe", "object", "base", "form"} & {tag for tag, _ in page.tags}
    assert [a for _, a in page.tags for name in a if name.startswith("on") or name in ("src", "srcset")] == []
    assert {target["href"][:1] for target in page.all("a") if target["href"]} == {"#"}
    assert not re.search(r"https?:|url\(|@import", text)
    policies = [meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_links_and_anchors(firm: Firm) -> None:
    page = Document(firm.html())
    anchors = [a["id"] for _, a in page.tags if "id" in a]
    assert len(anchors) == len(set(anchors))
    assert {str(a["href"])[1:] for a in page.all("a")} <= set(anchors)


def test_language_and_title(firm: Firm) -> None:
    page = Document(firm.html(language="zh-TW"))
    assert page.all("html") == [{"lang": "zh-TW"}]
    assert "全公司" in page.texts
    assert "Lantern" in page.texts


def test_a_page_for_each_team_and_person_who_has_numbers(firm: Firm) -> None:
    text = firm.html()
    titles = re.findall(r"<h2><bdi>(.*?)</bdi></h2>", text)
    # Teams before their people and their subteams, by name; who never sold anything is named at the end.
    assert titles == [
        "The whole company", "North", "Harbour", "Ann Lee", "Ben Ito", "Cem Kaya", "Hills", "Dora Quist",
    ]  # fmt: skip
    assert "No numbers at all, and so no page: \u2068Eve Silent\u2069." in text


def test_values_with_intervals_and_rows(firm: Firm) -> None:
    text = firm.html(team="T2")
    assert '<span class="v">75.0%</span><small>60–86% · 40 deals</small>' in text  # Ben, 30 of 40
    assert '<span class="c">3 of 4 won</span>' in text  # Ann, fourth quarter
    assert "to date, " in text


def test_thin_numbers_have_the_team_beside_them(firm: Firm) -> None:
    row = re.search(r"<bdi>Win rate</bdi></th>.*?</tr>", firm.html(owner="U1"))
    assert row is not None
    cells = re.findall(r"<td.*?</td>", row[0])
    assert [re.sub("<.*?>", "|", cell).strip("|") for cell in cells[:3]] == [
        "1 of 2 won||team: 73.8%",
        "3 of 4 won||team, 12 months: 72.5%",
        "6 of 10 won||team: 72.5%",
    ]


def test_a_team_of_two_is_not_shown_to_its_members(new_firm: NewFirm) -> None:
    """One's own value and the team's would give the colleague's away."""
    people = {"U1": ("Ann", "T2"), "U2": ("Ben", "T2")}
    text = new_firm().fill(teams={"T2": ("Harbour", None)}, people=people, deals=usual_deals()[:50]).compute()
    assert "team" not in re.sub("<.*?>", " ", text.html(owner="U1").split("</style>")[1].split('id="missing"')[0])


def test_targets_have_shape_word_and_bullet(firm: Firm) -> None:
    text = firm.html(owner="U1")
    assert '<span class="rag blue">◆ reached early</span><small>target €6,000</small><small>gap +€500</small>' in text
    assert (
        '<span class="rag grey">○ too few to judge</span><small>target 70.0%</small><small>gap +5.0 pp</small>' in text
    )
    assert len(re.findall('<svg class="u"', text)) == 2
    labels = re.findall('<svg class="u".*?aria-label="(.*?)"', text)
    assert "reached early; actual €6,500; target €6,000; gap +€500; by today €3,300; attained 108%" in labels


@pytest.mark.parametrize(
    ("bounds", "said", "marks"),
    [
        ({"target_low": 2.0, "target_high": 4.0}, "target €2 to €4", 2),
        ({"target_high": 4.0}, "target at most €4", 1),
        ({"target_low": 4.0}, "target at least €4", 1),
    ],
    ids=["both", "upper", "lower"],
)
def test_a_range_is_told_with_its_bounds(new_firm: NewFirm, bounds: dict[str, float], said: str, marks: int) -> None:
    firm = new_firm().fill(teams=TEAMS, people=PEOPLE, deals=usual_deals()).compute()
    text = firm.target("won_amount", "organisation", "", actual=5.0, target=4.0, gap=-1.0, **bounds).html()
    assert f"<small>{said}</small>" in text
    (drawn,) = re.findall('<svg class="u".*?</svg>', text)
    assert len(re.findall("M[0-9]+ 1v18", drawn)) == marks


@pytest.mark.parametrize(
    ("period", "said"),
    [
        (("quarter", "2025-10-01", "2026-01-01"), "last 3 months 40.0%"),
        (("year", "2025-01-01", "2026-01-01"), "last 12 months 40.0%"),
        (("month", "2025-11-01", "2025-12-01"), "last month up to now 40.0%"),
        (("week", "2025-11-17", "2025-11-24"), "last 7 days 40.0%"),
    ],
)
def test_what_a_running_level_is_judged_by_stands_beside_its_colour(
    new_firm: NewFirm, period: tuple[str, str, str], said: str
) -> None:
    names = ("period", "period_start", "period_end")
    firm = new_firm().fill(teams=TEAMS, people=PEOPLE, deals=usual_deals()).compute()
    numbers = {"actual": 0.9, "target": 0.8, "gap": 0.1, "trailing": 0.4, "unit": "percent"}
    text = firm.target("win_rate", "organisation", "", **numbers, **dict(zip(names, period, strict=True))).html()
    assert f"<small>{said}</small>" in text


def test_no_column_of_targets_where_nobody_has_any(new_firm: NewFirm) -> None:
    text = new_firm().fill(teams=TEAMS, people=PEOPLE, deals=usual_deals()).compute().html()
    assert ">Target<" not in text
    assert text.count("<h3>Targets</h3>") == 0


def test_every_chart_says_what_it_shows(firm: Firm) -> None:
    page = Document(firm.html())
    charts = page.all("svg")
    assert len(charts) > 20
    assert all(chart["role"] == "img" and chart["aria-label"] for chart in charts)
    assert any("lowest" in str(chart["aria-label"]) for chart in charts)


def test_on_a_phone_numbers_carry_the_head_of_their_column(firm: Firm) -> None:
    style = firm.html(language="zh-CN").split("</style>")[0]
    assert '.owner .k td:nth-child(2)::before{content:"2025年第3季度"}' in style
    assert '.owner .k td:nth-child(4)::before{content:"近 12 个月"}' in style


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "O'Neil & Søns </style></title>",
    "line\nbreak\r\nand\ttab",
    "{{ 7 * 7 }} {% raw %}",
    "\u202eevil \u0000bell\u0007",
    "שלום עולם",
    "👩\u200d👩\u200d👧 🚀",
    "=HYPERLINK(\"http://x\")",
    "-1+1|cmd",
    "z" * 300,
)  # fmt: skip


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    people = {f"U{at}": (name, "T1") for at, name in enumerate(HOSTILE)}
    deals = [(f"U{at}", "won", f"2025-10-{1 + at:02}", 100.0) for at in range(len(HOSTILE))]
    own = Firm(tmp_path_factory.mktemp("hostile"), name=HOSTILE[0])
    own.fill(teams={"T1": (HOSTILE[1], None)}, people=people, deals=deals).compute()
    return own.report(*FORMATS)


def test_hostile_names_stay_text(hostile: dict[str, bytes]) -> None:
    text = hostile["html"].decode()
    page = Document(text)
    assert not {"script", "img"} & {tag for tag, _ in page.tags}
    assert HOSTILE[0] in page.texts
    assert HOSTILE[1] in page.texts
    assert HOSTILE[2] in page.texts
    assert "{{ 7 * 7 }} {% raw %}" in page.texts
    assert "line break and tab" in page.texts
    assert "evil bell" in page.texts
    assert "👩\u200d👩\u200d👧 🚀" in page.texts
    assert "\u202e" not in text
    assert "\x00" not in text


def test_names_are_isolated_from_the_direction_around_them(hostile: dict[str, bytes]) -> None:
    text = hostile["html"].decode()
    assert text.count("שלום עולם") == text.count("<bdi>שלום עולם</bdi>") > 1


def test_hostile_names_in_the_other_formats(hostile: dict[str, bytes]) -> None:
    import csv
    import json
    from io import BytesIO, StringIO

    from openpyxl import load_workbook

    names = {row[3] for row in csv.reader(StringIO(hostile["csv"].decode("utf-8-sig")))}
    assert '\'=HYPERLINK("http://x")' in names
    assert "'-1+1|cmd" in names
    assert "line break and tab" in names
    assert not {name for name in names if name[:1] in "=+-@" and name}
    assert HOSTILE[0] in {page["name"] for page in json.loads(hostile["json"])["pages"]}
    sheet = load_workbook(BytesIO(hostile["xlsx"]))["People"]
    cells = [cell for (cell,) in sheet.iter_rows(min_row=2, max_col=1)]
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in cells)
    assert '=HYPERLINK("http://x")' in [cell.value for cell in cells]
