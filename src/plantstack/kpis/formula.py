"""What a formula means: its unit, checked once, and its value, exact until the very end.

Levels are read only as `avg(x)` and `end(x)`, flows are made yearly by `per_year(x)`. Numbers that
may be written are those that convert nothing: 0, 1, a million (ppm), 365 and 200 000.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from plantstack.errors import FormulaError, Problem
from plantstack.kpis.grammar import Call, Dialect, Index, Name, Negative, Node, Number, Operation, parse
from plantstack.kpis.scale import YEAR
from plantstack.units import ONE, Unit, parse_unit

FORMULA = Dialect(
    functions=frozenset({"avg", "end", "per_year", "min", "max"}),
    literals=frozenset({Decimal(0), Decimal(1), Decimal(365), Decimal(200_000), Decimal(1_000_000)}),
)
# The length of the period asked for, in seconds.
PERIOD = "PERIOD"
BAND_FUNCTIONS = frozenset({"min", "max"})
_DAY = parse_unit("day")
_YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as written and as understood.

    >>> Formula.read("time_run / PBT", "availability").node.sign
    '/'
    """

    text: str
    node: Node

    @classmethod
    def read(cls, text: str, where: str) -> Formula:
        """Parse a formula.

        Raises:
            FormulaError: with the column and what is allowed there.
        """
        return cls(text, parse(text, FORMULA, where))


class Undefined(Exception):
    """There is no value, and the reason is the message; never leaves this package."""


class Values(Protocol):
    """Where a formula finds its numbers."""

    def value(self, name: str, *, below: bool) -> Fraction:
        """The sum, named sum or KPI called `name`; `below` under a fraction line."""

    def end_value(self, name: str, *, below: bool) -> Fraction:
        """A level at the end of the period."""

    def days(self) -> Fraction:
        """The length of the period."""


def value_of(node: Node, values: Values, *, below: bool = False) -> Fraction:
    """Work out a formula in exact fractions.

    Raises:
        Undefined: when a denominator is empty or a sum is not known.
    """
    match node:
        case Number(number):
            return number
        case Name(name):
            return values.value(name, below=below)
        case Negative(inner):
            return -value_of(inner, values, below=below)
        case Operation():
            return _operate(node, values, below)
        case Call(function, arguments):
            return _call(function, arguments, values, below)
        case Index():
            raise TypeError("the formula language has no lists")


def _operate(node: Operation, values: Values, below: bool) -> Fraction:
    left = value_of(node.left, values, below=below)
    right = value_of(node.right, values, below=below or node.sign == "/")
    if node.sign == "/":
        if not right:
            raise Undefined(f"no denominator: {node.text} is 0")
        return left / right
    if node.sign == "*":
        return left * right
    return left + right if node.sign == "+" else left - right


def _call(function: str, arguments: tuple[Node, ...], values: Values, below: bool) -> Fraction:
    if function in BAND_FUNCTIONS:
        numbers = [value_of(argument, values, below=below) for argument in arguments]
        return min(numbers) if function == "min" else max(numbers)
    argument = arguments[0]
    if function == "per_year":
        return value_of(argument, values, below=below) * _YEAR_DAYS / values.days()
    if not isinstance(argument, Name):
        raise TypeError(f"{function}() of something else than a level passed the unit check")
    if function == "end":
        return values.end_value(argument.name, below=below)
    return values.value(argument.name, below=below) / values.days()


@dataclass(frozen=True, slots=True)
class UnitOf:
    """Works out the unit of a formula.

    Attributes:
        unit: the unit of a name.
        is_level: whether a name is a stock that only avg() and end() may read.
        where: what a problem names.
    """

    unit: Callable[[str], Unit]
    is_level: Callable[[str], bool]
    where: str

    def __call__(self, node: Node) -> Unit:
        """Return the unit.

        Raises:
            FormulaError: when unlike units are added, or a level is read as if it were a flow.
        """
        match node:
            case Name(name) if self.is_level(name):
                what = f"level '{name}' is read as if it were a flow"
                fix = f"Write avg({name}) or end({name})."
                raise FormulaError(Problem("formula-level", self.where, what, fix))
            case Name(name):
                return self.unit(name)
            case Negative(inner):
                return self(inner)
            case Operation(sign, left, right, _):
                return self._operation(sign, self(left), self(right))
            case Call(function, arguments):
                return self._call(function, arguments)
            case _:
                return ONE

    def _operation(self, sign: str, left: Unit, right: Unit) -> Unit:
        if sign == "*":
            return left * right
        if sign == "/":
            return left / right
        return self._same(left, right, "added" if sign == "+" else "subtracted")

    def _same(self, left: Unit, right: Unit, done: str) -> Unit:
        if left != right:
            what = f"{left} and {right} are {done}"
            fix = "Only like units can be; multiply or divide first."
            raise FormulaError(Problem("formula-units", self.where, what, fix))
        return left

    def _call(self, function: str, arguments: tuple[Node, ...]) -> Unit:
        if function in BAND_FUNCTIONS:
            unit = self(arguments[0])
            for argument in arguments[1:]:
                self._same(unit, self(argument), "compared")
            return unit
        if len(arguments) != 1:
            raise self._wrong(function, f"{len(arguments)} arguments", "Give it one.")
        argument = arguments[0]
        if function == "per_year":
            return self(argument) / YEAR
        if not isinstance(argument, Name) or not self.is_level(argument.name):
            raise self._wrong(function, "something else than a level", "Name one level measure.")
        return self.unit(argument.name) / _DAY

    def _wrong(self, function: str, came: str, fix: str) -> FormulaError:
        return FormulaError(Problem("formula-argument", self.where, f"{function}() came with {came}", fix))
