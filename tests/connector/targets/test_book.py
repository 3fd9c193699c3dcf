"""All targets together: two for one cell, moved ones, parents, and sums up the tree."""

from __future__ import annotations

from connector.targets import check_targets, read_book

from .conftest import Company, value

HEAD = "kpi,owner,team,period,target,version,id,parent\n"


def test_two_targets_for_one_cell(company: Company) -> None:
    book = company.csv(HEAD + "won_amount,1,,2026-Q3,5,,,\nwon_amount,Ann Lee,,2026-Q3,6,,,\n")
    (problem,) = book.problems
    assert problem.where == "targets/t.csv:3"
    assert "is also at targets/t.csv:2" in str(problem.message)
    assert [entry.target.goal.value for entry in book.entries] == [5]  # type: ignore[union-attr]


def test_two_targets_for_one_cell_in_two_files(company: Company) -> None:
    company.file("a.csv", HEAD + "won_amount,1,,2026-Q3,5,,,\n")
    company.file("b.yaml", "targets:\n  - {kpi: won_amount, owner: 1, period: 2026-Q3, target: 6}\n")
    (problem,) = read_book(company.config, company.store).problems
    assert problem.where == "targets/b.yaml:2 targets[0]"
    assert "targets/a.csv:2" in str(problem.message)


def test_a_moved_target_keeps_its_earlier_version(company: Company) -> None:
    book = company.csv(HEAD + "won_amount,1,,2026-Q3,6,2,,\nwon_amount,1,,2026-Q3,5,1,,\n")
    assert book.problems == ()
    assert [entry.target.version for entry in book.entries] == [2]
    assert [entry.target.version for entry in book.superseded] == [1]


def test_a_year_and_its_quarters_do_not_overlap(company: Company) -> None:
    book = company.csv("kpi,period,target\nwon_amount,2026,9\nwon_amount,2026-Q3,5\nwon_amount,2026-07,2\n")
    assert (len(book.entries), book.problems) == (3, ())


def test_one_id_for_two_targets(company: Company) -> None:
    book = company.csv(HEAD + "won_amount,1,,2026-Q3,6,,north,\nwon_amount,2,,2026-Q3,5,,north,\n")
    (problem,) = book.problems
    assert problem.where == "targets/t.csv:3 id"
    assert "north is also the id of the target at targets/t.csv:2" in str(problem.message)


def test_parents(company: Company) -> None:
    book = company.csv(
        HEAD + "won_amount,,N,2026-Q3,6,,north,\n"
        "won_amount,1,,2026-Q3,5,,,north\n"
        "won_amount,2,,2026-Q3,5,,,nort\n"
        "won_amount,3,,2026-Q4,5,,,north\n"
    )
    said = [(problem.where, str(problem.message), str(problem.hint)) for problem in book.problems]
    assert said == [
        ("targets/t.csv:4 parent", "there is no target nort", "did you mean north?"),
        (
            "targets/t.csv:5 parent",
            "north is about another KPI or period: the two cannot add up",
            "name a target of the same KPI and period",
        ),
    ]


def test_a_target_is_no_part_of_itself(company: Company) -> None:
    book = company.csv(
        HEAD + "won_amount,,N,2026-Q3,6,,a,b\nwon_amount,,E,2026-Q3,6,,b,a\nwon_amount,1,,2026-Q3,6,,c,a\n"
    )
    assert ["a part of itself" in str(problem.message) for problem in book.problems] == [True, True]


def test_people_who_do_not_add_up_to_their_team(company: Company) -> None:
    company.values([value("won_amount", 1.0)])
    company.csv(
        HEAD + "won_amount,1,,2026-Q3,600,,,\nwon_amount,2,,2026-Q3,500,,,\nwon_amount,5,,2026-Q3,0.6,,,\n"
        "won_amount,,N,2026-Q3,1000,,,\nwon_amount,3,,2026-Q3,100,,,\nwon_amount,,S,2026-Q3,100,,,\n"
    )
    (north,) = check_targets(company.config, company.store).warnings
    assert north.where == "won_amount 2026-Q3 North"
    assert str(north.message) == "the targets below add up to 1,100.6, its own is 1,000: +100.6 (110.1 %)"


def test_who_is_missing_is_named(company: Company) -> None:
    company.csv(HEAD + "won_amount,1,,2026-Q3,600,,,\nwon_amount,,N,2026-Q3,1000,,,\n")
    (north,) = check_targets(company.config, company.store).warnings
    assert str(north.message) == "the targets below add up to 600, its own is 1,000: -400 (60.0 %)"
    assert str(north.hint) == "without a target there: Bob Ray, Sam Oh"


def test_rates_do_not_add_up_and_are_not_compared(company: Company) -> None:
    company.csv(HEAD + "win_rate,1,,2026-Q3,60 %,,,\nwin_rate,,N,2026-Q3,50 %,,,\n")
    assert check_targets(company.config, company.store).warnings == ()


def test_a_change_that_has_nothing_to_be_held_against(company: Company) -> None:
    company.csv("kpi,period,change,target,baseline_period\nsales_cycle,2026,-30%,,2025\nwin_rate,2026,,60 %,2025\n")
    change, rate = check_targets(company.config, company.store).warnings
    assert (change.where, rate.where) == ("targets/t.csv:2 change", "targets/t.csv:3 baseline_period")
    assert "no sound value of the period from 2025-01-01" in str(change.message)
