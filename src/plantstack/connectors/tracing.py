"""One row through a mapping: what its cells are read as, which rules speak, what comes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from plantstack.connectors.files.intake import shown_name, spool, unpacked_suffix
from plantstack.connectors.files.sheet import BadLine, Line, private_connection
from plantstack.connectors.files.tables import main_sheets, name_parts
from plantstack.connectors.mapping.calculator import Calculator
from plantstack.connectors.mapping.carry import Carry
from plantstack.connectors.mapping.cells import IGNORED, UNREADABLE
from plantstack.connectors.mapping.culprits import find_cells
from plantstack.connectors.mapping.cycles import Cycles
from plantstack.connectors.mapping.keys import Keys
from plantstack.connectors.mapping.layout import Layout, lay_out
from plantstack.connectors.mapping.model import Condition, Mapping, Read, Test
from plantstack.connectors.mapping.rules import RuleQuery
from plantstack.connectors.mapping.run import Run
from plantstack.connectors.mapping.sieve import SAID
from plantstack.connectors.mapping.sql import Binder, condition_sql
from plantstack.connectors.mapping.uses import condition_use, rule_uses
from plantstack.connectors.mapping.walking import Walker
from plantstack.errors import Problem
from plantstack.events.batch import RAW
from plantstack.events.jsontext import number_text
from plantstack.events.names import Names
from plantstack.events.scratch import Scratch
from plantstack.events.validate import validate
from plantstack.intervals import rfc3339
from plantstack.plant.plant import Plant

_INSTANTS = ("at", "from_at", "until_at", "told_at")
_BLANK = "the row is blank in all that is read"


@dataclass(frozen=True, slots=True)
class Cell:
    """One column of the row.

    Attributes:
        column: the mapping's own name.
        where: the header in the source.
        raw: what stands there.
        read_as: `text`, `number`, `time` and so on.
        value: what it was read as; '' for nothing.
        status: '', `cannot be read` or `ignored` (its map says so).
    """

    column: str
    where: str
    raw: str
    read_as: str
    value: str
    status: str


@dataclass(frozen=True, slots=True)
class Tried:
    """One rule: whether it speaks of the row.

    Attributes:
        rule: its name.
        kind: of its events.
        speaks: whether it does.
        failed: the first condition that did not hold.
        silent: of a counter that speaks and makes no event: why.
    """

    rule: str
    kind: str
    speaks: bool
    failed: str = ""
    silent: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """What a mapping makes of one row.

    Attributes:
        where: the row, for people.
        raw: the row as it came.
        left_out: why no rule looks at it; '' when they do.
        events: as they would be told, with their keys.
        letter: why it is set aside; None when it is not.
    """

    where: str
    raw: str
    cells: list[Cell]
    tried: list[Tried]
    left_out: str
    events: list[dict[str, Any]]
    letter: Problem | None


@contextmanager
def file_runs(path: Path, mapping: Mapping, plant: Plant) -> Iterator[Iterator[Run]]:
    """The sheets of a file, ready to be looked into one after another; the plant says how long a piece takes.

    Raises:
        EventError: when the file is not what the mapping says.
    """
    with Scratch() as place, closing(private_connection(place.path)) as connection:
        file = spool(path, place.path / f"file{unpacked_suffix(path.name)}")
        groups = name_parts(connection, mapping, shown_name(path))
        sheets, joined = main_sheets(connection, file, mapping)
        calculator = Calculator(connection)
        keys, cycles = Keys(calculator, mapping, len(sheets), file.sha256), Cycles.of(plant)
        layouts = (Layout(mapping, sheet, joined, groups, Binder()) for sheet in sheets)
        yield (Run(calculator, layout, keys, cycles) for layout in layouts)


def begin(run: Run) -> list[BadLine]:
    """Read every cell; return the lines that are no rows.

    Raises:
        EventError: when the sheet lacks what the mapping needs.
    """
    run.prepare()
    return run.layout.sheet.note_bad(run.connection, run.tally.rows)


def row_of(run: Run, number: int) -> int | None:
    """The row of a line of a text, or of a row of a workbook, by the number that messages name."""
    found = run.layout.sheet.lines.find(range(number + 1))
    row = next((row for row, line in found.items() if is_line(line, number)), None)
    return row if row is not None and has(run, row) else None


def has(run: Run, row: int) -> bool:
    """Whether a row is in the sheet."""
    return bool(run.connection.sql(f"SELECT 1 FROM seen WHERE row = {row}").fetchall())


def is_line(line: Line, number: int) -> bool:
    """Whether a line is the one that messages name by a number."""
    last = re.search(r"([0-9]+)$", line.where)
    return last is not None and int(last[1]) == number


def trace(run: Run, carry: Carry, row: int, names: Names, now: int) -> Trace:
    """Follow one row.

    Args:
        run: over the sheet it is in, begun; it is used up.
        carry: where counters and orders stand before the sheet.
        row: of the sheet.
        names: of the plant's equipment.
        now: the instant of receipt.

    Raises:
        EventError: when the mapping is not meant for the sheet.
    """
    bad = run.find_bad()
    run.check_overlaps()
    seen = has(run, row)
    cells = _cells(run, row) if seen else []
    tried = [_tried(run, query, row, carry) for query in run.rules] if seen else []
    found = [one.events.filter(pc.equal(one.rows, row)) for one in run.events(carry)]
    told = pa.concat_tables([RAW.empty_table(), *found])
    _, faults = validate(told, names, now, is_own=False)
    problem = bad.get(row) or run.tally.bad.get(row) or next((fault for _, fault in faults), None)
    line = run.layout.sheet.lines.find([row]).get(row)
    where, raw = (line.where, line.raw.decode("utf-8", "backslashreplace")) if line else ("", "")
    events = [] if problem else [_event(one) for one in told.to_pylist()]
    left_out = _BLANK if not seen else "" if row in bad else _left_out(run, row)
    return Trace(where, raw, cells, tried, left_out, events, problem)


def _cells(run: Run, row: int) -> list[Cell]:
    relation = run.connection.sql(f"SELECT * FROM seen WHERE row = {row}")
    seen = dict(zip(relation.columns, relation.fetchall()[0], strict=True))
    names = tuple(dict.fromkeys(name for name, _ in run.cells))
    laid = lay_out(run.connection, run.layout)
    came = find_cells(run.connection, run.layout, laid, {seen["nth"]: names})[seen["nth"]]
    raws = dict(zip(names, zip(came.headers, came.cells, strict=True), strict=True))
    made = []
    for (name, read), cell in run.cells.items():
        status = seen[cell.status] if cell.status else 0
        said = {UNREADABLE: "cannot be read", IGNORED: "ignored"}.get(status, "")
        value = "" if said else _shown(seen[cell.value], read)
        made.append(Cell(name, raws[name][0], raws[name][1], read.value, value, said))
    return made


def _shown(value: object, read: Read) -> str:
    if value is None:
        return ""
    if read is Read.TIME and isinstance(value, int):
        return rfc3339(value)
    return number_text(value) if isinstance(value, Decimal) else str(value)


def _tried(run: Run, query: RuleQuery, row: int, carry: Carry) -> Tried:
    rule = query.rule
    for condition in rule.when:
        if not _holds(run, condition_sql([condition], run.value, run.bind), row):
            return Tried(rule.name, rule.kind, False, _words(condition))
    for use in dict.fromkeys([*rule_uses(rule), *map(condition_use, rule.when)]):
        status = run.cells[use].status
        if status and _holds(run, f"{status} = {IGNORED}", row):
            return Tried(rule.name, rule.kind, False, f"the map of '{use[0]}' ignores the word")
    return Tried(rule.name, rule.kind, True, silent=_silent(run, query, row, carry))


def _silent(run: Run, query: RuleQuery, row: int, carry: Carry) -> str:
    """Why a counter makes nothing of a row; '' when it does, or no counter is read."""
    if query.rule.counter is None:
        return ""
    walker = Walker(run.calculator, query, query.rule.counter)
    walker.run(run.bind, Carry.read(carry.text()))
    return walker.silent.get(row, "")


def _holds(run: Run, test: str, row: int) -> bool:
    query = f"SELECT {test} FROM seen WHERE row = {row}"
    return bool(run.connection.sql(query, params=run.bind.used_in(query)).fetchall()[0][0])


def _words(condition: Condition) -> str:
    listed = ", ".join(f"'{value}'" for value in condition.values)
    said = {
        Test.IS: f"is one of {listed}" if len(condition.values) > 1 else f"is {listed}",
        Test.NOT: f"is not {listed}",
        Test.MATCHES: f"matches {listed}",
        Test.ABOVE: f"is above {listed}",
        Test.BELOW: f"is below {listed}",
        Test.PRESENT: "says something",
        Test.ABSENT: "says nothing",
    }
    return f"'{condition.column}' {said[condition.test]}"


def _left_out(run: Run, row: int) -> str:
    found = run.connection.sql(f"SELECT why FROM kept WHERE row = {row}").fetchall()
    if not found:
        return _BLANK
    return SAID[found[0][0]][1].replace("rows", "the row was", 1) if found[0][0] else ""


def _event(row: dict[str, Any]) -> dict[str, Any]:
    """An event without what it does not say, as the wire writes it."""
    said: dict[str, Any] = {}
    for name, value in row.items():
        if value is None or value == "" or value is False or (name == "told_at" and value == row["at"]):
            continue
        if name in _INSTANTS:
            said[name.removesuffix("_at")] = rfc3339(value)
        else:
            said[name] = number_text(value) if isinstance(value, Decimal) else value
    return said
