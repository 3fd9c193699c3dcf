"""What an organisation is asked on the first day, against the stand-in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from adapters.zoho.adapter import ADAPTER, ZohoAdapter
from adapters.zoho.emulator.server import Served, serve
from adapters.zoho.emulator.settings import Settings
from adapters.zoho.settings import ZohoSettings
from connector.contract import FieldInfo, ModuleInfo, OrganisationInfo
from connector.errors import AuthError, Problem
from connector.transport import converse


def settings(served: Served) -> ZohoSettings:
    return ZohoSettings(
        client_id="1000.STANDINCLIENT",
        client_secret="stand-in-secret",  # type: ignore[arg-type]  # pydantic makes a SecretStr of it
        refresh_token="1000.stand-in.refresh",  # type: ignore[arg-type]  # the same
        accounts_url=served.url,
    )


def surveyed(served: Served) -> tuple[OrganisationInfo, Mapping[str, ModuleInfo]]:
    assert ADAPTER.survey is not None
    stated = settings(served)
    talk = ADAPTER.survey(stated, Path())
    said = list(converse(talk, adapter="zoho", http=ZohoAdapter(stated, Path()).http))
    (organisation,) = (each for each in said if isinstance(each, OrganisationInfo))
    return organisation, {each.name: each for each in said if isinstance(each, ModuleInfo)}


def fields(module: ModuleInfo) -> Mapping[str, FieldInfo]:
    return {each.name: each for each in module.fields}


@pytest.fixture(scope="module")
def company() -> Iterator[Served]:
    with serve(Settings(scale=0.1)) as served:
        yield served


@pytest.fixture(scope="module")
def survey(company: Served) -> tuple[OrganisationInfo, Mapping[str, ModuleInfo]]:
    return surveyed(company)


def test_the_organisation_says_who_it_is(survey: tuple[OrganisationInfo, Mapping[str, ModuleInfo]]) -> None:
    organisation, _ = survey
    assert (organisation.name, organisation.timezone) == ("Northfield Hardware", "America/Chicago")
    assert (organisation.currency, organisation.fiscal_year_starts, organisation.language) == ("USD", 1, "en")
    assert organisation.details["edition"] == "enterprise"


def test_all_modules_of_facts_are_there_the_organisations_own_too(
    survey: tuple[OrganisationInfo, Mapping[str, ModuleInfo]],
) -> None:
    _, modules = survey
    assert {"Users", "Roles", "Currencies", "Deals", "DealHistory", "Calls", "Surveys", "Costs"} <= set(modules)
    assert not any(module.problems for module in modules.values())


def test_counts_are_those_of_the_organisation(
    company: Served, survey: tuple[OrganisationInfo, Mapping[str, ModuleInfo]]
) -> None:
    _, modules = survey
    held = company.state.db.execute('SELECT count(*), count("Amount"), min("Created_Time") FROM "Deals"').fetchone()
    deals = modules["Deals"]
    assert (deals.rows, deals.since) == (held[0], held[2][:10])
    assert fields(deals)["Amount"].filled == pytest.approx(held[1] / held[0])


def test_fields_are_described(survey: tuple[OrganisationInfo, Mapping[str, ModuleInfo]]) -> None:
    deals = fields(survey[1]["Deals"])
    assert (deals["Amount"].type, deals["Closing_Date"].type, deals["Stage"].type) == ("money", "date", "choice")
    assert (deals["Account_Name"].links, deals["Owner"].links) == ("Accounts", "Users")
    assert "Closed won" in deals["Stage"].values
    assert "$outcome" in deals


def test_what_zoho_has_no_field_for_has_a_remedy(survey: tuple[OrganisationInfo, Mapping[str, ModuleInfo]]) -> None:
    remedies = survey[1]["Cases"].remedies
    assert "outgoing_activity" in str(remedies["cases.first_response_at"])


def test_a_chinese_organisation_is_described_in_chinese() -> None:
    with serve(Settings(scale=0.02, language="zh-CN")) as served:
        organisation, modules = surveyed(served)
    assert organisation.language == "zh-CN"
    labels = "".join(each.label for each in modules["Deals"].fields)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in labels)


def test_a_missing_scope_ends_one_module_and_is_named() -> None:
    scopes = Settings().scopes - {"ZohoCRM.modules.ALL"} | {"ZohoCRM.modules.deals.READ"}
    with serve(Settings(scale=0.02, scopes=frozenset(scopes))) as served:
        _, modules = surveyed(served)
    assert not modules["Deals"].problems
    (problem,) = modules["Cases"].problems
    assert "ZohoCRM.modules.cases.READ" in str(problem.hint)


ALL = frozenset(
    {
        *("ZohoCRM.modules.ALL", "ZohoCRM.coql.READ", "ZohoCRM.bulk.ALL", "ZohoSearch.securesearch.READ"),
        *("ZohoCRM.org.READ", "ZohoCRM.users.READ"),
        *(
            f"ZohoCRM.settings.{each}.READ"
            for each in ("modules", "fields", "layouts", "pipeline", "fiscal_year", "roles", "currencies")
        ),
    }
)


@pytest.mark.parametrize(
    ("taken", "named"),
    [
        ("ZohoCRM.coql.READ", "ZohoCRM.coql.READ"),
        ("ZohoSearch.securesearch.READ", "ZohoSearch.securesearch.READ"),
        ("ZohoCRM.bulk.ALL", "ZohoCRM.bulk.READ, ZohoCRM.bulk.CREATE"),
    ],
)
def test_each_missing_scope_is_named(taken: str, named: str) -> None:
    with serve(Settings(modules=("Deals",), scale=0.02, scopes=ALL - {taken})) as served:
        said = inspected(served)
    (problem,) = (each for each in said if isinstance(each, Problem))
    assert str(problem.hint) == f"sign in again with these scopes, too: {named}"


@pytest.mark.parametrize(
    ("taken", "module"),
    [
        ("ZohoCRM.users.READ", "Users"),
        ("ZohoCRM.settings.roles.READ", "Roles"),
        ("ZohoCRM.settings.currencies.READ", "Currencies"),
        ("ZohoCRM.settings.layouts.READ", "Deals"),
        ("ZohoCRM.settings.pipeline.READ", "Deals"),
    ],
)
def test_a_scope_that_one_module_needs_is_missing_of_that_module_only(taken: str, module: str) -> None:
    with serve(Settings(modules=("Deals",), scale=0.02, scopes=ALL - {taken})) as served:
        said = inspected(served)
    assert not [each for each in said if isinstance(each, Problem)]
    lacking = {each.name: each.problems for each in said if isinstance(each, ModuleInfo) and each.problems}
    assert list(lacking) == [module]
    assert str(lacking[module][0].hint) == f"sign in again with these scopes, too: {taken}"


@pytest.mark.parametrize("taken", ["ZohoCRM.org.READ", "ZohoCRM.settings.modules.READ", "ZohoCRM.settings.fields.READ"])
def test_without_what_everything_rests_on_all_that_is_missing_is_named_at_once(taken: str) -> None:
    scopes = ALL - {taken, "ZohoCRM.coql.READ"}
    with serve(Settings(modules=("Deals",), scale=0.02, scopes=scopes)) as served, pytest.raises(AuthError) as caught:
        inspected(served)
    assert str(caught.value.hint) == f"sign in again with these scopes, too: {taken}, ZohoCRM.coql.READ"


def test_init_also_says_that_the_fiscal_year_cannot_be_seen_and_check_does_not() -> None:
    scopes = ALL - {"ZohoCRM.settings.fiscal_year.READ"}
    with serve(Settings(modules=("Deals",), scale=0.02, scopes=scopes)) as served:
        assert ADAPTER.survey is not None
        stated = settings(served)
        talk = ADAPTER.survey(stated, Path())
        said = list(converse(talk, adapter="zoho", http=ZohoAdapter(stated, Path()).http))
        (problem,) = (each for each in said if isinstance(each, Problem))
        assert "ZohoCRM.settings.fiscal_year.READ" in str(problem.hint)
        assert not [each for each in inspected(served) if isinstance(each, Problem)]


def inspected(served: Served) -> list[ModuleInfo | Problem]:
    adapter = ZohoAdapter(settings(served), Path())
    return list(converse(adapter.inspect(), adapter="zoho", http=adapter.http))


def test_inspecting_reads_an_id_of_each_module_at_most(company: Served) -> None:
    before = len(company.calls)
    said = inspected(company)
    assert {each.name for each in said if isinstance(each, ModuleInfo)} >= {"Deals", "Users"}
    assert sum(call.credits for call in company.calls[before:]) < 3 * len(said)
