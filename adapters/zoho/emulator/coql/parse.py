"""COQL text to the values of `tree`, with the syntax errors that Zoho documents."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from adapters.zoho.emulator.answers import Refusal
from adapters.zoho.emulator.coql.grammar import GRAMMAR
from adapters.zoho.emulator.coql.refusals import refused
from adapters.zoho.emulator.coql.tree import (
    Call,
    Column,
    Condition,
    Connective,
    Criteria,
    Group,
    Literals,
    Operator,
    Ordering,
    Query,
    Selected,
    Subquery,
)

Values = tuple[Literals, ...] | Subquery
Clause = dict[str, Any]
_FIRST_WORD = "select"


def parse(text: str) -> Query:
    """The query that a text means.

    >>> parse("select id from Deals where Stage = 'it''s' limit 5").where
    Condition(column=Column(path=('Stage',)), operator='=', values=("it's",))

    Raises:
        Refusal: SYNTAX_ERROR, with the details that fit: the clause, the operator, the place, or what it is near.
    """
    if not text.lstrip().lower().startswith(_FIRST_WORD):
        raise refused("SYNTAX_ERROR", "given coql query not supported")
    try:
        return cast(Query, _parser().parse(text))
    except UnexpectedInput as fault:
        raise _syntax_error(text, fault) from fault


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, start="query", parser="lalr", lexer="basic", maybe_placeholders=False, transformer=_Builder())


def _syntax_error(text: str, fault: UnexpectedInput) -> Refusal:
    match fault:
        case UnexpectedToken(token=Token(type="$END") as end):  # which stands where the last word does
            near = text[end.start_pos : end.end_pos]
            return refused("SYNTAX_ERROR", "error occured while parsing the query", near=near)
        case UnexpectedToken(token=token):
            near = str(token)
        case UnexpectedCharacters(char=near):
            pass
        case _:
            near = ""
    return refused("SYNTAX_ERROR", "unexpected token", line=fault.line, column=fault.column, near=near)


class _Builder(Transformer[Token, Query]):
    """One method per rule of the grammar; a clause becomes the arguments of `Query` that it sets."""

    def query(self, clauses: list[Clause]) -> Query:
        given: Clause = {}
        for clause in clauses:
            given |= clause
        for mandatory, name in (("module", "from"), ("where", "where")):
            if mandatory not in given:
                raise refused("SYNTAX_ERROR", "missing clause", clause=name)
        return Query(**given)

    def selection(self, selected: list[Selected]) -> Clause:
        return {"selected": tuple(selected)}

    def plain(self, children: list[Column | Call]) -> Selected:
        return Selected(children[0])

    def aliased(self, children: list[Any]) -> Selected:
        what, alias = children
        return Selected(what, alias)

    def alias(self, children: list[Token]) -> str:
        return _name(children[0])

    def call(self, children: list[Any]) -> Call:
        function, column = children
        return Call(str(function), column)

    def column(self, names: list[Token]) -> Column:
        return Column(tuple(_name(name) for name in names))

    def from_(self, children: list[Token]) -> Clause:
        module, *view = children
        return {"module": str(module), "view": str(view[0]) if view else None}

    def where(self, children: list[Criteria]) -> Clause:
        return {"where": children[0]}

    def disjunction(self, parts: list[Criteria]) -> Group:
        return _group("or", parts)

    def conjunction(self, parts: list[Criteria]) -> Group:
        return _group("and", parts)

    def negation(self, children: list[Any]) -> Criteria:
        raise refused("SYNTAX_ERROR", "operator not supported", operator=str(children[0]).lower())

    def comparison(self, children: list[Any]) -> Condition:
        column, operator, value = children
        values = value if isinstance(value, Subquery) else (value,)
        return Condition(column, cast(Operator, operator.lower()), values)

    def denied(self, children: list[Any]) -> Condition:
        return Condition(children[0], "not like", (children[-1],))

    def membership(self, children: list[Any]) -> Condition:
        return Condition(children[0], "in", children[-1])

    def no_membership(self, children: list[Any]) -> Condition:
        return Condition(children[0], "not in", children[-1])

    def between(self, children: list[Any]) -> Condition:
        return Condition(children[0], "between", tuple(children[-2:]))

    def not_between(self, children: list[Any]) -> Condition:
        return Condition(children[0], "not between", tuple(children[-2:]))

    def is_null(self, children: list[Any]) -> Condition:
        return Condition(children[0], "is null")

    def is_not_null(self, children: list[Any]) -> Condition:
        return Condition(children[0], "is not null")

    def listed(self, values: list[Literals]) -> Values:
        return tuple(values)

    def subquery(self, children: list[Query]) -> Subquery:
        return Subquery(children[0])

    def text(self, children: list[Token]) -> str:
        return _name(children[0])

    def number(self, children: list[Token]) -> int | float:
        digits = str(children[0])
        return float(digits) if "." in digits else int(digits)

    def true(self, children: list[Token]) -> bool:
        return True

    def false(self, children: list[Token]) -> bool:
        return False

    def group_by(self, columns: list[Column]) -> Clause:
        return {"group_by": tuple(columns)}

    def order_by(self, orderings: list[Ordering]) -> Clause:
        return {"order_by": tuple(orderings)}

    def ascending(self, children: list[Column]) -> Ordering:
        return Ordering(children[0])

    def descending(self, children: list[Column]) -> Ordering:
        return Ordering(children[0], descending=True)

    def limit(self, amounts: list[Token]) -> Clause:
        return {"limit": _name(amounts[0])}

    def offset(self, amounts: list[Token]) -> Clause:
        return {"offset": _name(amounts[0])}

    def offset_limit(self, amounts: list[Token]) -> Clause:
        return {"offset": _name(amounts[0]), "limit": _name(amounts[1])}

    def limit_offset(self, amounts: list[Token]) -> Clause:
        return {"limit": _name(amounts[0]), "offset": _name(amounts[1])}


def _name(token: Token) -> str:
    """A name or a text without its quotes."""
    if token.type == "QUOTED":
        return token[1:-1].replace("''", "'")
    return token[1:-1] if token.type == "DOUBLE_QUOTED" else str(token)


def _group(connective: Connective, parts: list[Criteria]) -> Group:
    return Group(connective, tuple(parts))
