"""From one value to another: what each factor, part and term did to the difference, adding up to it.

A number is a sum over parts (machines, products) of products of factors: share x availability x
performance x quality. What a factor did is its logarithmic mean Divisia share (LMDI-I; Ang, Energy
Policy 33 (2005) 867): L(now, then) x ln(factor now / factor then), which leaves no residual. A value that
comes from or goes to zero belongs to the first factor that is zero there, which is the limit of that form.
Where a factor changes its sign no logarithm exists; there the mean over all orders of changing the factors
is taken (Shapley).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal
from fractions import Fraction
from itertools import combinations
from math import factorial, prod

Real = Fraction | Decimal

_CONTEXT = Context(prec=60)  # so many digits that what is left over lies far below any figure shown


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor of one part at one time.

    Attributes:
        value: None where it has no value because an earlier factor is zero.
        terms: sums the factor stands on; it rises with them.
        is_below: the terms stand under the fraction line: it falls when they rise.
    """

    value: Fraction | None
    terms: Mapping[str, Fraction] = field(default_factory=dict)
    is_below: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """What one term of one factor of one part did to the difference; a factor without terms has ''."""

    part: str
    factor: str
    term: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Bridge:
    """All effects; however they are grouped, they add up to the difference.

    Attributes:
        then: the value it comes from, exact.
        now: the value it goes to.
        effects: of every part, factor and term.
    """

    then: Fraction
    now: Fraction
    effects: tuple[Effect, ...]

    @property
    def difference(self) -> Fraction:
        """What the effects add up to."""
        return self.now - self.then

    @property
    def residual(self) -> Decimal:
        """What is left over; zero but for the last of sixty digits."""
        return _CONTEXT.subtract(real(self.difference), total(one.amount for one in self.effects))

    def by(self, key: Callable[[Effect], str]) -> dict[str, Decimal]:
        """Effects added up by a key, in the order in which it is met."""
        found: dict[str, Decimal] = {}
        for one in self.effects:
            found[key(one)] = _CONTEXT.add(found.get(key(one), Decimal(0)), one.amount)
        return found


def real(number: Fraction | int) -> Decimal:
    """A fraction as a decimal of sixty digits."""
    exact = Fraction(number)
    return _CONTEXT.divide(Decimal(exact.numerator), Decimal(exact.denominator))


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Add up without losing digits."""
    found = Decimal(0)
    for one in amounts:
        found = _CONTEXT.add(found, one)
    return found


def logarithmic_mean(a: Decimal, b: Decimal) -> Decimal:
    """(a - b) / ln(a / b), the mean at which growth rates act; of equal numbers the number.

    >>> round(logarithmic_mean(Decimal(2), Decimal(1)), 6)
    Decimal('1.442695')
    """
    growth = _CONTEXT.ln(_CONTEXT.divide(a, b))
    return _CONTEXT.divide(_CONTEXT.subtract(a, b), growth) if growth else a


def spread(then: Sequence[Fraction | None], now: Sequence[Fraction | None]) -> list[Decimal]:
    """What each factor of a product did to its change.

    >>> [round(one, 3) for one in spread([Fraction(2), Fraction(3)], [Fraction(4), Fraction(3)])]
    [Decimal('6.000'), Decimal('0.000')]
    >>> spread([Fraction(2), Fraction(3)], [Fraction(2), Fraction(0)])
    [Decimal('0'), Decimal('-6')]
    """
    before, after = _product(then), _product(now)
    change = real(after - before)
    if not before or not after:
        empty = then if not before else now
        gone = next(number for number, one in enumerate(empty) if not one)
        return [change if number == gone else Decimal(0) for number in range(len(then))]
    pairs = [(a or Fraction(0), b or Fraction(0)) for a, b in zip(now, then, strict=True)]
    if any(a * b <= 0 for a, b in pairs):
        return _in_every_order(pairs)
    mean = logarithmic_mean(real(after), real(before))
    return [_CONTEXT.multiply(mean, _CONTEXT.ln(real(a / b))) for a, b in pairs]


def _product(factors: Sequence[Fraction | None]) -> Fraction:
    """Zero where a factor is; factors after it need no value."""
    known = [one for one in factors if one is not None]
    if len(known) < len(factors) and all(known):
        raise ValueError("a factor has no value although none before it is zero")
    return prod(known, start=Fraction(1)) if len(known) == len(factors) else Fraction(0)


def _in_every_order(pairs: Sequence[tuple[Fraction, Fraction]]) -> list[Decimal]:
    """The mean over all orders in which the factors may change."""
    numbers = range(len(pairs))
    found = []
    for mine in numbers:
        others = [number for number in numbers if number != mine]
        effect = Fraction(0)
        for size in range(len(pairs)):
            weight = Fraction(factorial(size) * factorial(len(others) - size), factorial(len(pairs)))
            for changed in combinations(others, size):
                rest = prod((pairs[one][one not in changed] for one in others), start=Fraction(1))
                effect += weight * (pairs[mine][0] - pairs[mine][1]) * rest
        found.append(real(effect))
    return found


def shared(
    effect: Decimal, then: Mapping[str, Fraction], now: Mapping[str, Fraction], slope: Decimal
) -> dict[str, Decimal]:
    """Divide the effect of a factor over the terms that changed it, each by how far it did.

    Args:
        effect: of the factor.
        then: its terms before.
        now: its terms after.
        slope: effect by change of the terms, where they changed and their sum did not.
    """
    changes = {
        name: now.get(name, Fraction(0)) - then.get(name, Fraction(0))
        for name in dict.fromkeys([*then, *now])
    }
    whole = sum(changes.values(), Fraction(0))
    if not whole and effect:
        return {"": effect}
    rate = _CONTEXT.divide(effect, real(whole)) if whole else slope
    return {name: _CONTEXT.multiply(rate, real(change)) for name, change in changes.items()}


def build(
    then: Mapping[str, Mapping[str, Factor]],
    now: Mapping[str, Mapping[str, Factor]],
    values: tuple[Fraction, Fraction],
) -> Bridge:
    """Bridge two values that are sums over parts of products of factors.

    Args:
        then: part -> factor -> what it was; every part has the same factors in the same order. A part that
            is on one side only has come or gone: its first factor was zero.
        now: the same, as it is.
        values: then and now, worked out on the whole and not on the parts.
    """
    effects: list[Effect] = []
    for part in dict.fromkeys([*then, *now]):
        names = list(then.get(part) or now[part])
        gone = {name: Factor(None if number else Fraction(0)) for number, name in enumerate(names)}
        effects += _of_part(part, then.get(part, gone), now.get(part, gone))
    return Bridge(*values, tuple(effects))


def _of_part(part: str, then: Mapping[str, Factor], now: Mapping[str, Factor]) -> list[Effect]:
    before, after = [one.value for one in then.values()], [one.value for one in now.values()]
    found: list[Effect] = []
    for (name, was), amount in zip(then.items(), spread(before, after), strict=True):
        terms = {"": amount}
        if was.terms and now[name].terms:
            slope = _slope(before, after, was, now[name])
            terms = shared(amount, was.terms, now[name].terms, slope)
        found += [Effect(part, name, term, one) for term, one in terms.items()]
    return found


def _slope(
    before: Sequence[Fraction | None], after: Sequence[Fraction | None], was: Factor, is_now: Factor
) -> Decimal:
    """How far the value moves with a term of a factor that itself did not move."""
    value = _product(after) or _product(before)
    base = is_now.value or was.value
    if not value or not base:
        return Decimal(0)
    # d(v)/d(f) = v / f, and a factor 1 / d falls by v / d = v * (1 / d) with its terms
    return real(-value * base) if is_now.is_below else real(value / base)
