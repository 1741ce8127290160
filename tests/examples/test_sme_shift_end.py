"""The likely end of a shift on three real machines: shifts are ours, pieces are theirs."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from plantstack.engines.contract import MeasureQuery
from plantstack.engines.duckdb.ahead import ShiftOf
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.intervals import Interval
from plantstack.kpis.formulas.formula import Undefined
from plantstack.kpis.models.modelled import Estimate
from plantstack.stack import Stack
from plantstack.stack.answers.foreseeing import Floor, Foreseeing, foresee

from .support import data, load, project

pytestmark = pytest.mark.shared

NAME = "sme-retrofit-machines"
SHIFTS = """
calendars:
  three:
    shifts:
      early: {from: 06:00, until: 14:00}
      late: {from: 14:00, until: 22:00}
      night: {from: 22:00, until: 06:00}
    week: {mon-fri: [early, late, night]}
"""


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckEngine]:
    """The example with three shifts of ours; every piece is taken for good, as nothing is said of it."""
    folder = project(NAME, tmp_path_factory.mktemp("sme-ahead"))
    plant, mapping = folder / "plant.yaml", folder / "mappings" / "five-minutes.yaml"
    replaced(plant, "calendar: always", "day_start: 06:00\n    calendar: three")
    plant.write_text(plant.read_text("utf-8") + SHIFTS, "utf-8")
    replaced(mapping, "total: ", "good: ")
    load(folder, "five-minutes", data(NAME) / "company_A_labelled_subset.csv.gz")
    with Stack.open(folder) as stack:
        stack.derive()
        yield stack.engine()


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_bounds_hold_and_it_is_nearer_than_the_usual_rate(works: DuckEngine) -> None:
    inside, off, by_usual = [], Fraction(0), Fraction(0)
    for machine in sorted(works.books.plant.machines):
        end = works.books.reach(machine)
        known = Foreseeing(works, MeasureQuery(()), Interval(end, end)).floor(machine, machine)
        for shift, now, told in asked(known, end):
            real, so_far = made(known, shift.span), made(known, Interval(shift.span.start, now))
            assert told.value is not None
            inside.append(told.low <= real <= told.high)
            off += abs(told.value - real)
            left = Fraction(shift.span.end - now, shift.span.length)
            by_usual += abs(so_far + usual(known, shift) * left - real)
    assert len(inside) == 108
    assert 0.7 < sum(inside) / len(inside) < 0.92
    assert off < by_usual / 2


def asked(known: Floor, end: int) -> Iterator[tuple[ShiftOf, int, Estimate]]:
    """Every shift with enough others before it, after one, two and three quarters."""
    for shift in known.shifts:
        for quarters in (1, 2, 3) if shift.span.end <= end and shift.label not in known.hidden else ():
            now = shift.span.start + shift.span.length * quarters // 4
            try:
                yield shift, now, foresee(known, now, None)
            except Undefined:
                continue


def made(known: Floor, span: Interval) -> Fraction:
    return sum((one.pieces for one in known.inside(span)), Fraction(0))


def usual(known: Floor, shift: ShiftOf) -> Fraction:
    """Pieces of a mean shift of its name until then."""
    begun = known.made[0].span.start
    past = [
        one for one in known.shifts if one.name == shift.name and begun <= one.span.start < shift.span.start
    ]
    return sum((made(known, one.span) for one in past), Fraction(0)) / len(past)
