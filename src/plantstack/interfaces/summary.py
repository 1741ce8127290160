"""The command summary: what a shift came to, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.text import Text

from plantstack.insights.telling.words import BESIDES
from plantstack.interfaces.answer import AsJson, AsLines, Project, give
from plantstack.interfaces.asked_model import at_once
from plantstack.interfaces.asked_otherwise import said_otherwise
from plantstack.interfaces.asked_shift import summaries
from plantstack.interfaces.options import Scope, nothing
from plantstack.interfaces.telling import reader_of
from plantstack.interfaces.web.formats import instant
from plantstack.interfaces.web.speaking import SOURCE, catalogue
from plantstack.stack import Stack

Row = Mapping[str, Any]

Language = Annotated[str, typer.Option("--lang", help="Language of the sentences: en, de or es.")]


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("summary")(summary)


def summary(
    project: Project,
    scope: Scope = "",
    shift: Annotated[
        str,
        typer.Option("--shift", metavar="now|last|DAY.SHIFT", help="Which shift; the open one by default."),
    ] = "now",
    lang: Language = SOURCE,
    rephrased: Annotated[
        bool, typer.Option("--rephrased", help="By the language model of llm/llm.yaml, where that holds.")
    ] = False,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """Say what a shift came to in a few sentences, and what it lost most to."""
    retell = at_once(project) if rephrased else None
    with Stack.open(project) as stack:
        answer = summaries(stack, scope, shift=shift, language=lang)
        zones, plant = zones_in(stack, answer.rows), stack.plant
    if retell is not None:
        rows = said_otherwise(answer.rows, retell, lambda place: reader_of(plant, zones[place], lang))
        answer = replace(answer, rows=rows, notes=[*answer.notes, *retell.notes()])
    told: str | Group = _sentences(answer.rows, zones, lang) if answer.rows else nothing(answer.as_of)
    give(answer, as_json=as_json, as_lines=as_lines, told=told)


# -- for people ----------------------------------------------------------------------------------


def zones_in(stack: Stack, rows: Sequence[Row]) -> dict[str, str]:
    """The clock of each place that rows are about."""
    places = {row["scope"]["equipment"] for row in rows}
    return {place: stack.zone_of(place) for place in places}


def heading(row: Row, zones: Mapping[str, str], lang: str) -> Text:
    """Which shift of which place."""
    place, period = row["scope"]["equipment"], row["period"]
    start, end = (instant(period[one], lang, zones[place]) for one in ("from", "to"))
    return Text(f"{place or 'everything'}, {period['label']}: {start} to {end}", style="bold")


def _sentences(rows: Sequence[Row], zones: Mapping[str, str], lang: str) -> Group:
    parts: list[Text] = []
    for _, told in groupby(rows, key=lambda row: (row["scope"]["equipment"], row["period"]["from"])):
        mine = list(told)
        parts.append(heading(mine[0], zones, lang))
        parts += [Text(f"  {row['told']}") for row in mine if row["row"] == "sentence"]
        said = {row["id"] for row in mine if row["row"] == "sentence"}
        losses = [row for row in mine if row["row"] == "loss" and row["id"] not in said]
        if losses:
            parts.append(Text(f"  {catalogue(lang).gettext(BESIDES)}", style="bold"))
        parts += [Text(f"    {row['told']}") for row in losses]
    return Group(*parts)
