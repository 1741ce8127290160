"""The arithmetic of worked examples: numbers, lists, + - * /, sum, min, max, len and [index].

The same parser and bounds as formulas, with other words; nothing is ever given to `eval`.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TypeAlias

from plantstack.errors import FormulaError, Problem, did_you_mean
from plantstack.kpis.formulas.grammar import (
    Call,
    Dialect,
    Index,
    Name,
    Negative,
    Node,
    Number,
    Operation,
    parse,
)

ARITHMETIC = Dialect(functions=frozenset({"sum", "min", "max", "len"}), index=True)

Input: TypeAlias = Fraction | tuple[Fraction, ...]


def work_out(text: str, inputs: Mapping[str, Input], where: str) -> Fraction:
    """Evaluate an expression over inputs, exactly.

    Raises:
        FormulaError: for anything but arithmetic over known inputs.

    >>> work_out("sum(done) / len(done) + 1", {"done": (Fraction(4), Fraction(1))}, "example")
    Fraction(7, 2)
    """
    return _Work(inputs, where).number(parse(text, ARITHMETIC, where))


class _Work:
    def __init__(self, inputs: Mapping[str, Input], where: str) -> None:
        self.inputs = inputs
        self.where = where

    def number(self, node: Node) -> Fraction:
        match node:
            case Number(value):
                return value
            case Negative(inner):
                return -self.number(inner)
            case Operation(sign, left, right, text):
                return self._operate(sign, self.number(left), self.number(right), text)
            case Call(function, arguments):
                return self._call(function, arguments)
            case Index(name, position):
                items = self._items(name)
                if position >= len(items):
                    raise self._wrong(f"'{name}' has {len(items)} items, asked for [{position}]")
                return items[position]
            case Name(name):
                found = self._input(name)
                if isinstance(found, tuple):
                    raise self._wrong(f"'{name}' is a list", f"Write sum({name}) or {name}[0].")
                return found

    def _operate(self, sign: str, left: Fraction, right: Fraction, text: str) -> Fraction:
        if sign == "/":
            if not right:
                raise self._wrong(f"division by {text}, which is 0")
            return left / right
        if sign == "*":
            return left * right
        return left + right if sign == "+" else left - right

    def _call(self, function: str, arguments: tuple[Node, ...]) -> Fraction:
        items = self._arguments(arguments)
        if function == "sum":
            return sum(items, Fraction(0))
        if function == "len":
            return Fraction(len(items))
        if not items:
            raise self._wrong(f"{function}() of nothing")
        return min(items) if function == "min" else max(items)

    def _arguments(self, arguments: tuple[Node, ...]) -> tuple[Fraction, ...]:
        """One list by its name, or several numbers."""
        if len(arguments) == 1 and isinstance(arguments[0], Name):
            return self._items(arguments[0].name)
        return tuple(self.number(argument) for argument in arguments)

    def _items(self, name: str) -> tuple[Fraction, ...]:
        found = self._input(name)
        if isinstance(found, tuple):
            return found
        raise self._wrong(f"'{name}' is a number, not a list")

    def _input(self, name: str) -> Input:
        if name not in self.inputs:
            raise self._wrong(f"unknown input '{name}'", did_you_mean(name, self.inputs))
        return self.inputs[name]

    def _wrong(self, what: str, fix: str = "") -> FormulaError:
        return FormulaError(Problem("example-arithmetic", self.where, what, fix))
