"""Who the organisation is and how it is set up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from session import Access, answered, parameters, plain
from zohocrmsdk.src.com.zoho.crm.api.currencies import CurrenciesOperations
from zohocrmsdk.src.com.zoho.crm.api.fields import FieldsOperations
from zohocrmsdk.src.com.zoho.crm.api.fields.fields_operations import GetFieldsParam
from zohocrmsdk.src.com.zoho.crm.api.fiscal_year import FiscalYearOperations
from zohocrmsdk.src.com.zoho.crm.api.layouts import LayoutsOperations
from zohocrmsdk.src.com.zoho.crm.api.layouts.layouts_operations import GetLayoutsParam
from zohocrmsdk.src.com.zoho.crm.api.modules import ModulesOperations
from zohocrmsdk.src.com.zoho.crm.api.org import OrgOperations
from zohocrmsdk.src.com.zoho.crm.api.pipeline import PipelineOperations
from zohocrmsdk.src.com.zoho.crm.api.profiles import ProfilesOperations
from zohocrmsdk.src.com.zoho.crm.api.related_lists import GetRelatedListsParam, RelatedListsOperations
from zohocrmsdk.src.com.zoho.crm.api.roles import RolesOperations
from zohocrmsdk.src.com.zoho.crm.api.users import UsersOperations
from zohocrmsdk.src.com.zoho.crm.api.users.users_operations import GetUsersParam


def steps(access: Access) -> Iterator[tuple[str, Any]]:
    """All that is set up rather than recorded."""
    yield "current user", _users("CurrentUser")
    yield "all users", _users("AllUsers")
    yield "org", plain(answered(OrgOperations().get_organization()).get_org())
    yield "modules", plain(answered(ModulesOperations().get_modules()).get_modules())
    yield "fields", {module: _fields(module) for module in ("Deals", "Accounts", "Surveys")}
    layouts = answered(LayoutsOperations().get_layouts(parameters({GetLayoutsParam.module: "Deals"}))).get_layouts()
    yield "layouts", plain(layouts)
    yield "pipelines", plain(answered(PipelineOperations(layouts[0].get_id()).get_pipelines()).get_pipeline())
    lists = RelatedListsOperations(None).get_related_lists(parameters({GetRelatedListsParam.module: "Deals"}))
    yield "related lists", plain(answered(lists).get_related_lists())
    yield "currencies", plain(answered(CurrenciesOperations().get_currencies()).get_currencies())
    yield "roles", plain(answered(RolesOperations().get_roles()).get_roles())
    yield "profiles", plain(answered(ProfilesOperations().get_profiles()).get_profiles())
    yield "fiscal year", plain(answered(FiscalYearOperations().get_fiscal_year()).get_fiscal_year())


def _users(kind: str) -> list[Any]:
    asked = parameters({GetUsersParam.type: kind, GetUsersParam.page: 1, GetUsersParam.per_page: 200})
    return plain(answered(UsersOperations().get_users(asked)).get_users())


def _fields(module: str) -> list[Any]:
    asked = parameters({GetFieldsParam.module: module})
    return plain(answered(FieldsOperations().get_fields(asked)).get_fields())
