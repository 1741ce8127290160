"""The loss tree adds up, to the microsecond and the piece; money by class and demand (BOOKS 12)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.interfaces.test_commands import plantstack
from tests.stack.floor import Wire, load, plant, wire_events, written

from plantstack.engines.contract import MeasureQuery, MeasureTable
from plantstack.intervals import DAY, HOUR, rfc3339
from plantstack.kpis.load import shipped_catalog
from plantstack.kpis.losses import GOOD, GROUPS, OUTSIDE, Stretch, grow
from plantstack.kpis.models.models import BESIDE, LACKING, MODELS, SPREAD
from plantstack.kpis.models.priced_models import FIGURES, OF_COST
from plantstack.kpis.money import AVOIDED, CASH, CONTRIBUTION, Roles, Wanted, demand_of, priced
from plantstack.kpis.trusting.readiness import FULFILLED, LAYERS, Check, Ready, stand
from plantstack.stack import Stack
from plantstack.stack.claims.readying import Readying
from plantstack.stack.reasons.losing import Losing


@settings(deadline=None, max_examples=8)
@given(st.lists(wire_events(), min_size=5, max_size=40))
def test_leaves_are_the_calendar_at_every_scope(events: list[Wire]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = plant(Path(folder) / "a")
        load(project, written(Path(folder), "1.ndjson", events))
        with Stack.open(project) as stack:
            for scope in ("filler", "line-1", "tulsa", ""):
                _adds_up(stack, scope)


def _adds_up(stack: Stack, scope: str) -> None:
    query = MeasureQuery((), scope)
    losing = Losing(stack.engine(), shipped_catalog(), query, "six-loss")
    if not losing.stretches:
        return
    tree = losing.tree
    assert tree.residual == 0
    assert set(tree.seconds) == {*GROUPS, GOOD}
    names = ["time_calendar", *(f"time_{name}" for name in OUTSIDE), "time_ideal_good"]
    (cell,) = stack.measures(names, scope=scope).cells
    sums = {name: Fraction(number or 0) for name, number in cell.sums.items()}
    assert tree.calendar == sums["time_calendar"]
    gap = sum((n for leaf, n in tree.seconds.items() if leaf not in (*OUTSIDE, GOOD)), Fraction(0))
    assert gap == tree.planned - sums["time_ideal_good"]
    pacing = losing.pricing.roles(losing.machines).pacing
    paced = [one for one in losing.stretches if (one.machine, one.window) in pacing]
    if None not in tree.pieces.values() and all(one.cycle for one in paced):
        whole = sum((_inside(one) / (one.cycle or 1) for one in paced), Fraction(0))
        assert sum((one or 0 for one in tree.pieces.values()), Fraction(0)) == whole


def _inside(one: Stretch) -> Fraction:
    return one.calendar - sum((one.leaves[name] for name in OUTSIDE), Fraction(0))


# -- money -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Book:
    """Prices of everything, in whole money."""

    amounts: dict[str, int]

    def amount(self, fact: str, stretch: Stretch) -> Fraction | None:
        return Fraction(self.amounts[fact]) if fact in self.amounts else None

    def no_rate(self, fact: str, stretch: Stretch) -> str:
        return ""

    def crew(self, stretch: Stretch) -> int:
        return 3

    def price_set(self, fact: str, stretch: Stretch) -> str:
        return "standard"


def stretch(**leaves: int) -> Stretch:
    seconds = {leaf: Fraction(leaves.get(leaf, 0)) for leaf in (*GROUPS, GOOD)}
    return Stretch(
        machine="filler",
        product="cola",
        window=0,
        leaves=seconds,
        calendar=sum(seconds.values(), Fraction(0)),
        cycle=Fraction(2),
        scrap=Fraction(5),
        rejects=Fraction(0),
        rework=Fraction(0),
        made=Fraction(100),
    )


HERE = frozenset({("filler", 0)})
PRICES = Book({"contribution": 4, "overtime": 30, "scrap": 1})


def money(could: Any, *leaves: Stretch, roles: Roles | None = None, prices: Book = PRICES) -> dict[Any, Any]:
    told = priced(leaves, roles or Roles(HERE), {("filler", "cola", 0): could}, prices)
    return {key: (one.low, one.high) for key, one in told.items()}


@pytest.mark.parametrize(
    ("could", "wanted"),
    [
        ("sold out", {("breakdown", CONTRIBUTION): (7200, 7200)}),  # 3600 s / 2 s x 4
        ("recoverable", {("breakdown", AVOIDED): (90, 90)}),  # an hour of three people at 30
        ("slack", {}),
        ("unknown", {("breakdown", CONTRIBUTION): (0, 7200), ("breakdown", AVOIDED): (0, 90)}),
    ],
)
def test_the_price_of_a_lost_hour_depends_on_demand(could: str, wanted: dict[Any, Any]) -> None:
    told = money(could, stretch(breakdown=3600))
    assert {key: amount for key, amount in told.items() if key[0] == "breakdown"} == wanted


def test_only_where_the_pace_is_set_anything_is_sold() -> None:
    assert money("sold out", stretch(breakdown=3600), roles=Roles(frozenset())) == {("scrap", CASH): (5, 5)}


def test_scrap_behind_the_constraint_was_already_made_there() -> None:
    told = money("sold out", stretch(scrap=10), roles=Roles(frozenset(), after=HERE))
    assert told == {("scrap", CONTRIBUTION): (20, 20), ("scrap", CASH): (5, 5)}


def test_unknown_time_may_have_cost_nothing() -> None:
    assert money("sold out", stretch(unknown=3600))["unknown", CONTRIBUTION] == (0, 7200)


def test_a_missing_price_is_named_and_never_zero() -> None:
    told = priced([stretch(breakdown=3600)], Roles(HERE), {("filler", "cola", 0): "sold out"}, Book({}))
    assert told["breakdown", CONTRIBUTION].missing == {"contribution of cola at filler"}


def test_a_gain_is_money_too() -> None:
    told = money("sold out", stretch(speed=-3600))
    assert told["speed", CONTRIBUTION] == (-7200, -7200)


_part = st.tuples(st.sampled_from(list(GROUPS)), st.integers(-1000, 5000))


@given(st.lists(_part, min_size=1, max_size=8), st.sampled_from(["sold out", "recoverable", "slack"]))
def test_money_of_stretches_adds_up_and_stays_in_its_class(parts: list[tuple[str, int]], could: str) -> None:
    each = [stretch(**{leaf: seconds}) for leaf, seconds in parts]
    whole: dict[Any, Fraction] = {}
    for one in each:
        for key, (low, _) in money(could, one).items():
            whole[key] = whole.get(key, Fraction(0)) + low
    assert {key: low for key, (low, _) in money(could, *each).items()} == whole
    assert {kind for _, kind in whole} <= {CONTRIBUTION if could == "sold out" else AVOIDED, CASH}
    assert grow(each, HERE).residual == 0


def test_demand_said_in_pieces_is_held_against_what_was_made() -> None:
    def could(qty: int, room: int) -> str:
        return demand_of([Wanted(qty=Fraction(qty), made=Fraction(80), room=Fraction(room))])

    assert demand_of([]) == "unknown"
    assert could(70, 0) == could(80, 0) == "slack"
    assert could(90, 10) == "recoverable"
    assert could(90, 9) == "sold out"
    assert demand_of([Wanted(sold_out=False)]) == "slack"
    short, enough = (Wanted(qty=Fraction(qty), made=Fraction(80)) for qty in (90, 70))
    assert demand_of([enough, short]) == demand_of([short, enough]) == "sold out"
    assert demand_of([Wanted(sold_out=True), enough]) == "sold out"


# -- over the books ----------------------------------------------------------------------------------

PLANT = """\
plantstack: 1
project: losses
enterprise: acme
sites: {lyon: {zone: Europe/Paris, currency: EUR, calendar: always}}
lines: {one: {under: lyon, flow: [press, oven], constraint: press, exit: oven}}
machines:
  press: {under: one, kind: cyclic}
  oven: {under: one, kind: cyclic}
products: {cup: {label: Cup}}
standards: [{machines: [press, oven], ideal: 60 s}]
costs:
  - {fact: contribution, amount: 2, at: [lyon], until: 2026-03-04}
  - {fact: contribution, amount: 3, at: [lyon], from: 2026-03-04, price_set: spring}
  - {fact: scrap, amount: 1, at: [lyon]}
exchange_rates: [{currency: EUR, into: USD, rate: 1.5, from: 2026-03-01}]
sources: [{match: plc, silence_limit: none}]
"""
DAYS_LEFT = (date(2027, 1, 1) - date(2026, 3, 5)).days  # after the two days, the 3rd and 4th of March
MONDAY = 1_772_406_000_000_000  # 2026-03-02 00:00 in Lyon


def said(kind: str, equipment: str, hours: float, **fields: Any) -> dict[str, Any]:
    at = rfc3339(MONDAY + int(hours * HOUR))
    key = f"{kind} {equipment} {hours}"
    return {"kind": kind, "equipment": equipment, "at": at, "source": "plc", "key": key, **fields}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Two days: each day the press stands for four hours and both lose ten pieces."""
    root = tmp_path_factory.mktemp("losses")
    (root / "plant.yaml").write_text(PLANT, "utf-8")
    rows = [said("state", "oven", 24, state="producing"), said("state", "press", 24, state="producing")]
    rows += [said("order", one, 24, order="A", phase="start", product="cup") for one in ("press", "oven")]
    for day in (1, 2):
        start = rfc3339(MONDAY + day * DAY)
        rows += [said("state", "press", 24 * day + 4, state="fault")]
        rows += [said("state", "press", 24 * day + 8, state="producing")]
        rows += [
            said("count", one, 24 * day + 24, good=1000, scrap=10, **{"from": start})
            for one in ("press", "oven")
        ]
    week = {"from": rfc3339(MONDAY), "until": rfc3339(MONDAY + 7 * DAY)}
    rows += [said("demand", "lyon", 23, product="cup", sold_out=True, **week)]
    load(root, written(root, "1.ndjson", rows))
    with Stack.open(root) as opened:
        yield opened


def figures(stack: Stack, **asked: Any) -> dict[Any, Any]:
    """What the losses cost, whether or not it may be claimed."""
    query = MeasureQuery((), **asked)
    rows = Losing(stack.engine(), stack.catalog(), query, "six-loss").table().rows
    return {(row["leaf"], row["class"]): row for row in rows if row["row"] == "money"}


def test_each_day_has_its_own_price(stack: Stack) -> None:
    told = figures(stack, scope="one")
    # 240 pieces a day, at 2 and then at 3
    assert told["breakdown", CONTRIBUTION]["low"] == told["breakdown", CONTRIBUTION]["high"] == 240 * (2 + 3)
    assert told["breakdown", CONTRIBUTION]["price_sets"] == ["spring", "standard"]
    # ten at the press as lost pieces, ten behind it as pieces already made
    assert told["scrap", CONTRIBUTION]["low"] == 20 * 2 + 20 * 3
    assert told["scrap", CASH]["low"] == 40
    assert told["breakdown", CONTRIBUTION]["run_rate_low"] == pytest.approx(1200 * 365 / 2)
    assert told["breakdown", CONTRIBUTION]["in_year_low"] == pytest.approx(600 * DAYS_LEFT)


def test_money_of_several_days_is_converted_before_it_is_added(stack: Stack) -> None:
    assert figures(stack, scope="lyon", currency="USD")["breakdown", CONTRIBUTION]["low"] == 1200 * 1.5


def test_pieces_are_counted_where_the_pace_is_set(stack: Stack) -> None:
    rows = stack.losses(scope="one").rows
    pieces = {row["leaf"]: row["pieces"] for row in rows if row["row"] == "leaf"}
    assert pieces["breakdown"] == 480
    assert pieces["scrap"] == 20
    assert next(row["pieces"] for row in rows if row["row"] == "check") == 2 * 1440
    assert figures(stack, scope="oven").keys() == {("scrap", CONTRIBUTION), ("scrap", CASH)}


def test_kpis_in_money_are_figures_of_the_tree(stack: Stack) -> None:
    ids = ("ebitda_loss_impact", "scrap_cost", "downtime_cost")
    impact, scrap, down = stack.kpis(ids, scope="one").rows
    told = figures(stack, scope="one")
    assert scrap["value"] == told["scrap", CASH]["low"] == 40
    assert down["value"] == told["breakdown", CONTRIBUTION]["low"]
    priced_at_all = {key: row["low"] for key, row in told.items() if key[1] in (CASH, CONTRIBUTION, AVOIDED)}
    assert impact["value"] == pytest.approx(sum(priced_at_all.values()))
    assert {row["currency"] for row in (impact, scrap, down)} == {"EUR"}
    by_line = stack.kpis(["scrap_cost"], by=["line"]).rows
    assert [row["value"] for row in by_line] == [40]
    days = ("2026-03-03", "2026-03-04")  # then the losses of the whole are asked for once and parted
    parted = stack.kpis(ids, by=["line"], days=days).rows
    alone = stack.kpis(ids, scope="one", days=days).rows
    assert [row["value"] for row in parted] == [row["value"] for row in alone]
    assert parted[0]["value"] == pytest.approx(impact["value"])
    assert "whole window" in stack.kpis(["scrap_cost"], scope="one", grain="day").rows[0]["why_none"]


def test_where_demand_is_open_a_kpi_in_money_has_bounds_and_no_value(tmp_path: Path) -> None:
    (tmp_path / "plant.yaml").write_text(PLANT, "utf-8")
    rows = [said("state", "press", 24, state="producing"), said("state", "press", 28, state="fault")]
    rows += [said("count", "press", 28, good=100, product="cup"), said("state", "oven", 48, state="fault")]
    load(tmp_path, written(tmp_path, "1.ndjson", rows))
    with Stack.open(tmp_path) as opened:
        (row,) = opened.kpis(["downtime_cost"], scope="one").rows
    assert row["value"] is None
    assert row["why_none"].startswith("nobody said what could be sold")
    assert "between 0 and 2,400" in row["why_none"]
    assert (row["low"], row["high"]) == (0, 2400)


def test_models_that_nothing_can_fill_say_what_is_missing(stack: Stack) -> None:
    models = [kpi for kpi in shipped_catalog().kpis.values() if kpi.model]
    assert {kpi.model for kpi in models} <= {*MODELS, *SPREAD, *BESIDE, *FIGURES, *LACKING, *OF_COST}
    row = stack.kpis(["project_npv"], scope="lyon").rows[0]
    assert row["value"] is None


def test_unready_layers_block_the_claim_and_not_the_sight(stack: Stack) -> None:
    query = MeasureQuery((), "one")
    told = Losing(stack.engine(), shipped_catalog(), query, "six-loss", blocked="layer 4 is not met").table()
    money_rows = [row for row in told.rows if row["row"] == "money"]
    assert {(row["low"], row["why_none"]) for row in money_rows} == {(None, "layer 4 is not met")}
    assert any(row["row"] == "leaf" and row["pieces"] for row in told.rows)


def test_money_per_loss_waits_for_layer_four(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    told = stack.losses(scope="one")
    money_rows = [row for row in told.rows if row["row"] == "money"]
    assert {row["low"] for row in money_rows} == {row["high"] for row in money_rows} == {None}
    assert {row["why_none"] for row in money_rows} == {"layer 1 is not met at line one"}
    assert next(row["hours"] for row in told.rows if row["row"] == "demand")["sold out"] > 8
    (note,) = told.notes
    assert note.code == "not-ready" and note.fix.endswith(" min)")
    monkeypatch.setattr(Readying, "_first_unmet", lambda *_: _all_met())
    claimed = stack.losses(scope="one")
    assert not claimed.notes
    assert {row["low"] for row in claimed.rows if row["row"] == "money"} >= {1200, 40}


def _all_met() -> tuple[Ready, ...]:
    return stand({layer: [Check("a", FULFILLED, "A")] for layer in LAYERS})


def test_the_kpi_of_losses_in_money_says_that_it_is_no_claim_yet(stack: Stack) -> None:
    told = plantstack("kpi", stack.folder, "ebitda_loss_impact", "--scope", "one")
    assert told.code == 0
    assert "layer 5 is shown and not claimed: layer 1 is not met at line one" in " ".join(told.out.split())


def test_a_tree_is_one_question_a_window(stack: Stack) -> None:
    engine = stack.engine()
    asked: list[MeasureQuery] = []

    class Counted:
        books = engine.books

        def query(self, query: MeasureQuery) -> MeasureTable:
            asked.append(query)
            return engine.query(query)

    counted: Any = Counted()
    assert Losing(counted, shipped_catalog(), MeasureQuery((), "lyon"), "six-loss").table().rows
    # cut where the price changes, and at both ends of what was said of demand
    assert len(asked) == 4


def test_the_command_draws_the_tree(stack: Stack) -> None:
    told = plantstack("losses", stack.folder, "--scope", "one")
    assert told.code == 0
    assert "add up to the calendar exactly" in told.out
    assert "Lost where the pace is set: 14.7 h sold out." in told.out
    assert "No money is claimed: layer 1 is not met at line one." in told.out
    rows = plantstack("losses", stack.folder, "--scope", "one", "--json").rows
    assert {row["row"] for row in rows} == {"node", "leaf", "money", "demand", "check"}
    assert plantstack("losses", stack.folder, "--currency", "XXX").code == 2
