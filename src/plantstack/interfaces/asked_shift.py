"""Summaries of shifts and priorities as rows: what the commands, the API and the pages are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from plantstack.errors import Problem, QueryError
from plantstack.insights.saying import N_, Say
from plantstack.insights.telling.fact import Fact
from plantstack.insights.telling.facts_of_shift import ShiftFacts
from plantstack.insights.telling.priorities import Priority, priorities
from plantstack.insights.telling.render import Reader, tell
from plantstack.insights.telling.summary import summary, top_losses
from plantstack.interfaces.answer import Answer
from plantstack.interfaces.asked_findings import reached
from plantstack.interfaces.telling import reader_of
from plantstack.interfaces.web.formats import clock, day
from plantstack.interfaces.web.speaking import LANGUAGES, SOURCE, catalogue
from plantstack.intervals import rfc3339
from plantstack.stack import Stack
from plantstack.stack.improving.shifts import instant_in, last_over, shift_word
from plantstack.stack.telling.ahead import facts_ahead, runs
from plantstack.stack.telling.shift import shift_facts

Row = dict[str, Any]


def summaries(
    stack: Stack,
    scope: str = "",
    *,
    shift: str = "now",
    language: str = SOURCE,
    has_money: bool = True,
    now: int | None = None,
) -> Answer:
    """Answer what is said of a shift: sentences, each with the fact it stands on, and the greatest losses.

    Args:
        stack: the opened project.
        scope: id or path of equipment; '' is every site.
        shift: `now`, the one that is open or the last; `last`, the last that ended; or a day and its shift.
        language: of the sentences.
        has_money: whether the reader may see what things cost.
        now: microseconds UTC; None: as far as the books reach.

    Raises:
        QueryError: for an unknown scope, shift or language.
    """
    rows: list[Row] = []
    for facts in shifts_known(stack, scope, shift, now):
        known = facts if has_money else facts.without_money()
        rows += summary_rows(known, _reader(stack, facts.place, language))
    return _answer(stack, rows)


def first_things(
    stack: Stack,
    scope: str = "",
    *,
    language: str = SOURCE,
    has_money: bool = True,
    now: int | None = None,
) -> Answer:
    """Answer what to do first until the open shift ends, or where none is open in the next; see `summaries`.

    Raises:
        QueryError: for an unknown scope or language.
    """
    rows: list[Row] = []
    notes: list[Problem] = []
    for facts in shifts_to_come(stack, scope, now):
        known = facts if has_money else facts.without_money()
        mine = priority_rows(known, _reader(stack, facts.place, language))
        rows += mine
        if facts.is_ahead and not mine:
            notes.append(_no_shift(facts, language, stack.zone_of(facts.place)))
    return _answer(stack, rows, notes)


def _no_shift(facts: ShiftFacts, language: str, zone: str) -> Problem:
    """That no shift runs, where there is no row that says so."""
    at = f"{day(facts.start, language, zone)} {clock(facts.start, language, zone)}"
    begins = f"{facts.shift}, {at}." if facts.shift else ""
    told = catalogue(language).gettext(no_shift_text(facts))
    return Problem("shift-none-runs", facts.place, told.rstrip("."), begins)


def no_shift_text(facts: ShiftFacts) -> str:
    """What is said where no shift runs: whether one is about to begin."""
    next_one = N_("No shift runs now; this is for the next one that begins.")
    return next_one if facts.shift else N_("No shift runs, and none begins within seven days.")


def shifts_known(stack: Stack, scope: str, shift: str, now: int | None) -> Iterator[ShiftFacts]:
    """The shift of a place; of everything that of each site, as far as one was worked there.

    Raises:
        QueryError: for an unknown scope or shift, where one place is asked about.
    """
    when = now if now is not None else reached(stack)
    if not when:
        return
    sites = list(stack.plant.sites)
    if scope or len(sites) < 2:
        yield known_of(stack, scope or sites[0], shift, when)
        return
    for site in sites:
        with suppress(QueryError):  # it has no such shift
            yield known_of(stack, site, shift, when)


def shifts_to_come(stack: Stack, scope: str, now: int | None) -> Iterator[ShiftFacts]:
    """What is left of the open shift of a place, else the next one; of everything that of each site.

    Raises:
        QueryError: for an unknown scope.
    """
    when = now if now is not None else reached(stack)
    if not when:
        return
    sites = list(stack.plant.sites)
    for place in [scope or sites[0]] if scope or len(sites) < 2 else sites:
        yield _open_or_next(stack, place, when)


def _open_or_next(stack: Stack, place: str, now: int) -> ShiftFacts:
    if runs(stack, place, now):
        return known_of(stack, place, "now", now)
    return facts_ahead(stack, place, now)


def known_of(stack: Stack, place: str, shift: str, now: int, *, has_findings: bool = True) -> ShiftFacts:
    """The facts of a shift by the word that names it.

    Raises:
        QueryError: for a word that names none.
    """
    named = shift_word(shift)
    if shift not in ("now", "last") and named is None:
        fix = "Write 'now', 'last', or a day and its shift such as 2026-11-25.early."
        raise QueryError(Problem("shift-none", shift, "there is no such shift", fix))
    at = instant_in(stack, place, *named, now) if named else None
    at = last_over(stack, place, now) if shift == "last" else at
    return shift_facts(stack, place, now, at, has_findings=has_findings)


def summary_rows(facts: ShiftFacts, reader: Reader) -> list[Row]:
    """One row a sentence, then one for each of the greatest losses."""
    said, lost = summary(facts).facts, top_losses(facts)
    return [
        *(_row("sentence", facts, one, reader) for one in said),
        *(_row("loss", facts, one, reader) for one in lost),
    ]


def priority_rows(facts: ShiftFacts, reader: Reader) -> list[Row]:
    """One row a thing to do, what comes first before the others."""
    found = enumerate(priorities(facts), 1)
    return [_priority(place, facts, one, reader) for place, one in found]


def _row(kind: str, facts: ShiftFacts, fact: Fact, reader: Reader) -> Row:
    return {"row": kind, **_about(facts), **_told(fact.says, fact.as_row(), reader)}


def _priority(rank: int, facts: ShiftFacts, one: Priority, reader: Reader) -> Row:
    row = _told(one.says, one.as_row(), reader)
    why = [{**say.as_row(), "told": tell(say, reader)} for say in one.why]
    return {"row": "priority", "rank": rank, **_about(facts), **row, "why": why}


def _told(says: Say, row: Mapping[str, object], reader: Reader) -> Row:
    return {**row, "told": tell(says, reader)}


def _about(facts: ShiftFacts) -> Row:
    state = ("next" if facts.shift else "none") if facts.is_ahead else "over" if facts.is_over else "open"
    span = {
        "from": rfc3339(facts.start),
        "to": rfc3339(facts.end),
        "label": facts.shift,
        "state": state,
    }
    return {"scope": {"equipment": facts.place}, "period": span, "currency": facts.currency}


def _reader(stack: Stack, place: str, language: str) -> Reader:
    if language not in LANGUAGES:
        raise language_unknown(language)
    return reader_of(stack.plant, stack.zone_of(place), language)


def language_unknown(language: str) -> QueryError:
    """What is said of a language that there are no texts in."""
    fix = f"Known: {', '.join(LANGUAGES)}."
    return QueryError(Problem("language-unknown", "--lang", f"no texts in '{language}'", fix))


def _answer(stack: Stack, rows: list[Row], notes: Sequence[Problem] = ()) -> Answer:
    offset, reach = stack.standing()
    return Answer(rows, notes=[*notes, *stack.notes()], offset=offset, as_of=reach)
