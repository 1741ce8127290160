"""Money and tie-outs that came out wrong without a word; origins in README.md of this folder."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from tests.stack.floor import Wire, load, written

from plantstack.intervals import HOUR, Interval, rfc3339
from plantstack.kpis.trusting.tieout import CHECKS, tie
from plantstack.stack import Stack

PLANT = """\
plantstack: 1
project: money
enterprise: acme
sites: {lyon: {zone: Europe/Paris, currency: EUR, calendar: day}}
calendars: {day: {shifts: {day: {from: 06:00, until: 22:00}}, week: {daily: [day]}}}
lines:
  line-1: {under: lyon, flow: [one], constraint: one, exit: one}
  line-2: {under: lyon, flow: [two], constraint: two, exit: two}
machines: {one: {under: line-1, kind: cyclic}, two: {under: line-2, kind: cyclic}}
products: {cola: {family: drinks}, water: {family: drinks}}
reasons: {jam: {label: Jam, owner: production, account: other_stop}}
sources: [{match: plc, silence_limit: none}]
"""
STANDARD = "standards: [{machines: [one, two], ideal: 1 s}]\n"
MONDAY = 1_772_406_000_000_000  # 2026-03-02 00:00 in Lyon
BOTH = ("2026-03-02", "2026-03-03")


def said(kind: str, equipment: str, hours: float, **fields: Any) -> Wire:
    at = rfc3339(MONDAY + int(hours * HOUR))
    key = f"{kind} {equipment} {hours} {sorted(map(str, fields.items()))}"
    return {"kind": kind, "equipment": equipment, "at": at, "source": "plc", "key": key, **fields}


def worked(machine: str, day: int, product: str = "cola") -> list[Wire]:
    """A shift with an hour's stop and 14 h x 3600 good pieces at ideal pace: nothing else is lost."""
    start = 24 * day + 6
    rows = [said("order", machine, start, order=f"{machine} {day}", phase="start", product=product)]
    rows += [said("state", machine, start, state="producing"), said("count", machine, start, good=3600)]
    rows += [said("state", machine, start + 4, state="stopped")]
    rows += [said("state", machine, start + 5, state="producing")]
    rows += [
        said("count", machine, start + 15, good=14 * 3600),
        said("state", machine, start + 16, state="off"),
    ]
    return rows


def around(machine: str, product: str = "cola") -> list[Wire]:
    """A whole day in the books: 8 h of it outside the shift."""
    return [*worked(machine, 0, product), *(said("state", machine, hours, state="off") for hours in (0, 24))]


def wanted(first: int, last: int, **fields: Any) -> Wire:
    span = {"from": rfc3339(MONDAY + 24 * first * HOUR), "until": rfc3339(MONDAY + 24 * last * HOUR)}
    return said("demand", "lyon", 24 * first, **fields, **span)


def project(root: Path, more: str, rows: list[Wire]) -> Stack:
    root.mkdir(exist_ok=True)
    (root / "plant.yaml").write_text(PLANT + more, "utf-8")
    load(root, written(root, "1.ndjson", rows))
    return Stack.open(root)


def cost(stack: Stack, kpi: str = "downtime_cost", **asked: Any) -> float | None:
    (row,) = stack.kpis([kpi], **{"scope": "lyon", **asked}).rows
    value: float | None = row["value"]
    return value


def test_what_people_cost_while_waiting_is_not_left_out_for_want_of_a_rate(tmp_path: Path) -> None:
    more = "costs: [{fact: idle_labour, amount: 20}]\n"
    more += "exchange_rates: [{currency: EUR, into: USD, rate: 2, from: 2026-03-03}]\n"
    rows = [*worked("one", 0), *worked("one", 1), wanted(0, 2, product="cola", sold_out=False)]
    with project(tmp_path / "p", STANDARD + more, rows) as stack:
        assert cost(stack, days=BOTH) == 40
        assert cost(stack, days=("2026-03-03", "2026-03-03"), currency="USD") == 40
        for days in (BOTH, ("2026-03-02", "2026-03-02")):
            (row,) = stack.kpis(["downtime_cost"], scope="lyon", days=days, currency="USD").rows
            assert row["value"] is None
            assert "no exchange rate from EUR" in row["why_none"]


def test_the_crew_is_that_of_the_day_and_of_the_product(tmp_path: Path) -> None:
    more = """\
standards:
  - {machines: [one], ideal: 1 s, crew: 1}
  - {machines: [one], ideal: 1 s, crew: 3, from: 2026-03-03}
  - {machines: [one], products: [water], ideal: 1 s, crew: 5, from: 2026-03-04}
costs: [{fact: idle_labour, amount: 20}]
"""
    rows = [*worked("one", 0), *worked("one", 1), *worked("one", 2, "water")]
    rows += [wanted(0, 3, family="drinks", sold_out=False)]
    with project(tmp_path / "p", more, rows) as stack:
        days = [f"2026-03-0{day}" for day in (2, 3, 4)]
        assert [cost(stack, days=(day, day)) for day in days] == [20, 60, 100]
        assert cost(stack, days=(days[0], days[-1])) == 180


_SHIPPED = {"qty_good": Fraction(1000), "qty_shipped": Fraction(1000), "qty_received": None}


@pytest.mark.parametrize("missing", ["qty_received", "qty_shipped"])
def test_stock_of_which_only_one_side_is_known_explains_nothing(missing: str) -> None:
    known = {**_SHIPPED, "qty_received": Fraction(1000), missing: None}
    for tied in (tie(check, known, {}) for check in CHECKS[:2]):
        if not tied.why_none:
            assert tied.difference == tied.unexplained == 0
            assert (tied.grade, dict(tied.explained)) == ("A", {})


HOURS = 14 * 3600 + 3600  # good pieces of a shift with an hour's stop
PRICES = "costs: [{fact: contribution, amount: 1}, {fact: overtime, amount: 40}]\n"


@pytest.mark.parametrize(
    ("more", "status"), [(0, "slack"), (1, "recoverable"), (2 * 8 * 3600 + 1, "sold out")]
)
@pytest.mark.parametrize("scope", ["lyon", "line-1"])
def test_what_a_site_wants_is_held_against_all_its_lines(
    tmp_path: Path, more: int, status: str, scope: str
) -> None:
    # two lines make 54 000 each; outside their shift each has 8 h for more
    rows = [*around("one"), *around("two"), wanted(0, 1, product="cola", qty=2 * HOURS + more)]
    lines = 2 if scope == "lyon" else 1
    with project(tmp_path / "p", STANDARD + PRICES, rows) as stack:
        found = cost(stack, scope=scope, days=("2026-03-02", "2026-03-02"))
    assert found == {"slack": 0, "recoverable": 40 * lines, "sold out": 3600 * lines}[status]


@pytest.mark.parametrize(("more", "expected"), [(0, 0), (1, 80)])
def test_what_is_wanted_of_a_family_is_held_against_all_its_products(
    tmp_path: Path, more: int, expected: int
) -> None:
    rows = [*around("one"), *around("two", "water"), wanted(0, 1, family="drinks", qty=2 * HOURS + more)]
    with project(tmp_path / "p", STANDARD + PRICES, rows) as stack:
        assert cost(stack, days=("2026-03-02", "2026-03-02")) == expected


def test_prices_change_inside_exact_instants_too(tmp_path: Path) -> None:
    more = "costs: [{fact: contribution, amount: 1, until: 2026-03-03}, "
    more += "{fact: contribution, amount: 10, from: 2026-03-03}]\n"
    rows = [*worked("one", 0), *worked("one", 1), wanted(0, 2, product="cola", sold_out=True)]
    whole = Interval(MONDAY, MONDAY + 48 * HOUR)
    with project(tmp_path / "p", STANDARD + more, rows) as stack:
        assert cost(stack, days=BOTH) == cost(stack, span=whole) == 3600 + 36_000


def test_hours_of_labour_cost_what_they_did_on_their_days(tmp_path: Path) -> None:
    more = "standards: [{machines: [one], ideal: 1 s, standard: 1 s, crew: 1}]\n"
    more += "costs: [{fact: labour, amount: 20, until: 2026-03-03}, "
    more += "{fact: labour, amount: 30, from: 2026-03-03}]\n"
    rows = [*worked("one", 0), *worked("one", 1)]
    for day, hours in ((0, 25), (1, 35)):  # each good piece is worth a second: 15 hours are earned a day
        span = {"from": rfc3339(MONDAY + 24 * day * HOUR), "until": rfc3339(MONDAY + 24 * (day + 1) * HOUR)}
        rows += [
            said("labour", "line-1", 24 * day + 22, crew="A", hours_worked=hours, hours_paid=hours, **span)
        ]
    with project(tmp_path / "p", more, rows) as stack:
        days = [cost(stack, "labour_efficiency_variance", days=(day, day)) for day in BOTH]
        assert days == [10 * 20, 20 * 30]
        assert cost(stack, "labour_efficiency_variance", days=BOTH) == 200 + 600


def test_finance_says_nothing_of_periods_it_gave_no_figure_of(tmp_path: Path) -> None:
    span = {"from": rfc3339(MONDAY + 24 * HOUR), "until": rfc3339(MONDAY + 48 * HOUR)}
    rows = [row for day in range(3) for machine in ("one", "two") for row in worked(machine, day)]
    rows += [
        said("finance", "lyon", 24, name=name, value=108_000, **span)
        for name in ("units_received", "material")
    ]
    with project(tmp_path / "p", STANDARD, rows) as stack:
        before, given, after = (
            row for row in stack.tieout(grain="day").rows if row["check"] == "good units and receipts"
        )
        assert (given["booked"], given["unexplained"], given["grade"]) == (108_000, 0, "A")
        for silent in (before, after):  # not 0 booked of 108 000 made
            assert (silent["booked"], silent["unexplained"], silent["grade"]) == (None, None, "U")
            assert "told of 2026-03-03 to 2026-03-03 only" in silent["why_none"]
        cells = stack.measures(["cost_material"], scope="lyon", grain="day").cells
        assert [cell.sums["cost_material"] for cell in cells] == [None, 108_000, None]


def test_a_window_beyond_what_finance_told_has_no_part_of_its_figures(tmp_path: Path) -> None:
    span = {"from": rfc3339(MONDAY), "until": rfc3339(MONDAY + 24 * HOUR)}
    rows = [*around("one"), *worked("one", 1)]
    rows += [said("finance", "lyon", 24, name=name, value=1000, **span) for name in ("revenue", "material")]
    with project(tmp_path / "p", STANDARD, rows) as stack:
        assert cost(stack, "throughput_value", days=("2026-03-02", "2026-03-02")) == 0
        (row,) = stack.kpis(["throughput_value"], scope="lyon").rows
        assert row["value"] is None  # of 46 hours 24 are booked
        assert "told of 2026-03-02 to 2026-03-02 only" in row["why_none"]
        # up to a tenth may lack
        for hours, lacks in ((26.6, False), (26.7, True)):
            cut = Interval(MONDAY, MONDAY + int(hours * HOUR))
            (cell,) = stack.measures(["revenue"], scope="lyon", span=cut).cells
            assert (cell.sums["revenue"] is None) is lacks
