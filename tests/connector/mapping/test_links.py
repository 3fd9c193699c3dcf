"""Names find ids: exact first, then without what people write differently, and never by guessing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.formats.misfit import Misfit
from connector.mapping.links import NameIndex, folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GTX Pro", "GTXPro"),
        ("Acme Corp.", "ACME CORP"),
        ("Müller & Söhne", "müller＆söhne"),
        ("株式会社（アクメ）", "株式会社 アクメ"),
        ("O’Neill", "O'Neill"),
        ("ＡＢＣ１２３", "abc123"),
        ("Straße", "STRASSE"),
    ],
)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), [("C", "C++"), ("A1", "A2"), ("Muller", "Müller"), ("$1", "1")])
def test_other_names(one: str, other: str) -> None:
    assert folded(one) != folded(other)


def test_exact_comes_first() -> None:
    names = NameIndex("accounts", [("1", "Globex"), ("2", "GLOBEX")])
    assert names.find("Globex") == "1"
    assert names.find(" GLOBEX ") == "2"
    with pytest.raises(Misfit, match="several accounts"):
        names.find("globex")


def test_the_same_name_twice_finds_nobody() -> None:
    names = NameIndex("accounts", [("1", "Globex"), ("2", "Globex")])
    with pytest.raises(Misfit, match="several accounts"):
        names.find("Globex")


def test_nobody() -> None:
    names = NameIndex("accounts", [("1", "???"), ("2", None), ("3", " ")])
    assert names.find("???") == "1"
    for name in ("!!!", "", "Nobody"):
        with pytest.raises(Misfit, match="none of the accounts"):
            names.find(name)


def test_the_digest_follows_names_and_ids_but_not_their_order() -> None:
    pairs = [("1", "a"), ("2", "b")]
    digest = NameIndex("accounts", pairs).digest
    assert NameIndex("accounts", reversed(pairs)).digest == digest
    assert NameIndex("accounts", [("1", "b"), ("2", "a")]).digest != digest
    assert NameIndex("accounts", [("1", "a"), ("2", "B")]).digest != digest
    assert NameIndex("accounts", []).digest != digest


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=5), max_size=6))
def test_whoever_is_found_has_that_name_or_is_the_only_one_that_folds_to_it(people: dict[str, str]) -> None:
    index = NameIndex("users", people.items())
    for name in people.values():
        holders = {record_id for record_id, each in people.items() if each.strip() == name.strip()}
        try:
            found = index.find(name)
        except Misfit:
            assert len(holders) > 1 or not name.strip()
        else:
            assert holders == {found}
