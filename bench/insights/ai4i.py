"""The documented rules of `ai4i2020-synthetic`, found again: `python -m bench.insights.ai4i [SHUFFLES]`.

The search is that of scrap patterns. What it is handed beside the columns are the products and differences
that whoever knows the machine would name (power, difference of temperatures, strain), as a plant would.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from plantstack.insights.patterns.pattern import Pattern, patterns
from plantstack.insights.patterns.rule import Rule, Within, covered
from plantstack.insights.patterns.sample import Bools, Floats, Named, Sample, held_out
from plantstack.insights.patterns.search import Limits, search, sharpened

DATA = Path(__file__).parents[3] / "shared" / "data" / "ai4i2020-synthetic" / "ai4i2020_udi_1_7000.csv"
MODES = ("HDF", "PWF", "OSF", "TWF")
TRUE: Mapping[str, Sequence[tuple[str, str, float]]] = {
    "HDF": (("difference", "high", 8.6), ("speed", "high", 1380.0)),
    "PWF": (("power", "low", 3500.0), ("power", "high", 9000.0)),
    "OSF": (("strain", "low", 11000.0),),  # of type L; of M and H see `STRAIN`
    "TWF": (("wear", "low", 200.0), ("wear", "high", 240.0)),
}
STRAIN = {"L": 11000.0, "M": 12000.0, "H": 13000.0}
CEILING = 0.917  # F1 of whoever knows all rules, as said of the whole set; more than `documented` is a leak
_BLOCKS = 20
ALPHA = 0.01 / len(MODES)  # chance of a false pattern of a mode; of all four one in a hundred
FEW = Limits(groups=2, bad=2.0)  # of types M and H five and two pieces were overstrained


@dataclass(frozen=True, slots=True)
class Machine:
    """All rows: what was known of each, and which failed by which mode."""

    sample: Sample
    modes: Mapping[str, Floats]
    failed: Floats


def read(path: Path = DATA) -> Machine:
    """The rows, in the order in which they were made."""
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    def column(name: str) -> Floats:
        return np.array([float(row[name]) for row in rows])

    speed, torque, wear = (
        column(f"{one}]") for one in ("Rotational speed [rpm", "Torque [Nm", "Tool wear [min")
    )
    air, process = (column(f"{one} temperature [K]") for one in ("Air", "Process"))
    measured = {"speed": speed, "torque": torque, "wear": wear, "air": air, "process": process}
    measured |= {
        "difference": process - air,
        "power": torque * speed * 2 * np.pi / 60,
        "strain": wear * torque,
    }
    size = len(rows)
    group = np.arange(size, dtype=np.int64)
    sample = Sample(
        np.ones(size),
        np.zeros(size),
        group,
        held_out(group, group, _BLOCKS),
        {"type": Named.of([row["Type"] for row in rows])},
        measured,
    )
    return Machine(sample, {one: column(one) for one in MODES}, column("Machine failure"))


def found(machine: Machine) -> dict[str, list[Pattern]]:
    """The patterns of each mode."""
    return {mode: of_mode(machine, mode) for mode in MODES}


def of_mode(machine: Machine, mode: str) -> list[Pattern]:
    """The patterns of one mode."""
    return patterns(machine.sample.of(machine.modes[mode]), alpha=ALPHA)


def strain_by_type(machine: Machine) -> dict[str, Rule]:
    """The overstrain rule of each type by itself; too few failed of M and H to score it on rows held out."""
    kinds = machine.sample.named["type"]
    every: dict[str, Rule] = {}
    for number, word in enumerate(kinds.words):
        rows = kinds.codes == number
        own = machine.sample.of(machine.modes["OSF"]).where(rows)
        every[word] = _one_rule(own)
    return every


def _one_rule(sample: Sample) -> Rule:
    tried = [one for one in search(sample, FEW) if one.is_seen]
    return sharpened(sample, tried[0].rule) if tried else ()


def off_by(rule: Rule, truth: Sequence[tuple[str, str, float]]) -> dict[str, float | None]:
    """How far each documented threshold was missed, as a share of it; None: the rule has no such bound."""
    said = {
        (one.axis, side): getattr(one, side)
        for one in rule
        if isinstance(one, Within)
        for side in ("low", "high")
    }
    told: dict[str, float | None] = {}
    for axis, side, value in truth:
        bound = said.get((axis, side))
        told[f"{axis} {side}"] = None if bound is None else bound / value - 1
    return told


def shuffled(machine: Machine, seeds: int, modes: Sequence[str] = MODES) -> int:
    """Patterns found in so many rounds in which each mode is dealt out anew over the rows."""
    count = 0
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        for mode in MODES:
            count += len(
                patterns(machine.sample.of(rng.permutation(machine.modes[mode])), alpha=0.05 / len(MODES))
            )
    return count


def f1(is_told: Bools, failed: Floats) -> float:
    """F1 of a prediction of failures."""
    hits = float(failed[is_told].sum())
    return 2 * hits / float(is_told.sum() + failed.sum())


def by_rules(machine: Machine, rules: Mapping[str, Sequence[Rule]]) -> Bools:
    """Rows for which any rule holds whose pieces mostly fail; the others are a risk, not a prediction."""
    rows = np.zeros(len(machine.sample), dtype=np.bool_)
    for mode, each in rules.items():
        for rule in each:
            mine = covered(machine.sample, rule)
            if machine.modes[mode][mine & ~machine.sample.is_held].mean() > 0.5:
                rows |= mine
    return rows


def documented(machine: Machine) -> Bools:
    """Rows for which a published rule that always fails holds."""
    told = machine.sample.measured
    kinds = machine.sample.named["type"]
    limit = np.array([STRAIN[kinds.words[code]] for code in kinds.codes])
    heat = (told["difference"] < 8.6) & (told["speed"] < 1380)
    power = (told["power"] < 3500) | (told["power"] > 9000)
    return np.asarray(heat | power | (told["strain"] > limit))


def main() -> None:
    """Print every figure."""
    write = sys.stdout.write
    machine = read()
    told = found(machine)
    for mode, each in told.items():
        for one in each:
            rate, rest = float(one.held.inside.rate[0]), float(one.held.outside.rate[0])
            write(f"{mode}: {one.rule}: held out {rate:.3f} against {rest:.5f}, {one.n_tried} tried\n")
            write(f"   off by {off_by(one.rule, TRUE[mode])}\n")
    for word, rule in strain_by_type(machine).items():
        missed = off_by(rule, (("strain", "low", STRAIN[word]),))
        write(f"OSF of type {word} alone: {rule}, off by {missed}\n")
    held = machine.sample.is_held
    rules = by_rules(machine, {mode: [one.rule for one in each] for mode, each in told.items()})
    worn = machine.sample.measured["wear"] > 200
    for name, rows in (("found", rules), ("documented", documented(machine)), ("wear > 200", worn)):
        mine, every = f1(rows[held], machine.failed[held]), f1(rows, machine.failed)
        write(f"F1 of {name}: {mine:.3f} on rows held out, {every:.3f} on all (ceiling {CEILING})\n")
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    write(f"shuffled labels, {seeds} rounds of {len(MODES)} modes: {shuffled(machine, seeds)} patterns\n")


if __name__ == "__main__":
    main()
