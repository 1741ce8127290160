"""From the unit a formula works out to, to the base unit its KPI is printed in.

No formula carries a conversion factor: seconds per day-value become seconds here, per second
becomes per hour here, and what does not fit is a problem.
"""

from __future__ import annotations

from fractions import Fraction

from plantstack.units import Unit, parse_unit

YEAR = Unit((("year", 1),))

# A year of money flows is 365 days by rule.
_SECONDS = {"s": 1, "h": 3600, "day": 86_400, "year": 365 * 86_400}


def parse_kpi_unit(text: str) -> Unit:
    """Read the base unit of a KPI, which beside those of measures may be `per year`.

    >>> str(parse_kpi_unit("money/year"))
    'money/year'
    """
    head, slash, tail = text.rpartition("/")
    return parse_unit(head) / YEAR if slash and tail.strip() == "year" else parse_unit(text)


def conversion(worked_out: Unit, printed: Unit) -> Fraction | None:
    """Return what a value is multiplied by to be printed in another unit; None if it never fits.

    Things counted have no unit of their own: seconds per failure are seconds.

    >>> conversion(parse_unit("count/s"), parse_unit("1/h"))
    Fraction(3600, 1)
    >>> conversion(parse_unit("s"), parse_unit("pc")) is None
    True
    """
    factor, clock = Fraction(1), 0
    for name, power in (worked_out / printed).powers:
        if name in _SECONDS:
            factor *= Fraction(_SECONDS[name]) ** power
            clock += power
        elif name != "count":
            return None
    return None if clock else factor
