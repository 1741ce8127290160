"""What a formula means: its unit, checked once, and its value, exact until the very end.

Levels are read only as `avg(x)` and `end(x)`, flows are made yearly by `per_year(x)`. Numbers that
may be written are those that convert nothing: 0, 1, a million (ppm), 365 and 200 000.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Protocol, TypeAlias

from plantstack.errors import FormulaError, Problem
from plantstack.kpis.formulas.grammar import (
    Call,
    Dialect,
    Index,
    Name,
    Negative,
    Node,
    Number,
    Operation,
    names_of,
    parse,
)
from plantstack.kpis.formulas.scale import YEAR
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


Pair: TypeAlias = tuple[int, int]
"""A numerator over a denominator above 0; reduced only where a number leaves a formula."""


class Undefined(Exception):
    """There is no value, and the reason is the message; never leaves this package."""


class Values(Protocol):
    """Where a formula finds its numbers."""

    def pair(self, name: str, *, below: bool) -> Pair:
        """The sum, named sum or KPI called `name`; `below` under a fraction line."""

    def end_pair(self, name: str, *, below: bool) -> Pair:
        """A level at the end of the period."""

    def days(self) -> Fraction:
        """The length of the period."""


Work: TypeAlias = Callable[[Values, bool], Pair]
"""A formula ready to be worked out, over or under a fraction line."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as written, as understood, and ready to be worked out.

    Attributes:
        text: as written.
        node: as understood.
        work: works it out.
        names: it shows.

    >>> Formula.read("time_run / PBT", "availability").node.sign
    '/'
    """

    text: str
    node: Node
    work: Work = field(init=False, repr=False, compare=False)
    names: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "work", _work_of(self.node))
        object.__setattr__(self, "names", frozenset(names_of(self.node)))

    @classmethod
    def read(cls, text: str, where: str) -> Formula:
        """Parse a formula.

        Raises:
            FormulaError: with the column and what is allowed there.
        """
        return cls(text, parse(text, FORMULA, where))


def value_of(node: Node, values: Values, *, below: bool = False) -> Fraction:
    """Work out a formula in exact fractions.

    Raises:
        Undefined: when a denominator is empty or a sum is not known.
    """
    return Fraction(*_work_of(node)(values, below))


@lru_cache(maxsize=4096)
def _work_of(node: Node) -> Work:
    """A function that works a formula out: its tree is walked once, and not for every cell."""
    match node:
        case Number(number):
            written = number.as_integer_ratio()
            return lambda values, below: written
        case Name(name):
            return lambda values, below: values.pair(name, below=below)
        case Negative(inner):
            return _negative(_work_of(inner))
        case Operation(sign, left, right, text):
            if sign == "/":
                return _quotient(_work_of(left), _work_of(right), text)
            return _product(_work_of(left), _work_of(right)) if sign == "*" else _sum(node)
        case Call(function, arguments):
            return _call(function, arguments)
        case Index():
            return _unworkable("the formula language has no lists")


def _unworkable(what: str) -> Work:
    """What the unit check refuses: read it may be, worked out never."""

    def refused(values: Values, below: bool) -> Pair:
        raise TypeError(what)

    return refused


def _negative(inner: Work) -> Work:
    def negative(values: Values, below: bool) -> Pair:
        over, under = inner(values, below)
        return -over, under

    return negative


def _sum(node: Operation) -> Work:
    """A chain of additions, worked out in one go."""
    terms: list[tuple[int, Work]] = []
    left: Node = node
    while isinstance(left, Operation) and left.sign in ("+", "-"):
        terms.insert(0, (1 if left.sign == "+" else -1, _work_of(left.right)))
        left = left.left
    first = _work_of(left)

    def added(values: Values, below: bool) -> Pair:
        over, under = first(values, below)
        for sign, work in terms:
            more, of = work(values, below)
            if under == of:  # as the sums of a cell are
                over += sign * more
            else:
                over, under = over * of + sign * more * under, under * of
        return over, under

    return added


def _product(one: Work, other: Work) -> Work:
    def times(values: Values, below: bool) -> Pair:
        over, under = one(values, below)
        more, of = other(values, below)
        return over * more, under * of

    return times


def _quotient(one: Work, other: Work, text: str) -> Work:
    def divided(values: Values, below: bool) -> Pair:
        over, under = one(values, below)
        by, of = other(values, True)
        if not by:
            raise Undefined(f"no denominator: {text} is 0")
        if under != of:
            over, by = over * of, by * under
        return (over, by) if by > 0 else (-over, -by)

    return divided


def _call(function: str, arguments: tuple[Node, ...]) -> Work:
    if function in BAND_FUNCTIONS:
        return _band(function, [_work_of(argument) for argument in arguments])
    argument = arguments[0]
    if function == "per_year":
        return _yearly(_work_of(argument))
    if not isinstance(argument, Name):
        return _unworkable(f"{function}() of something else than a level passed the unit check")
    name = argument.name
    if function == "end":
        return lambda values, below: values.end_pair(name, below=below)
    return lambda values, below: _over_days(values.pair(name, below=below), values.days())


def _band(function: str, parts: list[Work]) -> Work:
    def bound(values: Values, below: bool) -> Pair:
        numbers = [Fraction(*part(values, below)) for part in parts]
        return (min(numbers) if function == "min" else max(numbers)).as_integer_ratio()

    return bound


def _yearly(inner: Work) -> Work:
    def yearly(values: Values, below: bool) -> Pair:
        over, under = inner(values, below)
        return _over_days((over * _YEAR_DAYS, under), values.days())

    return yearly


def _over_days(pair: Pair, days: Fraction) -> Pair:
    return pair[0] * days.denominator, pair[1] * days.numerator


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
