"""The text cells of a sheet, each read once in every way the rules use it.

A cell has a value and, where reading can fail, a status: 0 fine, 1 unreadable, 2 to be ignored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from plantstack.connectors.mapping.instants import EARLIEST, LATEST, is_sure, time_sql
from plantstack.connectors.mapping.model import ERROR, IGNORE, Column, Mapping, Read
from plantstack.connectors.mapping.sql import Binder
from plantstack.connectors.mapping.uses import Use
from plantstack.intervals import DAY, HOUR

FINE, UNREADABLE, IGNORED = 0, 1, 2

_CLOCK = r"[0-9]{1,4}:[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?"
_EXCEL_DAY = r"(1899-12-31|1900-01-[0-3][0-9]) [0-9]{2}:[0-5][0-9]:[0-5][0-9](\.[0-9]+)?"

Find = Callable[[Column, str], str]
"""The SQL of the cell under a header, or of a constant."""


@dataclass(frozen=True, slots=True)
class Cell:
    """How one use of a column is stored in the table of cells."""

    value: str
    status: str = ""
    local: str = ""  # wall-clock time, where the value has no offset


def name_cells(mapping: Mapping, uses: list[Use]) -> dict[Use, Cell]:
    """Give every use its columns in the table of cells."""
    named = {}
    for place, (name, read) in enumerate(uses):
        column = mapping.columns[name]
        can_fail = read is not Read.TEXT or column.words is not None
        local = f"l{place}" if read is Read.TIME and _may_be_local(column, mapping) else ""
        named[(name, read)] = Cell(f"v{place}", f"s{place}" if can_fail else "", local)
    return named


def cells_sql(
    mapping: Mapping,
    cells: dict[Use, Cell],
    find: Find,
    bind: Binder,
    source: str,
    extra: str,
    *,
    is_few: bool = False,
) -> str:
    """The SELECT that reads every cell; `extra` is copied from the source as it is.

    Of few rows a short text is read sooner than many cells are: what only saves work with each is left out.
    """
    names = {name: place for place, name in enumerate(dict.fromkeys(name for name, _ in cells))}
    raws = []
    for name, place in names.items():
        column = mapping.columns[name]
        raws.append(f"{_raw(column, mapping, find, bind, is_few=is_few)} AS r{place}")
        if column.clock_header:
            raws.append(f"{_trimmed(find(column, column.clock_header), is_few=is_few)} AS k{place}")
    values, checked = [], []
    for (name, read), cell in cells.items():
        column, raw = mapping.columns[name], f"r{names[name]}"
        for sql, made in _values(column, read, cell, raw, f"k{names[name]}", mapping, bind):
            values.append(f"{sql} AS {made}")
            checked.append(made)
        if cell.status:
            checked.append(_status(column, read, cell, raw, f"k{names[name]}"))
    in_file = [f"r{place} IS NULL" for name, place in names.items() if mapping.columns[name].header]
    checked.append(f"({' AND '.join(in_file) or 'false'}) AS blank")
    if mapping.drop_twins:
        raws.append(f"{_same(mapping, list(names), find)} AS same")
        checked.append("same")
    if extra:
        raws.append(extra)
        checked.append(extra.rpartition(" ")[2])
    read_once = f"SELECT *, {', '.join(values)} FROM (SELECT {', '.join(raws)} FROM {source})"
    return f"SELECT {', '.join(checked)} FROM ({read_once})"


def _same(mapping: Mapping, names: list[str], find: Find) -> str:
    """What a row says in all that is read, before anything is made of it."""
    columns = [mapping.columns[name] for name in names]
    texts = [
        find(column, header)
        for column in columns
        for header in (column.header, column.clock_header)
        if header
    ]
    listed = ", ".join(f"coalesce(trim({text}), '')" for text in dict.fromkeys(texts))
    return f"md5(concat_ws(chr(31), '', {listed}))" if listed else "''"


def _may_be_local(column: Column, mapping: Mapping) -> bool:
    if column.clock_header:
        return True
    if not column.formats:
        return bool(column.zone or mapping.zone)
    return not is_sure(column.formats)


def _raw(column: Column, mapping: Mapping, find: Find, bind: Binder, *, is_few: bool) -> str:
    text = _trimmed(find(column, column.header), is_few=is_few)
    if column.parts:
        parts = [f"nullif(regexp_extract({text}, {bind(one)}, 1), '')" for one in column.parts]
        text = f"coalesce({', '.join(parts)})" if len(parts) > 1 else parts[0]
    missing = (*mapping.file.missing, *column.missing)
    if missing:
        marks = ", ".join(bind(one) for one in missing)
        text = f"CASE WHEN {text} NOT IN ({marks}) THEN {text} END"
    if column.words is None:
        return text
    subject = f"coalesce({text}, '')" if "" in column.words.to else text
    cases = " ".join(f"WHEN {bind(word)} THEN {bind(_word(to))}" for word, to in column.words.to.items())
    other = f"CASE WHEN {text} IS NOT NULL THEN {bind(_word(column.words.otherwise))} END"
    return f"CASE {subject} {cases} ELSE {other} END" if cases else other


def _trimmed(cell: str, *, is_few: bool) -> str:
    """A cell without blanks around it, NULL when nothing is left; trimming costs, so it is seldom done."""
    if is_few:
        return f"nullif(trim({cell}), '')"
    needs = f"{cell} < '!' OR {cell} > '~' OR suffix({cell}, ' ') OR strlen({cell}) <> length({cell})"
    return f"CASE WHEN {needs} THEN nullif(trim({cell}), '') ELSE {cell} END"


def _word(to: str) -> str:
    # Words that are no values carry a control character no cell of a mapping can have.
    return f"\x01{to}" if to in (IGNORE, ERROR) else to


def _values(
    column: Column, read: Read, cell: Cell, raw: str, clock: str, mapping: Mapping, bind: Binder
) -> list[tuple[str, str]]:
    """SQL and name of everything one use of a column stores, but its status."""
    if read is Read.TIME:
        time = None if not column.clock_header else _clock(clock, bind)
        sure, wall = time_sql(column.formats, raw, time, bind)
        return [(sure, cell.value), (wall, cell.local)] if cell.local else [(sure, cell.value)]
    if read is Read.TEXT:
        is_value = f"CASE WHEN {raw} >= ' ' THEN {raw} END"
        return [(raw if column.words is None else is_value, cell.value)]
    if read is Read.NUMBER:
        return [(_number(column, mapping, raw, bind), cell.value)]
    if read is Read.REAL:
        return [(_real(column, mapping, raw, bind), cell.value)]
    return [(_flag(raw) if read is Read.FLAG else _duration(column, mapping, raw, bind), cell.value)]


def _status(column: Column, read: Read, cell: Cell, raw: str, clock: str) -> str:
    """Say of a cell whether it could be read; an empty one is fine."""
    given, wrong = f"{raw} IS NOT NULL", f"{cell.value} IS NULL"
    if read is Read.TEXT:
        wrong = "false"
    if read is Read.TIME:
        given += f" OR {clock} IS NOT NULL" if column.clock_header else ""
        found = f"coalesce({cell.value}, {cell.local})" if cell.local else cell.value
        wrong = f"coalesce({found} NOT BETWEEN {EARLIEST} AND {LATEST}, true)"
    mapped = ""
    if column.words is not None:
        mapped = (
            f"WHEN {raw} = chr(1) || '{IGNORE}' THEN {IGNORED} "
            f"WHEN {raw} = chr(1) || '{ERROR}' THEN {UNREADABLE} "
        )
    cases = f"{mapped}WHEN ({given}) AND {wrong} THEN {UNREADABLE} ELSE {FINE}"
    return f"(CASE {cases} END)::UTINYINT AS {cell.status}"


def _plain_number(mapping: Mapping, raw: str, bind: Binder, places: str) -> str:
    """The number with a point and nothing else, or NULL when it is not written as declared."""
    point, thousands = mapping.file.decimal, mapping.file.thousands
    mark = "[.]" if point == "." else ","
    tail = f"({mark}{places})?"
    power = "([eE][+-]?[0-9]{1,3})?" if point == "." else ""
    shape = f"^[+-]?([0-9]+{tail}|{mark}[0-9]+){power}$"
    text, is_short = raw, ""
    if thousands:
        group = "\\" + thousands if not thousands.isalnum() and thousands != " " else thousands
        shape = f"{shape}|^[+-]?[0-9]{{1,3}}({group}[0-9]{{3}})+{tail}$"
        text = f"replace({text}, {bind(thousands)}, '')"
    else:  # most are a few digits and at most one mark; a second one no number can have
        is_short = f"(strlen({raw}) < 8 AND {raw} <> '{point}' AND NOT {raw} GLOB '*[!0-9{point}]*') OR "
    if point == ",":
        text = f"replace({text}, ',', '.')"
    return f"CASE WHEN {is_short}regexp_full_match({raw}, {bind(shape)}) THEN {text} END"


def _number(column: Column, mapping: Mapping, raw: str, bind: Binder) -> str:
    text = _plain_number(mapping, raw, bind, "[0-9]{0,6}0*")
    if column.factor is None:
        return f"try_cast({text} AS DECIMAL(18,6))"
    # Wide enough for any two of them: a product that does not fit fails the whole query.
    number, factor = f"try_cast({text} AS DECIMAL(18,6))", f"try_cast({bind(column.factor)} AS DECIMAL(20,9))"
    return f"try_cast({number}::DECIMAL(38,6) * {factor}::DECIMAL(38,9) AS DECIMAL(18,6))"


def _real(column: Column, mapping: Mapping, raw: str, bind: Binder) -> str:
    number = f"try_cast({_plain_number(mapping, raw, bind, '[0-9]*')} AS DOUBLE)"
    if column.factor is not None:
        number = f"({number} * {bind(float(column.factor))}::DOUBLE)"
    return f"CASE WHEN isfinite({number}) THEN {number} END"


def _duration(column: Column, mapping: Mapping, raw: str, bind: Binder) -> str:
    if not column.unit_us:
        return _clock(raw, bind)
    number = f"try_cast({_plain_number(mapping, raw, bind, '[0-9]*')} AS DECIMAL(18,6))"
    value = f"try_cast(round({number}::DECIMAL(38,6) * {column.unit_us}, 0) AS BIGINT)"
    return f"CASE WHEN {number} BETWEEN 0 AND 1000000000 THEN {value} END"


def _clock(raw: str, bind: Binder) -> str:
    """Hours since midnight; a workbook writes more than 24 h as a date of January 1900."""
    days = f"CASE WHEN left({raw}, 4) = '1899' THEN 0 ELSE try_cast(substr({raw}, 9, 2) AS BIGINT) END"
    rest = f"epoch_us(try_cast(substr({raw}, 12) AS INTERVAL))"
    return (
        f"CASE WHEN regexp_full_match({raw}, {bind(_CLOCK)}) THEN epoch_us(try_cast({raw} AS INTERVAL)) "
        f"WHEN regexp_full_match({raw}, {bind(_EXCEL_DAY)}) THEN ({days}) * {24 * HOUR} + {rest} END"
    )


def _flag(raw: str) -> str:
    return (
        f"CASE WHEN lower({raw}) IN ('true', 'yes', '1') THEN true "
        f"WHEN lower({raw}) IN ('false', 'no', '0') THEN false END"
    )


def next_day_sql(local: str, other: str) -> str:
    """A wall-clock time that lies before another belongs to the next day."""
    return f"({local} + CASE WHEN {local} < {other} THEN {DAY} ELSE 0 END)"
