"""The likely end of the open shift: which shifts count, and how near it comes to shifts held out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import pytest

from plantstack.demo import build_demo
from plantstack.engines.contract import MeasureQuery
from plantstack.engines.duckdb.ahead import ShiftOf, planned_pieces
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.intervals import DAY, HOUR, MINUTE, Interval
from plantstack.kpis.formulas.formula import Undefined
from plantstack.stack import Stack
from plantstack.stack.answers.foreseeing import Floor, Foreseeing, Made, foresee

UNTIL = 1_773_500_400_000_000  # 2026-03-14 15:00 UTC
NOON = 4 * HOUR  # into a shift of eight hours


def shift(day: int) -> ShiftOf:
    span = Interval(day * DAY, day * DAY + 8 * HOUR)
    return ShiftOf(f"d{day:02d}", "early", span, [span])


def floor(products: str, *, pieces: int = 10, hidden: frozenset[str] = frozenset()) -> Floor:
    """One shift a letter: ten pieces an hour, a hundred where it is an `x`."""
    made = [
        Made(
            Interval(day * DAY + hour * HOUR, day * DAY + (hour + 1) * HOUR),
            product,
            Fraction(100 if product == "x" else pieces),
        )
        for day, product in enumerate(products)
        for hour in range(8)
    ]
    return Floor("line", [shift(day) for day in range(len(products))], made, hidden)


def test_shifts_of_the_same_product_count_where_there_are_enough() -> None:
    told = foresee(floor("xaxaxaxaxaxaxaxaxaa"), 18 * DAY + NOON, None)
    assert [told.value, told.low, told.high] == [Fraction(80)] * 3
    assert "of a: d01 80, d03 80" in told.basis


def test_else_all_count_and_it_is_said() -> None:
    told = foresee(floor("xxxxxxaaaa"), 9 * DAY + NOON, None)
    assert "of any product, as only 3 were of a" in told.basis
    # an x makes 400 in the first half and in the second; this one began like an a
    assert [told.value, told.low, told.high] == [Fraction(80)] * 3


def test_nothing_later_than_the_instant_counts() -> None:
    base = floor("a" * 14)
    changed = [
        one
        if one.span.end <= 11 * DAY + NOON or one.span.start % DAY < NOON
        else Made(one.span, one.product, Fraction(9999))
        for one in base.made
    ]
    later = Floor(base.place, base.shifts, changed)
    assert foresee(base, 11 * DAY + NOON, None) == foresee(later, 11 * DAY + NOON, None)


def test_shifts_of_which_too_much_is_unknown_are_left_out() -> None:
    with pytest.raises(Undefined, match="8 comparable shifts"):
        foresee(floor("a" * 10, hidden=frozenset({"d04 early"})), 9 * DAY + NOON, None)


def test_between_shifts_there_is_nothing_to_foretell() -> None:
    for now in (9 * DAY, 9 * DAY + 8 * HOUR, 9 * DAY + 9 * HOUR):
        with pytest.raises(Undefined, match="no shift of line is open"):
            foresee(floor("a" * 10), now, None)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    made = build_demo(tmp_path_factory.mktemp("ahead") / "demo", days=45, sites=1, until=UNTIL)
    with Stack.open(made.folder) as stack:
        stack.derive()
        yield stack


def test_a_plan_of_a_shift_is_what_the_books_add_up_once_it_is_over(demo: Stack) -> None:
    engine = demo.engine()
    known = floor_of(engine, "tul-1")
    cells = engine.query(MeasureQuery(("qty_plan",), "tul-1", grain="shift")).cells
    booked = {cell.label: Fraction(cell.sums["qty_plan"] or 0) for cell in cells}
    over = [one for one in known.shifts if one.span.end <= UNTIL and booked.get(one.label)]
    assert len(over) > 60
    for one in over:
        names = {"tul-1", "tul-1-packer"}
        assert (
            planned_pieces(engine.books, names, one, known.shifts, one.span.start + HOUR) == booked[one.label]
        )


def test_it_is_shown_beside_the_plan_and_explained_by_its_shifts(demo: Stack) -> None:
    shown = {row["kpi"]: row for row in demo.kpis(layer=2, scope="tul-1").rows}
    told = shown["likely_shift_end"]
    assert shown["throughput_vs_plan"]["value"] is not None
    assert told["low"] < told["value"] < told["high"]
    head, *rows = demo.explain("likely_shift_end", scope="tul-1").rows
    assert "2026-03-14 early: " in head["basis"]
    assert "reach the plan of" in head["basis"]
    assert head["basis"].count("2026-0") > 10
    assert {row["measure"] for row in rows if row["row"] == "measure"} == {"qty_good", "qty_plan"}


def test_it_is_a_figure_of_one_place_in_an_open_shift(demo: Stack) -> None:
    def why(scope: str, day: str | None = None) -> str:
        asked = demo.kpis(["likely_shift_end"], scope=scope, days=(None, day))
        return str(asked.rows[0]["why_none"])

    assert why("").startswith("exists for one line")
    assert why("tul-1-filler").startswith("is a figure of a line")
    assert why("tul-1", "2026-03-13").startswith("no shift of tul-1 is open")


@dataclass(frozen=True, slots=True)
class Held:
    """A shift that was held out: what it made, and what was foretold of it."""

    is_inside: bool
    off: Fraction
    by_plan: Fraction
    by_pace: Fraction


def test_held_out_shifts_end_as_foretold_and_nearer_than_by_plan_or_pace(demo: Stack) -> None:
    engine = demo.engine()
    for place in ("tul-1", "tul-2"):
        held = list(held_out(engine, floor_of(engine, place)))
        assert len(held) > 100
        covered = sum(one.is_inside for one in held) / len(held)
        assert 0.72 < covered < 0.9, place
        off, by_plan, by_pace = (
            sum(errors) for errors in zip(*((one.off, one.by_plan, one.by_pace) for one in held), strict=True)
        )
        assert off < by_plan, place
        assert off < Fraction(7, 10) * by_pace, place


def floor_of(engine: DuckEngine, place: str) -> Floor:
    end = Interval(UNTIL, UNTIL)
    line = engine.books.plant.lines[place]
    return Foreseeing(engine, MeasureQuery(()), end).floor(place, line.exit[-1][1])


def held_out(engine: DuckEngine, known: Floor) -> Iterator[Held]:
    """Every shift after the first three weeks, asked of after one, two and three quarters."""
    begun = known.made[0].span.start
    names = {known.place, engine.books.plant.lines[known.place].exit[-1][1]}
    for one in known.shifts:
        if one.span.end > UNTIL or one.span.start < begun + 21 * DAY or one.label in known.hidden:
            continue
        plan = planned_pieces(engine.books, names, one, known.shifts, one.span.start) or Fraction(0)
        real = pieces(known.inside(one.span))
        for quarters in (1, 2, 3):
            now = (one.span.start + one.span.length * quarters // 4) // MINUTE * MINUTE
            told = foresee(known, now, plan)
            assert told.value is not None
            so_far = pieces(known.inside(Interval(one.span.start, now)))
            whole, left = one.working(one.span.start, one.span.end), one.working(now, one.span.end)
            yield Held(
                told.low <= real <= told.high,
                abs(told.value - real),
                abs(so_far + plan * left / whole - real),
                abs(so_far * whole / (whole - left) - real),
            )


def pieces(made: Sequence[Made]) -> Fraction:
    return sum((one.pieces for one in made), Fraction(0))
