"""An answer held to its facts, sentence by sentence: what says more is not shown, its fact is. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from plantstack.insights.verifying.doubts import Doubt
from plantstack.insights.verifying.verifier import verify
from plantstack.live.asking.fact import Fact
from plantstack.live.asking.prompt import lines_of

LINES = 12
"""Sentences of an answer; more are not read."""

_CITED = re.compile(r"\[\s*(f\d+(?:\s*[,;]\s*f\d+)*)\s*\]", re.IGNORECASE)
_ENDS = re.compile(r"(?<=[.!?])\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one sentence of a model.

    Attributes:
        told: as the model said it.
        fact: the number of the fact that carries it, or that is shown instead; '' neither: it is dropped.
        shown: what is shown; '' nothing.
        doubts: why it is not shown as it was told.
    """

    told: str
    fact: str
    shown: str
    doubts: tuple[Doubt, ...] = ()

    @property
    def is_models(self) -> bool:
        """Whether the model's own words are shown."""
        return bool(self.shown) and not self.doubts


def held(text: str, facts: Mapping[str, Fact]) -> list[Verdict]:
    """Hold an answer to the facts that were looked up for it.

    A line that names its fact is held to that one, and gives way to it. A sentence that names none is shown
    where some fact carries all of it, and is dropped else: no two facts are joined into a third.

    Args:
        text: of a model.
        facts: by their numbers.
    """
    found: list[Verdict] = []
    for line in lines_of(text)[:LINES]:
        cited, plain = _cited(line, facts)
        if cited:
            found += _of_cited(plain, cited, facts)
        else:
            found += [_of_any(one, facts) for one in _ENDS.split(plain)[:LINES] if one.strip()]
    return _once(found)[: 2 * LINES]


def _cited(line: str, facts: Mapping[str, Fact]) -> tuple[list[str], str]:
    """The facts that a line names, and the line without their numbers."""
    names = [name for match in _CITED.findall(line) for name in re.split(r"[,;\s]+", match.lower())]
    plain = " ".join(_CITED.sub(" ", line).split())
    return [name for name in dict.fromkeys(names) if name in facts], re.sub(r"\s+([.,;!?])", r"\1", plain)


def _of_cited(told: str, cited: Sequence[str], facts: Mapping[str, Fact]) -> list[Verdict]:
    doubts = {name: verify(told, facts[name].behind) for name in cited} if told else {}
    for name, found in doubts.items():
        if not found:
            return [Verdict(told, name, told)]
    why = next(iter(doubts.values()), (Doubt("length", "no sentence"),))
    return [Verdict(told, name, facts[name].sentence, doubts.get(name) or why) for name in cited]


def _of_any(told: str, facts: Mapping[str, Fact]) -> Verdict:
    for name, fact in facts.items():
        if not verify(told, fact.behind):
            return Verdict(told, name, told)
    return Verdict(told, "", "", (Doubt("word", "no fact carries it"),))


def _once(found: Sequence[Verdict]) -> list[Verdict]:
    """Each fact said once; in the model's words where one of its sentences holds."""
    best: dict[str, Verdict] = {}
    for one in found:
        if one.fact and (one.fact not in best or (one.is_models and not best[one.fact].is_models)):
            best[one.fact] = one
    kept: list[Verdict] = []
    for one in found:
        if not one.fact or best[one.fact] is one:
            kept.append(one)
    return kept
