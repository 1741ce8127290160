"""Plates and covers of `nist-mtc-parts`, part by part as they were made: `python -m bench.insights.nist`.

What is asked is the analysis of set-up errors as it ships, each part a run, each measured value a setting
with its limits. Beside it stand the naive control (three sigma of the first nine parts) and the rule of one
line (out of tolerance).
"""

from __future__ import annotations

import lzma
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from bench.insights.qif import Characteristic, characteristics
from plantstack.insights.facts import TABLES, Facts, Place
from plantstack.insights.setups.analysis import SetupErrors
from plantstack.intervals import MINUTE, to_us
from plantstack.kpis.models.capability import Process, Subgroup, cp, cpk

DATA = Path(__file__).parents[3] / "shared" / "data" / "nist-mtc-parts"
HOLES = tuple(f"SIMPLE_HOLE{number} " for number in range(2, 10))
RADIUS = "CYLINDER3 RADIUS1"
_BASE = 9  # parts that the naive control learns from


@dataclass(slots=True)
class Told:
    """What one way of looking told.

    Attributes:
        errors: parts at which a value was told to be off, by characteristic.
        nominals: characteristics whose nominal was told to be wrong, with the part from which on.
    """

    errors: dict[str, list[int]] = field(default_factory=dict)
    nominals: dict[str, int] = field(default_factory=dict)

    def first(self, names: Sequence[str]) -> dict[str, int]:
        """The part at which each of some characteristics was first told."""
        found = {name: min(parts) for name, parts in self.errors.items() if name.startswith(tuple(names))}
        return dict(sorted(found.items()))

    def elsewhere(self, names: Sequence[str]) -> dict[str, list[int]]:
        """What was told of any other characteristic."""
        return {name: parts for name, parts in self.errors.items() if not name.startswith(tuple(names))}


def read(what: str, data: Path = DATA) -> list[Characteristic]:
    """Characteristics of `Plate` or `Cover` that were measured on every part and have limits."""
    path = next((data / "incoming-inspection").glob(f"{what}*.QIF.xz"))
    return [one for one in characteristics(path) if len(one.parts) > 1]


def made_at(what: str, parts: Sequence[int], data: Path = DATA) -> list[int]:
    """When the log of each part begins, microseconds UTC."""
    found = []
    for part in parts:
        log = next((data / "partdata").glob(f"{what}*-{part:02d}of20.txt.xz"))
        with lzma.open(log, "rt", encoding="utf-8", errors="replace") as file:
            stamp = file.readline().split("|")[0]
        found.append(to_us(datetime.fromisoformat(stamp[:26].rstrip("Z")).replace(tzinfo=UTC)))
    return found


def facts(measured: Sequence[Characteristic], at: Sequence[int]) -> Facts:
    """Each part a run of one piece, measured when it is done."""
    setups: list[dict[str, Any]] = []
    pieces: list[dict[str, Any]] = []
    for one in measured:
        for part, value in zip(one.parts, one.values, strict=True):
            start = at[part - 1]
            row = {"equipment": "mill", "known_at": start + MINUTE, "at": start, "order": f"{part:02d}"}
            # A tolerance of form has no nominal: its only limit is above.
            limits = {"parameter": one.name, "value": value, "low": one.low, "high": one.high}
            setups.append(row | limits | {"product": "part", "offset": part})
    for part, start in enumerate(at, start=1):
        row = {"equipment": "mill", "known_at": start + MINUTE, "from": start, "until": start + MINUTE}
        pieces.append(row | {"total": 1.0, "good": 1.0, "order": f"{part:02d}", "product": "part"})
    tables = {"setups": _table("setups", setups), "pieces": _table("pieces", pieces)}
    return Facts(max(at) + MINUTE + 1, tables, {"mill": Place("mill", "mill", "", "site")})


def _table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    schema = TABLES[name]
    return pa.Table.from_pylist([{one: row.get(one) for one in schema.names} for row in rows], schema)


def ours(measured: Sequence[Characteristic], at: Sequence[int]) -> Told:
    """Ask after every part what is off with it, knowing nothing of those after it."""
    whole, told = facts(measured, at), Told()
    for part, start in enumerate(at, start=1):
        for one in SetupErrors(recent=0).run(whole.known(start + MINUTE)).findings:
            name = one.subject.about["parameter"]
            if one.kind == "wrong_nominal":
                told.nominals.setdefault(name, part)
            else:
                told.errors.setdefault(name, []).append(part)
    return told


def three_sigma(measured: Sequence[Characteristic]) -> Told:
    """The naive control."""

    def is_off(one: Characteristic, place: int) -> bool:
        base = np.array(one.values[:_BASE])
        return place >= _BASE and abs(one.values[place] - base.mean()) > 3 * base.std(ddof=1)

    return _told(measured, is_off)


def out_of_tolerance(measured: Sequence[Characteristic]) -> Told:
    """The rule of one line."""
    return _told(measured, lambda one, place: one.verdicts[place] == "FAIL")


def _told(measured: Sequence[Characteristic], is_off: Callable[[Characteristic, int], bool]) -> Told:
    found = {
        one.name: [part for place, part in enumerate(one.parts) if is_off(one, place)] for one in measured
    }
    return Told({name: parts for name, parts in found.items() if parts})


def capability(one: Characteristic) -> tuple[float, float]:
    """Pp and Ppk of a characteristic, by the code of the KPIs, over all its parts at once."""
    told = np.array(one.values)
    group = Subgroup(len(told), float(told.mean()), float(told.var(ddof=1)))
    process = Process(one.name, one.low, one.high, [group])
    spread = process.overall
    return cp(process.mean, spread, one.low, one.high), cpk(process.mean, spread, one.low, one.high)


def main() -> None:
    """Print every figure."""
    write = sys.stdout.write
    for what in ("Plate", "Cover"):
        measured = read(what)
        at = made_at(what, measured[0].parts)
        write(f"{what}: {len(measured)} characteristics of {len(at)} parts\n")
        for name, told in (
            ("ours", ours(measured, at)),
            ("three sigma", three_sigma(measured)),
            ("out of tolerance", out_of_tolerance(measured)),
        ):
            write(f"  {name}: holes first told at {told.first(HOLES) if what == 'Plate' else '-'}\n")
            write(f"    elsewhere {told.elsewhere(HOLES if what == 'Plate' else ())}\n")
            write(f"    nominals {told.nominals}\n")
        for one in measured if what == "Plate" else ():
            if one.low is not None and one.name.startswith((*HOLES, RADIUS)):
                write("  {}: Pp {:.3f} Ppk {:.3f}\n".format(one.name, *capability(one)))


if __name__ == "__main__":
    main()
