"""The stops of machines, put together from the ledger: one stop is the entries that share where it began."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from plantstack.intervals import MINUTE, Interval
from plantstack.plant.plant import Plant
from plantstack.stack.floor.rows import Entry
from plantstack.stack.floor.states import is_automatic, is_unexplained

QUARTER = 15 * MINUTE


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop (BOOKS 4), as far as the window reaches it was asked in.

    Attributes:
        machine: id; with `from_at` it names the stop for good.
        from_at: microseconds UTC, where it began, also when that lies before the window.
        until_at: where it ended; of an open one, as far as it is known.
        is_open: whether it still stands.
        own_us: its own seconds inside the window, breaks in it left out.
        account: where most of them went.
        state: of the machine where it began.
        reason: symptom that most of them have; '' for none. `label` is what people call it.
        cause: what was found later; '' for none. `cause_label` is what people call it.
        owner: function that owns the reason.
        is_unexplained: over the micro-stop limit, and no reason says why (none, or one that catches all).
        is_automatic: the reason is that of an alarm rule; nobody confirmed it.
        is_micro: closed under the micro-stop limit.
        order: that was on; `product` likewise, '' for none.
    """

    machine: str
    from_at: int
    until_at: int
    is_open: bool
    own_us: int
    account: str
    state: str
    reason: str
    label: str
    cause: str
    cause_label: str
    owner: str
    is_unexplained: bool
    is_automatic: bool
    is_micro: bool
    day: str
    shift: str
    order: str
    product: str


def stops_of(plant: Plant, entries: Iterable[Entry]) -> list[Stop]:
    """The stops in some entries of one machine, in order of time."""
    found: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.stop_at is not None:
            found[entry.stop_at].append(entry)
    return [_stop(plant, parts) for _, parts in sorted(found.items())]


def _stop(plant: Plant, parts: Sequence[Entry]) -> Stop:
    by_account: dict[str, int] = defaultdict(int)
    by_reason: dict[str, int] = defaultdict(int)
    by_cause: dict[str, int] = defaultdict(int)
    for one in parts:
        by_account[one.account] += one.length
        by_reason[one.reason] += one.length
        by_cause[one.cause] += one.length
    reason, cause = _most(by_reason), _most({name: us for name, us in by_cause.items() if name})
    leaf, found, first, last = plant.reasons.get(reason), plant.reasons.get(cause), parts[0], parts[-1]
    return Stop(
        machine=first.machine,
        from_at=first.stop_at if first.stop_at is not None else first.from_at,
        until_at=last.until_at,
        is_open=last.is_open,
        own_us=sum(one.length for one in parts),
        account=_most(by_account),
        state=first.state,
        reason=reason,
        label=leaf.label if leaf else reason,
        cause=cause,
        cause_label=found.label if found else cause,
        owner=leaf.owner if leaf else "",
        is_unexplained=any(is_unexplained(one) for one in parts),
        is_automatic=any(is_automatic(one) for one in parts if one.reason == reason),
        is_micro="micro_stop" in by_account,
        day=last.day,
        shift=last.shift,
        order=last.order,
        product=last.product,
    )


def _most(lengths: dict[str, int]) -> str:
    return max(lengths, key=lambda name: (lengths[name], name)) if lengths else ""


@dataclass(frozen=True, slots=True)
class Lost:
    """Time lost to one leaf.

    Attributes:
        account: where the time went; `reason` is '' where nobody said why.
        label: of the reason; '' for none: pages name the account then.
        us: microseconds.
        n: stops (of set-up: changes) it was lost in.
    """

    account: str
    reason: str
    label: str
    us: int
    n: int


def lost_by_quarter(entries: Iterable[Entry], accounts: Sequence[str], span: Interval) -> tuple[int, ...]:
    """Time in some accounts in each quarter of an hour of a span; of one that is not over nothing is said."""
    us = [0] * (max(0, span.end - span.start) // QUARTER)
    for one in entries:
        first, last = (one.from_at - span.start) // QUARTER, (one.until_at - span.start - 1) // QUARTER
        for n in range(max(0, first), min(last + 1, len(us)) if one.account in accounts else 0):
            begin = span.start + n * QUARTER
            us[n] += min(one.until_at, begin + QUARTER) - max(one.from_at, begin)
    return tuple(us)


def lost_in(plant: Plant, entries: Iterable[Entry], accounts: Sequence[str]) -> tuple[Lost, ...]:
    """Time in some accounts by leaf, the greatest first; it adds up to the sums of these accounts."""
    us: dict[tuple[str, str], int] = defaultdict(int)
    stops: dict[tuple[str, str], set[tuple[str, int]]] = defaultdict(set)
    before: Entry | None = None
    setup_at = 0
    for one in entries:
        if one.account in accounts:
            goes_on = before is not None and before.account == "setup" and before.until_at == one.from_at
            setup_at = setup_at if goes_on else one.from_at
            us[one.account, one.reason] += one.length
            began = one.stop_at if one.stop_at is not None else setup_at
            stops[one.account, one.reason].add((one.machine, began))
        before = one
    leaves = plant.reasons
    found = [
        Lost(account, reason, leaves[reason].label if reason in leaves else reason, length, len(stops[key]))
        for key, length in us.items()
        for account, reason in [key]
    ]
    return tuple(sorted(found, key=lambda one: (-one.us, one.account, one.reason)))
