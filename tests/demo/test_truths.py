"""Each planted truth can be seen in what was told, and where nothing is planted it cannot."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from tests.demo.told import (
    UNTIL,
    Array,
    column,
    history,
    inside,
    plant_of,
    product_at,
    spells,
    told,
    truth,
    truths_of,
)

from plantstack.demo.orders import ChangeTimes
from plantstack.intervals import DAY, HOUR, MINUTE, SECOND


def thirds(when: Array, name: str) -> tuple[Array, Array]:
    """What lies in the first and in the last third of a truth."""
    one = truth(name)
    third = (one.until_at - one.from_at) // 3
    return (
        (when >= one.from_at) & (when < one.from_at + third),
        (when >= one.until_at - third) & (when < one.until_at),
    )


def pace(machine: str, product: str = "") -> tuple[Array, Array]:
    """Pieces an hour in every full five minutes in which the counter moved all the time; and when."""
    counts = told("count", machine)
    at, start, total = (column(counts, name) for name in ("at", "from_at", "total"))
    full = (at - start) == 5 * MINUTE
    states = told("state", machine)
    changes = column(states, "at")
    steady = np.searchsorted(changes, start, "right") == np.searchsorted(changes, at, "left")
    mine = full & steady & ((product_at(machine, start) == product) if product else True)
    return at[mine], total[mine] * 12


def share_of_scrap(machine: str, reason: str, mine: Array | None = None) -> float:
    counts = told("count", machine)
    mine = np.ones(len(counts), bool) if mine is None else mine
    named = column(counts, "reason") == reason
    return float(np.nansum(column(counts, "scrap")[mine & named]) / np.nansum(column(counts, "total")[mine]))


def test_the_filler_slows_down_and_recovers() -> None:
    at, made = pace("tul-1-filler", "cola-330")
    first, last = thirds(at, "filler-slows")
    after = at >= truth("filler-slows").until_at
    assert np.median(made[last]) < 0.93 * np.median(made[first])
    assert np.median(made[after]) > 0.97 * np.median(made[at < truth("filler-slows").from_at])


def test_the_depalletiser_starves_the_filler() -> None:
    one = truth("depal-starves-filler")
    at, length = spells("tul-1-filler", "starved")
    within = inside(at, one)
    a_day_within = length[within].sum() / (one.until_at - one.from_at)
    a_day_without = length[~within].sum() / (90 * DAY - (one.until_at - one.from_at))
    assert a_day_within > 2 * a_day_without
    glass = column(told("alarm", "tul-1-depal", phase="on", code="DEP-100"), "at")
    assert inside(glass, one).sum() / (one.until_at - one.from_at) > 4 * (~inside(glass, one)).sum() / (
        90 * DAY
    )


def test_the_packer_blocks_the_machines_before_it() -> None:
    one = truth("packer-blocks-labeller")
    for machine, times in (("tul-1-labeller", 3), ("tul-1-capper", 1.4)):
        at, length = spells(machine, "blocked")
        within = inside(at, one)
        a_day_within = length[within].sum() / (one.until_at - one.from_at)
        assert a_day_within > times * length[~within].sum() / (90 * DAY - (one.until_at - one.from_at))


def test_owners_accept_most_of_their_long_stops_and_contest_some() -> None:
    """Two thirds are spoken of; of those one in seven is contested."""
    said = [json.loads(body) for body in told("verdict", "tul-1-filler")["body"].to_pylist()]
    phases = told("verdict", "tul-1-filler")["phase"].to_pylist()
    assert 0.05 < phases.count("contest") / len(phases) < 0.4
    assert phases.count("accept") + phases.count("contest") == len(phases) > 10
    assert {one["owner"] for one in said} <= {"maintenance", "logistics"}


def test_water_runs_faster_than_its_written_ideal_and_nothing_else_does() -> None:
    for product, ideal, is_wrong in (
        ("water-500", 480, True),
        ("cola-500", 480, False),
        ("cola-330", 600, False),
    ):
        _, made = pace("tul-1-filler", product)
        assert bool(np.median(made) > ideal * 60) is is_wrong, product


def against_standard(machine: str, line: str) -> tuple[Array, Array]:
    """When each changeover began, and how long its set-up took in standards of that change."""
    plant, orders = plant_of(90, 4), told("order", machine, phase="start")
    starts, products = column(orders, "at"), orders["product"].to_pylist()
    at, length = spells(machine, "setup")
    seconds = np.bincount(np.searchsorted(starts, at, "right") - 1, length / SECOND, len(starts))[1:]
    standards = [ChangeTimes(plant, line).seconds(*pair) for pair in pairwise(products)]
    return starts[1:], seconds / np.array(standards)


def test_the_trolley_worked() -> None:
    at, took = against_standard("tul-1-filler", "tul-1")
    after = at >= truth("trolley-worked").from_at
    assert took[after].mean() < 0.75 * took[~after].mean()
    late = at >= (truth("trolley-worked").from_at + UNTIL) // 2
    assert took[late].mean() < 0.75 * took[~after].mean()  # and it holds


def test_the_sequence_was_forgotten() -> None:
    at, took = against_standard("tul-2-former", "tul-2")
    first, last = thirds(at, "sequence-decayed")
    before = at < truth("sequence-decayed").from_at
    assert took[first].mean() < 0.8 * took[before].mean()
    assert took[last].mean() > 0.85 * took[before].mean()


def test_the_blower_changed_nothing() -> None:
    one = truth("chip-blower-nothing")
    at, _ = spells("lei-1-lathe", "stopped")
    before = (at < one.from_at).sum() / (one.from_at - (UNTIL - 90 * DAY))
    after = (at >= one.from_at).sum() / (UNTIL - one.from_at)
    assert 0.7 < after / before < 1.4


def test_the_seals_cool_down_and_leak() -> None:
    readings = told("reading", "tul-2-former", parameter="seal_temperature")
    at, value = column(readings, "at"), column(readings, "value")
    soup = np.char.startswith(product_at("tul-2-former", at).astype(str), "soup")
    first, last = thirds(at, "seal-temperature-drifts")
    assert value[last & soup].mean() < value[first & soup].mean() - 4
    counted = column(told("count", "tul-2-former"), "at")
    first, last = thirds(counted, "seal-temperature-drifts")
    early = share_of_scrap("tul-2-former", "leaking-seal", first)
    assert share_of_scrap("tul-2-former", "leaking-seal", last) > early + 0.02


def wrong_settings(machine: str, parameter: str) -> tuple[Array, Array]:
    """When a setting was checked, and how far outside its limits it was, in widths of the limits."""
    checks = told("setup_check", machine, parameter=parameter)
    value, low, high = (column(checks, name) for name in ("value", "low", "high"))
    return column(checks, "at"), np.maximum(low - value, value - high) / (high - low)


def test_two_settings_were_those_of_another_product() -> None:
    for name, machine, parameter, reason in (
        ("pouch-setup-wrong", "tul-2-former", "seal_pressure", "weak-seal"),
        ("lathe-setup-wrong", "lei-1-lathe", "tool_offset", "dimension"),
    ):
        at, outside = wrong_settings(machine, parameter)
        assert inside(at[outside > 0.6], truth(name)).sum() == 1, name
        assert (outside > 0.6).sum() == 1, name
        counted = inside(column(told("count", machine), "at"), truth(name))
        usual = share_of_scrap(machine, reason)
        assert share_of_scrap(machine, reason, counted) > 3 * usual, name


def test_clips_flash_at_night_on_press_3_only() -> None:
    shares = {}
    for press in ("pun-1", "pun-3"):
        typed = told("count", press, source=f"tablet.{press}")
        pulses = told("count", press, source=f"pulse.{press}")
        for product in ("clip-14", "gear-22", "cap-28"):
            for night in (True, False):
                made = mine(pulses, press, product, night=night)
                bad = mine(typed, press, product, night=night) & (column(typed, "reason") == "flash")
                total = np.nansum(column(pulses, "total")[made])
                if total:
                    shares[press, product, night] = np.nansum(column(typed, "scrap")[bad]) / total
    assert shares.pop(("pun-3", "clip-14", True)) > 0.05
    assert max(shares.values()) < 0.03
    readings = told("reading", "pun-3", parameter="melt_temperature")
    hot = column(readings, "value") > 237
    assert hot.sum() > 50
    assert mine(readings, "pun-3", "clip-14", night=True)[hot].mean() > 0.95


def mine(table: pa.Table, press: str, product: str, *, night: bool) -> Array:
    """Rows of a product made between 23 and 7 o'clock in Pune, or between 7 and 23."""
    at = column(table, "at") - 1
    hour = ((at + 5 * HOUR + 30 * MINUTE) // HOUR) % 24
    is_night = (hour >= 23) | (hour < 7)
    return np.asarray((product_at(press, at) == product) & (is_night == night))


def test_a_shut_cavity_costs_a_quarter() -> None:
    for product in ("cap-28", "gear-22"):
        at, made = pace("pun-2", product)
        within = inside(at, truth("cavity-closed"))
        assert 0.70 < made[within].mean() / made[~within].mean() < 0.80
    lane = told("state", "pun-2:3")
    assert column(lane, "state").tolist() == ["stopped", "producing"]


def test_pune_books_more_good_pieces_than_reach_the_stores() -> None:
    gap = {}
    for site, exits in (("pune", ("pun-1", "pun-2", "pun-3", "pun-4")), ("monterrey", ("mty-1-packer",))):
        receipts = told("finance", site)
        said = [json.loads(body) for body in receipts["body"].to_pylist()]
        stores = sum(row["value"] for row in said if row["name"] == "erp_receipts_qty")
        good = 0.0
        for exit_ in exits:
            counts = told("count", exit_)
            replaced = counts["sup_key"].drop_null()
            keep = ~pc.is_in(counts["key"], replaced).to_numpy(zero_copy_only=False)
            bad = np.nansum(column(counts, "scrap")[keep]) + np.nansum(column(counts, "rework")[keep])
            good += np.nansum(column(counts, "total")[keep]) - bad
        gap[site] = 1 - stores / good
    assert 0.03 < gap["pune"] < 0.045
    assert abs(gap["monterrey"]) < 0.005


def test_the_bearing_shakes_before_it_breaks() -> None:
    readings = told("reading", "lei-1-mill", parameter="vibration")
    first, last = thirds(column(readings, "at"), "mill-bearing")
    value = column(readings, "value")
    assert value[last].mean() > value[first].mean() + 2.5
    assert value[column(readings, "at") >= truth("mill-bearing").until_at].mean() < 2.5
    repairs = told("work_order", "lei-1-mill", phase="opened")
    broken = column(repairs, "at")[
        [json.loads(body)["mode"] == "spindle" for body in repairs["body"].to_pylist()]
    ]
    first, last = thirds(broken, "mill-bearing")
    assert last.sum() >= 3
    assert last.sum() > 1.5 * max(first.sum(), 1)


def test_the_pump_line_leaves_paper() -> None:
    one = truth("paper-too-good")
    for kind in ("count", "state"):
        events = told(kind, "lei-2-test")
        paper = np.char.startswith(column(events, "source").astype(str), "sheet")
        assert np.array_equal(paper, column(events, "at") <= one.until_at) or kind == "state"
        assert column(events, "at")[paper].max() <= one.until_at
        assert column(events, "at")[~paper].min() >= one.until_at
    counts = told("count", "lei-2-test")
    typed = column(counts, "told_at") - column(counts, "at")
    assert typed[column(counts, "at") < one.until_at].min() > HOUR  # in the next morning
    cell = told("count", "lei-cell")
    assert set(cell["source"].to_pylist()) == {"sheet.lei-cell"}


def test_nothing_is_heard_of_a_dead_collector() -> None:
    events = history(90, 4).events
    own = pc.and_(pc.equal(events["source"], "opc.tul-1"), pc.not_equal(events["kind"], "alive"))
    at = column(events.filter(own), "at")
    assert not inside(at, truth("collector-dead")).any()
    counts = told("count", "tul-1-filler")
    across = column(counts, "from_at") < truth("collector-dead").from_at
    across &= column(counts, "at") >= truth("collector-dead").until_at
    assert across.sum() == 1
    assert column(counts, "total")[across][0] > 10_000  # the counter itself went on


def test_a_tablet_without_network_is_heard_ten_days_late() -> None:
    made = history(90, 4)
    mine = pc.and_(pc.equal(made.events["source"], "tablet.tul-2"), pc.equal(made.events["kind"], "reason"))
    rows = mine.to_numpy(zero_copy_only=False)
    told_at = column(made.events, "told_at")[rows]
    late = (made.heard[rows] - told_at) > 9 * DAY
    assert late.sum() > 20
    assert inside(told_at[late], truth("tablet-late")).all()


def test_mistyped_scrap_is_corrected() -> None:
    events = history(90, 4).events
    corrections = events.filter(pc.is_valid(events["sup_key"]))
    assert 10 < len(corrections) < 200
    right = dict(zip(corrections["sup_key"].to_pylist(), column(corrections, "scrap").tolist(), strict=True))
    wrong = events.filter(
        pc.and_(
            pc.is_in(events["key"], pa.array(list(right))), pc.starts_with(events["source"], "tablet.pun")
        )
    )
    assert len(wrong) == len(corrections)
    for key, scrap in zip(wrong["key"].to_pylist(), column(wrong, "scrap").tolist(), strict=True):
        assert scrap == 10 * right[key]


def test_truths_are_plain_values_and_lie_inside_the_window() -> None:
    for one in truths_of(90, 4, 1):
        assert json.loads(json.dumps(one.as_row()))["id"] == one.id
        assert UNTIL - 91 * DAY < one.from_at <= one.until_at <= UNTIL
        assert one.says.endswith(".")
        assert 1 <= one.layer <= 5


def test_the_project_never_says_what_was_planted() -> None:
    """Names of truths end in their outcome; none of them is in any event or plant file."""
    said = " ".join(history(90, 4).events["body"].drop_null().to_pylist())
    for one in truths_of(90, 4, 1):
        assert one.id not in said


def test_leipzig_reports_the_mean_of_its_lines() -> None:
    said = [json.loads(body) for body in told("finance", "leipzig")["body"].to_pylist()]
    reported = [row["value"] for row in said if row["name"] == "oee_reported"]
    assert len(reported) == 13
    assert all(0.4 < value < 0.9 for value in reported)
    others = [json.loads(body)["name"] for body in told("finance", "tulsa")["body"].to_pylist()]
    assert "oee_reported" not in others


def test_sheets_read_too_good() -> None:
    """Pieces an hour of shift, on paper and after it; and stops that the sheets call planned."""
    one = truth("paper-too-good")
    for machine in ("lei-2-press", "lei-2-test"):
        counts = told("count", machine)
        paper = column(counts, "at") <= one.until_at
        total = column(counts, "total")
        begin = UNTIL - 90 * DAY
        typed = total[paper].sum() / (one.until_at - begin)
        counted = total[~paper].sum() / (UNTIL - one.until_at)
        assert typed > 1.04 * counted
    sheet = told("state", "lei-2-test", source="sheet.lei-2")
    assert (
        pc.is_in(sheet["reason"], pa.array(["maintenance", "meeting"])).to_numpy(zero_copy_only=False).sum()
        > 20
    )
    honest = told("state", "lei-cell", source="sheet.lei-cell")
    assert not pc.is_in(honest["reason"], pa.array(["meeting"])).to_numpy(zero_copy_only=False).any()
