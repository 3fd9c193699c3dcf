"""The formula of a `derived` KPI, parsed into a tree: arithmetic on KPIs, numbers and assumptions, and nothing else.

Python's own parser reads the text, an allow-list turns its tree into ours, and nothing is ever evaluated as code.
Length and depth are bounded before anything recurses: no text, however made, costs more than a clear refusal.
"""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, assert_never

from kpi_engine.errors import NO_HINT, DefinitionError, Problem, did_you_mean
from kpi_engine.message import Message

LONGEST = 1_000
"""Characters."""

DEEPEST = 100
"""Operations inside each other; a sum of n terms is n deep."""

Operator = Literal["+", "-", "*", "/"]


@dataclass(frozen=True, slots=True)
class Number:
    """A finite number."""

    value: float


@dataclass(frozen=True, slots=True)
class Kpi:
    """The value of a KPI in the same scope and period."""

    id: str


@dataclass(frozen=True, slots=True)
class Assumption:
    """A dated value of the configuration that no CRM holds."""

    name: str


@dataclass(frozen=True, slots=True)
class Previous:
    """The expression in the period before."""

    of: Expression


@dataclass(frozen=True, slots=True)
class PriorYear:
    """The expression in the same phase of the year before."""

    of: Expression


@dataclass(frozen=True, slots=True)
class Operation:
    """Two expressions and what is done with them. A leading minus is a multiplication by -1."""

    op: Operator
    left: Expression
    right: Expression


Expression = Number | Kpi | Assumption | Previous | PriorYear | Operation


@dataclass(frozen=True, slots=True)
class Names:
    """What an expression refers to."""

    kpis: frozenset[str]
    assumptions: frozenset[str]


def parse(text: str, *, where: str = "expression") -> Expression:
    """The tree of a formula; `where` says in errors which formula it is.

    Raises:
        DefinitionError: it is not such a formula, or too long, or too deep.

    >>> parse("won_amount * 2")
    Operation(op='*', left=Kpi(id='won_amount'), right=Number(value=2.0))
    >>> parse('previous(calls) / assumption("workdays")')
    Operation(op='/', left=Previous(of=Kpi(id='calls')), right=Assumption(name='workdays'))
    >>> parse("(1).real")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    kpi_engine.errors.DefinitionError: expression: (1).real cannot be part of an expression (use names of KPIs, ...
    """
    if len(text) > LONGEST:
        raise _refusal(where, Message("the expression is longer than {limit} characters", limit=LONGEST))
    text = " ".join(text.split())
    return _Reader(where, text).read(_python_tree(text, where=where), depth=0)


def names(expression: Expression) -> Names:
    """The KPIs and the assumptions that an expression refers to.

    >>> sorted(names(parse('a + previous(b) * assumption("c")')).kpis)
    ['a', 'b']
    """
    parts = tuple(walk(expression))
    return Names(
        kpis=frozenset(part.id for part in parts if isinstance(part, Kpi)),
        assumptions=frozenset(part.name for part in parts if isinstance(part, Assumption)),
    )


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and everything inside it.

    >>> [type(part).__name__ for part in walk(parse("a + 1"))]
    ['Operation', 'Kpi', 'Number']
    """
    yield expression
    match expression:
        case Operation(left=left, right=right):
            yield from walk(left)
            yield from walk(right)
        case Previous(of=of) | PriorYear(of=of):
            yield from walk(of)
        case Number() | Kpi() | Assumption():
            pass
        case _:
            assert_never(expression)


ALLOWED = Message('use names of KPIs, numbers, + - * /, parentheses, previous(x), prior_year(x), assumption("name")')

FUNCTIONS = ("assumption", "previous", "prior_year")

_OPERATORS: dict[type[ast.operator], Operator] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}

_LONGEST_EXCERPT = 40


def _refusal(where: str, message: Message, hint: Message = NO_HINT) -> DefinitionError:
    return DefinitionError([Problem(where, message, hint)])


def _python_tree(text: str, *, where: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # "1or 2" is only a warning to Python; to us it is a mistake
            return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as exc:  # the last two: its parser's own depth limits
        column = exc.offset if isinstance(exc, SyntaxError) else None
        at = Message(" at character {column}", column=column) if column else NO_HINT
        raise _refusal(where, Message("the expression cannot be read{at}", at=at), ALLOWED) from exc


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns Python's tree into ours; what is not listed here does not exist."""

    where: str
    text: str

    def read(self, node: ast.expr, *, depth: int) -> Expression:
        if depth > DEEPEST:
            raise self._refusal(Message("the expression is more than {limit} operations deep", limit=DEEPEST))
        match node:
            case ast.Constant(value=value):
                return self._number(value)
            case ast.Name(id=name) if name not in FUNCTIONS:
                return Kpi(name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return _negative(self.read(operand, depth=depth + 1))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return Operation(
                    _OPERATORS[type(op)], self.read(left, depth=depth + 1), self.read(right, depth=depth + 1)
                )
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._call(name, arguments, depth=depth + 1)
            case _:
                excerpt = self._excerpt(node)
                raise self._refusal(Message("{text} cannot be part of an expression", text=excerpt), ALLOWED)

    def _number(self, value: object) -> Number:
        if isinstance(value, bool) or not isinstance(value, int | float):
            excerpt = repr(value)[:_LONGEST_EXCERPT]
            raise self._refusal(Message("{text} cannot be part of an expression", text=excerpt), ALLOWED)
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self._refusal(Message("a number of the expression is too large"))
        return Number(number)

    def _call(self, name: str, arguments: list[ast.expr], *, depth: int) -> Expression:
        if name not in FUNCTIONS:
            raise self._refusal(Message("{name} is not a function", name=name), did_you_mean(name, FUNCTIONS))
        if len(arguments) != 1:
            raise self._refusal(Message("{name} takes exactly one argument", name=name))
        if name == "assumption":
            return self._assumption(arguments[0])
        of = self.read(arguments[0], depth=depth)
        return Previous(of) if name == "previous" else PriorYear(of)

    def _assumption(self, argument: ast.expr) -> Assumption:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            return Assumption(argument.value)
        raise self._refusal(Message("an assumption is named in quotes"), Message('write assumption("gross_margin")'))

    def _refusal(self, message: Message, hint: Message = NO_HINT) -> DefinitionError:
        return _refusal(self.where, message, hint)

    def _excerpt(self, node: ast.expr) -> str:
        return (ast.get_source_segment(self.text, node) or "")[:_LONGEST_EXCERPT]


def _negative(of: Expression) -> Expression:
    return Number(-of.value) if isinstance(of, Number) else Operation("*", Number(-1.0), of)
