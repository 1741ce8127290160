"""Findings as rows: what the commands, the API and other programs are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from plantstack.insights.backtest import Raised
from plantstack.insights.finding import Cannot, Finding
from plantstack.insights.telling.render import Reader, tell
from plantstack.interfaces import times
from plantstack.interfaces.answer import Answer
from plantstack.interfaces.options import known_offset, zones_of
from plantstack.interfaces.telling import reader_of
from plantstack.interfaces.web.speaking import SOURCE
from plantstack.intervals import rfc3339
from plantstack.plant.plant import Plant
from plantstack.stack import Stack
from plantstack.stack.finding.asking import Findings, Shown, findings, scores_of
from plantstack.stack.floor.sight import Then, books_of

Row = Mapping[str, Any]


def insights(
    stack: Stack,
    scope: str = "",
    *,
    layer: int | None = None,
    as_of: str | None = None,
    known_at: str | None = None,
    language: str = SOURCE,
    with_quiet: bool = False,
    sees_money: bool = True,
    with_charts: bool = False,
) -> Answer:
    """Answer what deserves attention, and what could not be judged.

    Args:
        stack: the opened project.
        scope: id or path of equipment; '' is everything.
        layer: of the stack; None: all.
        as_of: an instant as people write it; None: as far as the books reach.
        known_at: an offset or an instant: only what had come in by then, as it stood then; None: all.
        language: of the sentences.
        with_quiet: also what an answer keeps off the list.
        sees_money: whether sentences tell amounts.
        with_charts: also the control charts of what a finding was found in.

    Raises:
        QueryError: for an unknown scope or instant.
    """
    now, then = _when(stack, as_of, known_at)
    answered_by = None if as_of is None else now
    found = findings(stack, scope, now, layer=layer, answered_by=answered_by, then=then)
    offset, reach = _standing(stack, then)
    rows = rows_of(found, stack.plant, language, with_quiet=with_quiet, sees_money=sees_money)
    if with_charts:
        rows = _with_charts(rows, found, stack.plant)
    return Answer(
        rows,
        notes=stack.notes(),
        offset=offset,
        as_of=reach,
    )


def score_rows(
    stack: Stack,
    scope: str = "",
    *,
    as_of: str | None = None,
    known_at: str | None = None,
    sees_money: bool = True,
) -> Answer:
    """Answer how each kind of finding has done, by what people answered; one row a kind.

    Raises:
        QueryError: for an unknown scope or instant.
    """
    now, then = _when(stack, as_of, known_at)
    found = scores_of(stack, scope, now, None if as_of is None else now, then)
    offset, reach = _standing(stack, then)
    rows: list[Row] = [{"row": "score", **one.as_row()} for one in found]
    if not sees_money:
        rows = [{**row, "money": []} for row in rows]
    return Answer(rows, notes=stack.notes(), offset=offset, as_of=reach)


def reached(stack: Stack, then: Then | None = None) -> int:
    """How far the books of any site reach, as they stand or stood; 0 where nothing was ever told."""
    return max(books_of(stack, then).books.as_of.values(), default=0)


def _when(stack: Stack, as_of: str | None, known_at: str | None) -> tuple[int, Then | None]:
    """The instant that is asked about, and the books: those of then are open to it, as they were."""
    zones = zones_of(stack)
    offset, now = known_offset(stack, known_at, zones), None if as_of is None else times.instant(as_of, zones)
    then = None if offset is None else Then(offset, now)
    return reached(stack, then) if now is None else now, then


def _standing(stack: Stack, then: Then | None) -> tuple[int, dict[str, str]]:
    return stack.standing(known_at=then.offset, now=then.reach) if then else stack.standing()


def rows_of(
    found: Findings, plant: Plant, language: str, *, with_quiet: bool = False, sees_money: bool = True
) -> list[Row]:
    """One row a finding, then one for each thing that could not be judged."""
    shown = [*found.shown, *(found.quiet if with_quiet else ())]
    rows: list[Row] = [_shown(one, plant, language, sees_money, found.as_of) for one in shown]
    return [*rows, *(_cannot(one, plant, language) for one in found.cannot)]


def _with_charts(rows: Sequence[Row], found: Findings, plant: Plant) -> list[Row]:
    """Rows of findings with the charts that stand beside them on the page."""
    charts = {one.finding.id: one.finding.charts for one in (*found.shown, *found.quiet)}
    return [
        {**row, "charts": [one.as_row(plant.site_of(one.equipment).zone) for one in charts[row["id"]]]}
        if row["row"] == "finding"
        else row
        for row in rows
    ]


def raised_rows(raised: Sequence[Raised], plant: Plant, language: str = SOURCE) -> list[Row]:
    """One row an episode of a back-test."""
    return [
        {
            "row": "raised",
            "raised_at": rfc3339(one.raised_at),
            "seen_until": rfc3339(one.seen_until),
            **_finding(one.first, plant, language),
        }
        for one in raised
    ]


def _shown(shown: Shown, plant: Plant, language: str, sees_money: bool, now: int) -> Row:
    row = _finding(shown.finding, plant, language, sees_money)
    return {
        "row": "finding",
        **row,
        "overdue": shown.finding.is_overdue(now),
        "answer": shown.answer.word if shown.answer else "",
        "quiet": shown.quiet is not None,
    }


def _finding(finding: Finding, plant: Plant, language: str, sees_money: bool = True) -> dict[str, Any]:
    row: dict[str, Any] = finding.as_row()
    reader = replace(_reader(plant, finding.subject.equipment, language), sees_money=sees_money)
    row["says"]["told"] = tell(finding.says, reader)
    row["action"]["says"]["told"] = tell(finding.action.says, reader)
    row["effect"]["baseline_of"]["told"] = tell(finding.effect.baseline_of, reader)
    for told, other in zip(row["others"], finding.others, strict=True):
        told["says"]["told"] = tell(other.says, reader)
    for told, one in zip(row["explanations"], finding.explanations, strict=True):
        told["says"]["told"] = tell(one.says, reader)
        if one.test is not None:
            told["test"]["told"] = tell(one.test, reader)
    return row


def _cannot(cannot: Cannot, plant: Plant, language: str) -> Row:
    reader = _reader(plant, cannot.subject.equipment if cannot.subject else "", language)
    row: dict[str, Any] = {"row": "cannot judge", **cannot.as_row()}
    row["why"]["told"] = tell(cannot.why, reader)
    row["fix"]["told"] = tell(cannot.fix, reader)
    return row


def _reader(plant: Plant, equipment: str, language: str) -> Reader:
    zone = plant.site_of(equipment).zone if equipment in plant.spans else "UTC"
    return reader_of(plant, zone, language, with_day=True)
