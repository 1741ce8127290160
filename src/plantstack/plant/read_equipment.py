"""Sections `sites`, `areas`, `lines`, `machines`: what stands where, since when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import pairwise

from plantstack.plant.dated import dated
from plantstack.plant.fields import Fields
from plantstack.plant.model import (
    KINDS,
    Buffer,
    Equipment,
    Line,
    Machine,
    Placement,
    Site,
)
from plantstack.plant.read_fiscal import read_fiscal
from plantstack.plant.readers import (
    amount,
    between,
    choice,
    clock,
    currency,
    day,
    duration,
    integer,
    list_of,
    ref,
    text,
    zone,
)
from plantstack.plant.tree import Scalar

_ORDERS = dated(choice("used", "not_used"))


CAPTURES = ("signal", "run_bit", "current", "power", "pulses", "scan", "manual")
"""How the states of a machine are known: told, read off a thin signal, or written down."""


def read_site(name: str, fields: Fields) -> Site:
    """Read one entry of `sites`."""
    return Site(
        id=name,
        level="site",
        label=fields.want("label", text, ""),
        calendar=fields.want("calendar", dated(ref("calendar")), ()),
        orders=fields.want("orders", _ORDERS, ()),
        zone=fields.need("zone", zone),
        currency=fields.need("currency", currency),
        day_start=fields.want("day_start", clock, 0),
        fiscal=read_fiscal(fields),
        silence_limit=fields.want("silence_limit", duration, None),
        closed=tuple(sorted(set(fields.want("closed", list_of(day), ())))),
        owner=fields.want("owner", dated(text), ()),
        reporting_unit=fields.want("reporting_unit", dated(text), ()),
    )


def read_area(name: str, fields: Fields) -> Equipment:
    """Read one entry of `areas`."""
    return Equipment(
        id=name,
        level="area",
        label=fields.want("label", text, ""),
        placed=_placed(fields, "site"),
        calendar=fields.want("calendar", dated(ref("calendar")), ()),
        orders=fields.want("orders", _ORDERS, ()),
    )


def read_line(name: str, fields: Fields) -> Line:
    """Read one entry of `lines`."""
    return Line(
        id=name,
        level="line",
        label=fields.want("label", text, ""),
        placed=_placed(fields, "area", "site"),
        calendar=fields.want("calendar", dated(ref("calendar")), ()),
        orders=fields.want("orders", _ORDERS, ()),
        flow=_flow(fields),
        buffers=fields.each("buffers", "buffer", _read_buffer),
        exit=fields.want("exit", dated(ref("machine")), ()),
        constraint=fields.want("constraint", dated(ref("machine")), ()),
    )


def read_machine(name: str, fields: Fields) -> Machine:
    """Read one entry of `machines`."""
    limit, is_supervised = read_silence(fields)
    return Machine(
        id=name,
        level="machine",
        label=fields.want("label", text, ""),
        placed=_placed(fields, "line", "area", "site"),
        calendar=fields.want("calendar", dated(ref("calendar")), ()),
        orders=fields.want("orders", _ORDERS, ()),
        kind=fields.need("kind", choice(*KINDS)),
        machine_class=fields.want("class", ref("machine class"), ""),
        parallel=fields.want("parallel", between(integer, 1, 999), 1),
        good_by_exception=fields.want("good", choice("counted", "by_exception"), "counted") == "by_exception",
        ramp=fields.want("ramp", between(integer, 1, 10**9), 0),
        silence_limit=limit,
        is_supervised=is_supervised,
        capture=fields.want("capture", dated(choice(*CAPTURES)), ()),
    )


def read_silence(fields: Fields) -> tuple[int | None, bool]:
    """Read `silence_limit`: a duration, or `none` for what is supervised elsewhere."""
    node = fields.node("silence_limit")
    if isinstance(node, Scalar) and node.text == "none":
        return None, True
    return fields.want("silence_limit", duration, None), False


def read_validity(fields: Fields) -> tuple[date | None, date | None]:
    """Read `from` and `until`, half-open days."""
    from_day, until_day = fields.want("from", day, None), fields.want("until", day, None)
    if from_day and until_day and until_day <= from_day:
        fields.problem(
            "dates-order",
            f"'until' {until_day} is not after 'from' {from_day}",
            "Swap the days.",
            key="until",
        )
    return from_day, until_day


def _placed(fields: Fields, *kinds: str) -> tuple[Placement, ...]:
    if fields.one_of("under", "placed") == "under":
        return (Placement(fields.need("under", ref(*kinds))),)
    places = fields.each("placed", "placement", _placement_reader(kinds))
    if fields.has("placed") and not places:
        what = f"{fields.what} stands nowhere: the list of placements is empty"
        fields.problem("placement-none", what, "Name at least one placement, or use 'under'.", key="placed")
    ordered = tuple(sorted(places, key=lambda place: place.from_day or date.min))
    for before, after in pairwise(ordered):
        if before.until_day is None or (after.from_day or date.min) < before.until_day:
            what = f"{fields.what} stands in two places at once: under '{before.under}' and '{after.under}'"
            fields.problem(
                "placement-overlap", what, "End the first with 'until' on the day of the move.", key="placed"
            )
    return ordered


def _placement_reader(kinds: tuple[str, ...]) -> Callable[[Fields], Placement]:
    def read(fields: Fields) -> Placement:
        return Placement(fields.need("under", ref(*kinds)), *read_validity(fields))

    return read


def _flow(fields: Fields) -> tuple[str, ...]:
    flow = fields.want("flow", list_of(ref("machine")), ())
    if len(set(flow)) < len(flow):
        fields.problem(
            "flow-twice", f"a machine stands twice in the flow of {fields.what}", "Name it once.", key="flow"
        )
    return flow


def _read_buffer(fields: Fields) -> Buffer:
    return Buffer(fields.need("after", ref("machine")), fields.want("capacity", amount, Decimal(0)))
