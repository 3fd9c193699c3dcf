"""Fields and the report's module: found, judged, made with ASCII names, labelled, and taken up after a kill."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from adapters.zoho.asking import Api
from adapters.zoho.writing import places
from connector.contract import FieldShape, HttpResponse, Place, WriteTarget
from connector.errors import AdapterError, ConfigError, RejectedError
from connector.transport import World
from tests.effort import quickly

API = Api("v8")
FIELDS = {
    "KPI_Won": FieldShape("成交金额（EUR），年", "money", 2),
    "KPI_Rate": FieldShape("Win rate, year", "percent", 2),
    "KPI_Deals": FieldShape("Won deals, year", "integer"),
    "KPI_Status": FieldShape("Win rate: status, year", "text"),
    "KPI_As_Of": FieldShape("Win rate: as of, year", "instant"),
    "KPI_Days": FieldShape("Days to close, year", "number", 2),
    "KPI_From": FieldShape("From", "date"),
}
REPORT = {
    "key": FieldShape("键", "text", unique=True),
    "kpi": FieldShape("指标编号", "text"),
    "kpi_name": FieldShape("指标", "text"),
    "value": FieldShape("数值", "number", 4),
    "n": FieldShape("记录数", "integer"),
    "period_start": FieldShape("开始", "date"),
    "status": FieldShape("状态", "text"),
}


def accounts(**fields: FieldShape) -> WriteTarget:
    shapes = fields or FIELDS
    return WriteTarget("accounts", "fields", "Accounts", ("id",), tuple(shapes), shapes=shapes)


def report(**options: Any) -> WriteTarget:
    names = tuple(name for name in REPORT if name != "key")
    return WriteTarget("report", "records", "KPI_Reports", (), names, shapes=REPORT, label="KPI 报告", options=options)


def made_fields(talks: Any, module: str) -> dict[str, Any]:
    """The custom fields of a module, as the stand-in holds them."""
    known = talks.server.state.fields(module)
    return {name: field for name, field in known.items() if field.custom and name.startswith("KPI_")}


def states(places: dict[str, Any]) -> set[str]:
    return {place.state for place in places.values()}


def test_what_is_missing_is_said_and_nothing_is_made(talks: Callable[..., Any]) -> None:
    zoho = talks()
    found = zoho.places(accounts(), make=False)
    assert {name: place.state for name, place in found.items()} == {"": "there", **dict.fromkeys(FIELDS, "missing")}
    assert states(zoho.places(report(), make=False)) == {"missing"}
    assert zoho.calls("POST", "PATCH") == []


def test_fields_are_made_five_a_call_and_then_labelled(talks: Callable[..., Any]) -> None:
    zoho = talks()
    found = zoho.places(accounts(), make=True)
    assert {place.state for name, place in found.items() if name} == {"made"}
    made = made_fields(zoho, "Accounts")
    assert {name: (field.label, field.data_type, field.decimal_place) for name, field in made.items()} == {
        "KPI_Won": ("成交金额（EUR），年", "double", 2),
        "KPI_Rate": ("Win rate, year", "percent", 2),
        "KPI_Deals": ("Won deals, year", "integer", None),
        "KPI_Status": ("Win rate: status, year", "text", None),
        "KPI_As_Of": ("Win rate: as of, year", "datetime", None),
        "KPI_Days": ("Days to close, year", "double", 2),
        "KPI_From": ("From", "date", None),
    }
    assert Counter(zoho.calls("POST", "PATCH")) == {
        ("POST", "/crm/v8/settings/fields"): 2,
        ("PATCH", "/crm/v8/settings/fields"): 2,
    }


def test_what_is_there_is_not_made_again(talks: Callable[..., Any]) -> None:
    zoho = talks()
    zoho.places(accounts(), make=True)
    zoho.server.calls.clear()
    assert states(zoho.places(accounts(), make=True)) == {"there"}
    assert zoho.calls("POST", "PATCH") == []
    assert len(zoho.calls()) == 2


def test_the_report_gets_its_module_and_a_key_that_is_unique(talks: Callable[..., Any]) -> None:
    zoho = talks()
    found = zoho.places(report(), make=True)
    assert states(found) == {"made"}
    module = zoho.server.state.modules()["KPI_Reports"]
    assert (module.singular, module.plural, module.generated_type) == ("KPI 报告", "KPI 报告", "custom")
    made = made_fields(zoho, "KPI_Reports")
    assert {name: field.label for name, field in made.items()} == {
        "KPI_Key": "键",
        "KPI_Code": "指标编号",
        "KPI_Title": "指标",
        "KPI_Value": "数值",
        "KPI_N": "记录数",
        "KPI_Period_Start": "开始",
        "KPI_Status": "状态",
    }
    assert [name for name, field in made.items() if field.unique] == ["KPI_Key"]
    (cost,) = [each.credits for each in zoho.server.calls if (each.method, each.path[-7:]) == ("POST", "modules")]
    assert cost == 500


class Killed(BaseException):
    """The process ends here."""


def dying(zoho: Any, *, at: int, after: bool) -> World:
    """A world that ends at its n-th request, before or after the server acted."""
    asked, living = 0, zoho.world

    def session() -> Any:
        made = living.session()
        request = made.request

        def counted(*arguments: Any, **more: Any) -> Any:
            nonlocal asked
            asked += 1
            if asked == at and not after:
                raise Killed
            answer = request(*arguments, **more)
            if asked == at:
                answer.close()
                raise Killed
            return answer

        made.request = counted
        return made

    return replace(zoho.world, session=session)


def numbered(target: WriteTarget, number: int) -> WriteTarget:
    """The target as it would be in another organisation: nothing of it is there yet."""
    shapes = {name: replace(shape, label=f"{shape.label} {number}") for name, shape in target.shapes.items()}
    if target.kind == "records":
        return replace(target, module=f"KPI_Reports{number}", label=f"{target.label} {number}", shapes=shapes)
    shapes = {f"{name}{number}": shape for name, shape in shapes.items()}
    return replace(target, fields=tuple(shapes), shapes=shapes)


def expect_whole(zoho: Any, target: WriteTarget) -> None:
    """Every field once, under its label."""
    labels = [field.label for field in made_fields(zoho, target.module).values()]
    assert [labels.count(shape.label) for shape in target.shapes.values()] == [1] * len(target.shapes)
    assert target.kind == "fields" or len(labels) == len(target.shapes)


@pytest.mark.parametrize("after", [False, True], ids=["before the server acted", "after it acted"])
@pytest.mark.parametrize("make_target", [accounts, report], ids=["fields", "report"])
def test_killed_at_any_request_the_next_run_goes_on(talks: Any, make_target: Any, after: bool) -> None:
    zoho = talks(modules=())
    zoho.places(accounts(), make=False)  # has signed in
    living = zoho.world
    for at in range(1, 100):
        target = numbered(make_target(), at)
        zoho.world = dying(zoho, at=at, after=after)
        try:
            zoho.places(target, make=True)
        except Killed:
            zoho.world = living
            assert states(zoho.places(target, make=True)) <= {"made", "there"}
            expect_whole(zoho, target)
        else:
            break
        zoho.world = living
    assert at > 6, "nothing was killed, so nothing was tested"


FAULTS = (
    *("too_many_429", "error_500", "gateway_502", "gateway_502_before", "unavailable_503", "drop_before", "drop_after"),
    *("drop_body", "truncated_json", "wrong_length", "html_200", "error_200", "empty_204", "token_401"),
)


@pytest.mark.parametrize("fault", quickly("drop_after", "error_200", of=FAULTS))
def test_whatever_goes_wrong_once_everything_is_made_once(talks: Callable[..., Any], fault: str) -> None:
    zoho = talks(modules=())
    for at in range(1, 9):
        target = numbered(report(), at)
        zoho.server.faults.clear()
        zoho.server.faults.plan(fault, at, prefix="/crm/v8/settings")
        with suppress(AdapterError):
            zoho.places(target, make=True)
        assert states(zoho.places(target, make=True)) <= {"made", "there"}
        expect_whole(zoho, target)
        assert zoho.server.faults.played, "the fault was not met"


def test_a_field_that_somebody_made_is_used_and_not_labelled_anew(talks: Callable[..., Any]) -> None:
    zoho = talks()
    zoho.places(accounts(KPI_Won=FieldShape("Umsatz", "money", 2)), make=True)
    found = zoho.places(accounts(), make=True)
    assert (found["KPI_Won"].state, found["KPI_Rate"].state) == ("there", "made")
    assert made_fields(zoho, "Accounts")["KPI_Won"].label == "Umsatz"


@pytest.mark.parametrize(
    ("name", "shape", "why"),
    [
        ("Account_Name", FieldShape("x", "money", 2), "it is a text field; name one of another type"),
        ("Created_Time", FieldShape("x", "instant"), "it may not be written by API"),
        ("Umsatz", FieldShape("x", "money", 2), "only those whose name begins with KPI_"),
    ],
)
def test_what_cannot_hold_it_is_named_and_nothing_is_made_beside_it(
    talks: Any, name: str, shape: FieldShape, why: str
) -> None:
    zoho = talks()
    found = zoho.places(accounts(**{name: shape, "KPI_New": FieldShape("New", "integer")}), make=True)
    assert found[name].state == "unfit"
    assert why in str(found[name].message)
    assert made_fields(zoho, "Accounts") == {}


def test_a_module_that_is_not_there_is_not_made_for_fields(talks: Callable[..., Any]) -> None:
    found = talks().places(replace(accounts(), module="Acounts"), make=True)
    assert [(name, place.state) for name, place in found.items()] == [("", "unfit")]
    assert "no module of this name" in str(found[""].message)


def test_report_records_go_to_no_module_of_zohos_own(talks: Callable[..., Any]) -> None:
    found = talks().places(replace(report(), module="Accounts"), make=True)
    assert "one of Zoho's own modules" in str(found[""].message)


def test_a_missing_right_is_one_clear_line(talks: Callable[..., Any]) -> None:
    zoho = talks(modules=())
    zoho.server.faults.plan("forbidden_403", 2, times=9, prefix="/crm/v8/settings/modules")
    with pytest.raises(RejectedError) as raised:
        zoho.places(report(), make=True)
    assert "whose profile may customise Zoho CRM" in str(raised.value.hint)


def test_a_label_that_is_taken_is_one_clear_line(talks: Callable[..., Any]) -> None:
    with pytest.raises(RejectedError, match=r"does not make the module KPI_Reports: .*DUPLICATE_DATA") as raised:
        talks(modules=()).places(replace(report(), label="Accounts"), make=True)
    assert "taken" in str(raised.value.hint)


def test_the_report_may_be_shown_to_some_profiles_only(talks: Callable[..., Any]) -> None:
    zoho = talks(modules=())
    with pytest.raises(RejectedError, match="Zoho has no profile Admin") as raised:
        zoho.places(report(profiles=["Admin"]), make=True)
    assert "Administrator" in str(raised.value.hint)
    assert states(zoho.places(report(profiles=["Administrator"]), make=True)) == {"made"}


@pytest.mark.parametrize(
    ("target", "why"),
    [
        (replace(accounts(), module="Users"), "shows no fields of ours on users"),
        (replace(accounts(), fields=("成交",)), "成交 is no API name of a field"),
        (replace(accounts(), fields=("KPI__Won",)), "KPI__Won is no API name of a field"),
        (replace(accounts(), options={"output": "x.csv"}), "options.output"),
        (replace(report(), module="KPI 报告"), "is no API name of a module"),
    ],
)
def test_what_zoho_cannot_do_is_said_before_anything_is_called(talks: Any, target: WriteTarget, why: str) -> None:
    zoho = talks(modules=())
    for say in (lambda: zoho.places(target, make=True), lambda: zoho.push(target, [])):
        with pytest.raises(ConfigError) as raised:
            say()
        assert why in str(raised.value)
    assert zoho.server.calls == []


def answering(talk: Any, answers: dict[tuple[str, str], list[Any]]) -> list[Place]:
    """Lead a conversation with answers by hand: (method, end of the path) -> bodies, the last one again and again."""
    said, answer = [], None
    with suppress(StopIteration):
        while True:
            asked = talk.send(answer)
            answer = None
            if isinstance(asked, Place):
                said.append(asked)
                continue
            bodies = answers[asked.method, asked.url.rpartition("/")[2]]
            status, body = bodies.pop(0) if len(bodies) > 1 else bodies[0]
            answer = asked.decode(HttpResponse(status, {}, json.dumps(body).encode()))
    return said


MODULES = (200, {"modules": [{"api_name": "Accounts", "generated_type": "default", "api_supported": True}]})
NO_FIELDS = (200, {"fields": [{"api_name": "id", "data_type": "bigint", "id": "1"}]})


def error(code: str, words: str) -> dict[str, Any]:
    return {"code": code, "status": "error", "message": words, "details": {}}


@pytest.mark.parametrize("status", [207, 400])
@pytest.mark.parametrize("wrapped", [True, False], ids=["wrapped", "flat"])
def test_an_editions_limit_is_one_clear_line(status: int, wrapped: bool) -> None:
    refusal = error("LIMIT_EXCEEDED", "the field limit is exceeded")
    body = {"fields": [refusal] * 5} if wrapped else refusal
    answers = {("GET", "modules"): [MODULES], ("GET", "fields"): [NO_FIELDS], ("POST", "fields"): [(status, body)]}
    with pytest.raises(RejectedError, match="the field KPI_Won in Accounts: the field limit is exceeded") as raised:
        answering(places(accounts(), make=True, api=API), answers)
    assert "your edition allows no more" in str(raised.value.hint)


def test_an_edition_without_room_for_the_report_module_says_how_to_go_on(talks: Callable[..., Any]) -> None:
    zoho = talks(modules=(), edition="free")
    with pytest.raises(RejectedError, match="the module KPI_Reports") as raised:
        zoho.places(report(), make=True)
    assert "take this target out of write_back" in str(raised.value.hint)


def test_a_field_that_zoho_calls_otherwise_is_named() -> None:
    made = {"api_name": "KPIWon", "data_type": "double", "id": "77", "custom_field": True, "field_label": "KPI_Won"}
    done = {"code": "SUCCESS", "status": "success", "message": "field created", "details": {"id": "77"}}
    answers = {
        ("GET", "modules"): [MODULES],
        ("GET", "fields"): [NO_FIELDS, (200, {"fields": [made]})],
        ("POST", "fields"): [(201, {"fields": [done]})],
    }
    with pytest.raises(RejectedError, match="made the field KPI_Won in Accounts and called it KPIWon"):
        answering(places(accounts(KPI_Won=FIELDS["KPI_Won"]), make=True, api=API), answers)


def test_a_label_that_zoho_does_not_take_stops_nothing_and_is_said() -> None:
    made = {"api_name": "KPI_Won", "data_type": "double", "id": "77", "custom_field": True, "field_label": "KPI_Won"}
    answers = {
        ("GET", "modules"): [MODULES],
        ("GET", "fields"): [(200, {"fields": [made]})],
        ("PATCH", "fields"): [(400, {"fields": [error("INVALID_DATA", "too long")]})],
    }
    said = answering(places(accounts(KPI_Won=FIELDS["KPI_Won"]), make=True, api=API), answers)
    assert [(place.field, place.state) for place in said] == [("", "there"), ("KPI_Won", "there")]
    assert "it keeps its name as its label: too long" in str(said[1].message)
