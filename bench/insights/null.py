"""Findings where nothing can be found: `python -m bench.insights.null [SEED ...]`.

A simulated group is made over so that a kind of finding is false whatever it says (`null_deal`), and the
analyses are asked as they ship, every other day, for patterns every ten. What they say is counted of a
machine in a week and held against what the plant accepts: of each kind its share, of all the budget.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.insights import classes
from bench.insights.classes import ALPHA, Rows, lenses, plates
from bench.insights.demo import BEHIND, EVERY, UNTIL
from bench.insights.null_deal import labels_dealt, moved, shifts_dealt
from plantstack.demo import Truth, build_demo
from plantstack.insights.backtest import WEEK, Raised, backtest
from plantstack.insights.facts import Facts
from plantstack.insights.patterns.cells import HOUR_OF_SHIFT
from plantstack.insights.registry import KINDS, analyses
from plantstack.stack import Stack
from plantstack.stack.finding.facts import facts_of

SEEDS = (21, 22, 23)
SITES = 2
ROUNDS = 5  # of rows that others measured
SELDOM = 5  # patterns are asked every so many times only
_ALWAYS = frozenset({"reason", "parameter"})

SHARES: Mapping[str, float] = {
    "drift": 0.4,
    "relation": 0.1,
    "flow": 0.2,
    "rates": 0.1,
    "setup_error": 0.1,
    "scrap_pattern": 0.1,
}
"""Of the budget, by analysis, as each takes it."""


@dataclass(frozen=True, slots=True)
class Null:
    """A way to make findings false.

    Attributes:
        name: of it.
        make: facts made over.
        asked: the analyses whose findings are false then.
        still: what was not dealt: a pattern that names nothing else may be true. The hour of the shift is of
            it: pieces are scrapped while a machine warms up, whichever shift it is said to be. An ideal pace
            that is too low in every shift is true as well: no order of shifts makes it right.
    """

    name: str
    make: Callable[[Facts, Sequence[Truth], np.random.Generator], Facts]
    asked: tuple[str, ...]
    still: frozenset[str] = frozenset({"machine", "product"})


_BY_PRODUCT = frozenset({"mould", "material"})  # in the demo a machine has one of each for a product

NULLS = (
    Null("shifts dealt anew", shifts_dealt, ("drift", "relation", "flow", "rates")),
    Null(
        "labels dealt anew",
        labels_dealt,
        ("setup_error", "scrap_pattern"),
        frozenset({"machine", "product", *_BY_PRODUCT}),
    ),
    Null("moved in time", moved, ("flow", "scrap_pattern"), frozenset({"machine", "product", "shift"})),
)


@dataclass(frozen=True, slots=True)
class Counted:
    """What one analysis said where nothing was to be said.

    Attributes:
        null, kind: which, of which analysis.
        false: what it said.
        unjudged: what may be true, as it names nothing that was dealt.
        machine_weeks: that it was asked over.
        accepted: of a machine in a week.
    """

    null: str
    kind: str
    false: Sequence[Raised]
    unjudged: Sequence[Raised]
    machine_weeks: float
    accepted: float

    @property
    def rate(self) -> float:
        """False findings of a machine in a week."""
        return len(self.false) / self.machine_weeks


def group(seed: int, sites: int = SITES, days: int = 90) -> tuple[Facts, Sequence[Truth]]:
    """The facts of some sites of a simulated group, and what was planted there."""
    with tempfile.TemporaryDirectory() as place:
        made = build_demo(Path(place) / "group", until=UNTIL, seed=seed, sites=sites, days=days)
        with Stack.open(made.folder) as stack:
            return facts_of(stack, "", UNTIL), made.truths


def count(
    null: Null, facts: Facts, truths: Sequence[Truth], seed: int, behind: int = BEHIND
) -> list[Counted]:
    """Ask facts made over, and count what is said.

    Args:
        null: how they are made over.
        facts, truths: of a group.
        seed: of the dealing.
        behind: history before it is asked first.
    """
    dealt = null.make(facts, truths, np.random.default_rng(seed))
    first = min(table.column(1)[0].as_py() for table in facts.tables.values()) + behind
    instants = range(first, facts.as_of + 1, EVERY)
    weeks = len(facts.places) * (facts.as_of - first) / WEEK
    told: list[Counted] = []
    for one in analyses():
        if one.kind not in null.asked:
            continue
        at = instants[::SELDOM] if one.kind == "scrap_pattern" else instants
        raised = backtest([one], dealt, at)
        false = [each for each in raised if is_false(each, null)]
        unjudged = [each for each in raised if not is_false(each, null)]
        accepted = SHARES[one.kind] * facts.budget
        told.append(Counted(null.name, one.kind, false, unjudged, weeks, accepted))
    return told


def is_false(raised: Raised, null: Null) -> bool:
    """Whether what is said cannot be true of facts made over like that."""
    finding = raised.first
    if finding.kind == "ideal_rate":
        return False
    if finding.kind != "scrap_pattern":
        return True
    about = finding.subject.about
    dealt = set(about.get("parameter", HOUR_OF_SHIFT).split("+")) - {HOUR_OF_SHIFT}
    return bool(dealt) or not set(about) <= null.still | _ALWAYS


def summed(counted: Sequence[Counted]) -> list[tuple[str, str, int, int, float, float]]:
    """Of each null and analysis: false findings, unjudged ones, of a machine in a week, what is accepted."""
    rows = []
    for null, kind in dict.fromkeys((one.null, one.kind) for one in counted):
        mine = [one for one in counted if (one.null, one.kind) == (null, kind)]
        false, unjudged = (sum(len(getattr(one, name)) for one in mine) for name in ("false", "unjudged"))
        rows.append(
            (null, kind, false, unjudged, false / sum(one.machine_weeks for one in mine), mine[0].accepted)
        )
    return rows


def worst(counted: Sequence[Counted]) -> float:
    """Of a machine in a week over all kinds, each by the null under which it says most."""
    rows = summed(counted)
    return sum(max((rate for _, kind, _, _, rate, _ in rows if kind == one), default=0.0) for one in KINDS)


def rows_dealt(rows: Rows, seed: int) -> int:
    """Rules found where the classes of measured rows, of plates or of lenses, are dealt out anew."""
    dealt = replace(rows, label=np.random.default_rng(seed).permutation(rows.label))
    return sum(len(classes.found(dealt, label)) for label in rows.classes)


def main(seeds: Sequence[int]) -> None:
    """Run and print."""
    for name, rows in (("steel plates", plates()), ("lenses", lenses())):
        rules = sum(rows_dealt(rows, seed) for seed in range(ROUNDS))
        asked = ROUNDS * len(rows.classes)
        print(
            f"{name}, classes dealt anew: {rules} rules in {asked} searches, {ALPHA:.0%} accepted", flush=True
        )
    counted: list[Counted] = []
    for seed in seeds:
        facts, truths = group(seed)
        for null in NULLS:
            for one in count(null, facts, truths, seed):
                counted.append(one)
                print(f"seed {seed}, {null.name}: {one.kind} {len(one.false)}, {one.rate:.3f}", flush=True)
                for told in (*one.false, *one.unjudged):
                    mark = "false" if told in one.false else "unjudged"
                    print(
                        f"    {mark} {told.first.kind} {told.first.subject.key()} {told.first.severity:.1f}"
                    )
    for name, kind, false, unjudged, rate, accepted in summed(counted):
        against = f"{rate:.3f} of a machine in a week, {accepted:.3f} accepted"
        missed = "" if rate <= accepted else "  MISSED"
        print(f"{name:18} {kind:14} {false:4} false, {unjudged:3} unjudged, {against}{missed}")
    print(f"all kinds, each where it says most: {worst(counted):.3f}, {facts.budget:.3f} accepted")


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or SEEDS)
