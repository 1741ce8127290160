"""The command insights: what deserves attention now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from plantstack.errors import Problem, QueryError
from plantstack.insights.telling.words import PER
from plantstack.interfaces.answer import AsJson, AsLines, Project, give, progress
from plantstack.interfaces.asked_findings import insights as asked
from plantstack.interfaces.asked_findings import score_rows
from plantstack.interfaces.folding import folded
from plantstack.interfaces.options import KnownAt, Scope, nothing
from plantstack.interfaces.telling import duty, sentence
from plantstack.interfaces.web.formats import NONE, clock, day, duration, money, number, percent
from plantstack.interfaces.web.pages.findings import KINDS, WORDS
from plantstack.interfaces.web.speaking import LANGUAGES, SOURCE, catalogue
from plantstack.intervals import SECOND, told_us
from plantstack.stack import Stack
from plantstack.stack.finding.answers import TRUE

Row = Mapping[str, Any]

Layer = Annotated[int | None, typer.Option("--layer", min=1, max=5, help="Only of this layer.")]
Language = Annotated[str, typer.Option("--lang", help="Language of the sentences: en, de or es.")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="T", help="At this instant, without what was told later.")
]


_COLUMNS = (  # those of the page
    "Kind",
    "Answered",
    "True",
    "Precision",
    "Without cause, a machine and week",
    "First known to answer",
    "Until fixed",
    "Money found, a month",
)
_LEAST = 0.5  # pieces or units of a currency: what is rounded to nothing


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("insights")(insights)


def insights(
    project: Project,
    scope: Scope = "",
    layer: Layer = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
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
            answer = score_rows(stack, scope, as_of=as_of, known_at=known_at)
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
        answer = asked(
            stack, scope, layer=layer, as_of=as_of, known_at=known_at, language=lang, with_quiet=all_
        )
        told: str | Group = nothing(answer.as_of)
        if answer.as_of:
            told = in_words(answer.rows, lang, stack.zone_of)
    give(answer, as_json=as_json, as_lines=as_lines, told=told)


def _check_language(lang: str) -> None:
    if lang not in LANGUAGES:
        fix = f"Known: {', '.join(LANGUAGES)}."
        raise QueryError(Problem("language-unknown", "--lang", f"no texts in '{lang}'", fix))


# -- for people ----------------------------------------------------------------------------------


def _scores(rows: Sequence[Row], lang: str) -> Table:
    """A line a kind; lead is from when the facts first said it to the answer."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    words = _Words(lang, lambda place: "UTC")
    for name in _COLUMNS:
        table.add_column(words.say(name), justify="left" if name == _COLUMNS[0] else "right")
    for row in rows:
        counts = row["answers"]
        true = sum(counts.get(word, 0) for word in TRUE)
        table.add_row(
            words.kind(row["kind"]),
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


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of one reader: those of the page of findings.

    Attributes:
        lang: of the sentences.
        zone_of: the clock that people at a place read.
    """

    lang: str
    zone_of: Callable[[str], str]

    def say(self, text: str, **values: str) -> str:
        """A text of the source in the language."""
        return catalogue(self.lang).gettext(text) % values if values else catalogue(self.lang).gettext(text)

    def kind(self, name: str) -> str:
        """What a kind of findings is called, as on the page."""
        return self.say(KINDS.get(name, name.replace("_", " ")))

    def more(self, n: int) -> str:
        """How many sentences like one were left out."""
        one = many = "and %(num)s more like it"
        return catalogue(self.lang).ngettext(one, many, n) % {"num": n}

    def when(self, text: str, instant: str, place: str) -> str:
        """A text with a day and a clock of a place."""
        at, zone = told_us(instant), self.zone_of(place)
        return self.say(text, day=day(at, self.lang, zone), clock=clock(at, self.lang, zone))


def in_words(rows: Sequence[Row], lang: str, zone_of: Callable[[str], str]) -> Group:
    """The findings of an answer, and what could not be judged, as people read them.

    Args:
        rows: of `asked_findings.insights`.
        lang: of the reader.
        zone_of: the clock that people at a place read.
    """
    words = _Words(lang, zone_of)
    parts: list[Text | Padding] = []
    for number_, row in enumerate([one for one in rows if one["row"] == "finding"], 1):
        parts += _told(number_, row, words)
    cannot = [row for row in rows if row["row"] == "cannot judge"]
    if not parts:
        parts.append(Text(words.say("Nothing stands out in what could be judged.")))
    if cannot:
        parts.append(Text(f"\n{words.say('Cannot judge')}:", style="bold"))
    for (said, places), more in folded(_alike(cannot), lambda one: (one[0][0], *one[1])):
        kind, why, fix = said
        where = f" ({', '.join(places)})" if places else ""
        parts.append(Text(f"  {words.kind(kind)}: {sentence(why)} {sentence(fix)}{where}"))
        if more:
            parts.append(Text(f"    {words.more(len(more))} (--json)", style="dim"))
    return Group(*parts)


def _alike(cannot: Sequence[Row]) -> Iterable[tuple[tuple[str, str, str], list[str]]]:
    """Each sentence once, with the places it is said of."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for row in cannot:
        places = found.setdefault((row["kind"], row["why"]["told"], row["fix"]["told"]), [])
        places += [row["scope"]["equipment"]] if row["scope"].get("equipment") else []
    return found.items()


def _told(place: int, row: Row, words: _Words) -> list[Text | Padding]:
    """A finding in a few lines: what, what it costs, what to do, what else it could be."""
    action, where = row["action"], row["scope"].get("equipment", "")
    due = "overdue since %(day)s %(clock)s" if row["overdue"] else "by %(day)s %(clock)s"
    since = words.when("since %(day)s %(clock)s", row["began"], where)
    by, do = words.when(due, action["by"], where), sentence(action["says"]["told"])
    trust = f"{words.say('Trust')} {row['trust']['grade']}"
    lines = [
        Text.assemble((f"{place}. ", "bold"), (sentence(row["says"]["told"]), "bold")),
        Text(f"   {_cost(row['cost'], words)}  {trust}  {since}  id {row['id']}"),
        Text(f"   {duty(action['owner'], words.lang)}: {do} ({by})"),
    ]
    others = [sentence(one["says"]["told"]) for one in row["explanations"] if not one["own"]]
    if others:
        lines.append(Text(f"   {words.say('It could also be')}:", style="dim"))
    lines += [Text(f"   - {one}", style="dim") for one in others]
    if row["answer"]:
        answer = words.say(WORDS.get(row["answer"], str(row["answer"])))
        lines.append(Text(f"   {words.say('Answered')}: {answer}", style="dim"))
    return [*lines, Text("")]


def _cost(cost: Row, words: _Words) -> str:
    lang = words.lang
    known = [cost[name] for name in ("high", "pieces", "minutes") if cost[name] is not None]
    if known and max(known) < _LEAST:
        return words.say("costs nothing that could be seen so far")
    told = []
    if cost["pieces"] is not None and cost["pieces"] >= _LEAST:
        told.append(f"{number(cost['pieces'], lang)} {words.say('pieces')}")
    if cost["minutes"] is not None:
        told.append(f"{number(cost['minutes'], lang)} min")
    if cost["likely"] is not None:
        low, high = (money(cost[end], cost["currency"], lang) for end in ("low", "high"))
        likely = money(cost["likely"], cost["currency"], lang)
        spread = words.say("%(low)s to %(high)s", low=low, high=high)
        top = words.say("up to %(high)s", high=high)
        told.append(top if cost["low"] < _LEAST else f"{likely} ({spread})")
    if not told:
        unknown, why = words.say("cost not known"), cost["why_none"]
        return f"{unknown}: {words.say(why)}" if why else unknown
    return f"{', '.join(told)} {words.say(PER[cost['per']])}"
