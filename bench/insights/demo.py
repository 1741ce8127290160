"""What was planted in simulated groups, found again: `python -m bench.insights.demo [SEED ...]`.

Each group is asked every other day, and for patterns every ten, about nothing but what was known then. Seed 1
was looked at while the analyses were made, the others were not. An alarm is false where nothing that was
planted at the machine or its line explains it: also where the simulation let stops come in a bunch by chance,
which somebody at the machine would hardly call false.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from plantstack.demo import Truth, build_demo
from plantstack.demo.named import NAMED_BY
from plantstack.insights.backtest import Raised, Score, Wrong, backtest, score
from plantstack.insights.facts import Facts
from plantstack.insights.registry import analyses
from plantstack.intervals import DAY, HOUR, Interval
from plantstack.stack import Stack
from plantstack.stack.finding.facts import facts_of

UNTIL = 1_795_713_300_000_000
BEHIND = 21 * DAY
EVERY = 2 * DAY
SEEDS = (1, 2, 3, 4, 5, 6)

WANTED = (
    *("drift", "setup_error", "scrap_pattern", "starved_constraint", "blocked_chain"),
    *("reduced_capacity", "ideal_rate"),
)


@dataclass(frozen=True, slots=True)
class Run:
    """One group.

    Attributes:
        seed: of the simulation.
        score: what was found, and when.
        wanted: ids of what was planted on layers 1 and 2.
        raised: all that would have been said.
        seconds: that it took.
    """

    seed: int
    score: Score
    wanted: Sequence[str]
    raised: Sequence[Raised]
    seconds: float


def group(seed: int) -> tuple[Facts, Sequence[Truth]]:
    """The facts of a simulated group, and what was planted there."""
    with tempfile.TemporaryDirectory() as place:
        made = build_demo(Path(place) / "group", until=UNTIL, seed=seed)
        with Stack.open(made.folder) as stack:
            return facts_of(stack, "", UNTIL), made.truths


def wrongs(truths: Sequence[Truth]) -> list[Wrong]:
    """What was planted, as back-tests are scored."""
    return [
        Wrong(
            one.id,
            NAMED_BY[one.what],
            frozenset({one.where, *(effect.at for effect in one.effects), one.site}),
            Interval(one.from_at, max(one.until_at, one.from_at + HOUR)),
            {},
        )
        for one in truths
        if one.what in NAMED_BY
    ]


def run(seed: int) -> Run:
    """Ask a group day by day."""
    begun = time.monotonic()
    facts, truths = group(seed)
    first = min(table.column(1)[0].as_py() for table in facts.tables.values()) + BEHIND
    instants = range(first, UNTIL + 1, EVERY)
    often = [one for one in analyses() if one.kind != "scrap_pattern"]
    seldom = [one for one in analyses() if one.kind == "scrap_pattern"]
    raised = [*backtest(often, facts, instants), *backtest(seldom, facts, instants[::5])]
    span = Interval(first, UNTIL)
    told = score(raised, wrongs(truths), span, len(facts.places))
    wanted = [
        one.id
        for one in truths
        if one.what in WANTED and not one.id.startswith("today") and one.until_at > first
    ]
    return Run(seed, told, wanted, raised, time.monotonic() - begun)


def main(seeds: Sequence[int]) -> None:
    """Run and print."""
    for seed in seeds:
        done = run(seed)
        hit = {name: after for name, after in done.score.found.items() if name in done.wanted}
        print(f"seed {seed}: {len(hit)} of {len(done.wanted)} found, in {done.seconds:.0f} s")
        for name in done.wanted:
            after = f"{hit[name] / HOUR:.0f} h after it began" if name in hit else "MISSED"
            print(f"  {name}: {after}")
        print(
            f"  false: {len(done.score.false)}, {done.score.false_a_machine_week:.3f} of a machine in a week"
        )
        for one in done.score.false:
            print(f"    {one.first.kind} {one.first.subject.key()} severity {one.first.severity:.1f}")


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or SEEDS)
