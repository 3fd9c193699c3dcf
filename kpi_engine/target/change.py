"""Targets stated as a change from the baseline: `-30%` of it, `+10pp` for percentages, `x1.3` for a factor.

"+30 %" on a percentage could mean 104 % (of 80 %) or 110 % (points): it is refused with both readings.
"""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict, Field

from kpi_engine.definition import Better, Unit
from kpi_engine.errors import KpiError
from kpi_engine.message import Message

_SIGNS = str.maketrans({"−": "-", "–": "-", "＋": "+", "－": "-", "％": "%", "×": "x", "X": "x"})
_FORM = re.compile(r"(?P<times>x)?\s*(?P<number>[+-]?\s*[0-9]{1,9}(?:\.[0-9]{1,6})?)\s*(?P<unit>%|pp)?")
_FORMS = Message("write -30% for a share of the baseline, +10pp for percentage points, or x1.3 for a multiple")


class Change(BaseModel):
    """`factor` times the baseline, plus `points`.

    >>> Change(text="-30%", factor=0.7).applied_to(50)
    35.0
    >>> round(Change(text="+10pp", points=0.1).applied_to(0.8), 9)
    0.9
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    text: str
    """As the person wrote it."""
    factor: float = Field(default=1.0, ge=0)
    points: float = 0.0

    def applied_to(self, baseline: float) -> float:
        """The target that the change leads to."""
        return baseline * self.factor + self.points

    @property
    def needs_positive_baseline(self) -> bool:
        """Thirty per cent less than a negative number, or than nothing, is no target."""
        return self.factor != 1.0


def parse_change(text: str, *, unit: Unit, better: Better, baseline: float | None = None) -> Change:
    """The change that a person wrote.

    Args:
        text: such as `-30%`, `+10pp`, `x1.3`.
        unit: the KPI's.
        better: the KPI's good direction; a change for the worse is refused.
        baseline: where it is known already, to name both readings of an ambiguous percentage in numbers.

    Raises:
        KpiError: it is no change, an ambiguous one, or one for the worse.

    >>> parse_change("-30 %", unit=Unit.HOURS, better=Better.LOWER).factor
    0.7
    >>> parse_change("+10pp", unit=Unit.PERCENT, better=Better.HIGHER).points
    0.1
    >>> parse_change("+30%", unit=Unit.PERCENT, better=Better.HIGHER, baseline=0.8)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    kpi_engine.errors.KpiError: +30% of a percentage can be read in two ways: 104 % (x1.3) or 110 % (+30pp)
    """
    found = _FORM.fullmatch(text.strip().translate(_SIGNS))
    if found is None or bool(found["times"]) == bool(found["unit"]):
        raise KpiError(Message("{change} is not a change", change=repr(text)), hint=_FORMS)
    number = float(found["number"].replace(" ", ""))
    _refuse_wrong_unit(text, found["unit"], number, unit=unit, baseline=baseline)
    change = _change(text, number, unit=found["unit"])
    _refuse_worse(change, better=better)
    return change


def _change(text: str, number: float, *, unit: str | None) -> Change:
    if unit == "pp":
        return Change(text=text, points=number / 100)
    factor = number if unit is None else (100 + number) / 100
    if factor < 0:
        raise KpiError(
            Message("{change} leads below nothing", change=text), hint=Message("-100% is as far as it can go")
        )
    return Change(text=text, factor=factor)


def _refuse_wrong_unit(text: str, written: str | None, number: float, *, unit: Unit, baseline: float | None) -> None:
    if written == "pp" and unit is not Unit.PERCENT:
        raise KpiError(
            Message(
                "{change}: percentage points are for percentages, and this KPI is in {unit}", change=text, unit=unit
            ),
            hint=_FORMS,
        )
    if written == "%" and unit is Unit.PERCENT:
        raise _ambiguous(text, number, baseline=baseline)


def _ambiguous(text: str, number: float, *, baseline: float | None) -> KpiError:
    factor, points = f"x{(100 + number) / 100:g}", f"{number:+g}pp"
    hint = Message("write {factor} or {points}, whichever is meant", factor=factor, points=points)
    if baseline is None:
        message = Message(
            "{change} of a percentage can be read in two ways: the baseline {factor}, or the baseline {points}",
            change=text,
            factor=factor,
            points=points,
        )
        return KpiError(message, hint=hint)
    message = Message(
        "{change} of a percentage can be read in two ways: {one} % ({factor}) or {other} % ({points})",
        change=text,
        one=f"{baseline * (100 + number):g}",
        other=f"{baseline * 100 + number:g}",
        factor=factor,
        points=points,
    )
    return KpiError(message, hint=hint)


def _refuse_worse(change: Change, *, better: Better) -> None:
    gain = (change.factor - 1.0) + change.points
    if better is Better.RANGE:
        raise KpiError(
            Message("{change}: this KPI is best within a range, so a change is no target", change=change.text),
            hint=Message("give low and high"),
        )
    if gain == 0:
        raise KpiError(
            Message("{change} changes nothing", change=change.text),
            hint=Message("to keep what there is, give `low` or `high` in place of `change`"),
        )
    if (gain > 0) is not (better is Better.HIGHER):
        raise KpiError(
            Message(
                "{change} would be for the worse: of this KPI, {better} is better", change=change.text, better=better
            ),
            hint=Message("turn the sign round, or give `low` or `high` to keep it within bounds"),
        )
