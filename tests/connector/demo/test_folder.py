"""Filling the demo's folder: what is there stays, what is missing comes, and nobody else's folder is touched."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from connector.config import read
from connector.demo.folder import SAMPLES, UNTIL
from connector.demo.folder import filled as folder_filled
from connector.demo.settings import marker
from connector.errors import ConnectorError
from connector.language import LANGUAGES, translator
from connector.sample import generate
from connector.targets.text_file import read_csv

SCALE = 0.02
TABLES = generate("small", until=UNTIL, scale=SCALE).tables()


def fill(folder: Path, *, language: str = "en", scale: float = SCALE) -> Path:
    with folder_filled(folder, language=language, scale=scale, crm=False) as settings:
        return settings


def filled(folder: Path, language: str = "en") -> dict[str, bytes]:
    fill(folder, language=language, scale=SCALE)
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_settings_targets_and_a_file_for_every_table(tmp_path: Path) -> None:
    found = filled(tmp_path / "demo")
    assert set(found) == {"crm-kpi.yaml", "targets/2025.csv", "data/truth.json"} | {
        f"data/{table}.csv" for table in TABLES
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_settings_are_right_in_every_language(language: str, tmp_path: Path) -> None:
    config = read(fill(tmp_path / "demo", language=language, scale=SCALE), environment={})
    assert config.organisation.language == SAMPLES[language]
    assert len(config.connections["crm"].mapping) == len(TABLES)
    assert {target.name for target in config.write_back.targets} == {"accounts", "people", "report"}


def test_comments_are_in_the_language(tmp_path: Path) -> None:
    comments = [
        line for line in filled(tmp_path, "zh-CN")["crm-kpi.yaml"].decode().splitlines() if line.startswith("#")
    ]
    assert len(comments) > 5
    assert all(any("\u4e00" <= character <= "\u9fff" for character in line) for line in comments)


def test_a_demo_is_known_by_its_first_line_and_keeps_its_language(tmp_path: Path) -> None:
    assert len({marker(translator(language)) for language in SAMPLES.values()}) == 2
    before = filled(tmp_path / "demo", "zh-CN")
    (tmp_path / "demo" / "data" / "deals.csv").unlink()
    assert filled(tmp_path / "demo", "en") == before


def test_what_a_person_changed_or_added_stays(tmp_path: Path) -> None:
    filled(tmp_path)
    for name in ("crm-kpi.yaml", "targets/2025.csv", "data/deals.csv"):
        with (tmp_path / name).open("a", encoding="utf-8", newline="") as file:
            file.write("# mine\n")
    (tmp_path / "data" / "letters.csv").write_text("mine", "utf-8")
    before = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert filled(tmp_path) == before


@pytest.mark.parametrize("moment", range(6))
def test_a_filling_that_was_interrupted_is_completed(
    moment: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = filled(tmp_path / "whole")
    replace, left = os.replace, [moment]

    def interrupted(source: Any, target: Any) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        replace(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            filled(tmp_path / "demo")
    assert filled(tmp_path / "demo") == whole


def test_a_folder_of_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("dear all", "utf-8")
    with pytest.raises(ConnectorError, match="is not a demo") as refused:
        filled(tmp_path)
    assert "--folder" in str(refused.value.hint)
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_somebody_elses_settings_do_not_make_a_demo(tmp_path: Path) -> None:
    (tmp_path / "crm-kpi.yaml").write_text("organisation: {timezone: UTC, currency: EUR}\n", "utf-8")
    with pytest.raises(ConnectorError, match="is not a demo"):
        filled(tmp_path)


def test_settings_saved_on_windows_are_still_a_demo(tmp_path: Path) -> None:
    settings = fill(tmp_path, language="en", scale=SCALE)
    settings.write_bytes(settings.read_bytes().replace(b"\n", b"\r\n"))
    filled(tmp_path)


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(ConnectorError, match="Not a directory"):
        filled(tmp_path / "file" / "demo")


def test_the_sheet_is_one_that_can_be_read(tmp_path: Path) -> None:
    lines = read_csv(filled(tmp_path)["targets/2025.csv"], "targets.csv")
    assert list(lines.problems) == []
