"""The command priorities: what to do first until the shift ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import typer
from rich.console import Group
from rich.text import Text

from plantstack.insights.telling.words import PER
from plantstack.interfaces.answer import AsJson, AsLines, Project, give
from plantstack.interfaces.asked_shift import first_things
from plantstack.interfaces.options import Scope, nothing
from plantstack.interfaces.summary import Language, Row, heading, zones_in
from plantstack.interfaces.telling import duty, sentence
from plantstack.interfaces.web.formats import money, number
from plantstack.interfaces.web.speaking import SOURCE, catalogue
from plantstack.stack import Stack


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("priorities")(priorities)


def priorities(
    project: Project,
    scope: Scope = "",
    lang: Language = SOURCE,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """Say what to do first until the shift ends: who, what it wins back, and why before the others.

    Where no shift runs it is for the next one that begins.
    """
    with Stack.open(project) as stack:
        answer = first_things(stack, scope, language=lang)
        zones = zones_in(stack, answer.rows)
    nothing_first = catalogue(lang).gettext("Nothing needs to be done before the rest.")
    empty = nothing_first if answer.as_of else nothing(answer.as_of)
    told: str | Group = _list(answer.rows, zones, lang) if answer.rows else empty
    give(answer, as_json=as_json, as_lines=as_lines, told=told)


# -- for people ----------------------------------------------------------------------------------


def _list(rows: Sequence[Row], zones: Mapping[str, str], lang: str) -> Group:
    parts: list[Text] = []
    for _, told in groupby(rows, key=lambda row: row["scope"]["equipment"]):
        mine = list(told)
        parts += _heading(mine[0], zones, lang)
        for row in mine:
            parts.append(Text(f"  {row['rank']}. {sentence(row['told'])}"))
            parts.append(Text(f"     {duty(row['owner'], lang)}{_won(row, lang)}", style="dim"))
            parts += [Text(f"     {sentence(one['told'])}", style="dim") for one in row["why"]]
    return Group(*parts)


def _heading(row: Row, zones: Mapping[str, str], lang: str) -> list[Text]:
    """Which shift it is for."""
    say, state = catalogue(lang).gettext, row["period"]["state"]
    if state == "none":
        no_shift = say("No shift runs, and none begins within seven days.")
        return [Text(row["scope"]["equipment"], style="bold"), Text(f"  {no_shift}")]
    told = [heading(row, zones, lang)]
    if state == "next":
        told.append(Text(f"  {say('No shift runs now; this is for the next one that begins.')}"))
    return told


def _won(row: Row, lang: str) -> str:
    """What can be won back, or what it costs while nobody does it."""
    say, worth = catalogue(lang).gettext, row["money"]
    told = []
    if row["minutes"]:
        told.append(say("wins back about %(n)s min") % {"n": number(row["minutes"], lang)})
        if worth["high"] and not worth["per"]:
            told.append(say("worth up to %(money)s") % {"money": money(worth["high"], row["currency"], lang)})
    elif worth["per"] and worth["likely"]:
        cost = money(worth["likely"], row["currency"], lang)
        told.append(f"{say('costs about %(money)s') % {'money': cost}} {say(PER[worth['per']])}")
    return f": {', '.join(told)}" if told else ""
