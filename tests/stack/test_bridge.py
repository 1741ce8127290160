"""Bridges: what every factor, term and part did to a difference adds up to it (BOOKS 9, 11)."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.interfaces.test_commands import plantstack
from tests.stack.floor import START, Wire, load, plant, wire_events, written
from tests.stack.test_questions import shift_of_the_line

from plantstack.engines.contract import MeasureQuery, MeasureTable
from plantstack.intervals import DAY, HOUR, Interval, rfc3339
from plantstack.kpis.bridges.bridge import Factor, build, real, shared, spread, total
from plantstack.kpis.bridges.shape import lacking
from plantstack.kpis.load import shipped_catalog
from plantstack.stack import Stack
from plantstack.stack.answers.asking import Question
from plantstack.stack.reasons.bridging import Bridging

_numbers = st.fractions(min_value=-3, max_value=3, max_denominator=1000)


def _sums(rows: Any, kind: str) -> float:
    return math.fsum(row["effect"] for row in rows if row["row"] == kind)


def close(one: float, other: float, whole: float) -> bool:
    return abs(one - other) <= 1e-9 * max(abs(whole), 1e-9)


@given(st.lists(st.tuples(_numbers, _numbers), min_size=1, max_size=5))
def test_factors_add_up_whatever_their_sign(pairs: list[tuple[Fraction, Fraction]]) -> None:
    then, now = [one for one, _ in pairs], [other for _, other in pairs]
    product = [Fraction(1), Fraction(1)]
    for one, other in pairs:
        product = [product[0] * one, product[1] * other]
    left = total(spread(then, now)) - real(product[1] - product[0])
    assert abs(left) < Decimal("1e-50")


@given(st.lists(st.tuples(_numbers, _numbers), min_size=1, max_size=6), _numbers)
def test_terms_share_the_effect_of_their_factor(pairs: Any, effect: Fraction) -> None:
    then = {str(number): one for number, (one, _) in enumerate(pairs)}
    now = {str(number): other for number, (_, other) in enumerate(pairs)}
    moved = effect if sum(now.values()) != sum(then.values()) else Fraction(0)
    told = shared(real(moved), then, now, Decimal(1))
    assert abs(total(told.values()) - real(moved)) < Decimal("1e-50")


def test_only_what_changed_moved_the_number() -> None:
    then = {"a": {"mix": Factor(Fraction(1)), "quality": Factor(Fraction(9, 10))}}
    now = {"a": {"mix": Factor(Fraction(1)), "quality": Factor(Fraction(8, 10))}}
    bridge = build(then, now, (Fraction(9, 10), Fraction(8, 10)))
    assert bridge.by(lambda one: one.factor) == {"mix": Decimal(0), "quality": pytest.approx(Decimal("-0.1"))}


def test_a_part_that_went_is_a_change_of_the_mix() -> None:
    rates = {"a": Fraction(9, 10), "b": Fraction(5, 10)}
    then = {name: {"mix": Factor(Fraction(1, 2)), "rate": Factor(rate)} for name, rate in rates.items()}
    now = {"a": {"mix": Factor(Fraction(1)), "rate": Factor(rates["a"])}}
    moved = build(then, now, (Fraction(7, 10), Fraction(9, 10))).by(lambda one: one.factor)
    assert float(moved["mix"]) == pytest.approx(0.2)
    assert moved["rate"] == 0


@pytest.mark.parametrize("profile", list(shipped_catalog().profiles))
@pytest.mark.parametrize("factor", ["availability", "performance", "quality"])
def test_what_a_factor_lacks_is_told_by_leaves_of_the_loss_tree(profile: str, factor: str) -> None:
    catalog = shipped_catalog()
    told = lacking(catalog, profile, factor)
    # planned down time is no leaf: it is inside the denominator of one profile only
    assert set(told) - set(catalog.losses) <= {"time_planned_down"}
    assert ("micro_stop" in told) == ((factor == "availability") == (profile in ("iso", "iso-pot"))) or (
        factor == "quality"
    )


KPIS = ("oee", "teep", "scrap_rate", "good_parts", "stop_time", "mtbf", "line_oee", "cycle_time_vs_standard")


@settings(deadline=None, max_examples=6)
@given(st.lists(wire_events(), min_size=5, max_size=40), st.sampled_from(KPIS), st.integers(6, 60))
def test_any_two_windows_are_bridged(events: list[Wire], kpi: str, cut: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = plant(Path(folder) / "a")
        load(project, written(Path(folder), "1.ndjson", events))
        with Stack.open(project) as stack:
            border = START + cut * HOUR
            spans = Interval(START, border), Interval(border, START + 3 * DAY)
            for scope in ("filler", "line-1", "tulsa"):
                head, *rows = stack.bridge(
                    kpi, scope=scope, span=spans[1], versus=(None, (None, None), spans[0])
                ).rows
                ends = [stack.kpis([kpi], scope=scope, span=span).rows for span in spans]
                values = [found[0]["value"] if found else None for found in ends]
                assert bool(head["why_none"]) == (None in values)
                if head["why_none"]:
                    continue
                assert [head["versus"]["value"], head["value"]] == values
                assert abs(head["residual"]) <= 1e-9 * abs(head["difference"])
                for kind in ("factor", "term", *(["part"] if head["axis"] else [])):
                    assert close(_sums(rows, kind), head["difference"], head["difference"])
                _each_factor_is_the_sum_of_its_terms(rows)


def _each_factor_is_the_sum_of_its_terms(rows: list[Any]) -> None:
    factors = {row["factor"]: row["effect"] for row in rows if row["row"] == "factor"}
    for name, effect in factors.items():
        mine = [row["effect"] for row in rows if row["row"] == "term" and row["factor"] == name]
        most = max(map(abs, mine), default=0.0)
        assert close(sum(mine), effect, max(most, abs(effect)))


PAPER = """\
plantstack: 1
project: bridge
enterprise: acme
sites: {lyon: {zone: Europe/Paris, currency: EUR, calendar: always}}
lines: {one: {under: lyon, flow: [press, oven], exit: oven}}
machines:
  press: {under: one, kind: cyclic, capture: [{is: manual}, {is: signal, from: 2026-03-04}]}
  oven: {under: one, kind: cyclic, capture: signal}
standards: [{machines: [press, oven], ideal: 60 s}]
sources: [{match: plc, silence_limit: none}]
"""
DAY_ONE = ("2026-03-02", "2026-03-02")
MONDAY = 1_772_406_000_000_000  # 2026-03-02 00:00 in Lyon


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Two machines: a press that is on paper for two days, an oven that gets worse."""
    root = tmp_path_factory.mktemp("bridge")
    (root / "plant.yaml").write_text(PAPER, "utf-8")
    rows: list[dict[str, Any]] = []
    for machine, made in (("press", (1300, 1300, 1000, 900)), ("oven", (1200, 1200, 1100, 1000))):
        common = {"equipment": machine, "source": "plc"}
        rows.append({"kind": "state", "at": rfc3339(MONDAY), "key": machine, "state": "producing", **common})
        for day, good in enumerate(made):
            at = MONDAY + (day + 1) * DAY
            told = {"at": rfc3339(at), "from": rfc3339(at - DAY), "key": f"{machine}{day}", "good": good}
            rows.append({"kind": "count", **told, **common})
    load(root, written(root, "1.ndjson", rows))
    with Stack.open(root) as opened:
        yield opened


def test_paper_against_signal_is_a_factor_of_its_own(paper: Stack) -> None:
    table = paper.bridge(
        "oee",
        scope="one",
        days=("2026-03-04", "2026-03-05"),
        versus=(None, ("2026-03-02", "2026-03-03"), None),
    )
    head, *rows = table.rows
    effects = {row["factor"]: row["effect"] for row in rows if row["row"] == "factor"}
    # the press is half of the time: (1900 - 2600) / 2880 of its pieces are paper against signal
    assert effects["capture method"] == pytest.approx(-700 / 2880 / 2)
    assert effects["performance"] == pytest.approx(-300 / 2880 / 2)
    assert sum(effects.values()) == pytest.approx(head["difference"], rel=1e-12)
    assert [note.where for note in table.notes] == ["press"]


def test_where_both_methods_exist_the_rest_is_told_apart(paper: Stack) -> None:
    """The window before has paper and signal, so that part of the change is one of the machine."""
    head, *rows = paper.bridge(
        "oee",
        scope="press",
        days=("2026-03-05", "2026-03-05"),
        versus=(None, ("2026-03-02", "2026-03-04"), None),
    ).rows
    effects = {row["factor"]: row["effect"] for row in rows if row["row"] == "factor"}
    assert effects["capture method"] < 0
    assert effects["performance"] < 0
    assert sum(effects.values()) == pytest.approx(head["difference"], rel=1e-12)


def test_of_two_scopes_with_other_machines_no_mix_is_made_up(paper: Stack) -> None:
    head, *rows = paper.bridge("oee", scope="oven", days=DAY_ONE, versus=("press", DAY_ONE, None)).rows
    assert head["versus"]["scope"]["path"] == "acme/lyon/one/press"
    assert {row["factor"] for row in rows if row["row"] == "factor" and row["effect"]} == {"performance"}


@pytest.mark.parametrize("kpi", ["oee_gain", "rolled_throughput_yield", "cost_per_good_unit"])
def test_what_cannot_be_bridged_says_why(paper: Stack, kpi: str) -> None:
    (head,) = paper.bridge(kpi, scope="one", versus=(None, ("2026-03-02", "2026-03-03"), None)).rows
    assert head["difference"] is None
    assert head["why_none"]


def test_a_bridge_is_few_questions_however_many_machines_and_days(paper: Stack) -> None:
    engine = paper.engine()
    asked: list[MeasureQuery] = []

    class Counted:
        def __getattr__(self, name: str) -> Any:
            return getattr(engine, name)

        def query(self, query: MeasureQuery) -> MeasureTable:
            asked.append(query)
            return engine.query(query)

    query = MeasureQuery((), "one", days=("2026-03-05", "2026-03-05"))
    versus = MeasureQuery((), "one", days=("2026-03-04", "2026-03-04"))
    counted: Any = Counted()
    bridging = Bridging(counted, shipped_catalog(), Question(("oee",), query, "six-loss"), versus)
    assert bridging.table().rows[0]["difference"]
    assert len(asked) <= 8


def test_the_command_prints_the_bridge(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    load(project, written(tmp_path, "1.ndjson", shift_of_the_line()))
    words = ["explain", project, "oee", "--scope", "filler"]
    window = ["--from", rfc3339(START + 4 * HOUR), "--to", rfc3339(START + 8 * HOUR)]
    versus = ["--versus-from", rfc3339(START), "--versus-to", rfc3339(START + 4 * HOUR)]
    said = plantstack(*words, *window, *versus, "--json")
    assert said.code == 0
    assert said.rows[0]["row"] == "bridge"
    assert "Factors add up to" in plantstack(*words, *window, *versus).out
    assert plantstack(*words, *window, "--versus-from", "2026-03-03").code == 2
