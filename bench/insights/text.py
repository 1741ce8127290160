"""Text of shifts, and what stands between it and a language model: `python -m bench.insights.text [SHIFTS]`.

Three figures: unsupported facts in generated shifts, corruptions caught of each kind, and faithful rewordings
that are doubted without need.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from bench.insights.text_held_out import HELD_OUT
from bench.insights.text_reword import REWORDED, Rewordings, reworded
from bench.insights.text_shifts import (
    LANGUAGES,
    LINES,
    MACHINES,
    ORDERS,
    PRODUCTS,
    REASONS,
    ZONES,
    reader,
    shift_of,
)
from bench.insights.text_spoil import SPOILS, Told, told_of
from plantstack.insights.saying import Say
from plantstack.insights.telling.facts_of_shift import ShiftFacts
from plantstack.insights.telling.priorities import priorities
from plantstack.insights.telling.render import Reader, tell
from plantstack.insights.telling.summary import summary
from plantstack.insights.verifying.verifier import Basis, basis, verify

SHIFTS, A_KIND, REWORDINGS = 10_000, 1_000, 10_000
EVERY = (*LINES, *MACHINES, *REASONS, *PRODUCTS, *ORDERS)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(slots=True)
class Figures:
    """What a run came to.

    Attributes:
        shifts, sentences: that were generated.
        unsupported: sentences with a number or a name that the shift does not hold.
        caught, spoilt: corruptions by kind.
        doubted, reworded: faithful rewordings; `unseen`: those that no list of words was made with.
        missed, needless: a few examples.
    """

    shifts: int = 0
    sentences: int = 0
    unsupported: list[str] = field(default_factory=list)
    caught: dict[str, int] = field(default_factory=dict)
    spoilt: dict[str, int] = field(default_factory=dict)
    doubted: int = 0
    reworded: int = 0
    doubted_unseen: int = 0
    unseen: int = 0
    missed: list[tuple[str, str, str]] = field(default_factory=list)
    needless: list[tuple[str, str, str]] = field(default_factory=list)


def said(shift: ShiftFacts) -> list[Say]:
    """Everything that is said of a shift: its summary, what to do, and why."""
    first = priorities(shift)
    return [
        *(one.says for one in summary(shift).facts),
        *(one.says for one in first),
        *(why for one in first for why in one.why),
    ]


def generated(figures: Figures, shifts: int, seed: int = 1) -> None:
    """Generate shifts and look for numbers and names that they do not hold."""
    chance = Random(seed)
    for _ in range(shifts):
        shift, language = shift_of(chance), chance.choice(LANGUAGES)
        told_to = reader(language, chance.choice(ZONES))
        figures.shifts += 1
        for say in said(shift):
            figures.sentences += 1
            sentence = tell(say, told_to)
            doubts = verify(sentence + " ", basis(say, told_to))
            if doubts or list(strange(sentence, shift, told_to)):
                figures.unsupported.append(sentence)


def strange(sentence: str, shift: ShiftFacts, told_to: Reader) -> Iterator[str]:
    """Names and numbers of a sentence that are not in its shift; it knows nothing of how texts are made.

    Names are looked for among all there are. Digits are looked for among those that any number of the shift
    can show: as it is, as a share, in minutes, hours or on a clock, and as a difference of two.
    """
    held = repr(shift)
    left = sentence
    for one in sorted(EVERY, key=len, reverse=True):
        if one in left:
            if repr(one) not in held:
                yield one
            left = left.replace(one, " ")
    allowed = _shown(shift, told_to)
    for match in _NUMBER.finditer(left):
        digits = re.sub(r"\D", "", match.group()).lstrip("0")
        if digits and digits not in allowed:
            yield match.group()


def _shown(shift: ShiftFacts, told_to: Reader) -> set[str]:
    """The digits that numbers of a shift may show, without signs and leading zeros."""
    instants = [int(one) for one in re.findall(r"(?:since|at|due|starts)=(\d{13,})", repr(shift))]
    found = set[str]()
    for at in instants:
        clock, day = (
            told_to.formats.clock(at, "en", told_to.zone),
            told_to.formats.day(at, "en", told_to.zone),
        )
        found |= {one.lstrip("0") for one in re.findall(r"\d+", f"{clock} {day}")}
    lengths = [one.seconds for one in shift.losses] + [lost for _, lost in (shift.unexplained or {}).values()]
    lengths += [one.seconds for one in shift.changes]
    lengths += [one.seconds - (one.standard or 0) for one in shift.changes]
    rests = [one.rest for one in shift.standing if one.rest is not None]
    rests += [one.rest for one in shift.slow if one.rest is not None]
    lengths += [end or 0.0 for one in rests for end in (one.seconds, one.low, one.high)]
    lengths += [*(one.seconds or 0.0 for one in shift.late), (shift.end - shift.now) / 1e6]
    for length in lengths:
        for whole in (round(length), int(length)):
            minutes = (whole + 30) // 60
            found |= {str(one) for one in (whole, minutes, minutes // 60, minutes % 60)}
    counts: list[float] = [one.pieces or 0 for one in shift.losses]
    counts += [n for n, _ in (shift.unexplained or {}).values()] + [one.n for one in shift.changes]
    counts += [one.pieces or 0 for one in shift.holds] + [one.short for one in shift.crews]
    counts += [abs(end) for one in shift.losses for end in one.money or ()]
    counts += [one.missing or 0.0 for one in shift.late] + [one.n for one in rests] + [0]
    counts += range(len(shift.late))
    shares = [one.share for one in shift.slow if one.share is not None]
    shares += [one.share for one in rests if one.share is not None]
    for one in shift.lines:
        good, plan, before = one.good or 0, one.plan or 0, one.good_before or 0
        counts += [good, plan, one.scrap or 0, abs(good - plan), abs(good - before)]
        shares += [lost / all_ for lost, all_ in _rates(one.scrap, good, one.scrap_before, before)]
    found |= {str(round(one)) for one in counts} | {f"{round(one)}00" for one in counts}
    return found | {
        f"{one * 100 + tie:.1f}".replace(".", "").lstrip("0") for one in shares for tie in (-1e-9, 1e-9)
    }


def _rates(
    scrap: float | None, good: float, scrap_before: float | None, before: float
) -> Iterator[tuple[float, float]]:
    for lost, made in ((scrap or 0, good), (scrap_before or 0, before)):
        if lost + made > 0:
            yield lost, lost + made


@dataclass(frozen=True, slots=True)
class Case:
    """A true sentence, generated or reworded, and what it may say."""

    told: Told
    behind: Basis


def cases(seed: int, words: Rewordings = REWORDED) -> Iterator[tuple[Case, bool]]:
    """True sentences without end, half of them reworded."""
    chance = Random(seed)
    while True:
        shift = shift_of(chance)
        told_to = reader(chance.choice(LANGUAGES), chance.choice(ZONES))
        for say in said(shift):
            behind = basis(say, told_to)
            other = reworded(say, told_to, chance, words) if chance.random() < 0.7 else None
            sentence = other or behind.sentence
            apart = [one for one in EVERY if one not in sentence]
            yield Case(told_of(sentence, say, apart, told_to), behind), other is not None


def spoiled(figures: Figures, a_kind: int, seed: int = 2) -> None:
    """Spoil true sentences in every way, so many times each, and count what is caught."""
    chance, left = Random(seed), dict.fromkeys(SPOILS, a_kind)
    for case, _ in cases(seed):
        for kind, spoil in SPOILS.items():
            made = spoil(case.told, chance) if left[kind] else None
            if made is None or made in (case.told.sentence, case.behind.sentence):
                continue
            left[kind] -= 1
            figures.spoilt[kind] = figures.spoilt.get(kind, 0) + 1
            is_caught = bool(verify(made, case.behind))
            figures.caught[kind] = figures.caught.get(kind, 0) + is_caught
            if not is_caught:
                figures.missed.append((kind, case.behind.sentence, made))
        if not any(left.values()):
            return


def faithful(figures: Figures, n: int, seed: int = 3, words: Rewordings = REWORDED) -> None:
    """Reword true sentences and count what is doubted."""
    for case, is_reworded in cases(seed, words):
        if not is_reworded:
            continue
        doubts = verify(case.told.sentence, case.behind)
        figures.reworded += 1
        figures.doubted += bool(doubts)
        if doubts:
            why = "; ".join(f"{one.kind}: {one.what}" for one in doubts)
            figures.needless.append((why, case.behind.sentence, case.told.sentence))
        if figures.reworded >= n:
            return


def unseen(figures: Figures, n: int, seed: int = 4) -> None:
    """The same with rewordings that were written when the lists of words were closed."""
    apart = Figures()
    faithful(apart, n, seed, HELD_OUT)
    figures.doubted_unseen, figures.unseen = apart.doubted, apart.reworded
    figures.needless += apart.needless


def main(shifts: int) -> Figures:
    """Run all three."""
    figures = Figures()
    share = shifts / SHIFTS
    generated(figures, shifts)
    spoiled(figures, max(1, round(A_KIND * share)))
    faithful(figures, max(1, round(REWORDINGS * share)))
    unseen(figures, max(1, round(REWORDINGS * share)))
    return figures


def _print(figures: Figures) -> None:
    print(f"{figures.shifts} shifts, {figures.sentences} sentences: {len(figures.unsupported)} unsupported")
    print("\n".join(figures.unsupported[:5]))
    for kind, n in figures.spoilt.items():
        print(f"{kind:16} {figures.caught[kind]:5} of {n}  {figures.caught[kind] / n:.2%}")
    share = figures.doubted / figures.reworded
    print(f"needless doubts  {figures.doubted:5} of {figures.reworded}  {share:.2%}")
    share = figures.doubted_unseen / figures.unseen
    print(f"the same, unseen {figures.doubted_unseen:5} of {figures.unseen}  {share:.2%}")
    for examples in (figures.missed, figures.needless):
        for one in dict.fromkeys(examples[:400:20]):
            print(" | ".join(one))


if __name__ == "__main__":
    _print(main(int(sys.argv[1]) if len(sys.argv) > 1 else SHIFTS))
