"""Counters in words: what one showed that cannot be believed, and why a sample made nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from plantstack.connectors.mapping.counters import Doubt, Last
from plantstack.connectors.mapping.model import Counter, Mapping, Rule
from plantstack.errors import Problem
from plantstack.events.jsontext import number_text
from plantstack.events.schema import COUNT_CLASSES
from plantstack.intervals import DAY, HOUR, MINUTE, SECOND

BASELINE = "its first value is the baseline: pieces are counted from the next one on"
UNCHANGED = "it made no pieces, and 'zeros: drop' leaves that out"
EMPTY = "it shows nothing"
KNOWN = "it lies within what was counted before"
WILD = "it shows what cannot be believed"
_SET = "where it was set, counting goes on with the next value."


def wild_problem(
    mapping: Mapping, rule: Rule, values: Sequence[Decimal | None], doubt: Doubt | None = None
) -> Problem:
    """Say what a counter showed that cannot be believed, and what it showed before.

    Args:
        mapping: whose columns they are.
        rule: that counts them.
        values: shown, one a class of pieces.
        doubt: the instant, and the last values that were believed; None where nothing is known.
    """
    counter = rule.counter or Counter(cumulative=True)
    names = [rule.fields[name].only for name in COUNT_CLASSES if name in rule.fields]
    where = ", ".join(f"column '{mapping.columns[name].header or name}'" for name in names if name)
    shown = [number_text(value) for value in values if value is not None]
    limits = ["0 or more" if counter.rollover is None else f"from 0 to below {counter.rollover}"]
    if counter.max_rate is not None:
        limits.append(f"growing by at most {float(counter.max_rate * MINUTE):g} a minute")
    what = f"expected a counter {', '.join(limits)}, came {' and '.join(shown)}"
    fix = "Check the counter; where it can be that fast, raise 'max_rate'."
    pairs = list(_pairs(values, doubt))
    if doubt and pairs:
        before = " and ".join(number_text(last.value) for _, last in pairs)
        what += f", {_length(doubt.at - max(last.at for _, last in pairs))} after {before}"
        what += "; a fall is a reset, and all it shows would be new" if _fell(counter, pairs) else ""
        fix = f"{fix[:-1]}; {_SET}"
    if any(_is_beyond(counter, value) for value in values if value is not None) and pairs:
        fix = "Check the counter: it cannot show that. Check 'rollover' too, where it has one."
    return Problem("counter-wild", where or f"rule '{rule.name}'", what, fix)


def _pairs(values: Sequence[Decimal | None], doubt: Doubt | None) -> Iterator[tuple[Decimal, Last]]:
    for value, last in zip(values, doubt.last if doubt else (), strict=False):
        if value is not None and last is not None:
            yield value, last


def _fell(counter: Counter, pairs: Sequence[tuple[Decimal, Last]]) -> bool:
    return any(value < last.value and not _is_beyond(counter, value) for value, last in pairs)


def _is_beyond(counter: Counter, value: Decimal) -> bool:
    return value < 0 or (counter.rollover is not None and value >= counter.rollover)


def _length(us: int) -> str:
    """A span in the largest unit that says it.

    >>> _length(90 * SECOND), _length(2 * SECOND), _length(3 * HOUR), _length(0)
    ('1.5 min', '2 s', '3 h', '0 s')
    """
    for unit, name in ((DAY, "days"), (HOUR, "h"), (MINUTE, "min")):
        if us >= unit:
            return f"{us / unit:.3g} {name}"
    return f"{max(us, 0) / SECOND:.3g} s"
