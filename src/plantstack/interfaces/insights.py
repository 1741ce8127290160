"""The command insights: what deserves attention now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from plantstack.errors import Problem, QueryError
from plantstack.interfaces.answer import AsJson, AsLines, Project, give, progress
from plantstack.interfaces.asked_findings import insights as asked
from plantstack.interfaces.options import Scope, nothing
from plantstack.interfaces.web.formats import money, number
from plantstack.interfaces.web.speaking import LANGUAGES, SOURCE
from plantstack.stack import Stack

Row = Mapping[str, Any]

Layer = Annotated[int | None, typer.Option("--layer", min=1, max=5, help="Only of this layer.")]
Language = Annotated[str, typer.Option("--lang", help="Language of the sentences: en, de or es.")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="T", help="As it was known then; the end of the books.")
]


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("insights")(insights)


def insights(
    project: Project,
    scope: Scope = "",
    layer: Layer = None,
    as_of: AsOf = None,
    lang: Language = SOURCE,
    all_: Annotated[bool, typer.Option("--all", help="Also what an answer keeps off the list.")] = False,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """Show what deserves attention: how far off, what it costs, who should do what, and what it could be."""
    _check_language(lang)
    with Stack.open(project) as stack, progress(not (as_json or as_lines)) as bar:
        bar.add_task("Looking through what is known", total=None)
        answer = asked(stack, scope, layer=layer, as_of=as_of, language=lang, with_quiet=all_)
    told: str | Group = _list(answer.rows, lang) if answer.as_of else nothing(answer.as_of)
    give(answer, as_json=as_json, as_lines=as_lines, told=told)


def _check_language(lang: str) -> None:
    if lang not in LANGUAGES:
        fix = f"Known: {', '.join(LANGUAGES)}."
        raise QueryError(Problem("language-unknown", "--lang", f"no texts in '{lang}'", fix))


# -- for people ----------------------------------------------------------------------------------


def _list(rows: Sequence[Row], lang: str) -> Group:
    parts: list[Text | Padding] = []
    for number_, row in enumerate([one for one in rows if one["row"] == "finding"], 1):
        parts += _told(number_, row, lang)
    cannot = [row for row in rows if row["row"] == "cannot judge"]
    if not parts:
        parts.append(Text("Nothing stands out in what could be judged."))
    if cannot:
        parts.append(Text("\nCannot judge:", style="bold"))
    for row in cannot:
        where = row["scope"].get("equipment", "")
        about = f"{row['kind'].replace('_', ' ')}{f' of {where}' if where else ''}"
        parts.append(Text(f"  {about}: {row['why']['told']} {row['fix']['told']}"))
    return Group(*parts)


def _told(place: int, row: Row, lang: str) -> list[Text | Padding]:
    """A finding in a few lines: what, what it costs, what to do, what else it could be."""
    action, cost = row["action"], row["cost"]
    lines = [
        Text.assemble((f"{place}. ", "bold"), (row["says"]["told"], "bold")),
        Text(f"   {_cost(cost, lang)}  trust {row['trust']['grade']}  since {row['began']}  id {row['id']}"),
        Text(f"   {action['owner']}: {action['says']['told']}"),
    ]
    others = [one["says"]["told"] for one in row["explanations"]]
    if others:
        lines.append(Text(f"   It could also be: {' '.join(others)}", style="dim"))
    if row["answer"]:
        lines.append(Text(f"   answered: {row['answer']}", style="dim"))
    return [*lines, Text("")]


def _cost(cost: Row, lang: str) -> str:
    told = []
    if cost["pieces"] is not None:
        told.append(f"{number(cost['pieces'], lang)} pieces")
    if cost["minutes"] is not None:
        told.append(f"{number(cost['minutes'], lang)} min")
    if cost["likely"] is not None:
        low, high = (money(cost[end], cost["currency"], lang) for end in ("low", "high"))
        told.append(f"{money(cost['likely'], cost['currency'], lang)} ({low} to {high})")
    if not told:
        return f"cost not known: {cost['why_none']}" if cost["why_none"] else "cost not known"
    per = cost["per"] if cost["per"] == "so far" else f"a {cost['per']}"
    return f"{', '.join(told)} {per}"
