"""Why a row cannot be read: what was expected, and of which columns the cells are to be shown."""

from __future__ import annotations

from dataclasses import dataclass

from plantstack.connectors.mapping.model import Column, Mapping, Read
from plantstack.connectors.mapping.uses import Use

_SHOWN = 8  # words of a map
_MIXED = (
    "Where dates are cells of two sorts, real ones and text, 'format' may be a list: "
    '["%d.%m.%Y", "%Y-%m-%d"], or with the time ["%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M:%S"].'
)


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing a rule expects of a row.

    Attributes:
        code: of the problem.
        expected: what should have come, as the rest of "expected ...".
        columns: the mapping's own names of the columns it is about.
        fix: what to do.
    """

    code: str
    expected: str
    columns: tuple[str, ...]
    fix: str = ""


def unreadable(use: Use, mapping: Mapping) -> Reason:
    """Say of one use of a column what its cells must be."""
    name, read = use
    column = mapping.columns[name]
    if column.words is not None:
        expected, fix = _one_of(list(column.words.to)), f"Add it to the map of '{name}'."
    else:
        expected, fix = _FORMS[read](column, mapping)
    return Reason("row-unreadable", expected, (name,), fix)


def _one_of(words: list[str]) -> str:
    listed = ", ".join(f"'{word}'" for word in words[:_SHOWN])
    return f"one of {listed}" + (f" or {len(words) - _SHOWN} others" if len(words) > _SHOWN else "")


def _number(column: Column, mapping: Mapping) -> tuple[str, str]:
    return f"a number of at most six decimals{_mark(mapping)}", _marks(mapping)


def _real(column: Column, mapping: Mapping) -> tuple[str, str]:
    return f"a number{_mark(mapping)}", _marks(mapping)


def _mark(mapping: Mapping) -> str:
    return f" with '{mapping.file.decimal}' as decimal mark" if _is_text(mapping) else ""


def _marks(mapping: Mapping) -> str:
    return "Check 'decimal' and 'thousands' of the file." if _is_text(mapping) else "Check the cell."


def _is_text(mapping: Mapping) -> bool:
    return mapping.file.format in ("csv", "lines")


def _time(column: Column, mapping: Mapping) -> tuple[str, str]:
    fix = f"Check 'format' and 'zone' of the column '{column.name}'."
    years = "between 1990 and 2199"
    if mapping.file.format == "excel":
        fix += f" {_MIXED}"
    if column.formats:
        clock = " and a clock such as 06:30" if column.clock_header else ""
        if not _is_text(mapping):
            fix += " Real dates alone need no 'format'."
        return f"a time {years} written as {' or '.join(map(repr, column.formats))}{clock}", fix
    if column.zone or mapping.zone:
        return f"a time {years} such as 2026-01-31 06:30", fix
    fix = "Write the offset, or add 'zone: Europe/Berlin' to the mapping for local times."
    return f"a time {years} with its offset from UTC, such as 2026-01-31T06:30:00+01:00", fix


def _duration(column: Column, mapping: Mapping) -> tuple[str, str]:
    if not column.unit_us:
        return "a length such as 0:45:00", f"Give the column '{column.name}' a 'unit' where it is a number."
    return f"a length of 0 or more{_mark(mapping)}", _marks(mapping)


def _flag(column: Column, mapping: Mapping) -> tuple[str, str]:
    return "true, yes, 1, false, no or 0", f"Give the column '{column.name}' a 'map'."


_FORMS = {
    Read.NUMBER: _number,
    Read.REAL: _real,
    Read.TIME: _time,
    Read.DURATION: _duration,
    Read.FLAG: _flag,
}
