"""Options that many commands share, and how their texts are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from plantstack.errors import Problem, QueryError
from plantstack.interfaces import times
from plantstack.interfaces.answer import Answer
from plantstack.stack import Stack
from plantstack.stack.answers.asking import KpiTable

_INSTANTS = (
    10**14
)  # from here on a number is microseconds: no log grows so far, no plant told anything in 1973
_MOST_DIGITS = 18
_NEVER = "There is nothing in the books yet. Load events with 'plantstack load'."

Scope = Annotated[
    str, typer.Option("--scope", metavar="PATH", help="Equipment, by id or path; all by default.")
]
From = Annotated[
    str | None, typer.Option("--from", metavar="T", help="First production day, or an exact instant.")
]
To = Annotated[
    str | None, typer.Option("--to", metavar="T", help="Last production day, or the instant where it ends.")
]
KnownAt = Annotated[
    str | None,
    typer.Option("--as-known-at", metavar="OFFSET|T", help="Only what was known at an offset or instant."),
]
ProfileName = Annotated[
    str | None, typer.Option("--profile", help="How to count; the plant's own by default.")
]


def nothing(as_of: Mapping[str, str] | None) -> str:
    """Why a table is empty: nothing was ever told, or nothing of what was asked for."""
    if not as_of:
        return _NEVER
    reach = ", ".join(f"{site} to {at}" for site, at in as_of.items())
    return f"Nothing was told about this scope and window. The books reach: {reach}."


def answer_of(table: KpiTable, notes: list[Problem]) -> Answer:
    """The answer of a command from a table of the stack."""
    return Answer(table.rows, notes=notes, offset=table.offset, as_of=table.as_of)


def words(text: str) -> tuple[str, ...]:
    """The words of a list written with commas."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def zones_of(stack: Stack) -> list[str]:
    """The clocks of all sites."""
    return [site.zone for site in stack.plant.sites.values()]


def known_offset(stack: Stack, text: str | None, zones: list[str]) -> int | None:
    """An offset, or the last offset received at an instant, also one in microseconds (see `Sender.stamp`)."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        return stack.log.offset_at(times.instant(text, zones))
    offset, last = int(text), stack.log.last_offset()
    if offset >= _INSTANTS:
        return stack.log.offset_at(offset)
    if offset > last:
        what, fix = f"the log has no offset {offset} yet", f"The last one is {last}."
        raise QueryError(Problem("offset-unknown", "--as-known-at", what, fix))
    return offset
