"""The ledger as people write it: `07:40-07:42 micro_stop jam order=4711`.

SPAN ACCOUNT REASON column=value ...; only what is written is compared, with three exceptions: the
account, the reason (none where none is written) and whether a stop is still `open` always count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from plantstack.errors import did_you_mean
from plantstack.intervals import Interval
from plantstack.ledger.rules import ACCOUNTS
from plantstack.testing.times import SPAN, Times

# word of a line -> column of the ledger
_COLUMNS = {
    "order": "order_id",
    "product": "product",
    "shift": "shift",
    "crew": "crew",
    "day": "day",
    "state": "state",
    "cause": "cause",
}
_LINE = re.compile(rf"({SPAN}) +([a-z_]+)\b *(.*)")


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line: a span and what is said of it, by column."""

    span: Interval
    said: tuple[tuple[str, str], ...]


def read_line(text: str, times: Times) -> LedgerLine:
    """Read one line.

    Raises:
        ValueError: with what to write instead.
    """
    match = _LINE.fullmatch(text.strip())
    if not match:
        raise ValueError("Write '07:40-07:42 micro_stop jam': from, to, account and reason.")
    if match[2] not in ACCOUNTS:
        raise ValueError(did_you_mean(match[2], ACCOUNTS))
    said = {"account": match[2], "reason": "", "is_open": ""}
    for word in match[3].split():
        name, equals, value = word.partition("=")
        if equals and name in _COLUMNS:
            said[_COLUMNS[name]] = value
        elif equals:
            raise ValueError(f"A line of the ledger has no '{name}'. {did_you_mean(name, _COLUMNS)}")
        elif word == "open":
            said["is_open"] = "open"
        elif said["reason"]:
            raise ValueError(f"'{word}' is one word too many; write further columns as 'order=4711'.")
        else:
            said["reason"] = word
    return LedgerLine(times.span(match[1]), tuple(said.items()))


def lines_of(rows: Iterable[dict[str, Any]], expected: Sequence[LedgerLine]) -> list[LedgerLine]:
    """Lay rows of the ledger out like the expected lines: the same columns, neighbours that agree joined."""
    columns = dict.fromkeys(name for line in expected for name, _ in line.said) or dict.fromkeys(
        ("account", "reason", "is_open")
    )
    made: list[LedgerLine] = []
    for row in sorted(rows, key=lambda row: int(row["from_at"])):
        told = {**row, "is_open": "open" if row["is_open"] else ""}
        line = LedgerLine(
            Interval(row["from_at"], row["until_at"]), tuple((name, str(told[name])) for name in columns)
        )
        if made and made[-1].said == line.said and made[-1].span.end == line.span.start:
            line = LedgerLine(Interval(made[-1].span.start, line.span.end), line.said)
            made.pop()
        made.append(line)
    return made


def write_line(line: LedgerLine, times: Times) -> str:
    """Write a line the way `read_line` reads it; empty columns are left out."""
    said = dict(line.said)
    words = [times.write_span(line.span), said["account"], said["reason"]]
    words += [f"{word}={said[name]}" for word, name in _COLUMNS.items() if said.get(name)]
    return " ".join(filter(None, [*words, said["is_open"]]))


def with_all_columns(lines: Sequence[LedgerLine]) -> list[LedgerLine]:
    """Give every line the columns that any of them has; a column a line does not write is empty there."""
    columns = dict.fromkeys(name for line in lines for name, _ in line.said)
    return [
        LedgerLine(line.span, tuple((name, dict(line.said).get(name, "")) for name in columns))
        for line in lines
    ]
