"""Units of measures and KPIs: adding minutes to pieces is an error, not a number.

A unit is a product of base dimensions with integer powers. Displayed forms (min, h, %) are the
interfaces' affair; values are kept in base units: seconds, pieces, hours of labour, money.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """A product of base dimensions.

    >>> str(parse_unit("s") / parse_unit("pc"))
    's/pc'
    >>> parse_unit("s") / parse_unit("s") == ONE
    True
    """

    powers: tuple[tuple[str, int], ...] = ()

    def __mul__(self, other: Unit) -> Unit:
        powers = dict(self.powers)
        for name, power in other.powers:
            powers[name] = powers.get(name, 0) + power
        return Unit(tuple(sorted((name, power) for name, power in powers.items() if power)))

    def __truediv__(self, other: Unit) -> Unit:
        return self * Unit(tuple((name, -power) for name, power in other.powers))

    def __str__(self) -> str:
        up = [_power(name, power) for name, power in self.powers if power > 0]
        down = [_power(name, -power) for name, power in self.powers if power < 0]
        return ("*".join(up) or "1") + ("/" + "/".join(down) if down else "")


def _power(name: str, power: int) -> str:
    return name if power == 1 else f"{name}^{power}"


ONE = Unit()
BASE = ("s", "pc", "h", "money", "count", "kWh", "kg", "m3", "day")


def parse_unit(text: str) -> Unit:
    """Read a unit such as `s`, `pc/s`, `money*day` or `1`.

    Raises:
        ValueError: naming the unknown part and the units that exist.
    """
    unit = ONE
    for position, part in enumerate(text.replace(" ", "").split("/")):
        for name in part.split("*"):
            if name in ("1", ""):
                continue
            if name not in BASE:
                raise ValueError(f"unknown unit '{name}'; known: {', '.join(BASE)}")
            factor = Unit(((name, 1),))
            unit = unit / factor if position else unit * factor
    return unit
