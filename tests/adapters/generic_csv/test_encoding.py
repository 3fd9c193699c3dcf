"""Which encoding a file is in: inferred from all of it, verified when it was stated."""

from __future__ import annotations

import io
from typing import Any

import pytest

from adapters.generic_csv.encoding import everyday_share, infer_encoding
from adapters.generic_csv.everyday import EVERYDAY_HAN
from connector.errors import RejectedError

SIMPLIFIED = "编号,客户名称,负责人,金额\n1,上海宏图科技有限公司,王小明,12万\n2,北京远大贸易有限公司,李娜,3.5亿\n"
TRADITIONAL = "編號,客戶名稱,負責人,金額\n1,台北宏圖科技股份有限公司,王小明,12萬\n2,高雄遠大貿易有限公司,陳怡君,3.5億\n"
FRENCH = "id,client,ville\n1,Société Générale,Orléans\n2,Café Hélène,Besançon\n3,L’Œuvre – 12 €,Nîmes\n"


@pytest.mark.parametrize(
    ("text", "codec", "expected"),
    [
        (SIMPLIFIED, "utf-8", "utf-8"),
        (SIMPLIFIED, "utf-8-sig", "utf-8-sig"),
        (SIMPLIFIED, "utf-16", "utf-16-le"),
        (SIMPLIFIED, "utf-16-le", "utf-16-le"),
        (TRADITIONAL, "utf-16-be", "utf-16-be"),
        (SIMPLIFIED, "gb18030", "gb18030"),
        (TRADITIONAL, "big5", "big5"),
        (FRENCH, "cp1252", "windows-1252"),
        ("姓名,电话\n张伟,123\n", "gb18030", "gb18030"),
        ("姓名,電話\n陳偉,123\n", "big5", "big5"),
        ("nom,ville\nRené,Nîmes\n", "cp1252", "windows-1252"),
        ("id,name\n1,plain\n", "ascii", "utf-8"),
    ],
    ids=lambda value: value if len(value) < 15 else "text",
)
def test_inferred(text: str, codec: str, expected: str) -> None:
    inferred = infer_encoding(io.BytesIO(text.encode(codec)))
    assert inferred is not None
    assert inferred.encoding == expected
    assert not inferred.doubtful


def test_the_whole_file_counts_not_only_its_first_part() -> None:
    plain = b"id,name\n" + b"1,plain ascii\n" * 300_000
    for text, codec, expected in [("9,王小明\n", "gb18030", "gb18030"), ("9,René\n", "cp1252", "windows-1252")]:
        inferred = infer_encoding(io.BytesIO(plain + text.encode(codec)))
        assert inferred is not None
        assert inferred.encoding == expected


def test_a_character_cut_by_a_block_is_still_one_character() -> None:
    inferred = infer_encoding(io.BytesIO(b"x" * ((1 << 20) + 3) + "王".encode() + b"y" * (1 << 20)))
    assert inferred is not None
    assert inferred.encoding == "utf-8"


def test_the_wrong_reading_of_chinese_is_not_everyday() -> None:
    sample = SIMPLIFIED.encode("gb18030")
    assert everyday_share(sample, "gb18030") > 0.8
    assert everyday_share(sample, "big5") < 0.2
    assert everyday_share(sample, "windows-1252") < 0.2


def test_two_likely_encodings_stop_a_pull_and_are_shown(folder: Any) -> None:
    # Bytes that are everyday text twice: 北 as GB18030 and a common character as Big5.
    folder.write("deals.csv", b"id,name\n1," + both_ways() + b"\n")
    with pytest.raises(RejectedError, match="could be in any of these encodings") as caught:
        folder.pull("id")
    assert "set `encoding`" in str(caught.value.hint)
    assert "gb18030: " in str(caught.value)
    assert "big5: " in str(caught.value)
    (module,) = folder.inspect()
    assert "could be in any of these encodings" in str(module.problems[0])
    folder.table(encoding="big5")
    assert folder.pull("id").end.vendor_count == 1


def both_ways() -> bytes:
    """Two bytes that are an everyday character in GB18030 and another one in Big5."""
    for character in sorted(EVERYDAY_HAN):
        code = character.encode("gb18030")
        if len(code) == 2 and code.decode("cp950", "ignore") in EVERYDAY_HAN and code.decode("cp950", "ignore"):
            return code
    raise AssertionError("no such character")


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030", "big5", "cp1252"])
@pytest.mark.parametrize("stated", [True, False], ids=["stated", "inferred"])
def test_read_in_every_encoding(folder: Any, codec: str, stated: bool) -> None:
    text = {"gb18030": SIMPLIFIED, "big5": TRADITIONAL, "cp1252": FRENCH}.get(codec, SIMPLIFIED)
    folder.write("deals.csv", text.encode(codec))
    folder.table(**({"encoding": codec.replace("utf-16-le", "utf-16")} if stated else {}))
    expected = [tuple(line.split(",")) for line in text.splitlines()]
    pulled = folder.pull(expected[0][0])
    assert tuple(pulled.pages[0].columns) == expected[0]
    assert pulled.rows == expected[1:]


@pytest.mark.parametrize(
    ("written", "stated", "fitting"),
    [
        ("gb18030", "utf-8", "gb18030"),
        ("utf-8", "gb18030", "utf-8"),
        ("utf-8", "windows-1252", "utf-8"),
        ("utf-16", "utf-8", "utf-16"),
        ("utf-8-sig", "big5", "utf-8"),
        ("utf-8", "utf-16", "utf-8"),
    ],
)
def test_a_stated_encoding_that_does_not_fit_stops_with_the_remedy(
    folder: Any, written: str, stated: str, fitting: str
) -> None:
    folder.write("deals.csv", ("id,name\n" + SIMPLIFIED.partition("\n")[2]).encode(written))
    folder.table(encoding=stated)
    with pytest.raises(RejectedError, match=rf"deals\.csv, line \d+: not text in {stated}") as caught:
        folder.pull("id")
    assert f"`encoding: {fitting}`" in str(caught.value.hint)


def test_the_line_of_a_wrong_reading_that_decodes(folder: Any) -> None:
    folder.write("deals.csv", "id,name\n1,plain\n2,Société Générale ééééééé\n".encode())
    folder.table(encoding="windows-1252")
    with pytest.raises(RejectedError, match="line 3: not text in windows-1252"):
        folder.pull("id")
