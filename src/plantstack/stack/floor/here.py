"""Who is here and what material is short: crews as heads, never persons, and orders that are not staged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from plantstack.intervals import DAY, HOUR, Interval
from plantstack.stack.floor.rows import Said
from plantstack.stack.floor.sight import Sight

SOON = 2 * HOUR  # orders that begin within so long should have their material staged
_SAID_BACK = 2 * DAY
_STAGED_BACK = 14 * DAY


@dataclass(frozen=True, slots=True)
class CrewHere:
    """Heads of one crew at a place, as last told of now.

    Attributes:
        place: id of the equipment it was told of; `name` is what people call it.
        crew: its name; '' where none was named.
        present: heads; None where only needed ones were told. `needed` likewise.
        said_at: when it was told, microseconds UTC.
    """

    place: str
    name: str
    crew: str
    present: Decimal | None
    needed: Decimal | None
    said_at: int

    @property
    def short(self) -> Decimal | None:
        """Heads missing, below zero are more than needed; None where either is not known."""
        return None if self.present is None or self.needed is None else self.needed - self.present


@dataclass(frozen=True, slots=True)
class ShortOrder:
    """An order whose material was last said not to be staged.

    Attributes:
        order: its id; `product` as planned, '' where nobody planned it.
        place: id of the equipment the material was spoken of at; `name` is what people call it.
        starts_at: when the plan has it begin, microseconds UTC; None where it is not planned.
        said_at: when it was last said to be missing.
        is_running: it runs already, without its material.
    """

    order: str
    product: str
    place: str
    name: str
    starts_at: int | None
    said_at: int
    is_running: bool


def crews_here(sight: Sight) -> tuple[CrewHere, ...]:
    """The crews at the machines that are seen and at the places they stand in, by place and crew.

    A statement without an end holds to the next about the crew, at most to the end of the shift.
    """
    span = Interval(sight.now - _SAID_BACK, sight.now + DAY)
    best: dict[tuple[str, str], Said] = {}
    for one in sight.said({"attendance"}, span, is_above=True):
        began = one.from_at if one.from_at is not None else one.at
        key = (one.machine, one.text("crew"))
        if began <= sight.now and _order(one) >= _order(best.get(key)):
            best[key] = one
    found = [
        CrewHere(place, sight.name(place), crew, _heads(one, "present"), _heads(one, "needed"), one.told_at)
        for (place, crew), one in best.items()
        if sight.now < _until(sight, one)
    ]
    return tuple(sorted(found, key=lambda one: (one.name, one.crew)))


def _order(said: Said | None) -> tuple[int, int]:
    if said is None:
        return (-1, -1)
    return (said.from_at if said.from_at is not None else said.at, said.told_at)


def _heads(said: Said, which: str) -> Decimal | None:
    told = said.body.get(f"heads_{which}")
    return None if told is None else Decimal(str(told))


def _until(sight: Sight, said: Said) -> int:
    """Until when a statement holds."""
    if said.until_at is not None:
        return said.until_at
    machines = [one for one in sight.machines if said.machine in (*sight.above(one), "")]
    at = said.from_at if said.from_at is not None else said.at
    for machine in machines:
        for shift in sight.shifts(machine):
            if shift.span.start <= at < shift.span.end:
                return shift.span.end
    return at


_SLOTS = """
select order_id, any_value(product), min(from_at)
from plan_told
where gone_at is null and order_id in (select unnest($orders)) and until_at > $now
group by order_id
"""


def short_orders(sight: Sight) -> tuple[ShortOrder, ...]:
    """Orders without their material that run, or begin within two hours or at a time nobody planned."""
    span = Interval(sight.now - _STAGED_BACK, sight.now + 1)
    last = _last_words(sight.said({"material"}, span, is_above=True))
    missing = {key: one for key, one in last.items() if one.body.get("staged") is False}
    if not missing:
        return ()
    running, ended = _ran(sight.said({"order"}, span))
    asked = {"orders": sorted({order for order, _ in missing}), "now": sight.now}
    planned = {row[0]: row[1:] for row in sight.books.con.execute(_SLOTS, asked).fetchall()}
    found = []
    for (order, place), one in missing.items():
        product, starts_at = planned.get(order, ("", None))
        is_soon = starts_at is None or starts_at <= sight.now + SOON
        if order not in ended and (order in running or is_soon):
            found.append(
                ShortOrder(
                    order, product or "", place, sight.name(place), starts_at, one.told_at, order in running
                )
            )
    far = sight.now + DAY
    return tuple(sorted(found, key=lambda one: (not one.is_running, one.starts_at or far, one.order)))


def _last_words(told: Iterable[Said]) -> Mapping[tuple[str, str], Said]:
    last: dict[tuple[str, str], Said] = {}
    for one in sorted(told, key=lambda one: (one.at, one.told_at, one.source, one.key)):
        last[one.order, one.machine] = one
    return last


def _ran(told: Iterable[Said]) -> tuple[set[str], set[str]]:
    """Orders that run somewhere, and orders that ended everywhere they ran."""
    phases: dict[tuple[str, str], str] = {}
    for one in told:
        phases[one.order, one.machine] = one.phase
    running = {order for (order, _), phase in phases.items() if phase == "start"}
    return running, {order for order, _ in phases} - running
