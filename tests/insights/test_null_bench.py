"""The null audit takes apart what it says it does, and counts what is planted and not what is dealt out."""

from __future__ import annotations

from collections import Counter
from importlib import import_module

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from bench.insights.null import NULLS, SHARES, Null, count, summed, worst
from bench.insights.null_deal import LOTS, labels_dealt, moved, shifts_dealt
from tests.insights.flow.test_flow import DAYS, SHIFT, entries, jams, places
from tests.insights.patterns.made import Press
from tests.insights.patterns.made import facts as facts_of
from tests.insights.patterns.test_scrap_patterns import cold

from plantstack.demo import Truth
from plantstack.insights.facts import Facts
from plantstack.insights.flow.analysis import ANALYSIS as FLOW
from plantstack.insights.registry import MODULES
from plantstack.intervals import DAY, MINUTE

SINCE = 105
JAM = Truth("jam", "blocked_chain", "packer", "tulsa", SINCE * SHIFT, DAYS * DAY, "", 2)


@pytest.fixture(scope="module")
def line() -> Facts:
    """A line whose packer blocks the filler in its last five days."""
    return Facts(DAYS * DAY, {"time": entries(jams("packer", "blocked", SINCE))}, places())


@pytest.fixture(scope="module")
def presses() -> Facts:
    """Presses of which one makes flash with cold lots of one family."""
    return facts_of(Press(cold, days=45))


def chance(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def stood(facts: Facts, machine: str, account: str) -> dict[int, int]:
    """Minutes by shift."""
    time = (
        facts.of(machine).table("time").filter(pc.equal(facts.of(machine).table("time")["account"], account))
    )
    rows = zip(time["from"].to_pylist(), time["until"].to_pylist(), time["reason"].to_pylist(), strict=True)
    return {
        since // SHIFT: (until - since) // MINUTE for since, until, why in rows if why in ("jam", "blocked")
    }


def test_shifts_of_a_line_move_together_and_planted_ones_are_gone(line: Facts) -> None:
    dealt = shifts_dealt(line, [JAM], chance())
    packer, filler = stood(dealt, "packer", "other_stop"), stood(dealt, "filler", "waiting")
    assert all(packer[shift] == minutes for shift, minutes in filler.items() if shift in packer)
    assert np.mean(list(stood(line, "packer", "other_stop").values())[SINCE:]) > 15
    assert np.mean(list(packer.values())[SINCE:]) < 6
    assert Counter(packer.values()) != Counter(stood(line, "packer", "other_stop").values())


def test_a_chain_that_is_blocked_is_no_longer_when_shifts_are_dealt(line: Facts) -> None:
    assert FLOW.run(line).findings
    assert all(not FLOW.run(shifts_dealt(line, [JAM], chance(seed))).findings for seed in range(6))


def test_labels_are_dealt_within_a_product_and_scrap_stays(presses: Facts) -> None:
    dealt = labels_dealt(presses, [], chance())
    was, now = presses.table("pieces"), dealt.table("pieces")
    for name in ("equipment", "from", "total", "scrap", "reason", "order", "product"):
        assert was[name].to_pylist() == now[name].to_pylist()
    assert was["context"].to_pylist() != now["context"].to_pylist()
    tools = [(product, dict(context)["tool"][2:5]) for product, context in _said(now, "product")]
    assert {(product, tool.rstrip("-")) for product, tool in tools} == {("clip", "cli"), ("cap", "cap")}
    assert (
        sorted(presses.table("readings")["value"].to_pylist()) != dealt.table("readings")["value"].to_pylist()
    )


def _said(pieces: pa.Table, name: str) -> list[tuple[str, list[tuple[str, str]]]]:
    return list(zip(pieces[name].to_pylist(), pieces["context"].to_pylist(), strict=True))


def test_orders_without_a_lot_get_one_each_and_their_scrap_the_same(presses: Facts) -> None:
    bare = presses.table("pieces")
    empty = pa.chunked_array([pa.array([[("tool", "M")]] * len(bare), bare.schema.field("context").type)])
    bare = bare.set_column(bare.schema.get_field_index("context"), bare.schema.field("context"), empty)
    facts = Facts(presses.as_of, {**presses.tables, "pieces": bare}, presses.places)
    lots = {
        (order, dict(said)["lot"])
        for order, said in _said(labels_dealt(facts, [], chance()).table("pieces"), "order")
    }
    assert len(lots) == len({order for order, _ in lots}) and {lot for _, lot in lots} == set(LOTS)


def test_what_is_moved_in_time_is_still_there(presses: Facts) -> None:
    away = moved(presses, [], chance())
    was, now = presses.table("readings"), away.table("readings")
    assert sorted(was["value"].to_pylist()) == sorted(now["value"].to_pylist())
    assert sorted(was["at"].to_pylist()) == sorted(now["at"].to_pylist())
    assert was["value"].to_pylist() != now["value"].to_pylist()
    assert presses.table("pieces")["scrap"].to_pylist() == away.table("pieces")["scrap"].to_pylist()


def test_the_audit_counts_what_is_planted_and_nothing_where_it_is_dealt_out(presses: Facts) -> None:
    as_it_is = Null("as it is", lambda facts, truths, chance: facts, ("scrap_pattern",))
    (told,) = count(as_it_is, presses, [], 1)
    assert told.false and told.rate > told.accepted
    for null in NULLS[1:]:
        counted = [one for one in count(null, presses, [], 1) if one.kind == "scrap_pattern"]
        assert [len(one.false) for one in counted] == [0]
        assert worst(counted) == 0.0 and summed(counted)[0][2] == 0


def test_shares_of_the_budget_are_those_that_analyses_take() -> None:
    modules = [import_module(f"plantstack.insights.{name}") for name in MODULES]
    taken = {
        one.ANALYSIS.kind: next(
            getattr(one, name) for name in ("SHARE", "_SHARE", "_SHARE_OF_BUDGET") if hasattr(one, name)
        )
        for one in modules
    }
    assert taken == SHARES and sum(SHARES.values()) == pytest.approx(1.0)
    assert {kind for null in NULLS for kind in null.asked} == set(SHARES)
