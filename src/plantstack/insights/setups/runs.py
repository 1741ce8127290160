"""Counts, readings and settings -> runs: what one machine made of one order, and with which values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from plantstack.insights.facts import Facts, Limits, Place
from plantstack.intervals import HOUR

FIRST = 6  # readings at the start of a run, and at its end
_NEW_TURN = 6 * HOUR  # without a reading: the shift of the same name after it is another one
_LATE = 2 * HOUR  # a first reading later than this after the start says nothing of the set-up


@dataclass(slots=True)
class Setting:
    """A value that was set, and its limits."""

    at: int
    value: float
    low: float | None
    high: float | None
    offset: int


@dataclass(slots=True)
class Turn:
    """Readings of one shift, from its first to its last."""

    shift: str
    until: int
    values: list[float]


@dataclass(slots=True)
class Run:
    """An order on a machine.

    Attributes:
        start, until: first and last row that speaks of it.
        settings: the last one told of each parameter.
        readings: (instant, value) of each parameter while it ran.
        turns: the same, shift by shift.
        written: limits of its product in the plant files, by parameter.
        made, scrap: pieces.
    """

    equipment: str
    order: str
    product: str
    start: int
    until: int
    settings: dict[str, Setting] = field(default_factory=dict)
    readings: dict[str, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))
    turns: dict[str, list[Turn]] = field(default_factory=lambda: defaultdict(list))
    written: Mapping[str, Limits] = field(default_factory=dict)
    made: float = 0.0
    scrap: float = 0.0

    @property
    def rate(self) -> float:
        """Scrap of what was made."""
        return self.scrap / self.made if self.made else 0.0

    def first(self, parameter: str) -> list[float]:
        """The first readings of a parameter."""
        told = self.readings.get(parameter, [])[:FIRST]
        return [value for at, value in told if at - self.start <= _LATE]

    def first_shift(self, parameter: str) -> str:
        """The shift in which all the first readings were made; '' where that is none or not one."""
        turns = self.turns.get(parameter, [])
        is_one = bool(turns) and len(turns[0].values) >= len(self.first(parameter))
        return turns[0].shift if is_one else ""

    def last(self, parameter: str) -> list[float]:
        """The last readings of a parameter."""
        return [value for _, value in self.readings.get(parameter, [])[-FIRST:]]


def runs_of(facts: Facts, equipment: str) -> list[Run]:
    """Every run of a machine, in order of time; rows without an order belong to none."""
    own, found = facts.of(equipment), _Found(equipment)
    _count(own, found)
    _read(own, found)
    _set(own, found)
    if equipment in facts.places:
        _limit(facts.places[equipment], own, found)
    return sorted(found.runs.values(), key=lambda one: (one.start, one.until))


class _Found:
    """Runs by order, as they are met."""

    def __init__(self, equipment: str) -> None:
        self.equipment = equipment
        self.runs: dict[str, Run] = {}

    def run(self, order: str, product: str | None, start: int, until: int) -> Run:
        """The run of an order, stretched over a row of it."""
        one = self.runs.setdefault(order, Run(self.equipment, order, product or "", start, until))
        one.start, one.until = min(one.start, start), max(one.until, until)
        one.product = one.product or product or ""
        return one


def _rows(table: pa.Table, *names: str) -> Iterator[tuple[Any, ...]]:
    """Rows that name their order."""
    told = table.filter(pc.not_equal(pc.fill_null(table["order"], ""), ""))
    return zip(*(told[name].to_pylist() for name in names), strict=True)


def _count(own: Facts, found: _Found) -> None:
    names = ("order", "product", "from", "until", "total", "good", "scrap", "reason")
    for order, product, start, until, total, good, scrap, reason in _rows(own.table("pieces"), *names):
        one = found.run(order, product, start, until)
        if reason is None:
            one.made += (good if total is None else total) or 0.0
        else:
            one.scrap += scrap or 0.0


def _read(own: Facts, found: _Found) -> None:
    table = own.table("readings")
    table = table.filter(pc.fill_null(table["is_running"], True)).sort_by("at")
    names = ("order", "product", "at", "parameter", "value", "shift")
    for order, product, at, parameter, value, shift in _rows(table, *names):
        run = found.run(order, product, at, at)
        run.readings[parameter].append((at, value))
        turns = run.turns[parameter]
        if not turns or turns[-1].shift != (shift or "") or at - turns[-1].until > _NEW_TURN:
            turns.append(Turn(shift or "", at, []))
        turns[-1].until = at
        turns[-1].values.append(value)


def _set(own: Facts, found: _Found) -> None:
    names = ("order", "product", "at", "parameter", "value", "low", "high", "offset")
    for order, product, at, parameter, value, low, high, offset in _rows(own.table("setups"), *names):
        if value is None:
            continue
        one = found.run(order, product, at, at)
        before = one.settings.get(parameter)
        if before is None or at >= before.at:
            one.settings[parameter] = Setting(at, value, low, high, offset or 0)


def _limit(place: Place, own: Facts, found: _Found) -> None:
    """Limits of the plant files, where they are in the unit that is read; the product's own before others."""
    read = own.table("readings").group_by(["parameter", "unit"]).aggregate([]).to_pylist()
    units = {(one["parameter"], one["unit"]) for one in read if one["unit"]}
    known = {name for name, _ in units}
    fitting = {
        key: one
        for key, one in place.limits.items()
        if not one.unit or key[1] not in known or (key[1], one.unit) in units
    }
    written: dict[str, dict[str, Limits]] = {}
    for run in found.runs.values():
        if run.product not in written:
            of_all, mine = (
                {parameter: one for (product, parameter), one in fitting.items() if product == wanted}
                for wanted in ("", run.product)
            )
            written[run.product] = of_all | mine
        run.written = written[run.product]
