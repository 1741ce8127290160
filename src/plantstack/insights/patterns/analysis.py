"""Scrap patterns: which pieces become scrap of one reason, and what they have in common."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow.compute as pc

from plantstack.insights.contract import Needs, Outcome
from plantstack.insights.facts import Facts, Place
from plantstack.insights.finding import Cannot, Cost, Effect, Evidence, Finding, Grade, Same, Subject
from plantstack.insights.patterns.cells import Cells, cells_of, sample_of
from plantstack.insights.patterns.pattern import Pattern, first_held, patterns
from plantstack.insights.patterns.sample import Bools, Floats, Sample
from plantstack.insights.patterns.search import Limits
from plantstack.insights.patterns.words import Size, about, action, explanations, sentence
from plantstack.insights.saying import N_, Figure, Say
from plantstack.intervals import DAY, Interval

_MONTH = 30.4375  # days
_LEAST_BAD = 30.0  # pieces of a reason; fewer show no pattern that would hold
_LEAST_GROUPS = 12  # orders, half of them searched and half held out
_AT_MACHINE = 5.0  # pieces of a reason at a machine that is compared
_EXPIRES, _WEEK, _MONDAY = 14 * DAY, 7 * DAY, 4 * DAY  # the first day of 1970 was a Thursday
_EPISODE = 28 * DAY
_MOST_REASONS = 8
_SHARE_OF_BUDGET = 0.1  # of the false alarms a week that all kinds may give
_NEARLY_ALL = 0.9
_BULK = 0.5  # share of scrap told for more than an hour at once that is spoken of


@dataclass(frozen=True, slots=True)
class ScrapPatterns:
    """What the scrap of a site has in common.

    Attributes:
        allow_crew: crews may be told apart; only where the plant's policy lets a cut by crew be seen.
        limits: how far the search goes.
        alpha: chance of any false pattern of one site, over all reasons; less where the budget asks for less.
    """

    allow_crew: bool = False
    limits: Limits = field(default_factory=Limits)
    alpha: float = 0.05

    @property
    def kind(self) -> str:
        """The name of the question."""
        return "scrap_pattern"

    @property
    def layer(self) -> int:
        """It is about the machine and its pieces."""
        return 1

    @property
    def needs(self) -> Needs:
        """Counts with scrap, over some weeks."""
        return Needs({"pieces": 100}, days=7.0)

    def run(self, facts: Facts) -> Outcome:
        """Look for patterns at each site."""
        facts = facts.known(facts.as_of)
        seen = set(pc.unique(facts.table("pieces")["equipment"]).to_pylist())
        sites: dict[str, list[Place]] = defaultdict(list)
        for place in facts.places.values():
            if place.id in seen:
                sites[place.site].append(place)
        findings: list[Finding] = []
        cannot: list[Cannot] = []
        for places in sites.values():
            found, missing = self._of_site(facts, places)
            findings += found
            cannot += missing
        return Outcome(tuple(findings), tuple(cannot))

    def _of_site(self, facts: Facts, places: Sequence[Place]) -> tuple[list[Finding], list[Cannot]]:
        cells = cells_of(facts, [one.id for one in places])
        subject = Subject(places[0].site or places[0].id)
        few = _too_few(self.kind, subject, cells)
        if few is not None:
            return [], [few]
        sample = sample_of(cells, facts, allow_crew=self.allow_crew)
        reasons = _reasons(cells)
        site = _Site(facts, {one.id: one for one in places}, cells, sample, self)
        alpha = min(self.alpha, _SHARE_OF_BUDGET * facts.budget * len(places)) / len(reasons)
        found = [one for reason in reasons for one in site.of_reason(reason, alpha)]
        return found, []


def _too_few(kind: str, subject: Subject, cells: Cells) -> Cannot | None:
    orders = len(set(cells.group.tolist()))
    bad = max((float(one.sum()) for one in cells.bad.values()), default=0.0)
    values = {"orders": Figure(orders, digits=0), "bad": Figure(bad, "pieces")}
    needed = {"least": Figure(_LEAST_GROUPS, digits=0), "pieces": Figure(_LEAST_BAD, "pieces")}
    fix = Say(N_("tell scrap with its reason for each order"))
    if not cells.bad:
        return Cannot(kind, subject, Say(N_("no scrap was told in %(orders)s orders"), values), fix)
    if orders < _LEAST_GROUPS or bad < _LEAST_BAD:
        text = N_(
            "%(orders)s orders with %(bad)s scrapped pieces of the most frequent reason; %(least)s orders and"
            " %(pieces)s pieces are needed"
        )
        return Cannot(kind, subject, Say(text, values | needed), fix)
    return None


def _reasons(cells: Cells) -> list[str]:
    """Reasons with enough scrap, most first; scrap without any reason only where nothing else is told."""
    enough = {name: float(one.sum()) for name, one in cells.bad.items() if one.sum() >= _LEAST_BAD}
    named = {name: bad for name, bad in enough.items() if name} or enough
    return sorted(named, key=lambda name: -named[name])[:_MOST_REASONS]


@dataclass(frozen=True, slots=True)
class _Site:
    facts: Facts
    places: Mapping[str, Place]
    cells: Cells
    sample: Sample
    asked: ScrapPatterns

    def of_reason(self, reason: str, alpha: float) -> Iterator[Finding]:
        """Patterns of one reason, among the machines that have it at all."""
        bad = self.cells.bad[reason]
        machines = np.array([one.equipment for one in self.cells.keys])
        has_it = [name for name in dict.fromkeys(machines) if bad[machines == name].sum() >= _AT_MACHINE]
        rows = np.isin(machines, has_it)
        sample = _dense(self.sample.of(bad).where(rows))
        found = []
        start, free = self.cells.start[rows], np.ones(len(sample), dtype=np.bool_)
        for one in patterns(sample, self.asked.limits, alpha):
            whole = np.zeros(len(self.cells), dtype=np.bool_)
            whole[np.flatnonzero(rows)[one.rows]] = True
            known = first_held(sample.where(free), one.rows[free], start[free], self.asked.limits, alpha)
            free &= ~one.rows  # as the search leaves out what was found before
            found.append(_Held(one, whole, _where(self, reason, whole), known))
        told: Counter[str] = Counter()
        for held in sorted(found, key=lambda one: -float(bad[one.rows].sum())):
            told[held.where] += 1
            yield _finding(self, reason, held, rows, told[held.where])


@dataclass(frozen=True, slots=True)
class _Held:
    """A pattern, the cells it holds in, the place where it is, and since when it could be told."""

    pattern: Pattern
    rows: Bools
    where: str
    known: int


def _dense(sample: Sample) -> Sample:
    _, group = np.unique(sample.group, return_inverse=True)
    several = {axis: one for axis, one in sample.named.items() if len(set(one.codes.tolist())) > 1}
    return replace(sample, group=group.astype(np.int64), named=several)


def _finding(site: _Site, reason: str, held: _Held, among: Bools, number: int) -> Finding:
    found, rows, where = held.pattern, held.rows, held.where
    facts, cells = site.facts, site.cells
    bad = cells.bad[reason]
    window = Interval(int(cells.start[among].min()), int(cells.until[among].max()) + 1)
    days = max(window.length / DAY, 1.0)
    low, high = (float(one[0]) for one in found.held.interval())
    off = float(found.held.off[0])
    pieces = float(cells.total[rows].sum()) / days * _MONTH
    cost = _cost(site, rows, (max(low, 0.0), off, high), pieces)
    units = _units(facts)
    size = Size(
        *(reason, float(bad[rows].sum() / bad.sum()), found.times, float(off * pieces)),
        *(cost.likely, cost.currency),
    )
    grade, limits = _trust(site)
    return Finding(
        kind=site.asked.kind,
        layer=site.asked.layer,
        subject=Subject(where, about(found.rule, reason)),
        window=window,
        began=int(cells.start[rows].min()),
        says=sentence(found.rule, size, units),
        effect=_effect(found, low, high),
        cost=cost,
        evidence=_evidence(site, reason, rows),
        explanations=explanations(found, units),
        action=action(found.rule, reason, _act_by(held.known), units),
        expires_at=facts.as_of + _EXPIRES,
        severity=float(-np.log10(max(found.chance, 1e-300))),
        trust=grade,
        limits=limits,
        known_at=held.known,
        same=_same(site, reason, where, number),
    )


def _act_by(known: int) -> int:
    """The end of the week after the one in which it was first known.

    Bounds of a rule move a little with every day, and with them the order since which it could be told: weeks
    keep the deadline where it was.
    """
    return ((known - _MONDAY) // _WEEK + 2) * _WEEK + _MONDAY


def _same(site: _Site, reason: str, where: str, number: int) -> Same:
    """What stays the same when another rule for the same pieces explains them better: reason and place.

    The same reason at the same place is told apart by number, the pattern that holds most bad pieces first.
    """
    bad, machines = site.cells.bad[reason] > 0, [one.equipment for one in site.cells.keys]
    here = bad & np.array([where in _stands(site, one) for one in machines])
    first = int(site.cells.start[here if here.any() else bad].min())
    key = f"{where}/reason={reason}{f'/number={number}' if number > 1 else ''}"
    return Same("scrap_pattern", key, str(first // _EPISODE))


def _stands(site: _Site, machine: str) -> tuple[str, ...]:
    place = site.places[machine]
    return machine, place.line, place.site


def _effect(found: Pattern, low: float, high: float) -> Effect:
    inside, outside = found.held.inside, found.held.outside
    return Effect(
        value=float(inside.rate[0]),
        baseline=float(outside.rate[0]),
        low=low,
        high=high,
        unit="1",
        of="scrap rate",
        baseline_of=Say(
            N_("other pieces of %(orders)s orders that no search had seen"),
            {"orders": Figure(float(outside.groups[0]), digits=0)},
        ),
        n=int(inside.total[0]),
        n_baseline=int(outside.total[0]),
        better="down",
    )


def _where(site: _Site, reason: str, rows: Bools) -> str:
    """The machine at which nearly all bad pieces of it are, else the line, else the site."""
    bad: dict[str, float] = defaultdict(float)
    for row in np.flatnonzero(rows).tolist():
        bad[site.cells.keys[row].equipment] += float(site.cells.bad[reason][row])
    most = max(bad, key=lambda name: bad[name])
    if bad[most] >= _NEARLY_ALL * sum(bad.values()):
        return most
    lines = {site.places[name].line for name, one in bad.items() if one > 0}
    line = next(iter(lines)) if len(lines) == 1 else ""
    return line or site.places[most].site or most


def _cost(site: _Site, rows: Bools, off: tuple[float, float, float], pieces: float) -> Cost:
    """What the pieces above the usual rate cost in a month, if it goes on like this."""
    cells = site.cells
    currency = next((one.currency for one in site.places.values() if one.currency), "")
    price: Floats = np.array([_price(site, row) for row in np.flatnonzero(rows).tolist()])
    known = ~np.isnan(price)
    made = cells.total[rows]
    lost = off[1] * pieces
    if made[known].sum() < 0.99 * made.sum():
        why = N_("no price of a scrapped piece for every product of the pattern")
        return Cost(None, None, None, currency, "month", pieces=lost, why_none=why)
    each = float((made[known] * price[known]).sum() / made[known].sum())
    low, likely, high = (float(one * pieces * each) for one in off)
    return Cost(low, likely, high, currency, "month", "cash cost out", pieces=lost)


def _price(site: _Site, row: int) -> float:
    key = site.cells.keys[row]
    return site.places[key.equipment].piece.get(key.product, float("nan"))


def _units(facts: Facts) -> dict[str, str]:
    table = facts.table("readings")
    told = table.group_by("parameter").aggregate([("unit", "max")])
    return dict(zip(told["parameter"].to_pylist(), told["unit_max"].to_pylist(), strict=True))


def _evidence(site: _Site, reason: str, rows: Bools) -> tuple[Evidence, ...]:
    """The hours with most of it."""
    cells, bad = site.cells, site.cells.bad[reason]
    worst = sorted(np.flatnonzero(rows).tolist(), key=lambda row: (-bad[row], cells.start[row]))[:5]
    return tuple(
        Evidence(
            "pieces",
            cells.keys[row].equipment,
            Interval(int(cells.start[row]), int(cells.until[row]) + 1),
            {"reason": reason, "product": cells.keys[row].product, "order": cells.keys[row].order},
            float(bad[row]),
            "pieces",
            cells.events[row],
        )
        for row in worst
        if bad[row] > 0
    )


def _trust(site: _Site) -> tuple[Grade, tuple[str, ...]]:
    """The scrap that says no reason, and how it was told."""
    whole = sum(float(one.sum()) for one in site.cells.bad.values())
    unsaid = float(site.cells.bad[""].sum()) / whole if "" in site.cells.bad else 0.0
    grade: Grade = "A" if unsaid <= 0.02 else "B" if unsaid <= 0.1 else "C"
    limits = []
    if unsaid > 0.02:
        limits.append(f"{unsaid:.0%} of the scrap has no reason")
    if site.cells.by_hand > _BULK:
        limits.append(
            f"{site.cells.by_hand:.0%} of the scrap was told for more than an hour at once and shared out"
        )
    if not site.asked.allow_crew:
        limits.append("crews are not told apart")
    return grade, tuple(limits)


ANALYSIS = ScrapPatterns()
