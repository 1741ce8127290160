"""A question in somebody's own words: rounds of look-ups within bounds, an answer held to them, all noted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

from plantstack.intervals import rfc3339
from plantstack.live.asking.checking import LINES, Verdict, held
from plantstack.live.asking.fact import Fact
from plantstack.live.asking.prompt import question_of, refusal, result_of, rules_for
from plantstack.live.model.endpoint import Model, NoReply
from plantstack.live.model.noting import note
from plantstack.live.model.shapes import Call, Exchange, Talk, Tool, Turn

MOST_ASKED = 500  # characters of a question
_MOST_ANSWER = 6_000  # characters of an answer that are read
_NOTED = 20_000  # characters of a reply that are written down
_ANSWER_S = 10.0  # kept back from looking things up, at most a quarter of the time: the answer takes some too
_AROUND = ("equipment", "definitions")  # tools that a model finds its way with


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far one question goes.

    Attributes:
        seconds: until there is an answer, or none.
        rounds: in which a model may look something up.
        calls: look-ups in all of them.
        characters: sent to the model in all; `tokens` where it counts them.
        facts: that are laid before it.
    """

    seconds: float = 50.0
    rounds: int = 6
    calls: int = 12
    characters: int = 300_000
    tokens: int = 120_000
    facts: int = 120


@dataclass(frozen=True, slots=True)
class Found:
    """What a look-up gave.

    Attributes:
        facts: sentences, as far as there are any.
        more: what stands beside them: problems, how far the books reach, rows of names.
        left_off: rows that were too many.
    """

    facts: Sequence[Fact] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    left_off: int = 0


class Toolbox(Protocol):
    """What may be looked up, for whoever asks."""

    @property
    def tools(self) -> Sequence[Tool]:
        """Described for the model."""

    def look_up(self, name: str, given: Mapping[str, Any], patience_s: float) -> Found:
        """Look something up; what cannot be asked is said beside the facts.

        Raises:
            KeyError: where there is no such tool.
        """


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        text: in somebody's words.
        language: he is answered in.
        now: microseconds UTC; `clock` the same as he reads it.
        place: the part of the plant he asks from; '' all of it.
        role: he has; '' none. Who he is is told to nobody.
    """

    text: str
    language: str
    now: int
    clock: str
    place: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question came to.

    Attributes:
        verdicts: on the sentences of the model.
        facts: that were looked up, by their numbers.
        why: there is no answer of the model; '' where there is one.
        model: that was asked.
    """

    verdicts: Sequence[Verdict]
    facts: Mapping[str, Fact]
    why: str
    model: str

    @property
    def shown(self) -> Sequence[Verdict]:
        """What is shown of the answer, in its order."""
        return [one for one in self.verdicts if one.shown]

    @property
    def used(self) -> Mapping[str, Fact]:
        """The facts that the answer rests on; where there is none, those that were found for it."""
        names = [one.fact for one in self.shown]
        if names:
            return {name: self.facts[name] for name in names}
        return {name: one for name, one in self.facts.items() if one.tool not in _AROUND} or self.facts

    @property
    def cannot(self) -> Mapping[str, Fact]:
        """What was looked at and cannot be judged, beside what the answer says of it."""
        return {name: one for name, one in self.facts.items() if one.is_cannot and name not in self.used}


def ask(
    question: Question, model: Model, toolbox: Toolbox, folder: Path, bounds: Bounds | None = None
) -> Asked:
    """Have a question answered; nothing is shown that no fact carries, and everything is written down.

    Args:
        question: what is asked.
        model: that looks facts up and words the answer.
        toolbox: what it may look up, with the rights of whoever asks.
        folder: of the project, whose log it is written to.
        bounds: how far it goes.
    """
    talk = _Talking(question, model, toolbox, bounds or Bounds())
    text, why = talk.answered()
    verdicts = held(text[:_MOST_ANSWER], talk.facts)
    if not why and not any(one.shown for one in verdicts):
        why = "nothing in the answer of the model is carried by a fact"
    note(folder, _row(question, model, talk, why, verdicts))
    return Asked(verdicts, talk.facts, why, model.name)


class _Talking:
    """One talk with a model, within its bounds."""

    def __init__(self, question: Question, model: Model, toolbox: Toolbox, bounds: Bounds) -> None:
        self._model, self._toolbox, self._bounds = model, toolbox, bounds
        self._end = monotonic() + bounds.seconds
        self._rules = rules_for(question.language, LINES)
        self._asked = question_of(question.text[:MOST_ASKED], question.clock, question.place)
        self.facts: dict[str, Fact] = {}
        self.done: list[Exchange] = []
        self.last = Turn("")
        self._numbers: dict[str, str] = {}
        self._calls = self._characters = self._tokens = 0

    def answered(self) -> tuple[str, str]:
        """The text of the answer, or why there is none."""
        while True:
            may_call = self._may_call()
            talk = Talk(self._rules, self._asked, self.done, self._toolbox.tools, may_call)
            left_s = self._end - monotonic()
            if left_s <= 0:
                return "", "there was no answer in the time there is"
            self._characters += self._length()
            try:
                self.last = self._model.turn(talk, left_s)
            except NoReply as error:
                return "", str(error)
            self._tokens += self.last.tokens
            if not self.last.calls:
                return self.last.text, ""
            if not may_call:
                return "", "the model looks things up without end, and answers nothing"
            self.done.append(Exchange(self.last, tuple(map(self._given, self.last.calls))))

    def _may_call(self) -> bool:
        bounds = self._bounds
        return (
            self._left_s() > 0
            and len(self.done) < bounds.rounds
            and self._calls < bounds.calls
            and self._characters + self._length() < bounds.characters
            and self._tokens < bounds.tokens
        )

    def _left_s(self) -> float:
        """Seconds that are left to look things up."""
        return self._end - monotonic() - min(_ANSWER_S, self._bounds.seconds / 4)

    def _length(self) -> int:
        """Characters of the talk so far: all of it is sent each time."""
        said = sum(len(one.turn.text) + sum(map(len, one.given)) for one in self.done)
        return len(self._rules) + len(self._asked) + said

    def _given(self, call: Call) -> str:
        """What a call is given, as quoted data."""
        self._calls += 1
        if self._calls > self._bounds.calls or len(self.facts) >= self._bounds.facts:
            return refusal("enough was looked up", "Answer with the facts there are.")
        if call.given is None:
            return refusal("what the tool is given is no JSON object")
        left_s = self._left_s()
        if left_s <= 0:
            return refusal("there is no time left", "Answer with the facts there are.")
        try:
            found = self._toolbox.look_up(call.name, call.given, left_s)
        except KeyError:
            return refusal("there is no such tool")
        return self._numbered(found)

    def _numbered(self, found: Found) -> str:
        """The facts of a look-up with their numbers; one that is known keeps its own."""
        mine: dict[str, Fact] = {}
        for one in found.facts:
            name = self._numbers.get(one.sentence)
            if name is None and len(self.facts) < self._bounds.facts:
                name = self._numbers[one.sentence] = f"f{len(self.facts) + 1}"
                self.facts[name] = one
            if name is not None:
                mine[name] = self.facts[name]
        return result_of(mine, found.more, found.left_off + len(found.facts) - len(mine))


def _row(
    question: Question, model: Model, talk: _Talking, why: str, verdicts: Sequence[Verdict]
) -> Mapping[str, Any]:
    """What is written down; who asked is not."""
    looked = [
        {
            "reply": one.turn.text[:_NOTED],
            "calls": [{"name": call.name, "given": call.given} for call in one.turn.calls],
            "given": [json.loads(given) for given in one.given],
        }
        for one in talk.done
    ]
    return {
        "at": rfc3339(question.now),
        "model": model.name,
        "language": question.language,
        "role": question.role,
        "place": question.place,
        "asked": question.text,
        "looked_up": looked,
        "reply": talk.last.text[:_NOTED],
        "why_none": why,
        "verdicts": [_verdict(one) for one in verdicts],
    }


def _verdict(one: Verdict) -> Mapping[str, Any]:
    return {
        "told": one.told,
        "fact": one.fact,
        "shown": one.shown,
        "accepted": one.is_models,
        "doubts": [{"kind": doubt.kind, "what": doubt.what} for doubt in one.doubts],
    }
