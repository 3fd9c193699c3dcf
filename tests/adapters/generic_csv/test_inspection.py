"""What `init` and `check` are told."""

from __future__ import annotations

import gzip
from typing import Any

from adapters.generic_csv.settings import GenericCsvSettings


def names(module: Any) -> list[str]:
    return [field.name for field in module.fields]


def test_the_files_of_a_folder_without_settings(folder: Any, make_workbook: Any) -> None:
    folder.settings = {}
    folder.write("Sales Pipeline.csv", "编号;客户\n1;上海宏图科技有限公司\n2;北京远大贸易\n".encode("gb18030"))
    folder.write("accounts.tsv.gz", gzip.compress(b"Accounts\n\nid\tname\ttown\n1\ta\tb\n2\tc\td\n"))
    folder.write("accounts.csv", "id,name\n")
    folder.write("book.xlsx", make_workbook(Users=[["id"], [1]], Teams=[["id", "name"], [1, "x"], [2, "y"]]))
    folder.write("notes.pdf", b"x")
    folder.write(".hidden.csv", b"x")
    found = {module.name: module for module in folder.inspect()}
    assert list(found) == ["sales_pipeline", "accounts", "accounts_2", "book_users", "book_teams"]
    assert all(module.problems == () for module in found.values())
    assert names(found["sales_pipeline"]) == ["编号", "客户"]
    assert found["sales_pipeline"].rows == 2
    assert found["sales_pipeline"].settings == {
        "files": "Sales Pipeline.csv",
        "semantics": "snapshot",
        "format": {"encoding": "gb18030", "delimiter": ";", "quote": '"', "header_row": 1},
    }
    assert found["accounts"].rows == 0
    assert found["accounts_2"].settings["format"] == {
        "encoding": "utf-8",
        "delimiter": "\t",
        "quote": '"',
        "header_row": 3,
    }
    assert found["book_teams"].settings["format"] == {"sheet": "Teams", "header_row": 1}
    assert (found["book_teams"].rows, names(found["book_teams"])) == (2, ["id", "name"])


def test_what_is_found_is_what_a_pull_needs(folder: Any) -> None:
    folder.write("deals.csv", "Titel;;\n\nid;name;x\n1;Müller, Groß;'\n".encode("cp1252"))
    folder.settings = {}
    (module,) = folder.inspect()
    folder.settings = {"tables": {"deals": module.settings}}
    GenericCsvSettings.model_validate(folder.settings)
    assert folder.pull("id").rows == [("1", "Müller, Groß", "'")]
    (again,) = folder.inspect()
    assert again.settings == module.settings


def test_problems_of_all_tables_at_once(folder: Any) -> None:
    folder.write("double.csv", "id,id\n")
    folder.write("ragged.csv", "id,name\n1\n2,b\n3\n")
    folder.settings = {
        "tables": {
            "users": {"files": "usres.csv", "semantics": "append"},
            "deals": {"files": "double.csv"},
            "orders": {"files": "ragged.csv"},
        }
    }
    users, deals, orders = folder.inspect()
    assert (users.fields, users.rows, users.settings["semantics"]) == ((), None, "append")
    assert "usres.csv: no such file" in str(users.problems[0])
    assert "column names appear twice: id" in str(deals.problems[0])
    assert "ragged.csv: 2 rows cannot be read, the first on line 2: 1 cells, the header has 2" in str(
        orders.problems[0]
    )
    assert (orders.rows, names(orders)) == (1, ["id", "name"])


def test_files_of_one_table_that_differ(folder: Any) -> None:
    folder.write("1.csv", "id,name\n1,a\n")
    folder.write("2.csv", "id;town\n2;b\n")
    folder.table(["1.csv", "2.csv"])
    (module,) = folder.inspect()
    assert [str(problem.message) for problem in module.problems] == [
        "2.csv: other columns than the files before it: name, town",
        "2.csv: written differently from the files before it",
    ]
    assert module.rows == 2


def test_the_real_export(shared_data: Any, new_folder: Any) -> None:
    folder = new_folder()
    folder.path = shared_data / "maven_crm"
    folder.settings = {}
    found = {module.name: module for module in folder.inspect()}
    assert {name: module.rows for name, module in found.items()} == {
        "accounts": 85,
        "products": 7,
        "sales_pipeline": 8800,
        "sales_teams": 35,
    }
    assert all(module.problems == () for module in found.values())


def many_rows(pattern: str, *, count: int = 50_000) -> str:
    return "".join(pattern.format(n=n) for n in range(1, count + 1))


def test_the_whole_file_says_how_it_is_written(folder: Any) -> None:
    folder.settings = {}
    folder.write("deals.csv", many_rows("Remark {n}\n", count=1_500) + "id;price,net;x\n" + many_rows("{n};1,5;2,5\n"))
    folder.write("notes.csv", "id,name\n" + many_rows("{n},a\n") + "50001,'a, b'\n" + many_rows("{n},b\n", count=9))
    deals, notes = folder.inspect()
    assert (deals.settings["format"]["delimiter"], deals.settings["format"]["header_row"]) == (";", 1_501)
    assert (deals.rows, deals.problems) == (50_000, ())
    assert (notes.settings["format"]["quote"], notes.rows, notes.problems) == ("'", 50_010, ())


def test_rows_that_change_shape_are_named_with_their_line(folder: Any) -> None:
    folder.settings = {}
    folder.write("deals.csv", "id,name,x\n" + many_rows("{n},a,2\n", count=5_000) + many_rows("{n},a,2,3,4\n"))
    (module,) = folder.inspect()
    assert names(module) == ["id", "name", "x"]
    (problem,) = module.problems
    assert "50000 rows cannot be read, the first on line 5002: 5 cells, the header has 3" in str(problem.message)


def test_a_late_quote_that_is_not_closed_is_named_with_its_line(folder: Any) -> None:
    folder.settings = {}
    folder.write("deals.csv", "id;name\n" + many_rows("{n};a\n") + '50001;"a\n' + many_rows("{n};b\n", count=9))
    (problem,) = folder.inspect()[0].problems
    assert "deals.csv, line 50002: a quoted cell opens here" in str(problem.message)
    assert "set `quote`" in str(problem.hint)


def test_what_is_not_sure_about_the_layout_is_a_problem_until_it_is_stated(folder: Any) -> None:
    folder.settings = {}
    folder.write("deals.csv", "a;b,c\n1;x,y\n2;x,y\n")
    (module,) = folder.inspect()
    (problem,) = module.problems
    assert "can be cut at" in str(problem.message)
    assert "set `delimiter`" in str(problem.hint)
    folder.settings = {"tables": {"deals": module.settings}}
    assert folder.inspect()[0].problems == ()
