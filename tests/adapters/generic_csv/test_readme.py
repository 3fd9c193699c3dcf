"""The README names every setting, option and bound, and its example can be used."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
import yaml

import adapters.generic_csv
from adapters.generic_csv.encoding import Encoding
from adapters.generic_csv.limits import LIMITS
from adapters.generic_csv.settings import FormatSettings, GenericCsvSettings, TableSettings
from adapters.generic_csv.write_back import FieldOptions, ReportOptions

README = (Path(adapters.generic_csv.__file__).parent / "README.md").read_text(encoding="utf-8")
NAMES = {
    *(f"format.{name}" for name in FormatSettings.model_fields),
    *(f"tables.<name>.{name}" for name in TableSettings.model_fields if name != "format"),
    *FieldOptions.model_fields,
    *ReportOptions.model_fields,
    *get_args(Encoding),
}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_named(name: str) -> None:
    assert f"`{name}`" in README


def test_the_example_is_valid() -> None:
    example = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)[0])
    GenericCsvSettings.model_validate(example["connections"]["crm"]["settings"])


def test_bounds() -> None:
    assert f"{LIMITS.cell_characters:,} characters" in README
    assert f"{LIMITS.line_characters:,} characters" in README
    assert f"{LIMITS.unpacked_bytes >> 30} GiB" in README
    assert f"{LIMITS.unpacked_ratio} times" in README
    assert f"{LIMITS.members:,} members" in README
    assert f"{LIMITS.workbook_part_bytes >> 20} MiB" in README
    assert f"{LIMITS.ratio_from_bytes >> 20} MiB on" in README
