"""Sections `products`, `units`, `standards`, `changeovers`, `setup_specs`."""

from __future__ import annotations

import re
from decimal import Decimal

from plantstack.plant.fields import Fields
from plantstack.plant.model import Changeovers, Pace, PackUnit, Product, SetupSpec, Standard
from plantstack.plant.read_equipment import read_validity
from plantstack.plant.readers import (
    Reader,
    Word,
    amount,
    between,
    day,
    decimal,
    duration,
    ident,
    integer,
    list_of,
    map_of,
    plain_text,
    ref,
    share,
    text,
)
from plantstack.plant.report import Report
from plantstack.plant.tree import Node, Scalar

_SECONDS = {"ms": Decimal("0.001"), "s": Decimal(1), "min": Decimal(60), "h": Decimal(3600)}
_NUMBER = r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,6})?"
_TIME = re.compile(rf"({_NUMBER})\s*(ms|s|min|h)(?:\s+per\s+({_NUMBER})(?:\s+([A-Za-z][\w.-]*))?)?")
_RATE = re.compile(rf"({_NUMBER})\s*([A-Za-z][\w.-]*)?\s*/\s*(s|min|h)")

ANY = "any"


def _product(written: str) -> str:
    if not re.fullmatch(r"[^\s*'\"](?:[^*'\"\n]{0,98}[^\s*'\"])?", written) or written == ANY:
        raise ValueError(
            "Use the product's number as the ERP writes it, at most 100 characters, without quotes or '*'."
        )
    return plain_text(written)


def _pace(written: str) -> Pace:
    if time := _TIME.fullmatch(written):
        made = Pace(Decimal(time[1]) * _SECONDS[time[2]], Decimal(time[3] or 1), time[4] or "")
    elif rate := _RATE.fullmatch(written):
        made = Pace(_SECONDS[rate[3]], Decimal(rate[1]), rate[2] or "", is_rate=True)
    else:
        raise ValueError("Write '1.2 s', '45 min per 500', '600/min' or '10 case/min'.")
    if not made.seconds or not made.pieces:
        raise ValueError("Neither the time nor the pieces may be zero.")
    return made


NO_PACE = Pace(Decimal(1), Decimal(1))
"""Stands where a pace could not be read, so that nothing else is said of it."""

product_id: Reader[str] = Word("a product", "", _product)
pace: Reader[Pace] = Word("a pace such as '1.2 s' or '600/min'", NO_PACE, _pace)


class _ClassReader:
    """A product class, or `any`, which the tables write as '*'."""

    expects = "a product class or 'any'"
    blank = ""

    def read(self, node: Node, key: str, report: Report) -> str:
        if isinstance(node, Scalar) and node.text == ANY:
            return "*"
        return ref("product class").read(node, key, report)


changeover_class: Reader[str] = _ClassReader()


def read_product(name: str, fields: Fields) -> Product:
    """Read one entry of `products`."""
    made = Product(
        name,
        fields.want("label", text, ""),
        fields.want("family", text, ""),
        fields.want("class", ident, ""),
        fields.want("planned_scrap", share, None),
    )
    if made.changeover_class:
        fields.report.mention("product class", made.changeover_class, fields.place("class"))
    return made


def read_unit(fields: Fields) -> PackUnit:
    """Read one entry of `units`."""
    unit, pieces = fields.need("unit", ident), fields.need("pieces", amount)
    if not pieces or pieces * 10**6 % 1 or pieces >= 10**9:
        what = "'pieces': expected a number above zero and below 10^9 with at most six places"
        fields.problem("value-wrong", what, "", key="pieces")
    if unit:
        fields.report.mention("unit", unit, fields.place("unit"))
    return PackUnit(unit, pieces, fields.want("machines", list_of(ref("machine")), ()), _products(fields))


def read_standard(fields: Fields) -> Standard:
    """Read one entry of `standards`."""
    ideal, standard = fields.need("ideal", pace), fields.want("standard", pace, None)
    for written in (ideal, standard):
        if written and written.unit:
            fields.report.refer(("unit",), written.unit, fields.place("ideal"), "ideal")
    return Standard(
        fields.need("machines", list_of(ref("machine"))),
        _products(fields),
        ideal,
        standard,
        *read_validity(fields),
        fields.want("crew", between(integer, 1, 999), 0),
        fields.want("evidence", text, ""),
        fields.want("author", text, ""),
    )


def read_changeovers(scope: str, fields: Fields) -> Changeovers:
    """Read one entry of `changeovers`: standard times at one piece of equipment and below it."""
    fields.report.refer(("site", "area", "line", "machine"), scope, fields.place(), "changeovers")
    matrix: dict[tuple[str, str], int] = {}
    if fields.has("default"):
        matrix["*", "*"] = fields.need("default", duration)
    for before, row in fields.want(
        "matrix", map_of(changeover_class, map_of(changeover_class, duration)), {}
    ).items():
        for after, length in row.items():
            if (before, after) == ("*", "*"):
                what = "'matrix' says any to any"
                fields.problem("changeover-any", what, "Write it as 'default:'.", key="matrix")
            matrix[before, after] = length
    products = fields.want("products", map_of(ref("product"), duration), {})
    return Changeovers(scope, dict(sorted(matrix.items())), dict(sorted(products.items())))


def read_setup_spec(fields: Fields) -> tuple[SetupSpec, ...]:
    """Read one entry of `setup_specs` into one spec a parameter."""
    machines, products = fields.need("machines", list_of(ref("machine"))), _products(fields)
    from_day = fields.want("from", day, None)
    evidence, author = fields.want("evidence", text, ""), fields.want("author", text, "")

    def read_one(name: str, inner: Fields) -> SetupSpec:
        target, low, high = (inner.want(key, decimal, None) for key in ("target", "low", "high"))
        if low is None and high is None:
            inner.problem("setup-limits", f"{inner.what} has neither 'low' nor 'high'", "Add one or both.")
        inside = [value for value in (low, target, high) if value is not None]
        if inside != sorted(inside):
            what = f"{inner.what}: expected low <= target <= high"
            inner.problem("setup-limits", what, "Swap the values.")
        unit = inner.want("unit", text, "")
        return SetupSpec(name, machines, products, target, low, high, unit, from_day, evidence, author)

    return tuple(fields.named("parameters", "parameter", read_one, declare=False).values())


def _products(fields: Fields) -> tuple[str, ...]:
    return fields.want("products", list_of(ref("product")), ())
