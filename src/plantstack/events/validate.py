"""One validation for every door: a raw table in, good events and plain sentences out.

Each rule is a column-wise test over all rows at once; the same rules, read from the table of kinds,
judge one event of a tablet and a million of a bulk load. A bad row never harms its neighbours.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from plantstack.errors import Problem, did_you_mean
from plantstack.events import bodies, rules
from plantstack.events.forms import shown
from plantstack.events.identity import KeyMaker
from plantstack.events.jsontext import number_text
from plantstack.events.kinds import KINDS
from plantstack.events.names import Names
from plantstack.events.schema import CONTENT
from plantstack.intervals import MINUTE, rfc3339

AHEAD = 5 * MINUTE  # a clock may run this much ahead of ours
_FIRST_PRINTABLE = 32
Problems = list[tuple[int, Problem]]


def validate(
    raw: pa.Table,
    names: Names,
    received_at: int,
    keys: KeyMaker | None = None,
    *,
    is_own: bool = True,
) -> tuple[pa.Table, Problems]:
    """Judge every row of a raw table.

    Args:
        raw: rows as they came in, see `batch.RAW`.
        names: what equipment is called, and when.
        received_at: now, in microseconds UTC.
        keys: makes missing keys; one for all batches of a file or request.
        is_own: whether the plant files may be told: by this program itself, never by a file.

    Returns:
        The good rows, complete and with permanent equipment ids, and every problem by row.
    """
    sheet = Sheet(raw)
    _check_common(sheet, received_at)
    _check_fields(sheet)
    for rule in rules.ROW_RULES:
        if sheet.has(*rule.kinds) and sheet.says(*rule.columns):
            sheet.report(rule.bad(sheet), rule.code, rule.columns[0], rule.what, rule.fix)
    sheet.problems.extend(bodies.check(sheet))
    if not is_own and sheet.has("config"):
        what, fix = "the plant files are told by plantstack itself", "Change them in the project folder."
        sheet.report(sheet.of("config"), "event-not-allowed", "kind", what, fix)
    equipment = _resolve(sheet, names)
    bad = {row for row, _ in sheet.problems}
    good = _complete(sheet, equipment)
    if bad:
        good = good.take(pa.array([row for row in range(sheet.size) if row not in bad], pa.int64()))
    return (keys or KeyMaker())(good), sorted(sheet.problems)


class Sheet:
    """A raw table being judged: its columns, the kinds in it, the problems so far."""

    def __init__(self, raw: pa.Table) -> None:
        self.size = len(raw)
        self._columns = {name: _whole(raw.column(name)) for name in raw.column_names}
        self._marked: dict[tuple[str, ...], pa.Array] = {}
        self._silent = {name for name, column in self._columns.items() if column.null_count == self.size}
        self.code = pc.index_in(self["kind"], rules.KIND_NAMES)
        self.kinds = {rules.KIND_LIST[code] for code in self.code.unique().to_pylist() if code is not None}
        self.void = self["void"].fill_null(False)
        self.problems: Problems = []

    def __getitem__(self, name: str) -> pa.Array:
        return self._columns[name]

    def has(self, *kinds: str) -> bool:
        """Tell whether any of the kinds occurs; no kinds means any row."""
        return not kinds or not self.kinds.isdisjoint(kinds)

    def says(self, *columns: str) -> bool:
        """Tell whether any of the columns holds anything."""
        return any(column not in self._silent for column in columns)

    def spoken(self) -> list[str]:
        """Name the columns that hold anything."""
        return [name for name in self._columns if name not in self._silent]

    def of(self, *kinds: str) -> pa.Array:
        """Mark the rows of some kinds."""
        if kinds not in self._marked:
            self._marked[kinds] = pc.is_in(self["kind"], pa.array(kinds))
        return self._marked[kinds]

    def report(self, bad: pa.Array, code: str, name: str, what: str, fix: str = "") -> None:
        """Note a problem for every marked row, under the name its sender knows.

        In the sentence `{came}` is what came, `{kind}` the kind, and the name of any other column what
        came there.
        """
        for row in pc.indices_nonzero(bad).to_pylist():
            said = what.format_map(_Came(self, row, name))
            self.problems.append((row, Problem(code, rules.WIRE.get(name, name), said, fix)))

    def came(self, name: str, row: int) -> str:
        """Write what came in a field, for a message."""
        value: Any = self[name][row].as_py()
        if value is not None and name in rules.INSTANTS:
            return _instant(value)
        return number_text(value) if isinstance(value, Decimal) else shown(value)

    def worst(self, name: str) -> tuple[Any, Any]:
        """Return the least and greatest value of a column."""
        found = pc.min_max(self[name])
        return found["min"].as_py(), found["max"].as_py()


class _Came(dict[str, str]):
    """What came in a row, looked up when a sentence asks for it."""

    def __init__(self, sheet: Sheet, row: int, name: str) -> None:
        super().__init__()
        self._of = (sheet, row, name)

    def __missing__(self, name: str) -> str:
        sheet, row, about = self._of
        if name == "kind":
            return str(sheet["kind"][row].as_py())
        return sheet.came(about if name == "came" else name, row)


def _check_common(sheet: Sheet, received_at: int) -> None:
    for name in ("at", "source"):
        sheet.report(_unsaid(sheet[name]), "event-missing", name, f"expected '{name}', got none")
    known = "known: " + ", ".join(KINDS)
    sheet.report(pc.is_null(sheet.code), "event-unknown-kind", "kind", "unknown kind {came}", known)
    for name in rules.INSTANTS:
        if sheet.says(name):
            column = sheet[name]
            least, greatest = sheet.worst(name)
            if least >= rules.EARLIEST and greatest < rules.LATEST:
                continue
            bad = pc.or_(pc.less(column, rules.EARLIEST), pc.greater_equal(column, rules.LATEST))
            fix = "check the clock of the sender; years 1990 to 2199 are read"
            sheet.report(bad, "event-clock", name, "expected an instant of our time, got {came}", fix)
    limit = received_at + AHEAD
    late = f"expected at most 5 minutes after receipt ({rfc3339(received_at)}), got {{came}}"
    for name, kinds in (("at", ()), ("told_at", ()), ("until_at", ("alive",))):
        if sheet.says(name) and sheet.has(*kinds):
            bad = pc.greater(sheet[name], limit)
            bad = pc.and_(bad, sheet.of(*kinds)) if kinds else bad
            sheet.report(bad, "event-future", name, late, "set the clock of the sender")
    for name in ("source", "key"):
        if sheet.says(name) and _has_control(sheet[name]):
            bad = pc.match_substring_regex(sheet[name], r"[\x00-\x1f]")
            sheet.report(bad, "event-control-character", name, "expected no control character, got {came}")


def _check_fields(sheet: Sheet) -> None:
    """Test what each kind may, must and can say, column by column."""
    for name in sheet.spoken():
        allowed = rules.ALLOWED.get(name)
        if allowed is not None:
            bad = pc.and_(pc.is_valid(sheet[name]), pc.invert(allowed.take(sheet.code)))
            what = f"a {{kind}} has no '{rules.WIRE.get(name, name)}', got {{came}}"
            sheet.report(bad, "event-unknown-field", name, what)
        if name in rules.COUNTED and sheet.worst(name)[0] < 0:
            fix = "send a correction (supersedes) instead of a negative number"
            sheet.report(
                pc.less(sheet[name], 0), "event-negative", name, "expected 0 or more, got {came}", fix
            )
    for name, required in rules.REQUIRED.items():
        if sheet.has(*required.kinds):
            unsaid = pc.and_(_unsaid(sheet[name]), pc.invert(sheet.void))
            bad = pc.and_(unsaid, required.marks.take(sheet.code))
            sheet.report(bad, "event-missing", name, f"a {{kind}} needs '{required.wire}', got none")
    for kind, name, choices in rules.CHOICES:
        if kind in sheet.kinds and sheet.says(name):
            odd = pc.and_(pc.is_valid(sheet[name]), pc.invert(pc.is_in(sheet[name], pa.array(choices))))
            what = f"expected one of {', '.join(choices)}, got {{came}}"
            fix = "write one of these words; a mapping makes them of the words of a machine"
            sheet.report(pc.and_(odd, sheet.of(kind)), "event-choice", name, what, fix)
    _check_groups(sheet)


def _check_groups(sheet: Sheet) -> None:
    """Test what must be there in part, and what only together."""
    for kind, columns, wire in rules.ONE_OF:
        if kind in sheet.kinds:
            bad = pc.and_(sheet.of(kind), pc.invert(sheet.void))
            for name in columns:
                bad = pc.and_(bad, pc.is_null(sheet[name]))
            sheet.report(bad, "event-missing", columns[0], f"a {kind} needs one of {wire}")
    for kind, one, other in rules.TOGETHER:
        if kind in sheet.kinds and sheet.says(one, other):
            bad = pc.and_(sheet.of(kind), pc.xor(pc.is_null(sheet[one]), pc.is_null(sheet[other])))
            sheet.report(bad, "event-missing", one, f"a {kind} has both 'from' and 'until', or neither")


def _resolve(sheet: Sheet, names: Names) -> pa.Array:
    """Return permanent ids; a name that means nothing at `at` is a problem."""
    named = sheet["equipment"].fill_null("")
    found = names.resolve(named, sheet["at"])
    project_wide = pc.and_(pc.equal(named, ""), rules.PROJECT_WIDE.take(sheet.code).fill_null(False))
    found = pc.if_else(project_wide, "", found)
    unknown = pc.indices_nonzero(pc.and_(pc.is_null(found), pc.is_valid(sheet["at"]))).to_pylist()
    for row in unknown:
        name = named[row].as_py()
        at = sheet["at"][row].as_py()
        if not name:
            problem = Problem("event-missing", "equipment", "expected an equipment, got none")
        elif name in names:
            what = f"'{name}' named no equipment at {_instant(at)}"
            fix = "use its permanent id, or date its placement in the plant files"
            problem = Problem("event-equipment", "equipment", what, fix)
        else:
            known = names if "/" in name else [one for one in names if "/" not in one]
            what = f"expected an equipment of the plant files, got '{name}'"
            problem = Problem("event-equipment", "equipment", what, did_you_mean(name, known))
        sheet.problems.append((row, problem))
    return found


def _complete(sheet: Sheet, equipment: pa.Array) -> pa.Table:
    """Fill what the sender left to us, so that equal statements become equal rows."""
    columns = {name: sheet[name] for name in CONTENT.names}
    columns["equipment"] = equipment
    if sheet["told_at"].null_count:
        columns["told_at"] = pc.coalesce(sheet["told_at"], sheet["at"])
    columns["void"] = sheet.void
    columns["key"] = sheet["key"].fill_null("")
    for name in ("order_id", "product"):
        columns[name] = sheet[name].fill_null("")
    for name in rules.OPTIONAL_TEXTS:
        if sheet.says(name):
            columns[name] = pc.if_else(pc.equal(sheet[name], ""), pa.scalar(None, pa.string()), sheet[name])
    return pa.Table.from_arrays([columns[name] for name in CONTENT.names], schema=CONTENT)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _unsaid(column: pa.Array) -> pa.Array:
    if pa.types.is_string(column.type):
        return pc.equal(column.fill_null(""), "")
    return pc.is_null(column)


def _has_control(column: pa.Array) -> bool:
    """Look at all bytes of a column at once; seldom does a row have to be looked at."""
    offsets, texts = memoryview(column.buffers()[1]).cast("i"), column.buffers()[2]
    begin, end = offsets[column.offset], offsets[column.offset + len(column)]
    if texts is None or begin == end:
        return False
    told = pa.Array.from_buffers(pa.uint8(), end - begin, [None, texts], offset=begin)
    return int(pc.min(told).as_py()) < _FIRST_PRINTABLE


def _instant(value: int | None) -> str:
    try:
        return rfc3339(value) if value is not None else "an unknown time"
    except OverflowError:
        return f"{value} microseconds since 1970"
