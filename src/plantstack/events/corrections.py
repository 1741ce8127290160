"""Which events no longer stand: a pure function of the corrections and what they point at.

The result depends on the statements alone, never on the order in which they arrived.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

Identity = tuple[str, str]  # (source, key)


@dataclass(frozen=True, slots=True)
class Correction:
    """An event that supersedes another one."""

    identity: Identity
    target: Identity
    void: bool
    kind: str
    told_at: int
    at: int


class Rank(NamedTuple):
    """What a source may do and how much its word weighs."""

    rank: int = 10
    person: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What the corrections come to."""

    voided: frozenset[Identity]  # no longer stand: superseded, retracted, or the loser of a competition
    dead: Mapping[Identity, str] = field(default_factory=dict)  # corrections that break a rule, and which


RULES = {
    "correction-cycle": "corrections that supersede each other in a circle",
    "correction-kind": "a replacement must be of the same kind as what it replaces",
    "correction-right": "only a person or the same source may correct a source's event",
}


def standing(
    corrections: Sequence[Correction], kinds: Mapping[Identity, str], ranks: Mapping[str, Rank]
) -> Standing:
    """Decide which events are void and which corrections are dead letters.

    Args:
        corrections: every known event with `supersedes`, in any order; one per identity.
        kinds: the kind of each target that has arrived; a missing one may still come.
        ranks: rank and rights by source; sources not named have the default rank and no rights.

    A dead correction does nothing. Of the others that supersede one target, the greatest by (source
    rank, told_at, at, source, key) replaces or retracts it and the rest are void too, with all that
    corrects them: it would take a place that is lost. A void target stays void when its replacement
    is replaced in turn; only a standing `void: true` on the correction itself takes that correction's
    effect back.
    """
    dead = _dead(corrections, kinds, ranks)
    live = [correction for correction in corrections if correction.identity not in dead]
    by_target: dict[Identity, list[Correction]] = {}
    for correction in live:
        by_target.setdefault(correction.target, []).append(correction)
    voided: set[Identity] = set()
    retracted: set[Identity] = set()
    lost: set[Identity] = set()
    for target in _from_the_ends(by_target):
        in_force = [c for c in by_target[target] if c.identity not in retracted]
        if not in_force:
            continue
        winner = max(in_force, key=lambda c: _weight(c, ranks))
        voided.add(target)
        lost.update(c.identity for c in in_force if c is not winner)
        if winner.void and winner.identity not in voided:
            retracted.add(target)
    return Standing(frozenset(voided | _with_what_hangs_on(lost, by_target)), dead)


def _with_what_hangs_on(
    lost: Iterable[Identity], by_target: Mapping[Identity, list[Correction]]
) -> set[Identity]:
    found: set[Identity] = set()
    stack = list(lost)
    while stack:
        here = stack.pop()
        if here not in found:
            found.add(here)
            stack.extend(c.identity for c in by_target.get(here, ()))
    return found


def _weight(correction: Correction, ranks: Mapping[str, Rank]) -> tuple[int, int, int, str, str]:
    source, key = correction.identity
    return ranks.get(source, Rank()).rank, correction.told_at, correction.at, source, key


def _dead(
    corrections: Sequence[Correction], kinds: Mapping[Identity, str], ranks: Mapping[str, Rank]
) -> dict[Identity, str]:
    """Find the corrections that break a rule, whatever they would have won."""
    dead = dict.fromkeys(_in_circles(corrections), "correction-cycle")
    own_kinds = {correction.identity: correction.kind for correction in corrections}
    for correction in corrections:
        if correction.identity in dead:
            continue
        mine, other = correction.identity[0], correction.target[0]
        if mine != other and not ranks.get(mine, Rank()).person:
            dead[correction.identity] = "correction-right"
        kind = own_kinds.get(correction.target, kinds.get(correction.target))
        if not correction.void and kind is not None and kind != correction.kind:
            dead[correction.identity] = "correction-kind"
    return dead


def _in_circles(corrections: Iterable[Correction]) -> set[Identity]:
    """Return the members of every circle: each correction has one target, so walking finds them."""
    target = {correction.identity: correction.target for correction in corrections}
    circles: set[Identity] = set()
    done: set[Identity] = set()
    for start in target:
        path: list[Identity] = []
        on_path: set[Identity] = set()
        here = start
        while here in target and here not in done and here not in on_path:
            path.append(here)
            on_path.add(here)
            here = target[here]
        if here in on_path:
            circles.update(path[path.index(here) :])
        done.update(path)
    return circles


def _from_the_ends(by_target: Mapping[Identity, list[Correction]]) -> list[Identity]:
    """Order targets so that each comes after all that is said about its corrections.

    Circles are gone, so this is the order of a forest, last corrections first.
    """
    ordered: list[Identity] = []
    seen: set[Identity] = set()
    for root in by_target:
        stack = [(root, False)]
        while stack:
            target, ready = stack.pop()
            if ready:
                ordered.append(target)
            elif target not in seen:
                seen.add(target)
                stack.append((target, True))
                stack.extend((c.identity, False) for c in by_target[target] if c.identity in by_target)
    return ordered
