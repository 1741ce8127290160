"""What a suggestion does to those who answer: how often its leaf is chosen when it is shown, and when not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from math import sqrt
from typing import Any

from plantstack.intervals import DAY, Interval
from plantstack.plant.alarms import WITHIN_AT_MOST
from plantstack.stack.floor.evidence import is_withheld
from plantstack.stack.floor.rows import Said
from plantstack.stack.floor.sight import Sight, look
from plantstack.stack.floor.stops import Stop, stops_of
from plantstack.stack.project import Stack

ENOUGH = 20  # answers on each side, below which nothing is said
_Z = 1.96  # 95 in 100
_TOLD_AFTER = 14 * DAY  # answers may come so long after the stop


@dataclass(frozen=True, slots=True)
class Pull:
    """How suggestions pull the answers of people towards them.

    Attributes:
        n_shown: stops a rule spoke for and a person answered, with the suggestion shown.
        n_shown_chosen: of them, those that got the suggested leaf.
        n_withheld: likewise, with the suggestion kept back; `n_withheld_chosen` of them.
        shown: share of the suggested leaf where it was shown; None where nobody answered.
        withheld: the same where it was kept back.
        pull: shown less withheld; None where either side is too small, `why_none` says so.
        low: of the range of `pull`, by 95 in 100 (Newcombe's, from Wilson's intervals); `high` likewise.
    """

    n_shown: int
    n_shown_chosen: int
    n_withheld: int
    n_withheld_chosen: int
    shown: float | None
    withheld: float | None
    pull: float | None
    low: float | None
    high: float | None
    why_none: str


def pull(stack: Stack, place: str, span: Interval, now: int) -> Pull:
    """How much suggestions pulled the answers about stops that began in a span.

    Args:
        stack: the opened project.
        place: id or path of a machine, line, area or site; '' is everything.
        span: microseconds UTC.
        now: microseconds UTC.

    Raises:
        QueryError: for a place that does not exist.
    """
    return pull_of(answers(look(stack, place, now), span))


@dataclass(frozen=True, slots=True)
class Answered:
    """A stop that a rule spoke for and that a person answered."""

    machine: str
    stop_at: int
    suggested: str
    chosen: str


def pull_of(found: Iterable[Answered]) -> Pull:
    """Count answers and put the two shares beside each other.

    >>> made = [Answered("m", n, "jam", "jam" if n % 4 else "film") for n in range(2000)]
    >>> told = pull_of(made)
    >>> told.n_shown + told.n_withheld, round(told.shown or 0, 2), (told.low or 1) < 0 < (told.high or -1)
    (2000, 0.75, True)
    """
    n = {True: [0, 0], False: [0, 0]}
    for one in found:
        side = n[is_withheld(one.machine, one.stop_at)]
        side[0] += 1
        side[1] += one.chosen == one.suggested
    (kept, kept_chosen), (seen, seen_chosen) = n[True], n[False]
    shown, withheld = _share(seen_chosen, seen), _share(kept_chosen, kept)
    few = min(seen, kept) < ENOUGH
    difference = None if few or shown is None or withheld is None else shown - withheld
    low, high = _range(seen_chosen, seen, kept_chosen, kept) if difference is not None else (None, None)
    why = f"needs {ENOUGH} answers with and without a suggestion, has {seen} and {kept}" if few else ""
    return Pull(seen, seen_chosen, kept, kept_chosen, shown, withheld, difference, low, high, why)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _range(one_k: int, one_n: int, other_k: int, other_n: int) -> tuple[float, float]:
    """Newcombe, Statistics in Medicine 17 (1998), method 10."""
    one, other = one_k / one_n, other_k / other_n
    (low_1, high_1), (low_2, high_2) = _wilson(one_k, one_n), _wilson(other_k, other_n)
    down = sqrt((one - low_1) ** 2 + (high_2 - other) ** 2)
    up = sqrt((high_1 - one) ** 2 + (other - low_2) ** 2)
    return one - other - down, one - other + up


def _wilson(k: int, n: int) -> tuple[float, float]:
    share, z2 = k / n, _Z * _Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return middle - half, middle + half


def answers(sight: Sight, span: Interval) -> Iterator[Answered]:
    """The stops that began in a span, of which an alarm rule speaks and a person said why."""
    rules = [
        row for row in sight.books.tables["alarm_rule"].to_pylist() if row["equipment"] in sight.machines
    ]
    if not rules:
        return
    told = _by_people(sight, Interval(span.start, span.end + _TOLD_AFTER))
    near = sight.said({"alarm"}, Interval(span.start - WITHIN_AT_MOST, span.end + WITHIN_AT_MOST))
    alarms: dict[str, list[Said]] = {}
    for one in near:
        if one.phase == "on":
            alarms.setdefault(one.machine, []).append(one)
    for machine, entries in sight.entries(span).items():
        answered = {one.stop_at for one in entries if one.stop_at and one.reason_offset in told}
        for stop in stops_of(sight.plant, entries):
            if stop.from_at in answered and stop.reason and stop.from_at >= span.start:
                leaf = suggested(stop, alarms.get(machine, ()), rules)
                if leaf:
                    yield Answered(machine, stop.from_at, leaf, stop.reason)


def _by_people(sight: Sight, span: Interval) -> set[int]:
    """Offsets of the reasons that persons gave."""
    return {one.offset for one in sight.said({"reason"}, span) if sight.plant.is_person(one.source)}


def suggested(stop: Stop, alarms: Sequence[Said], rules: Sequence[Mapping[str, Any]]) -> str:
    """The leaf that the rules of the plant have for the alarm a stop began with (R55); '' for none."""
    found = [
        (one.body.get("first_out") is not True, one.at, one.offset, rule["place"], rule["reason"])
        for one in alarms
        for rule in rules
        if rule["equipment"] == stop.machine
        and abs(one.at - stop.from_at) <= rule["within_us"]
        and rule["from_at"] <= stop.from_at < rule["until_at"]
        and fnmatchcase(one.row["code"] or "", rule["code"])
    ]
    return str(min(found)[-1]) if found else ""
