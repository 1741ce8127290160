"""Money of losses (BOOKS 12): what each lost stretch of time costs, by class and by demand.

The price of a lost hour depends on what the pieces would have become: sold (contribution at the
constraint), made later at a cost (overtime), or nothing (only cash that is really spent). Where nobody said
what could be sold, each class has a range from nothing to all of it. Classes never add into one total.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, Protocol

from plantstack.kpis.losses import GOOD, OUTSIDE, Stretch

Demand = Literal["sold out", "recoverable", "slack", "unknown"]

CASH = "cash cost out"
CONTRIBUTION = "contribution sold"
FREED = "capacity freed"
AVOIDED = "cost avoided"
ONE_OFF = "working capital one-off"
CLASSES = (CASH, CONTRIBUTION, FREED, AVOIDED, ONE_OFF)

_STOPS = ("breakdown", "waiting", "other_stop", "setup", "planned_overrun", "micro_stop", "no_order")
_HOUR = 3600


class Prices(Protocol):
    """Where prices come from, in one currency."""

    def amount(self, fact: str, stretch: Stretch) -> Fraction | None:
        """The price of a fact for what a stretch is about; None where nobody wrote one, or its rate."""

    def no_rate(self, fact: str, stretch: Stretch) -> str:
        """Which exchange rate a price that was written lacks; '' where it lacks none."""

    def crew(self, stretch: Stretch) -> int:
        """How many people the standard names for it; 1 where it names none."""

    def price_set(self, fact: str, stretch: Stretch) -> str:
        """From which set of prices it is."""


@dataclass(slots=True)
class Figure:
    """Money of one class that one leaf cost.

    Attributes:
        low: least over what demand may have been, exact.
        high: greatest.
        price_sets: from which the prices are.
        missing: prices that nobody wrote.
    """

    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)
    price_sets: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)


Money = dict[tuple[str, str], Figure]
"""(leaf, class) -> figure."""


@dataclass(frozen=True, slots=True)
class _Item:
    """One amount: of a class, at a price, certain or only possible."""

    kind: str
    fact: str
    quantity: Fraction
    is_certain: bool
    is_needed: bool = True  # without the price there is no figure; else it is left out


@dataclass(frozen=True, slots=True)
class Roles:
    """Which machines set the pace of their line, or stand alone, and which come after one that does.

    Attributes:
        pacing: (machine, window), as in `grow`.
        after: (machine, window): what is scrapped there was already made at the pace of the line.
    """

    pacing: frozenset[tuple[str, int]]
    after: frozenset[tuple[str, int]] = frozenset()


def priced(
    stretches: Iterable[Stretch],
    roles: Roles,
    demand: Mapping[tuple[str, str, int], Demand],
    prices: Prices,
) -> Money:
    """Price every leaf of every stretch.

    Args:
        stretches: of all machines of a scope.
        roles: of the machines.
        demand: (machine, product, window) -> what could have been done with the pieces.
        prices: in one currency.
    """
    money: Money = {}
    for one in stretches:
        could = demand.get((one.machine, one.product, one.window), "unknown")
        for leaf, seconds in one.leaves.items():
            if leaf not in OUTSIDE and leaf != GOOD:
                for item in (*_of_time(leaf, seconds, one, could, roles), *_of_cash(leaf, seconds, one)):
                    _add(money, leaf, item, one, prices)
    return money


def _of_time(leaf: str, seconds: Fraction, one: Stretch, could: Demand, roles: Roles) -> Iterator[_Item]:
    """What could have been done with the time: by demand where the pace is set, elsewhere nothing is sold."""
    here = (one.machine, one.window)
    is_sure = leaf != "unknown" and could != "unknown"  # nobody saw whether anything was lost
    hours, is_open = seconds / _HOUR, could == "unknown"
    if here in roles.after and leaf in ("scrap", "startup_reject") and could in ("sold out", "unknown"):
        lost = one.scrap if leaf == "scrap" else one.rejects
        yield _Item(CONTRIBUTION, "contribution", lost, is_sure)
    if here in roles.pacing and could in ("sold out", "unknown"):
        yield _Item(CONTRIBUTION, "contribution", seconds / one.cycle if one.cycle else seconds, is_sure)
    if here in roles.pacing and could in ("recoverable", "unknown"):
        yield _Item(AVOIDED, "overtime", hours, is_sure, is_needed=not is_open)
    if here not in roles.pacing or could in ("slack", "unknown"):
        yield _Item(FREED, "machine", hours, is_sure or here not in roles.pacing, is_needed=False)


def _of_cash(leaf: str, seconds: Fraction, one: Stretch) -> Iterator[_Item]:
    """What is really spent, whatever could have been sold."""
    if leaf == "scrap":
        yield _Item(CASH, "scrap", one.scrap, is_certain=True)
    if leaf == "startup_reject":
        yield _Item(CASH, "scrap", one.rejects, is_certain=True)
    if leaf == "rework":
        yield _Item(CASH, "rework", one.rework, is_certain=True, is_needed=False)
    if leaf in _STOPS:
        yield _Item(CASH, "idle_labour", seconds / _HOUR, is_certain=True, is_needed=False)


def _add(money: Money, leaf: str, item: _Item, one: Stretch, prices: Prices) -> None:
    if not item.quantity:
        return
    price = prices.amount(item.fact, one)
    no_rate = prices.no_rate(item.fact, one) if price is None else ""
    if price is None and not item.is_needed and not no_rate:
        return
    figure = money.setdefault((leaf, item.kind), Figure())
    if no_rate:
        figure.missing.add(no_rate)
        return
    if price is None:
        about = f" of {one.product}" if one.product else ""
        figure.missing.add(f"{item.fact}{about} at {one.machine}")
        return
    if item.fact == "contribution" and not one.cycle and leaf not in ("scrap", "startup_reject"):
        figure.missing.add(f"ideal cycle of {one.product or 'any product'} at {one.machine}")
        return
    people = prices.crew(one) if item.fact in ("overtime", "idle_labour") else 1
    amount = item.quantity * price * people
    figure.price_sets.add(prices.price_set(item.fact, one))
    figure.low += amount if item.is_certain else min(amount, Fraction(0))
    figure.high += amount if item.is_certain else max(amount, Fraction(0))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What could be sold in a window: `sold_out`, or a quantity; neither is not known.

    Attributes:
        sold_out: whether all of it could have been sold.
        qty: pieces that could be sold.
        made: good pieces of all that the quantity speaks of: every machine that sets a pace, every product.
        room: how many more could be made outside the schedule.
    """

    sold_out: bool | None = None
    qty: Fraction | None = None
    made: Fraction = Fraction(0)
    room: Fraction = Fraction(0)


def demand_of(wanted: Sequence[Wanted]) -> Demand:
    """What could have been done with pieces that were not made.

    Args:
        wanted: what was said of the product, its family, or a place it is made at.

    >>> demand_of([Wanted(qty=Fraction(100), made=Fraction(90), room=Fraction(5))])
    'sold out'
    >>> demand_of([Wanted(qty=Fraction(100), made=Fraction(90), room=Fraction(60))])
    'recoverable'
    """
    if any(one.sold_out for one in wanted):
        return "sold out"
    short = [(one.qty - one.made, one.room) for one in wanted if one.qty is not None]
    if any(lacking > room for lacking, room in short if lacking > 0):
        return "sold out"
    if any(lacking > 0 for lacking, _ in short):
        return "recoverable"
    return "slack" if short or any(one.sold_out is False for one in wanted) else "unknown"
