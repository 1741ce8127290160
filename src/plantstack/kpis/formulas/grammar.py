"""Text -> a small tree of names, numbers and + - * /; anything else is a problem with its column.

One parser for two languages that differ in what they allow: formulas of the catalogue, and the
arithmetic of worked examples. It never calls `eval`, builds no Python code and knows no attribute.
Length, depth and size are bounded, so hostile text costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from plantstack.errors import FormulaError, Problem, did_you_mean

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]{1,20}(?:\.[0-9]{1,20})?|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,2})?)(?![\w.])"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]{0,63})(?![\w])|(?P<sign>[-+*/(),\[\]]))"
)
_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2}
_NEGATIVE = 3


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a language allows.

    Attributes:
        functions: names that may be called.
        literals: the numbers that may be written; None for any.
        index: whether `name[0]` is allowed.
        max_length: in characters.
        max_depth: of nested brackets and signs.
        max_nodes: of the tree.
    """

    functions: frozenset[str]
    literals: frozenset[Decimal] | None = None
    index: bool = False
    max_length: int = 1000
    max_depth: int = 20
    max_nodes: int = 200


@dataclass(frozen=True, slots=True)
class Number:
    """A written number, exactly."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Name:
    """A name to look up."""

    name: str


@dataclass(frozen=True, slots=True)
class Negative:
    """A leading minus."""

    of: Node


@dataclass(frozen=True, slots=True)
class Operation:
    """`left sign right`; `text` is what a problem quotes of the right side."""

    sign: str
    left: Node
    right: Node
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the dialect with its arguments."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """One item of a list of inputs."""

    name: str
    position: int


Node: TypeAlias = Number | Name | Negative | Operation | Call | Index


def parse(text: str, dialect: Dialect, where: str) -> Node:
    """Read `text` into a tree.

    Raises:
        FormulaError: with the column and what is allowed there.

    >>> arithmetic = Dialect(frozenset({"sum"}))
    >>> parse("a + 2", arithmetic, "example")
    Operation(sign='+', left=Name(name='a'), right=Number(value=Fraction(2, 1)), text='2')
    """
    if len(text) > dialect.max_length:
        what = f"{len(text)} characters are too long for a formula"
        raise FormulaError(
            Problem("formula-too-big", where, what, f"Keep it under {dialect.max_length}; name its parts.")
        )
    return _Parser(text, dialect, where).parse()


def names_of(node: Node) -> Iterator[str]:
    """Every name in a tree, in order of writing, repeated as often as written."""
    match node:
        case Name(name) | Index(name, _):
            yield name
        case Negative(inner):
            yield from names_of(inner)
        case Operation(_, left, right, _):
            yield from names_of(left)
            yield from names_of(right)
        case Call(_, arguments):
            for argument in arguments:
                yield from names_of(argument)
        case Number():
            return


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


class _Parser:
    """A Pratt parser: one function, binding powers instead of a grammar."""

    def __init__(self, text: str, dialect: Dialect, where: str) -> None:
        self.text = text
        self.dialect = dialect
        self.where = where
        self.tokens = self._tokens()
        self.next = 0
        self.nodes = 0

    def parse(self) -> Node:
        node = self._expression(0, 0)
        token = self._peek()
        if token.kind != "end":
            raise self._syntax(token, "the end or one of + - * /")
        return node

    def _tokens(self) -> list[_Token]:
        tokens, at, end = [], 0, len(self.text.rstrip())
        while at < end:
            match = _TOKEN.match(self.text, at)
            if match is None:
                start = at + len(self.text[at:]) - len(self.text[at:].lstrip())
                raise self._syntax(_Token("other", self.text[start], start, start + 1), "")
            kind = match.lastgroup or "sign"
            tokens.append(_Token(kind, match[kind], match.start(kind), match.end(kind)))
            at = match.end()
        tokens.append(_Token("end", "", end, end))
        return tokens

    def _expression(self, binding: int, depth: int) -> Node:
        if depth > self.dialect.max_depth:
            raise self._too_big(f"more than {self.dialect.max_depth} levels of brackets or signs")
        left = self._operand(depth)
        while (token := self._peek()).kind == "sign" and _BINDING.get(token.text, 0) > binding:
            self.next += 1
            start = self._peek().start
            right = self._expression(_BINDING[token.text], depth + 1)
            written = self.text[start : self.tokens[self.next - 1].end]
            left = self._grown(Operation(token.text, left, right, written))
        return left

    def _operand(self, depth: int) -> Node:
        token = self._peek()
        self.next += 1
        if token.kind == "number":
            return self._grown(Number(self._literal(token)))
        if token.kind == "name":
            return self._named(token, depth)
        if token.text == "-":
            return self._grown(Negative(self._expression(_NEGATIVE, depth + 1)))
        if token.text == "(":
            inner = self._expression(0, depth + 1)
            self._expect(")")
            return inner
        raise self._syntax(token, "a name, a number or a bracket")

    def _named(self, token: _Token, depth: int) -> Node:
        if self._peek().text == "(":
            return self._call(token, depth)
        if self._peek().text == "[" and self.dialect.index:
            self.next += 1
            position = self._peek()
            if not position.text.isdigit():
                raise self._syntax(position, "a position such as [0]")
            self.next += 1
            self._expect("]")
            return self._grown(Index(token.text, int(position.text)))
        return self._grown(Name(token.text))

    def _call(self, token: _Token, depth: int) -> Node:
        if token.text not in self.dialect.functions:
            fix = did_you_mean(token.text, self.dialect.functions)
            what = f"unknown function '{token.text}' at column {token.start + 1}"
            raise FormulaError(Problem("formula-unknown-function", self.where, what, fix))
        self.next += 1
        arguments = [self._expression(0, depth + 1)]
        while self._peek().text == ",":
            self.next += 1
            arguments.append(self._expression(0, depth + 1))
        self._expect(")")
        return self._grown(Call(token.text, tuple(arguments)))

    def _literal(self, token: _Token) -> Fraction:
        value = Decimal(token.text)
        allowed = self.dialect.literals
        if allowed is not None and value not in allowed:
            numbers = ", ".join(str(int(number)) for number in sorted(allowed))
            what = f"number {token.text} at column {token.start + 1}"
            fix = f"Only {numbers} may be written; units convert by themselves, facts are measures."
            raise FormulaError(Problem("formula-number", self.where, what, fix))
        return Fraction(value)

    def _grown(self, node: Node) -> Node:
        self.nodes += 1
        if self.nodes > self.dialect.max_nodes:
            raise self._too_big(f"more than {self.dialect.max_nodes} names, numbers and signs")
        return node

    def _peek(self) -> _Token:
        return self.tokens[min(self.next, len(self.tokens) - 1)]

    def _expect(self, sign: str) -> None:
        token = self._peek()
        if token.text != sign:
            raise self._syntax(token, f"'{sign}'")
        self.next += 1

    def _syntax(self, token: _Token, expected: str) -> FormulaError:
        came = f"'{token.text}'" if token.text else "end"
        what = f"unexpected {came} at column {token.start + 1}"
        what += f", expected {expected}" if expected else ""
        functions = ", ".join(sorted(self.dialect.functions))
        fix = f"Write names, + - * /, brackets and {functions}."
        return FormulaError(Problem("formula-syntax", self.where, what, fix))

    def _too_big(self, what: str) -> FormulaError:
        return FormulaError(Problem("formula-too-big", self.where, what, "Name its parts."))
