"""Counts: classes, units, placement and spreading (BOOKS 6; R3, R4, R22 to R24).

> With `from` it covers [from, at): up to the silence limit it counts at at - 1 us; longer ones are spread
> over run and unknown time together (over all of it if neither) by cumulative rounding, N(t) =
> floor(Q*time(t)/T + 1/2), each class by itself, the total of a part being the sum of its classes plus the
> spread unclassified rest; what falls in unknown time feeds evidence `qty_over_gap`. Total absent = sum of
> the classes given; good absent = not known (null), not total.
> R22: exclusive classes are good, scrap, rework and startup_reject (first_pass is part of good, and stands
> for it where good is absent only in the sum for an absent total).
> R23: A machine with `good: by_exception` declares good = total - scrap - rework - startup_reject, count by
> count (it may be negative and adds).
> R39: A count that gives total and good but no scrap says that the rest was scrapped: scrap = total - good -
> rework - startup_reject, never below 0.
> R24: in whole pieces where Q is whole, else in millionths.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from tests.oracle.model import Row, half_up
from tests.oracle.window import Machine

EXCLUSIVE = ("good", "scrap", "rework", "startup_reject")
REJECTED = ("scrap", "rework", "startup_reject")
CLASSES = ("total", *EXCLUSIVE, "first_pass")
ZERO = Decimal(0)


def is_spread(machine: Machine, count: Row) -> bool:
    if count["from_at"] is None:
        return False
    limit = machine.sources.spread_beyond(count["source"], machine.row, machine.site)
    return int(count["at"] - count["from_at"]) > limit


def in_pieces(machine: Machine, count: Row, product: str) -> Decimal | None:
    """Pieces per unit of the count: the product's own factor, else the machine's, if any."""
    if not count["unit"]:
        return Decimal(1)
    factors = {
        row["product"]: Decimal(row["factor"])
        for row in machine.plant.get("unit_factor", [])
        if row["equipment"] == machine.name and row["unit"] == count["unit"]
    }
    return factors[product] if product in factors else factors.get("")


def likely_factor(machine: Machine, unit: str) -> Decimal:
    """R43: the greatest factor the machine has for a unit, else for any, at least 1."""
    mine = [row for row in machine.plant.get("unit_factor", []) if row["equipment"] == machine.name]
    same = [row for row in mine if row["unit"] == unit]
    return max((Decimal(row["factor"]) for row in same or mine), default=Decimal(1)).max(Decimal(1))


def classes(machine: Machine, count: Row, factor: Decimal) -> dict[str, Decimal]:
    """R22 and R23: what a count says of each class, in pieces."""
    said = {name: count[name] for name in CLASSES if count[name] is not None}
    if "total" in said and "good" in said and "scrap" not in said:
        sorted_out = sum((said.get(name, ZERO) for name in REJECTED), ZERO)
        said["scrap"] = max(ZERO, said["total"] - said["good"] - sorted_out)
    said = {name: half_up(Fraction(qty) * Fraction(factor), 6) for name, qty in said.items()}
    if not said:
        return said
    if "total" not in said:
        good = said.get("good", said.get("first_pass", ZERO))
        said["total"] = good + sum((said.get(name, ZERO) for name in REJECTED), ZERO)
    if "good" not in said and machine.row["good_by_exception"]:
        said["good"] = said["total"] - sum((said.get(name, ZERO) for name in REJECTED), ZERO)
    return said


def judged_good(machine: Machine, count: Row) -> bool:
    """Whether a count holds a good piece (R11); the unit does not matter for that."""
    said = classes(machine, count, Decimal(1))
    return said.get("good", ZERO) > 0 or said.get("first_pass", ZERO) > 0


def shares(quantity: Decimal, lengths: list[int]) -> list[Decimal]:
    """R24: the parts of a quantity over lengths of time, by cumulative rounding.

    >>> shares(Decimal(3), [1, 1])
    [Decimal('2'), Decimal('1')]
    """
    grain = Fraction(1) if quantity == quantity.to_integral_value() else Fraction(1, 1_000_000)
    whole, passed, before = sum(lengths), 0, 0
    out = []
    for length in lengths:
        passed += length
        now = (Fraction(quantity) / grain * passed / whole + Fraction(1, 2)).__floor__()
        step = (now - before) * grain
        out.append(Decimal(step.numerator) / Decimal(step.denominator))
        before = now
    return out


def spread(said: dict[str, Decimal], lengths: list[int]) -> list[dict[str, Decimal]]:
    """Every class by itself; the total of a part is its classes plus its part of the rest."""
    parts = {name: shares(qty, lengths) for name, qty in said.items() if name != "total"}
    classified = sum((said.get(name, ZERO) for name in EXCLUSIVE), ZERO)
    rest = shares(said["total"] - classified, lengths)
    out = []
    for number in range(len(lengths)):
        part = {name: parts[name][number] for name in parts}
        part["total"] = rest[number] + sum((part.get(name, ZERO) for name in EXCLUSIVE), ZERO)
        out.append(part)
    return out
