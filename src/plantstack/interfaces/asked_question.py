"""A question in somebody's own words: one function for the page, the API and the command."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from plantstack.errors import PlantstackError, Problem, QueryError
from plantstack.interfaces.answer import Answer
from plantstack.interfaces.asked_facts import Readership
from plantstack.interfaces.asked_model import model_of
from plantstack.interfaces.asked_shift import language_unknown
from plantstack.interfaces.asked_tools import Told, Tools
from plantstack.interfaces.web.speaking import LANGUAGES
from plantstack.live.access import Sender
from plantstack.live.asking.asking import MOST_ASKED, Asked, Bounds, Found, Question, ask
from plantstack.live.model.shapes import Tool
from plantstack.plant.plant import Plant
from plantstack.stack import Stack

BOUNDS = Bounds()
Look = Callable[[tuple[Hashable, ...], Callable[[Stack], Answer], float], Answer]
"""Asks the books within some seconds; the key names the question with everything it depends on."""

_NAMES = ("equipment", "definitions")  # tools whose rows a model needs for its next call
_LEFT_OUT = ("language",)  # of what a model may choose: facts are told in the language of who asks


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and in which language.

    Attributes:
        sender: his rights and his part of the plant.
        language: he is answered in.
        now: microseconds UTC.
    """

    sender: Sender
    language: str
    now: int


class Looking:
    """The tools of the MCP server, for a model that looks facts up for somebody."""

    def __init__(self, look: Look, plant: Plant, asker: Asker) -> None:
        """Remember for whom.

        Args:
            look: asks the books.
            plant: what stands where.
            asker: who asks.
        """
        sender = asker.sender
        self._look, self._patience_s = look, BOUNDS.seconds
        self._readership = Readership(plant, asker.language, "money" in sender.may, asker.now)
        every = Tools(self._looked, plant, sender, lambda: asker.now).all_
        self._tools = {one.__name__: (one, shape_of(one)) for one in every}

    @property
    def tools(self) -> Sequence[Tool]:
        """Described for the model."""
        return [
            Tool(name, inspect.getdoc(tool) or "", shape.model_json_schema())
            for name, (tool, shape) in self._tools.items()
        ]

    def look_up(self, name: str, given: Mapping[str, Any], patience_s: float) -> Found:
        """Look something up; what cannot be asked is said beside the facts.

        Raises:
            KeyError: where there is no such tool.
        """
        tool, shape = self._tools[name]
        self._patience_s = patience_s
        try:
            told = tool(**shape.model_validate(dict(given)).model_dump())
        except ValidationError as error:
            wrong = [{"where": str(one["loc"]), "what": one["msg"]} for one in error.errors()[:5]]
            return Found(more={"problems": wrong})
        except PlantstackError as error:
            return Found(more={"problems": [one.as_row() for one in error.problems]})
        return self._found(name, told)

    def _found(self, name: str, told: Told) -> Found:
        more: dict[str, Any] = {}
        for one in ("as_of", "problems"):
            more |= {one: told[one]} if told.get(one) else {}
        if name in _NAMES:
            more["rows"] = told["rows"]
        facts = self._readership.facts(name, told["rows"])
        return Found(facts, more, told.get("left_off", 0))

    def _looked(self, key: tuple[Hashable, ...], question: Callable[[Stack], Answer]) -> Answer:
        return self._look(key, question, self._patience_s)


def shape_of(tool: Callable[..., Told]) -> type[BaseModel]:
    """What a tool is given, from its signature."""
    hints = get_type_hints(tool, include_extras=True)
    fields: dict[str, Any] = {
        name: (hints[name], ... if one.default is inspect.Parameter.empty else one.default)
        for name, one in inspect.signature(tool).parameters.items()
        if name not in _LEFT_OUT
    }
    return create_model(tool.__name__, __config__=ConfigDict(extra="forbid"), **fields)


def answered(folder: Path, plant: Plant, look: Look, asker: Asker, text: str) -> Asked:
    """Have a question answered by the model of a project.

    Args:
        folder: of the project.
        plant: what stands where.
        look: asks the books.
        asker: who asks.
        text: what, in his words.

    Raises:
        ConfigError: for settings that cannot be read.
        QueryError: where there is no model, no such language, or nothing is asked.
    """
    if asker.language not in LANGUAGES:
        raise language_unknown(asker.language)
    model, asked = model_of(folder, "ask"), " ".join(text.split())
    if not asked or len(asked) > MOST_ASKED:
        fix = f"Ask one thing, in at most {MOST_ASKED} characters."
        raise QueryError(Problem("ask-length", "question", "this is no question that can be asked", fix))
    looking, place = Looking(look, plant, asker), asker.sender.scope
    clock = Readership(plant, asker.language, False, asker.now).clock(place)
    question = Question(asked, asker.language, asker.now, clock, place, asker.sender.role)
    return ask(question, model, looking, folder, BOUNDS)


def answer_of(asked: Asked) -> Answer:
    """The same as rows: the sentences that are shown, the facts they rest on, what cannot be judged."""
    rows: list[dict[str, Any]] = [
        {"row": "sentence", "told": one.shown, "fact": one.fact, "rephrased": one.is_models}
        for one in asked.shown
    ]
    for kind, facts in (("fact", asked.used), ("cannot judge", asked.cannot)):
        rows += [
            {
                "row": kind,
                "fact": name,
                "told": one.sentence,
                "trust": one.trust or None,
                "cannot_judge": one.is_cannot,
                "href": one.href,
                "tool": one.tool,
                "says": one.says.as_row(),
            }
            for name, one in facts.items()
        ]
    if asked.why:
        fix = "The facts that were looked up are given." if asked.facts else "Try again in a while."
        return Answer(rows, problems=[Problem("llm-silent", asked.model, asked.why, fix)])
    dropped = sum(not one.shown for one in asked.verdicts)
    what = f"{dropped} of {len(asked.verdicts)} sentences said what no fact carries"
    notes = [Problem("llm-doubted", asked.model, what, "They are left out.")] if dropped else []
    return Answer(rows, notes=notes)
