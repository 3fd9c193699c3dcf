"""A copy of a file with our columns: nothing else of it changes."""

from __future__ import annotations

import codecs
import gzip
from typing import Any

import pytest

from connector.errors import ConfigError, RejectedError


def written(folder: Any) -> bytes:
    content: bytes = (folder.path / "out/deals.csv").read_bytes()
    return content


def test_columns_are_added_and_every_other_byte_stays(folder: Any) -> None:
    source = folder.write("deals.csv", 'id,"name",x\r\n"1","a ""b""", 7 \r\n2,"c\r\nd",\r\n\r\n3,e,0.10')
    original = source.read_bytes()
    receipts = folder.push({"1": {"KPI": 0.5, "Text": "a,b"}, "3": {"KPI": 3}}, fields=("KPI", "Text"))
    assert written(folder) == (
        b'id,"name",x,KPI,Text\r\n"1","a ""b""", 7 ,0.5,"a,b"\r\n2,"c\r\nd",,,\r\n\r\n3,e,0.10,3,'
    )
    assert {receipt.outcome for receipt in receipts.values()} == {"done"}
    assert source.read_bytes() == original


def test_columns_that_are_there_are_updated_in_place(folder: Any) -> None:
    folder.write("deals.csv", '"id","KPI","name"\n"1","7","a, ""b"""\n"2","8","c"\n"3","9","d"\n')
    folder.push({"1": {"KPI": 0.5}, "2": {"KPI": None}})
    assert written(folder) == b'"id","KPI","name"\n"1",0.5,"a, ""b"""\n"2",,"c"\n"3","9","d"\n'


def test_text_is_quoted_where_the_file_quotes_everything(folder: Any) -> None:
    folder.write("deals.csv", "'id';'name'\n'1';'a'\n")
    folder.table(quote="'", delimiter=";")
    folder.push({"1": {"KPI": 0.5, "Text": "it's"}}, fields=("KPI", "Text"))
    assert written(folder) == b"'id';'name';'KPI';'Text'\n'1';'a';0.5;'it''s'\n"


def test_the_copy_of_a_copy_is_the_same(folder: Any, new_folder: Any) -> None:
    folder.write("deals.csv", "id,name\n1,a\n2,b\n")
    folder.push({"1": {"KPI": 0.5}})
    once = written(folder)
    folder.push({"1": {"KPI": 0.5}})
    assert written(folder) == once
    other = new_folder()
    other.write("deals.csv", once)
    other.push({"1": {"KPI": 0.5}})
    assert written(other) == once


@pytest.mark.parametrize(
    ("mark", "codec", "name"),
    [
        (b"", "utf-8", "客户"),
        (codecs.BOM_UTF8, "utf-8", "客户"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "客户"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "客户"),
        (b"", "gb18030", "客户 上海宏图科技有限公司"),
        (b"", "cp950", "客戶 台北宏圖科技股份有限公司"),
        (b"", "cp1252", "Société Générale"),
    ],
)
def test_encoding_and_mark_stay(folder: Any, mark: bytes, codec: str, name: str) -> None:
    folder.write("deals.csv", mark + f"id\tname\n1\t{name}\n".encode(codec))
    folder.push({"1": {"KPI": name}})
    assert written(folder) == mark + f"id\tname\tKPI\n1\t{name}\t{name}\n".encode(codec)


def test_lines_above_the_header_and_rows_that_do_not_fit_stay(folder: Any) -> None:
    folder.write("deals.csv", 'Title, "x\n\nid,name\n1,a\n2\n3,"b"c\n4,d,,\n,,\n5,e,f\n')
    folder.table(header_row=3)
    receipts = folder.push({str(n): {"KPI": n} for n in range(1, 6)})
    assert written(folder) == b'Title, "x\n\nid,name,KPI\n1,a,1\n2\n3,"b"c\n4,d,4\n,,\n5,e,f\n'
    assert {record for record, receipt in receipts.items() if receipt.outcome == "done"} == {"1", "4"}


def test_a_quote_that_swallows_rows_stops(folder: Any) -> None:
    folder.write("deals.csv", 'id,name\n1,a\n2,"b\n3,"c"\n')
    folder.table(quote='"', delimiter=",", header_row=1)
    with pytest.raises(RejectedError, match="line 3: a quoted cell opens here"):
        folder.push({"1": {"KPI": 1}})


def test_our_text_is_harmless_and_our_numbers_stay_numbers(folder: Any) -> None:
    folder.write("deals.csv", "id;name\n1;=1+1\n")
    cells = {"a": "=cmd()", "b": "+1", "c": "-1", "d": "@x", "e": "\tx", "f": -1.5, "g": -2, "h": "x=1"}
    folder.push({"1": cells}, fields=tuple(cells))
    assert written(folder).splitlines()[1] == b"1;=1+1;'=cmd();'+1;'-1;'@x;'\tx;-1.5;-2;x=1"


def test_decimal_comma(folder: Any) -> None:
    folder.write("deals.csv", "id,name\n1,a\n")
    folder.push({"1": {"KPI": -1234.5}}, decimal=",")
    assert written(folder) == b'id,name,KPI\n1,a,"-1234,5"\n'


def test_ids_of_several_columns_and_rows_that_share_one(folder: Any) -> None:
    folder.write("deals.csv", "b, a ,name\n1, x ,n\n2,x,m\n1,x,o\n")
    folder.push({"x|1": {"KPI": 7}}, ids=("a", "b"))
    assert written(folder) == b"b, a ,name,KPI\n1, x ,n,7\n2,x,m,\n1,x,o,7\n"


def test_what_cannot_be_written_is_rejected_and_the_rest_is_written(folder: Any) -> None:
    folder.write("deals.csv", "id,nom\n1,é\n2,ça va\n3,ô\n".encode("cp1252"))
    values = {"1": {"KPI": "客户"}, "2": {"KPI": "€"}, "3": {"KPI": float("inf")}, "4": {"KPI": 1}}
    receipts = folder.push(values)
    assert written(folder).decode("cp1252") == "id,nom,KPI\n1,é,\n2,ça va,€\n3,ô,\n"
    assert [receipt.outcome for receipt in receipts.values()] == ["rejected", "done", "rejected", "rejected"]
    assert str(receipts["1"].message) == "windows-1252 has no character 客"
    assert str(receipts["4"].message) == "no row of deals.csv has this id"


def test_a_file_without_quotes_cannot_hold_a_delimiter(folder: Any) -> None:
    folder.write("deals.csv", "id,name\n1,a\n2,b\n")
    folder.table(quote="")
    receipts = folder.push({"1": {"KPI": "x,y"}, "2": {"KPI": 'x"y'}})
    assert written(folder) == b'id,name,KPI\n1,a,\n2,b,x"y\n'
    assert receipts["1"].outcome == "rejected"


def test_bytes_that_would_not_come_back_the_same_stop(folder: Any) -> None:
    # Big5 has two codes for 十; the second one is written as the first
    folder.write("deals.csv", b"id,name\n1,\xa2\xcc\n")
    folder.table(encoding="big5")
    with pytest.raises(RejectedError, match="cannot be copied exactly"):
        folder.push({"1": {"KPI": 1}})
    assert not (folder.path / "out/deals.csv").exists()


def test_packed_sources_give_a_plain_copy(folder: Any) -> None:
    folder.write("deals.csv.gz", gzip.compress(b"id,name\n1,a\n"))
    folder.table("deals.csv.gz")
    folder.push({"1": {"KPI": 1}})
    assert written(folder) == b"id,name,KPI\n1,a,1\n"


def test_a_workbook_is_refused_with_the_remedy(folder: Any, make_workbook: Any) -> None:
    folder.write("deals.xlsx", make_workbook(Deals=[["id"], [1]]))
    folder.table("deals.xlsx")
    with pytest.raises(RejectedError, match="copy of a workbook") as caught:
        folder.push({"1": {"KPI": 1}})
    assert "CSV" in str(caught.value.hint)


def test_the_id_column_must_be_there(folder: Any) -> None:
    folder.write("deals.csv", "idd,name\n1,a\n")
    with pytest.raises(RejectedError, match="needed columns are not there: id"):
        folder.push({"1": {"KPI": 1}})


def test_an_empty_source_stops(folder: Any) -> None:
    folder.write("deals.csv", "\n\n")
    with pytest.raises(RejectedError, match="the file is empty"):
        folder.push({"1": {"KPI": 1}})


@pytest.mark.parametrize(
    ("files", "output"),
    [
        ("deals.csv", "deals.csv"),
        ("deals.csv", "Deals.CSV"),
        ("deals.csv", "./out/../deals.csv"),
        ("*.csv", "new.csv"),
        ("**/*.csv", "out/new.csv"),
    ],
)
def test_a_source_is_never_written(folder: Any, files: str, output: str) -> None:
    folder.write("deals.csv", "id,name\n1,a\n")
    folder.table(files)
    with pytest.raises(ConfigError, match="is a source of the table deals"):
        folder.push({"1": {"KPI": 1}}, output=output)
    assert [path.name for path in folder.path.iterdir()] == ["deals.csv"]


def test_a_folder_below_a_pattern_may_be_written(folder: Any) -> None:
    folder.write("deals.csv", "id,name\n1,a\n")
    folder.table("*.csv")
    folder.push({"1": {"KPI": 1}})
    assert written(folder) == b"id,name,KPI\n1,a,1\n"


def test_one_of_several_files_is_chosen(folder: Any) -> None:
    folder.write("in/1.csv", "id\n1\n")
    folder.write("in/2.csv", "id\n2\n")
    folder.table("in/*.csv")
    with pytest.raises(ConfigError, match=r"name the one to copy \(one of: in/1\.csv, in/2\.csv\)"):
        folder.push({"2": {"KPI": 1}})
    with pytest.raises(ConfigError, match=r"in/3\.csv is not one file of the table"):
        folder.push({"2": {"KPI": 1}}, file="in/3.csv")
    folder.push({"2": {"KPI": 1}}, file="2.csv")
    assert written(folder) == b"id,KPI\n2,1\n"


def test_all_wrong_options_at_once(folder: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        folder.push({}, output="", decimal=";", fil="x")
    assert {problem.where for problem in caught.value.problems} == {
        "write_back.target.options.output",
        "write_back.target.options.decimal",
        "write_back.target.options.fil",
    }
