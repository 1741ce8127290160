"""The small readers a mapping needs beside those of every plant file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeGuard

import duckdb

from plantstack.connectors.mapping.template import Template, parse_template
from plantstack.plant.source import Block, Items, Node, Reader, Report, Scalar, Word

_NAMED = {"tab": "\t", "space": " ", "none": ""}
_POWERS = {"2^8": 2**8, "2^16": 2**16, "2^24": 2**24, "2^31": 2**31, "2^32": 2**32}


def _character(text: str) -> str:
    if text in _NAMED:
        return _NAMED[text]
    if len(text) != 1 or not text.isprintable() or not text.isascii():
        raise ValueError("Write one character, or 'tab', 'space' or 'none'.")
    return text


def _template(text: str) -> Template:
    if len(text) > 500 or any(ord(letter) < 32 for letter in text):
        raise ValueError("Write one line of at most 500 characters.")
    return parse_template(text)


def _rollover(text: str) -> Decimal:
    number = _POWERS.get(text)
    if number is None and text.isascii() and text.isdigit() and 1 < int(text) < 10**12:
        number = int(text)
    if number is None:
        raise ValueError("Write 2^16, 2^32 or the whole number at which the counter starts again.")
    return Decimal(number)


def _cell(text: str) -> str:
    if len(text) > 500:
        raise ValueError("Write at most 500 characters.")
    return text.strip()


def _pattern(written: str) -> str:
    try:
        duckdb.connect().execute("SELECT regexp_matches('', $1)", [written])
    except duckdb.Error as error:
        raise ValueError(f"Write a regular expression (RE2): {str(error).splitlines()[0]}") from None
    return written


def _topic(written: str) -> str:
    if not written.strip() or re.search(r"[{}]", re.sub(r"\{[A-Za-z0-9_][A-Za-z0-9_.-]*\}", "", written)):
        raise ValueError("Write levels, with names in braces: 'hall/{machine}/{what}'.")
    return written.strip()


def _header(text: str) -> str:
    tidy = " ".join(text.split())
    if not tidy or len(tidy) > 500:
        raise ValueError("Write the column's header as the file has it.")
    return tidy


character: Reader[str] = Word("one character", ",", _character)
template: Reader[Template] = Word(
    "a text, with columns in braces such as '{machine}'", Template(()), _template
)
rollover: Reader[Decimal] = Word("where the counter rolls over, such as 2^16", Decimal(2**16), _rollover)
header: Reader[str] = Word("the header of a column", "", _header)


@dataclass(frozen=True, slots=True)
class _Cell:
    """Text as a cell has it: quotes, blanks and plain words alike, and nothing at all is ''."""

    expects: str = "the text of a cell"
    blank: str = ""

    def read(self, node: Node, key: str, report: Report) -> str:
        if isinstance(node, Scalar) and node.is_nothing:
            return ""
        return Word(self.expects, "", _cell).read(node, key, report)


@dataclass(frozen=True, slots=True)
class _OneOrMore:
    """One value, or a list of them."""

    item: Reader[str]

    @property
    def expects(self) -> str:
        return f"{self.item.expects}, or a list"

    @property
    def blank(self) -> tuple[str, ...]:
        return ()

    def read(self, node: Node, key: str, report: Report) -> tuple[str, ...]:
        if isinstance(node, Items):
            return tuple(self.item.read(child, key, report) for child in node.nodes)
        return (self.item.read(node, key, report),)


cell: Reader[str] = _Cell()
cells: Reader[tuple[str, ...]] = _OneOrMore(cell)
headers: Reader[tuple[str, ...]] = _OneOrMore(header)
pattern: Reader[str] = Word("a regular expression (RE2)", "", _pattern)
patterns: Reader[tuple[str, ...]] = _OneOrMore(pattern)
topics: Reader[tuple[str, ...]] = _OneOrMore(Word("a pattern of topics", "", _topic))


def is_block(node: Node | None) -> TypeGuard[Block]:
    """Whether a node is written as `key: value` lines."""
    return isinstance(node, Block)
