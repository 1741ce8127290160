"""The command ask: a question in one's own words, answered by a model that says no more than the facts."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Hashable
from typing import Annotated

import typer
from rich.console import Group
from rich.text import Text

from plantstack.interfaces.answer import Answer, AsJson, AsLines, Project, give
from plantstack.interfaces.asked_question import Asker, answer_of, answered
from plantstack.interfaces.mcp import TOKEN, sender_of
from plantstack.interfaces.summary import Language
from plantstack.interfaces.telling import sentence
from plantstack.interfaces.web.speaking import SOURCE
from plantstack.live.asking.asking import Asked
from plantstack.stack import Stack


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("ask")(ask)


def ask(
    project: Project,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="In your own words, in quotes.")],
    role: Annotated[
        str, typer.Option("--role", help="Look up only what this role may see, as 'operator'.")
    ] = "",
    scope: Annotated[
        str, typer.Option("--scope", metavar="PATH", help="Look up only this equipment and what is below.")
    ] = "",
    lang: Language = SOURCE,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """Ask about the plant in your own words; every sentence of the answer is held to a fact.

    It needs a language model, named in llm/llm.yaml. With a token in PLANTSTACK_TOKEN its rights and its
    equipment hold, without one those of --role and --scope.
    """
    now = time.time_ns() // 1_000
    with Stack.open(project) as stack:

        def look(_key: tuple[Hashable, ...], asked: Callable[[Stack], Answer], _patience_s: float) -> Answer:
            stack.log.refresh()
            return asked(stack)

        sender = sender_of(stack, os.environ.get(TOKEN, ""), role, scope, now)
        found = answered(project, stack.plant, look, Asker(sender, lang, now), question)
    give(answer_of(found), as_json=as_json, as_lines=as_lines, told=_told(found))


def _told(found: Asked) -> Group:
    """The answer, the facts it rests on, and what cannot be judged."""
    parts = [Text(sentence(one.shown)) for one in found.shown]
    if found.used:
        parts.append(Text("\nFacts:", style="bold"))
    parts += [_fact(one.sentence, one.trust, one.href) for one in found.used.values()]
    if found.cannot:
        parts.append(Text("\nCannot judge:", style="bold"))
    parts += [_fact(one.sentence, "", one.href) for one in found.cannot.values()]
    return Group(*(parts or [Text("No fact was found.")]))


def _fact(told: str, trust: str, href: str) -> Text:
    return Text(f"  {sentence(told)}").append(f"  {f'trust {trust}  ' if trust else ''}{href}", style="dim")
