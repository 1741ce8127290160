"""Section `calendars`: shifts with their breaks, the days that repeat, and the days that differ."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from plantstack.errors import did_you_mean
from plantstack.intervals import MINUTE
from plantstack.plant.fields import Fields
from plantstack.plant.model import DAY_MINUTES, Break, Calendar, Pattern, Roster, Shift
from plantstack.plant.readers import Reader, Word, clock, day, duration, ident, ref, text
from plantstack.plant.report import Place
from plantstack.plant.tree import Block, Items, Node, Scalar

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
A_MONDAY = date(2001, 1, 1)


def _weekdays(written: str) -> tuple[int, ...]:
    ends = written.split("-")
    if written == "daily":
        return tuple(range(7))
    if (
        len(ends) > 2
        or any(end not in WEEKDAYS for end in ends)
        or WEEKDAYS.index(ends[0]) > WEEKDAYS.index(ends[-1])
    ):
        raise ValueError("Write 'mon', 'mon-fri' or 'daily'; the week starts with mon.")
    return tuple(range(WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1]) + 1))


weekdays: Reader[tuple[int, ...]] = Word("days of the week", (), _weekdays)


def read_calendar(name: str, fields: Fields) -> Calendar:
    """Read one entry of `calendars`."""
    shifts = _read_shifts(fields)
    patterns = [_read_pattern(fields, None, shifts)]
    patterns += fields.each("changes", "change", lambda inner: _read_change(inner, shifts))
    for before, after in pairwise(patterns):
        if before.from_day and after.from_day and after.from_day <= before.from_day:
            what = f"the change from {after.from_day} stands after the one from {before.from_day}"
            fields.problem("dates-order", what, "Sort the changes by date.", key="changes")
    exceptions: dict[date, Roster] = {}
    breaks: dict[date, dict[str, tuple[Break, ...]]] = {}
    seen: set[date] = set()
    for on, roster, changed, inner in fields.each(
        "exceptions", "exception", lambda inner: _read_exception(inner, patterns)
    ):
        if on in seen:
            inner.problem(
                "name-twice", f"{fields.what} has two exceptions for {on}", "Join them.", key="date"
            )
        seen.add(on)
        if roster is not None:
            exceptions[on] = roster
        if changed:
            breaks[on] = changed
    return Calendar(name, tuple(patterns), dict(sorted(exceptions.items())), dict(sorted(breaks.items())))


def _read_shifts(fields: Fields) -> dict[str, Shift]:
    return fields.named("shifts", "shift", _read_shift, declare=False)


def _read_shift(name: str, fields: Fields) -> Shift:
    start, until = fields.need("from", clock), fields.need("until", clock)
    until += DAY_MINUTES if until <= start else 0
    breaks = fields.each("breaks", "break", lambda inner: _read_break(inner, start, until))
    _check_breaks(fields, breaks)
    return Shift(name, start, until, breaks)


def _read_break(fields: Fields, start: int, until: int) -> Break:
    reason, length = fields.need("reason", ref("reason")), fields.need("length", duration)
    if fields.one_of("at", "between") == "at":
        begins = _within(fields.need("at", clock), start)
        made = Break(reason, begins, begins + -(-length // MINUTE), length, is_floating=False)
    else:
        begins, ends = _window(fields, start)
        made = Break(reason, begins, ends, length, is_floating=True)
        if length > (ends - begins) * MINUTE:
            fields.problem(
                "break-window", "the break is longer than its window", "Widen 'between'.", key="length"
            )
    if made.end > until:
        what = "the break does not end inside its shift"
        fields.problem("break-outside", what, "Move it, shorten it or change the shift.", key="at")
    return made


def _window(fields: Fields, start: int) -> tuple[int, int]:
    node = fields.node("between")
    if not isinstance(node, Items) or len(node.nodes) != 2:
        what = "'between': expected two times of day"
        fields.problem("value-wrong", what, "Write ['11:00', '13:00'].", key="between")
        return start, start + DAY_MINUTES
    begins, ends = (_within(clock.read(child, "between", fields.report), start) for child in node.nodes)
    return begins, ends + (DAY_MINUTES if ends <= begins else 0)


def _within(minute: int, start: int) -> int:
    return minute if minute >= start else minute + DAY_MINUTES


def _check_breaks(fields: Fields, breaks: tuple[Break, ...]) -> None:
    for is_floating in (False, True):
        same = sorted((one.start, one.end) for one in breaks if one.is_floating == is_floating)
        for before, after in pairwise(same):
            if after[0] < before[1]:
                what = (
                    f"two {'windows of floating' if is_floating else 'fixed'} breaks of {fields.what} overlap"
                )
                fields.problem("break-overlap", what, "Move one of them.", key="breaks")


def _read_change(fields: Fields, shifts: dict[str, Shift]) -> Pattern:
    own = _read_shifts(fields) if fields.has("shifts") else {}
    return _read_pattern(fields, fields.need("from", day), {**shifts, **own})


def _read_pattern(fields: Fields, from_day: date | None, shifts: dict[str, Shift]) -> Pattern:
    form = fields.one_of("week", "weeks", "days")
    if form == "week":
        node = fields.node("week")
        return Pattern(from_day, A_MONDAY, _week(node, fields, shifts), shifts)
    if not form:
        return Pattern(from_day, A_MONDAY, ((),) * 7, shifts)
    first = fields.need("first_week" if form == "weeks" else "first_day", day)
    if form == "weeks" and first.weekday():
        monday = first - timedelta(days=first.weekday())
        fields.problem("rotation-start", f"{first} is no Monday", f"Write {monday}.", key="first_week")
    rows = fields.node(form)
    nodes = rows.nodes if isinstance(rows, Items) else ()
    if not nodes:
        what = f"'{form}': expected a list with one entry for each of the {form} that repeat"
        fields.problem("value-wrong", what, "Write one '- ' for each.", key=form)
    if form == "weeks":
        days = tuple(roster for row in nodes for roster in _week(row, fields, shifts))
    else:
        days = tuple(_roster(row, fields, shifts) for row in nodes)
    return Pattern(from_day, first, days or ((),), shifts)


def _week(node: Node | None, fields: Fields, shifts: dict[str, Shift]) -> tuple[Roster, ...]:
    rosters: list[Roster | None] = [None] * 7
    if not isinstance(node, Block):
        place = node.place if node else fields.place()
        what = "expected the days of a week, each with its shifts"
        fields.report.add("value-wrong", place, what, "Write 'mon-fri: [early, late]'.")
        return ((),) * 7
    for key, child in node.nodes.items():
        place = node.key_places.get(key, node.place)
        for weekday in weekdays.read(Scalar(key, place), "week", fields.report):
            if rosters[weekday] is not None:
                fields.report.add(
                    "name-twice", place, f"{WEEKDAYS[weekday]} stands twice in the week", "Name it once."
                )
            rosters[weekday] = _roster(child, fields, shifts)
    return tuple(roster or () for roster in rosters)


def _roster(node: Node | None, fields: Fields, shifts: dict[str, Shift]) -> Roster:
    """Shifts of one day: `[early, late]`, or `{early: A, late: B}` with their crews."""
    made: list[tuple[str, str]] = []
    if isinstance(node, Items):
        made = [(_known(child, fields, shifts), "") for child in node.nodes]
    elif isinstance(node, Block):
        for name, child in node.nodes.items():
            shift = _known(Scalar(name, node.key_places.get(name, node.place)), fields, shifts)
            made.append((shift, ident.read(child, name, fields.report)))
    else:
        place = node.place if node else fields.place()
        what = "expected the shifts of a day"
        fields.report.add("value-wrong", place, what, "Write '[early, late]', '{early: A}' or '[]'.")
    known = [entry for entry in made if entry[0]]
    return tuple(sorted(known, key=lambda entry: (shifts[entry[0]].start, entry)))


def _known(node: Node, fields: Fields, shifts: dict[str, Shift]) -> str:
    name = ident.read(node, "shift", fields.report)
    if name in shifts or not name:
        return name
    fix = did_you_mean(name, shifts) or "Declare it under 'shifts'."
    fields.report.add("name-unknown", node.place, f"unknown shift '{name}'", fix)
    return ""


def _read_exception(
    fields: Fields, patterns: list[Pattern]
) -> tuple[date, Roster | None, dict[str, tuple[Break, ...]], Fields]:
    """The shifts of one date (None: the usual ones), and the breaks of those whose breaks differ."""
    on = fields.need("date", day)
    fields.want("label", text, "")
    shifts = [one for one in patterns if one.from_day is None or one.from_day <= on][-1].shifts
    breaks = {
        name: found
        for name, node, place in fields.entries("breaks")
        if (found := _changed_breaks(name, node, place, fields, shifts)) is not None
    }
    node = fields.node("shifts")
    roster = None if node is None and fields.has("breaks") else _roster(node, fields, shifts)
    return on, roster, breaks, fields


def _changed_breaks(
    name: str, node: Node, place: Place, fields: Fields, shifts: dict[str, Shift]
) -> tuple[Break, ...] | None:
    """The breaks that a shift has on one date; None where the shift is not known."""
    shift = shifts.get(_known(Scalar(name, place), fields, shifts))
    if shift is None:
        return None
    inner = Fields(Block({"breaks": node}, place, {"breaks": place}), f"shift '{name}'", fields.report)
    found = inner.each("breaks", "break", lambda one: _read_break(one, shift.start, shift.until))
    _check_breaks(inner, found)
    return found
