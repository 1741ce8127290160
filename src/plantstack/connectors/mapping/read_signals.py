"""The `signals:` part of a mapping file: states that are read off pulses, levels and run bits."""

from __future__ import annotations

from fractions import Fraction

from plantstack.connectors.mapping.model import Condition, Rule, Signal
from plantstack.connectors.mapping.read_rules import check_constant, read_conditions
from plantstack.connectors.mapping.template import Template, parse_template
from plantstack.connectors.mapping.words import template
from plantstack.events.kinds import FIELDS
from plantstack.plant.source import Fields, choice, decimal, duration, ident

PIECES, LEVEL, BIT = "pieces", "level", "bit"
BY_PIECES, BY_LEVEL, RUN_BIT = ("pulses", "scan"), ("current", "power"), "run_bit"
METHODS = (*BY_PIECES, *BY_LEVEL, RUN_BIT)
_SHARED = ("equipment", "at", "product")


def read_signal(fields: Fields, every: dict[str, Template], quality: str, number: int) -> Signal:
    """Read one entry of `signals:`; `every` holds the fields shared by all rules."""
    method = fields.need("method", choice(*METHODS))
    name = fields.want("rule", ident, "") or f"{method}-{number}"
    shared = {key: value for key, value in every.items() if key in _SHARED}
    for key in _SHARED:
        if (own := fields.want(key, template, None)) is not None:
            shared[key] = own
    for key in ("equipment", "at"):
        if key not in shared:
            what = f"signal '{name}' needs '{key}'"
            fields.problem("mapping-field-missing", what, f"Add '{key}:' to it or to 'every'.")
    made = _Inputs(fields, name, shared, quality)
    if method in BY_LEVEL:
        return _level(fields, made, method)
    inputs = {BIT: made.bit()} if method == RUN_BIT else {}
    pieces, counts = made.pieces(fields.section("pieces") if method == RUN_BIT else fields)
    gap, cycles = _gap(fields)
    inputs[PIECES] = pieces
    return Signal(name, method, fields.place("method"), inputs, counts, gap, cycles)


class _Inputs:
    """Makes the rules that give no event."""

    def __init__(self, fields: Fields, name: str, shared: dict[str, Template], quality: str) -> None:
        self.fields = fields
        self.name = name
        self.shared = shared
        self.quality = quality

    def level(self) -> Rule:
        """A measured value."""
        value = self.fields.need("value", template)
        return self._reading(value, read_conditions(self.fields, "when"))

    def bit(self) -> Rule:
        """What the machine says of itself."""
        state = self.fields.need("state", template)
        check_constant(self.fields, FIELDS["state"]["state"], state)
        when = read_conditions(self.fields, "when")
        said = self.shared | {"state": state}
        return Rule(self.name, "state", self.fields.place("method"), said, when=when, quality=self.quality)

    def pieces(self, inner: Fields) -> tuple[Rule, str]:
        """A row a piece, or a number of them, or a counter."""
        value = inner.want("value", template, None)
        counts = inner.want("counts", choice("delta", "cumulative"), "delta") if value is not None else ""
        rule = self._reading(value or Template(("1",)), read_conditions(inner, "when"))
        if inner is not self.fields:
            inner.close("signal")
        return rule, counts

    def _reading(self, value: Template, when: tuple[Condition, ...]) -> Rule:
        said = self.shared | {"value": value, "parameter": Template((self.name,))}
        if self.quality:
            said["quality"] = parse_template(f"{{{self.quality}}}")
        check_constant(self.fields, FIELDS["reading"]["value"], value)
        return Rule(self.name, "reading", self.fields.place("method"), said, when=when, quality=self.quality)


def _gap(fields: Fields) -> tuple[int, Fraction]:
    """How long without a piece is a stop: a time, or so many cycles."""
    if fields.one_of("gap", "cycles") == "gap":
        return fields.need("gap", duration), Fraction(0)
    cycles = fields.want("cycles", decimal, Fraction(1))
    if cycles <= 1:
        fields.problem("value-wrong", "'cycles': expected more than 1", "Write 3.", key="cycles")
    return 0, Fraction(cycles)


def _level(fields: Fields, made: _Inputs, method: str) -> Signal:
    level = made.level()
    upper = _side(fields, "producing", "above")
    lower = _side(fields, fields.one_of("stopped", "idle", "off"), "below")
    if lower[0] > upper[0]:
        what = f"'below' {lower[0]:g} lies over 'above' {upper[0]:g}, so some values would be both"
        fields.problem("mapping-signal", what, "Leave a band between them that the noise does not cross.")
    place = fields.place("method")
    return Signal(made.name, method, place, {LEVEL: level}, upper=upper, lower=lower)


def _side(fields: Fields, state: str, test: str) -> tuple[float, str, int]:
    if not state:
        return 0.0, "", 0
    inner = fields.section(state)
    found = (float(inner.need(test, decimal)), state, inner.want("for", duration, 0))
    inner.close("signal")
    return found


__all__ = ["BIT", "BY_LEVEL", "BY_PIECES", "LEVEL", "METHODS", "PIECES", "RUN_BIT", "read_signal"]
