"""The command insights: what deserves attention now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from plantstack.errors import Problem, QueryError
from plantstack.interfaces.answer import AsJson, AsLines, Project, give, progress
from plantstack.interfaces.asked_findings import insights as asked
from plantstack.interfaces.asked_findings import score_rows
from plantstack.interfaces.options import Scope, nothing
from plantstack.interfaces.web.formats import NONE, duration, money, number, percent
from plantstack.interfaces.web.speaking import LANGUAGES, SOURCE
from plantstack.intervals import SECOND
from plantstack.stack import Stack
from plantstack.stack.finding.answers import TRUE

Row = Mapping[str, Any]

Layer = Annotated[int | None, typer.Option("--layer", min=1, max=5, help="Only of this layer.")]
Language = Annotated[str, typer.Option("--lang", help="Language of the sentences: en, de or es.")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="T", help="As it was known then; the end of the books.")
]


_PER = {"hour": "an hour", "run": "in this run", "so far": "so far"}
_LEAST = 0.5  # pieces or units of a currency: what is rounded to nothing


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
    score: Annotated[bool, typer.Option("--score", help="How each kind has done so far.")] = False,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """Show what deserves attention: how far off, what it costs, who should do what, and what it could be."""
    _check_language(lang)
    if score:
        with Stack.open(project) as stack:
            answer = score_rows(stack, scope, as_of=as_of)
        empty = "Nobody has answered to a finding yet."
        give(
            answer,
            as_json=as_json,
            as_lines=as_lines,
            told=_scores(answer.rows, lang) if answer.rows else empty,
        )
        return
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


def _scores(rows: Sequence[Row], lang: str) -> Table:
    """A line a kind; lead is from when the facts first said it to the answer."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("kind", "answered", "true", "precision", "false a machine-week"):
        table.add_column(name, justify="left" if name == "kind" else "right")
    for name in ("first known to answer", "until fixed", "money found a month"):
        table.add_column(name, justify="right")
    for row in rows:
        counts = row["answers"]
        true = sum(counts.get(word, 0) for word in TRUE)
        table.add_row(
            row["kind"].replace("_", " "),
            *(str(sum(counts.values())), str(true), percent(row["precision"], lang, 0)),
            number(row["false_a_machine_week"], lang, 2),
            *(duration(_us(row[name])) for name in ("lead_s", "until_fixed_s")),
            "; ".join(_worth(one, lang) for one in row["money"]) or NONE,
        )
    return table


def _us(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * SECOND)


def _worth(one: Row, lang: str) -> str:
    low, likely, high = (money(one[end], one["currency"], lang) for end in ("low", "likely", "high"))
    return f"{likely} ({low} to {high})"


def _list(rows: Sequence[Row], lang: str) -> Group:
    parts: list[Text | Padding] = []
    for number_, row in enumerate([one for one in rows if one["row"] == "finding"], 1):
        parts += _told(number_, row, lang)
    cannot = [row for row in rows if row["row"] == "cannot judge"]
    if not parts:
        parts.append(Text("Nothing stands out in what could be judged."))
    if cannot:
        parts.append(Text("\nCannot judge:", style="bold"))
    for said, places in _alike(cannot):
        kind, why, fix = said
        where = f" ({', '.join(places)})" if places else ""
        parts.append(Text(f"  {kind.replace('_', ' ')}: {why.rstrip('.')}. {fix}{where}"))
    return Group(*parts)


def _alike(cannot: Sequence[Row]) -> Iterable[tuple[tuple[str, str, str], list[str]]]:
    """Each sentence once, with the places it is said of."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for row in cannot:
        places = found.setdefault((row["kind"], row["why"]["told"], row["fix"]["told"]), [])
        places += [row["scope"]["equipment"]] if row["scope"].get("equipment") else []
    return found.items()


def _told(place: int, row: Row, lang: str) -> list[Text | Padding]:
    """A finding in a few lines: what, what it costs, what to do, what else it could be."""
    action, cost = row["action"], row["cost"]
    when = f"(overdue since {action['by']})" if row["overdue"] else f"(by {action['by']})"
    lines = [
        Text.assemble((f"{place}. ", "bold"), (row["says"]["told"], "bold")),
        Text(f"   {_cost(cost, lang)}  trust {row['trust']['grade']}  since {row['began']}  id {row['id']}"),
        Text(f"   {action['owner']}: {action['says']['told']} {when}"),
    ]
    others = [one["says"]["told"] for one in row["explanations"]]
    if others:
        lines.append(Text(f"   It could also be: {' '.join(others)}", style="dim"))
    if row["answer"]:
        lines.append(Text(f"   answered: {row['answer']}", style="dim"))
    return [*lines, Text("")]


def _cost(cost: Row, lang: str) -> str:
    known = [cost[name] for name in ("high", "pieces", "minutes") if cost[name] is not None]
    if known and max(known) < _LEAST:
        return "costs nothing that could be seen so far"
    told = []
    if cost["pieces"] is not None and cost["pieces"] >= _LEAST:
        told.append(f"{number(cost['pieces'], lang)} pieces")
    if cost["minutes"] is not None:
        told.append(f"{number(cost['minutes'], lang)} min")
    if cost["likely"] is not None:
        low, high = (money(cost[end], cost["currency"], lang) for end in ("low", "high"))
        likely = money(cost["likely"], cost["currency"], lang)
        told.append(f"up to {high}" if cost["low"] < _LEAST else f"{likely} ({low} to {high})")
    if not told:
        return f"cost not known: {cost['why_none']}" if cost["why_none"] else "cost not known"
    per = _PER.get(cost["per"], f"a {cost['per']}")
    return f"{', '.join(told)} {per}"
