"""The report as people see it: in a browser, on a phone, on paper; looked over by an accessibility checker.

Needs Chromium and axe-core (npm), which .ci/run installs. Without them it is skipped, and says so; in CI it fails.
Set CRM_KPI_PICTURES to keep the pictures.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, PHONE = (1280, 900), (360, 740)
A4_POINTS = (595, 842)


def unavailable(reason: str) -> NoReturn:
    """No excuse in CI."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        unavailable("there is no Chromium (apt-get install chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def axe() -> str:
    """The accessibility checker's script."""
    path = Path(os.environ.get("CRM_KPI_AXE", "node_modules/axe-core/axe.min.js"))
    if not path.is_file():
        unavailable(f"there is no axe-core at {path} (npm install axe-core, set CRM_KPI_AXE)")
    return path.read_text("utf-8")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The sample company's report in English and Chinese, and that of one of its people."""
    from connector.config import read
    from connector.demo import demo
    from connector.report import Audience, report
    from connector.store import Store

    folder = tmp_path_factory.mktemp("demo") / "sample"
    files = {"en": demo(folder).report}
    config = read(folder / "crm-kpi.yaml", environment={})
    with Store.open(config.store, read_only=True) as store:
        files["zh"] = report(config, store, output=folder / "zh.html", language="zh-CN").files[0]
        seller = store.db.conn.execute(
            "SELECT scope_id FROM kpi_values WHERE scope = 'owner' AND kpi = 'won_deals' ORDER BY value DESC LIMIT 1"
        ).fetchone()[0]
        one = Audience(owner=seller)
        files["owner"] = report(config, store, output=folder / "owner.html", audience=one).files[0]
    return files


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures are put."""
    named = os.environ.get("CRM_KPI_PICTURES")
    folder = Path(named) if named else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def opened(browser: Browser, path: Path, size: tuple[int, int]) -> tuple[Page, list[str], list[str]]:
    """The page, what it asked the network for, and what the browser complained of."""
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, bypass_csp=True, offline=True)
    page = context.new_page()
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path.as_uri())
    return page, requests, complaints


VIEWS = [(name, size) for name in ("en", "zh", "owner") for size in (DESKTOP, PHONE)]


@pytest.mark.parametrize(("name", "size"), VIEWS, ids=[f"{name}-{size[0]}" for name, size in VIEWS])
def test_reads_well(
    browser: Browser, axe: str, reports: dict[str, Path], pictures: Path, name: str, size: tuple[int, int]
) -> None:
    page, requests, complaints = opened(browser, reports[name], size)
    assert requests == [reports[name].as_uri()]
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert hidden_beyond_the_edge(page) == []
    assert smallest_text(page) >= 10
    picture = pictures / f"report-{name}-{size[0]}.png"
    page.screenshot(path=picture, clip={"x": 0, "y": 0, "width": size[0], "height": 2400}, full_page=True)
    assert picture.stat().st_size > 20_000
    assert violations(page, axe) == []
    page.context.close()


def violations(page: Page, axe: str) -> list[str]:
    """What the checker finds, rule by rule."""
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found["violations"]]


def hidden_beyond_the_edge(page: Page) -> list[str]:
    """Texts of cells and headings that reach beyond the screen."""
    script = """
        () => [...document.querySelectorAll('h1, h2, h3, p, .k th, .k td, .k td > *, figure, .targets li')]
            .filter(each => { const box = each.getBoundingClientRect(); return box.width > 1
                && (box.right > innerWidth + 1 || box.left < -1) })
            .map(each => each.textContent.slice(0, 40))
    """
    found: list[str] = page.evaluate(script)
    return found


def smallest_text(page: Page) -> float:
    """The smallest size in which a text stands, in pixels of the screen; chart labels are scaled with their chart."""
    script = """
        () => Math.min(...[...document.querySelectorAll('body *')]
            .filter(each => [...each.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())
                && each.getBoundingClientRect().width > 0)
            .map(each => each instanceof SVGElement ? each.getBoundingClientRect().height
                                                    : parseFloat(getComputedStyle(each).fontSize)))
    """
    return float(page.evaluate(script))


def test_on_a_phone_each_number_has_its_label(browser: Browser, reports: dict[str, Path]) -> None:
    page, _, _ = opened(browser, reports["owner"], PHONE)
    label = page.evaluate("getComputedStyle(document.querySelector('.k tbody td'), '::before').content")
    head = page.evaluate("document.querySelectorAll('.k thead th')[1].textContent")
    assert label.strip('"') == head
    assert page.evaluate("getComputedStyle(document.querySelector('.k thead')).position") == "absolute"
    page.context.close()


@pytest.mark.parametrize("name", ["en", "zh"])
def test_prints_on_a4_with_a_page_for_each_team_and_person(
    browser: Browser, reports: dict[str, Path], pictures: Path, name: str
) -> None:
    page, _, _ = opened(browser, reports[name], DESKTOP)
    sections = page.locator("section.page").count()
    printed = pictures / f"report-{name}.pdf"
    page.pdf(path=printed, prefer_css_page_size=True, print_background=True)
    content = printed.read_bytes()
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
    assert {(round(float(width)), round(float(height))) for width, height in boxes} == {A4_POINTS}
    assert len(re.findall(rb"/Type /Page\b", content)) >= sections > 10
    page.context.close()


def test_works_without_scripts(browser: Browser, reports: dict[str, Path]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(reports["owner"].as_uri())
    assert page.locator("svg").count() > 5
    assert page.locator("h1").inner_text()
    context.close()
