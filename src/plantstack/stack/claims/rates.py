"""Ideal rates that the floor contradicts: a proposal with evidence and effect; nothing changes by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

from plantstack.engines.contract import MeasureCell, MeasureQuery
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.intervals import rfc3339
from plantstack.kpis.cell import Cell
from plantstack.kpis.evaluate import evaluate_all
from plantstack.kpis.kpi import Catalog
from plantstack.kpis.needs import measures_needed
from plantstack.stack.answers.asking import KpiTable
from plantstack.stack.answers.gathering import gather
from plantstack.stack.targets.targeting import production_day

WINDOW = 91  # production days, where nobody asks for others
LEAST_RUN = 1800  # seconds: shorter runs show no pace
LEAST_RUNS = 5
BEATEN = Fraction(2, 100)  # the best shown is so much faster than the ideal
DRIFT = Fraction(
    25, 100
)  # or so much slower: the loss of a whole shift is in it, so little of it says nothing
BEST = Fraction(1, 10)  # of the runs are as fast or faster than what is called best shown

UNSEEN = Fraction(2, 100)  # of its pieces from hours nobody saw: such a run shows no pace

_SUMS = (
    *("time_ideal_total", "time_ideal_good", "time_run", "time_micro_stop"),
    *("qty_counted", "qty_over_gap"),
)
_KPIS = ("performance", "oee")
Days = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Run:
    """A machine on a product in one shift; some of its pieces may come from hours nobody saw."""

    label: str
    pieces: Fraction
    ideal_s: Fraction
    run_s: Fraction
    over_gap: Fraction = Fraction(0)

    @property
    def pace(self) -> Fraction:
        """Seconds a piece took."""
        return self.run_s / self.pieces

    @property
    def performance(self) -> Fraction:
        """Of what could be made in the time."""
        return self.ideal_s / self.run_s

    @property
    def shows_pace(self) -> bool:
        """Whether it is long enough, and its time and pieces belong to each other."""
        is_seen = self.over_gap <= self.pieces * UNSEEN
        return self.run_s >= LEAST_RUN and self.pieces > 0 and self.ideal_s > 0 and is_seen


@dataclass(frozen=True, slots=True)
class Shown:
    """What runs of a machine on a product say of its ideal: seconds a piece now, and the best shown."""

    ideal: Fraction
    best: Fraction
    runs: tuple[Run, ...]

    @property
    def beaten(self) -> tuple[Run, ...]:
        """The runs above 100 %, the fastest first."""
        above = (run for run in self.runs if run.performance > 1)
        return tuple(sorted(above, key=lambda run: (-run.performance, run.label)))

    @property
    def why(self) -> str:
        """Why the ideal is in doubt; '' when the runs bear it out."""
        if self.beaten and self.best < self.ideal * (1 - BEATEN):
            return f"{len(self.beaten)} of {len(self.runs)} runs are above 100 %"
        if self.best > self.ideal * (1 + DRIFT):
            return (
                f"no tenth of {len(self.runs)} runs came nearer than {float(self.best / self.ideal - 1):.0%}"
            )
        return ""


def shown_by(runs: Sequence[Run]) -> Shown | None:
    """What is shown by runs; None where they are too few to say.

    The best shown is the pace that the fastest tenth of them reach, so one bad count decides nothing.
    """
    fit = [run for run in runs if run.shows_pace]
    if len(fit) < LEAST_RUNS:
        return None
    paces = sorted(run.pace for run in fit)
    ideal = sum((run.ideal_s for run in fit), Fraction(0)) / sum((run.pieces for run in fit), Fraction(0))
    return Shown(ideal, paces[max(0, -(-len(paces) * BEST.numerator // BEST.denominator) - 1)], tuple(fit))


@dataclass(frozen=True, slots=True)
class Rating:
    """Proposals for the ideal rates of a scope."""

    engine: DuckEngine
    catalog: Catalog
    scope: str = ""
    days: Days = (None, None)

    def table(self) -> KpiTable:
        """One row a machine and product whose ideal the floor contradicts.

        Raises:
            QueryError: for a scope that does not exist.
        """
        books = self.engine.books
        days = self._days()
        rows = list(self._proposals(days))
        as_of = {site: rfc3339(at) for site, at in sorted(books.as_of.items())}
        return KpiTable(rows, books.stamp.offset, as_of)

    def _days(self) -> Days:
        if self.days != (None, None) or not self.engine.books.as_of:
            return self.days
        books = self.engine.books
        last = max(production_day(books.plant.sites[site], at) for site, at in books.as_of.items())
        return (last - timedelta(days=WINDOW - 1)).isoformat(), last.isoformat()

    def _proposals(self, days: Days) -> Iterator[dict[str, Any]]:
        query = MeasureQuery(_SUMS, self.scope, ("machine", "product"), "shift", days)
        runs: dict[tuple[str, str], list[Run]] = defaultdict(list)
        for cell in self.engine.query(query).cells:
            runs[cell.keys["machine"], cell.keys["product"]].append(_run(cell))
        found = {
            key: shown
            for key, mine in runs.items()
            if key[1] and (shown := shown_by(mine)) is not None and shown.why
            if shown.best < shown.ideal or not self._is_paced(key[0])
        }
        effects = self._effects(days, {key: _rounded(one.best) / one.ideal for key, one in found.items()})
        # what is beaten most comes first
        for (machine, product), shown in sorted(
            found.items(), key=lambda one: (one[1].best / one[1].ideal, one[0])
        ):
            yield self._row(machine, product, shown, effects[machine, product], days)

    def _is_paced(self, machine: str) -> bool:
        """Whether another machine of its line sets the pace: being far from its own ideal is no news then."""
        plant = self.engine.books.plant
        line = plant.lines.get(plant.spans[machine][-1].line)
        return line is not None and bool(line.constraint) and line.constraint[-1][1] != machine

    def _effects(
        self, days: Days, factors: Mapping[tuple[str, str], Fraction]
    ) -> dict[tuple[str, str], dict[str, list[dict[str, Any]]]]:
        """Performance and OEE of each machine by month, as it is and with one ideal changed."""
        if not factors:
            return {}
        profile = self.engine.books.plant.profile.name
        needed = measures_needed(self.catalog, _KPIS, profile)
        whole = MeasureQuery(needed, self.scope, ("machine",), "month", days)
        ideals = replace(whole, measures=_SUMS, by=("machine", "product"))
        mine = {
            (cell.keys["machine"], cell.keys["product"], cell.label): cell.sums
            for cell in self.engine.query(ideals).cells
        }
        out: dict[tuple[str, str], dict[str, list[dict[str, Any]]]] = {
            key: {name: [] for name in _KPIS} for key in factors
        }
        for found, cell in gather(self.engine, whole):
            for (machine, product), factor in factors.items():
                part = mine.get((machine, product, found.label))
                if machine != found.keys["machine"] or part is None:
                    continue
                then = replace(cell, sums=_changed(cell, part, factor))
                both = (
                    evaluate_all(_KPIS, one, profile=profile, catalog=self.catalog) for one in (cell, then)
                )
                for before, after in zip(*both, strict=True):
                    told = {"period": found.label, "now": before.value, "then": after.value}
                    told |= {"why_none": before.why_none}
                    out[machine, product][before.kpi.id].append(told)
        return out

    def _row(
        self, machine: str, product: str, shown: Shown, effects: Mapping[str, Any], days: Days
    ) -> dict[str, Any]:
        new = _rounded(shown.best)
        evidence = (
            f"{shown.why}; the fastest tenth of {len(shown.runs)} runs take {float(new):g} s a piece"
            f" or less, {days[0]} to {days[1]}"
        )
        since = (date.fromisoformat(days[1]) + timedelta(days=1)).isoformat() if days[1] else ""
        return {
            "machine": machine,
            "product": product,
            "why": shown.why,
            "ideal_s": float(shown.ideal),
            "proposed_s": float(new),
            "is_faster": new < shown.ideal,
            "n_runs": len(shown.runs),
            "runs_above": [
                {"run": run.label, "performance": float(run.performance), "pieces": float(run.pieces)}
                for run in shown.beaten[:5]
            ],
            "evidence": evidence,
            "effect": {name: list(told) for name, told in effects.items()},
            "yaml": _yaml(machine, product, new, since, evidence),
        }


def _run(cell: MeasureCell) -> Run:
    told = {name: Fraction(cell.sums[name] or 0) for name in _SUMS}
    ran = told["time_run"] + told["time_micro_stop"]
    return Run(cell.label, told["qty_counted"], told["time_ideal_total"], ran, told["qty_over_gap"])


def _changed(cell: Cell, part: Mapping[str, Any], factor: Fraction) -> dict[str, Any]:
    """The sums with the ideal seconds of one product at another pace."""
    sums = dict(cell.sums)
    for name in ("time_ideal_total", "time_ideal_good"):
        if sums.get(name) is not None:
            sums[name] = Fraction(sums[name] or 0) + (factor - 1) * Fraction(part[name] or 0)
    return sums


def _rounded(pace: Fraction) -> Fraction:
    """Three digits: what a plant writes down."""
    exact = Decimal(pace.numerator) / Decimal(pace.denominator)
    places = Decimal(1).scaleb(exact.adjusted() - 2)
    return Fraction(exact.quantize(places, ROUND_HALF_EVEN))


def _yaml(machine: str, product: str, pace: Fraction, since: str, evidence: str) -> str:
    """What to paste under `standards`; whoever signs it is its author."""
    return (
        f"- machines: [{machine}]\n"
        f"  products: [{product}]\n"
        f"  ideal: {float(pace):g} s\n"
        f"  from: {since}\n"
        f'  evidence: "{evidence}"\n'
        f'  author: ""   # by: whoever signs it\n'
    )
