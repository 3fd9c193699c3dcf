"""Making what is missing: fields, five a call, and the module of the report.

A field's API name follows from its first label, so it is made with its name as its label, looked at, and only then
given the label that people read. Each step looks at what is there first: a run that was killed anywhere goes on.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any, Final

from adapters.zoho.asking import Answer as Listed
from adapters.zoho.asking import Api, answered
from adapters.zoho.writing.answers import FLEETING, Answer, CallRefused, results, vendor_words
from adapters.zoho.writing.calls import change
from adapters.zoho.writing.described import Described, read_fields
from adapters.zoho.writing.naming import NAME_FIELD
from connector.contract import Effect, FieldShape
from connector.errors import Message, RejectedError, RetryableError, UnexpectedResponse, did_you_mean

FIELDS_A_CALL: Final = 5
MODULE_CREDITS: Final = 500
_ROUNDS: Final = 2
"""How often what is missing is asked for: once more where the answer was lost."""

_CUSTOMISE: Final = Message(
    "sign in as somebody whose profile may customise Zoho CRM: `crm-kpi auth zoho --stage write`"
)
REMEDIES: Final[Mapping[str, Message]] = {
    "LIMIT_EXCEEDED": Message("your edition allows no more: delete what nobody uses, or write fewer of them"),
    "FIELD_LIMIT_EXCEEDED": Message("your edition allows no more: delete what nobody uses, or write fewer of them"),
    "NO_PERMISSION": _CUSTOMISE,
    "AUTHORIZATION_FAILED": _CUSTOMISE,
    "OAUTH_SCOPE_MISMATCH": Message("sign in again for writing and setting up: `crm-kpi auth zoho --stage write`"),
    "DUPLICATE_DATA": Message("its name or label is taken, perhaps by something in the recycle bin: rename that"),
    "RESERVED_KEYWORD_NOT_ALLOWED": Message("Zoho keeps that name for itself: choose another"),
    "API_NOT_SUPPORTED": Message("set api_version to v8"),
    "NOT_SUPPORTED": Message("Zoho makes no fields in this module: make it by hand, or write report records"),
    "FEATURE_NOT_ENABLED": Message("your edition does not have it"),
}
_NO_MORE_MODULES: Final = Message(
    "your edition allows no more modules: delete one that nobody uses, name one of yours under `module`, or take this "
    "target out of write_back"
)
_OTHER_REMEDY: Final = Message("make it by hand in Zoho (Setup, Modules and Fields)")

_TYPES: Final[Mapping[str, Mapping[str, Any]]] = {
    "text": {"data_type": "text", "length": 255},
    "long_text": {"data_type": "textarea", "length": 2000, "textarea": {"type": "small"}},
    "integer": {"data_type": "integer", "length": 9},
    "number": {"data_type": "double", "length": 16},
    "percent": {"data_type": "percent", "length": 5},
    # A currency field shows each record in the record's own currency, where an organisation has several. A KPI is in
    # one: it is a decimal number, and its label says which.
    "money": {"data_type": "double", "length": 16},
    "date": {"data_type": "date"},
    "instant": {"data_type": "datetime"},
}


def body_of(name: str, shape: FieldShape) -> dict[str, Any]:
    """What a new field is asked for with.

    >>> body_of("KPI_Won", FieldShape("Won amount, year (EUR)", "money", 2))
    {'field_label': 'KPI_Won', 'data_type': 'double', 'length': 16, 'decimal_place': 2}
    """
    body = {"field_label": name, **_TYPES[shape.type]}
    if body["data_type"] == "double":
        body["decimal_place"] = shape.decimals
    if shape.unique:
        body["unique"] = {"case_sensitive": False}
    return body


def make_fields(
    module: str, shapes: Mapping[str, FieldShape], *, api: Api
) -> Generator[Effect, Any, dict[str, Described]]:
    """Make these fields, and say what the module's fields are then.

    Raises:
        RejectedError: Zoho refuses one of them, in its words; those before it stand.
    """
    there: dict[str, Described] = {}
    missing = dict(shapes)
    for _ in range(_ROUNDS):
        said: dict[str, Any] = {}
        for names in _fives([*missing]):
            said |= yield from _ask({name: missing[name] for name in names}, module, api=api)
        there = yield from read_fields(module, api=api)
        missing = {name: shape for name, shape in shapes.items() if name not in there}
        _refuse_renamed(module, missing, said, there=there)
        refused = next((name for name in missing if isinstance(said.get(name), CallRefused)), None)
        if refused is not None:
            raise _refused(Message("the field {name} in {module}", name=refused, module=module), said[refused])
        if not missing:
            return there
    raise UnexpectedResponse(
        Message("Zoho did not say whether it made {fields} in {module}", fields=", ".join(missing), module=module),
        hint=Message("run it again: it looks first what is there"),
    )


def _ask(shapes: Mapping[str, FieldShape], module: str, *, api: Api) -> Generator[Effect, Any, dict[str, Any]]:
    """Field -> its new id, or why it was refused; nothing where the answer was lost."""
    body = {"fields": [body_of(name, shape) for name, shape in shapes.items()]}
    try:
        answer: Answer = yield change(api, "POST", "settings/fields", body, module=module)
    except (RetryableError, UnexpectedResponse):
        return {}
    except RejectedError as error:
        raise _with_remedy(error) from error
    found = results(answer, "fields", sent=len(shapes))
    if isinstance(found, CallRefused):
        return {} if found.code in FLEETING else dict.fromkeys(shapes, found)
    return dict(zip(shapes, map(_outcome, found), strict=False))


def _outcome(result: Any) -> Any:
    if not isinstance(result, dict):
        return None
    details = result.get("details")
    if result.get("code") == "SUCCESS":
        return str(details.get("id")) if isinstance(details, dict) else None
    return CallRefused(0, str(result.get("code") or ""), vendor_words(result))


def _refuse_renamed(
    module: str, missing: Mapping[str, FieldShape], said: Mapping[str, Any], *, there: Mapping[str, Described]
) -> None:
    """A field that we made and that Zoho called otherwise."""
    ids = {described.id: described for described in there.values()}
    for name in missing:
        made = ids.get(said.get(name) or "") if isinstance(said.get(name), str) else None
        if made is not None:
            raise RejectedError(
                Message(
                    "Zoho made the field {name} in {module} and called it {called}",
                    name=name,
                    module=module,
                    called=made.api_name,
                ),
                hint=Message("rename it in Zoho: Setup, Developer Hub, APIs and SDKs, API Names"),
            )


def label_fields(
    module: str, labels: Mapping[str, tuple[Described, str]], *, api: Api
) -> Generator[Effect, Any, dict[str, Message]]:
    """Give fields (name -> the field and its label) the labels that people read.

    Returns:
        Field -> why it keeps its name as its label: nothing that would stop a write-back.
    """
    refused: dict[str, Message] = {}
    for names in _fives([*labels]):
        wanted = [{"id": labels[name][0].id, "field_label": labels[name][1]} for name in names]
        try:
            answer: Answer = yield change(
                api, "PATCH", "settings/fields", {"fields": wanted}, module=module, idempotent=True
            )
        except RejectedError as error:
            refused |= dict.fromkeys(names, error.message)
            continue
        found = results(answer, "fields", sent=len(names))
        each = [found] * len(names) if isinstance(found, CallRefused) else [*map(_outcome, found)]
        refused |= {name: _kept(said) for name, said in zip(names, each, strict=False) if isinstance(said, CallRefused)}
    return refused


def _kept(said: CallRefused) -> Message:
    return Message("it keeps its name as its label: {words} ({code})", words=said.words, code=said.code)


def make_module(name: str, label: str, *, profiles: Sequence[str], api: Api) -> Generator[Effect, Any, None]:
    """Make a module, seen by these profiles (none: by all).

    Raises:
        RejectedError: Zoho refuses it, in its words, or there is no such profile.
    """
    body = {
        "singular_label": label,
        "plural_label": label,
        "api_name": name,
        "profiles": [{"id": each} for each in (yield from _profile_ids(profiles, api=api))],
        "display_field": {"field_label": NAME_FIELD, "data_type": "text"},
    }
    try:
        answer: Answer = yield change(api, "POST", "settings/modules", {"modules": [body]}, credits=MODULE_CREDITS)
    except (RetryableError, UnexpectedResponse):
        return  # whoever asked looks what is there
    except RejectedError as error:
        raise _with_remedy(error) from error
    found = results(answer, "modules", sent=1)
    said = found if isinstance(found, CallRefused) else next(map(_outcome, found), None)
    if isinstance(said, CallRefused) and said.code not in FLEETING:
        refused = _refused(Message("the module {name}", name=name), said)
        if said.code == "LIMIT_EXCEEDED":
            refused.hint = _NO_MORE_MODULES
        raise refused


def _profile_ids(wanted: Sequence[str], *, api: Api) -> Generator[Effect, Any, list[str]]:
    answer: Listed = yield api.get("settings/profiles", decode=answered("profiles"))
    ids = {str(each.get("name")): str(each.get("id")) for each in answer.rows}
    unknown = next((name for name in wanted if name not in ids), None)
    if unknown is not None:
        message = Message("Zoho has no profile {name}", name=unknown)
        raise RejectedError(
            message, hint=did_you_mean(unknown, ids) or Message("see Setup, Security Control, Profiles")
        )
    return [ids[name] for name in wanted or ids]


def _refused(what: Message, said: CallRefused) -> RejectedError:
    message = Message("Zoho does not make {what}: {words} ({code})", what=what, words=said.words, code=said.code)
    return RejectedError(message, hint=REMEDIES.get(said.code, _OTHER_REMEDY), code=said.code)


def _with_remedy(error: RejectedError) -> RejectedError:
    """The same refusal, with what to do about it here."""
    hint = REMEDIES.get(error.code, error.hint)
    return RejectedError(error.message, hint=hint, operation=error.operation, code=error.code, sample=error.sample)


def _fives(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), FIELDS_A_CALL):
        yield names[start : start + FIELDS_A_CALL]
