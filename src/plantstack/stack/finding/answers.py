"""What people answered to findings: one tap each, kept as notes, and what it does.

An answer never changes a number. It takes a finding off the list, for a while or for good, and it is what the
score of a kind of finding is counted from. Whoever takes the tap back takes all of that back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any, cast, get_args

from plantstack.engines.duckdb.books import Books
from plantstack.insights.finding import Finding, Same
from plantstack.intervals import DAY, told_us
from plantstack.stack.floor.entry_findings import PHASE
from plantstack.stack.floor.entry_shapes import FindingWord as Word

WORDS: tuple[Word, ...] = get_args(Word)
TRUE: tuple[Word, ...] = ("useful", "expected", "fixed")
"""Answers that say there was something."""

_EVER = 2**62
_LATER = DAY
MUTED = 14 * DAY
"""How long the subject of what was called wrong is quiet."""

_LOUD = 2.0  # times as rare as what was called wrong: then it is heard all the same

_PEOPLE = re.compile(r"tablet|desk-")  # how sources of people begin where the plant files name none of them

# What was taken back or said again only later stood until then.
_SAID = """
with changed as (
    select
        e.sup_source as source,
        e.sup_key as key,
        min(e.received_at) as since
    from everything as e
    where e.kind = 'note' and e.sup_key is not null
    group by all
)

select e.log_offset, e.equipment, e.at, e.body, e.source
from everything as e
left join gone on gone.log_offset = e.log_offset
left join changed as c on c.source = e.source and c.key = e.key
where
    e.kind = 'note'
    and not e.void
    and e.at <= $now
    and e.received_at <= $known
    and (gone.log_offset is null or c.since > $known)
    and contains(e.body, '"finding"')
order by e.at, e.log_offset
"""


@dataclass(frozen=True, slots=True)
class Given:
    """One answer.

    Attributes:
        finding: id of the finding; `equipment` where it was.
        kind, subject: of what stays the same of the finding.
        severity: likewise.
        at: when it was given, microseconds UTC.
        raised_at: since when the finding stood on the list; None: nobody told.
        money: what it costs in a month, low, likely and high, in the currency of its site; None: no price.
        offset: of the event.
        is_shown: that the finding is of that kind and subject: its id is made of them, or it stands.
    """

    finding: str
    equipment: str
    kind: str
    subject: str
    word: Word
    at: int
    severity: float
    raised_at: int | None
    money: tuple[float, float, float] | None
    offset: int
    is_shown: bool = False


def given(books: Books, now: int, known_at: int | None = None) -> list[Given]:
    """Every answer of a person that stands, in order of time.

    Args:
        books: that hold the answers.
        now: until when they were given, microseconds UTC.
        known_at: only those that were received by then, as they stood then; None: all that are known.
    """
    known = _EVER if known_at is None else known_at
    rows = books.con.execute(_SAID, {"now": now, "known": known}).fetchall()
    return [
        found for *row, source in rows if _is_person(books, source) and (found := _read(*row)) is not None
    ]


def _is_person(books: Books, source: str) -> bool:
    """Whether a source speaks for people: what a machine says of a finding is no answer to it."""
    rules = books.plant.sources
    if any(rule.is_person for rule in rules):
        return books.plant.is_person(source)
    return _PEOPLE.match(source) is not None


def as_raised(answers: Iterable[Given], found: Iterable[Finding]) -> list[Given]:
    """Answers that tell of a finding what it is, where it still stands: not what the sender made of it.

    Args:
        answers: to any findings.
        found: those that stand.
    """
    known = {own.id: own for one in found for own in (one, *one.others)}
    return [
        _as_it_is(one, own)
        if (own := known.get(one.finding)) is not None and own.subject.equipment == one.equipment
        else one
        for one in answers
    ]


def _as_it_is(answer: Given, own: Finding) -> Given:
    same = own.identity
    return replace(answer, kind=same.kind, subject=same.key, severity=own.severity, is_shown=True)


def _read(offset: int, equipment: str, at: int, body: str) -> Given | None:
    about: Any = json.loads(body).get("x")
    if not isinstance(about, dict) or about.get("phase") != PHASE or about.get("word") not in WORDS:
        return None
    # whoever may speak of one machine says nothing of the findings of another
    if str(about.get("subject", "")).partition("/")[0] != equipment:
        return None
    finding = str(about.get("finding", ""))
    same = Same(*(str(about.get(name, "")) for name in ("kind", "subject", "episode")))
    return Given(
        finding,
        equipment,
        same.kind,
        same.key,
        cast(Word, about["word"]),
        at,
        _number(about.get("severity")) or 0.0,
        told_us(about.get("raised_at")),
        _money(about),
        offset,
        same.id == finding,
    )


def _number(told: object) -> float | None:
    """A number that a sender told in a free object; None for whatever is none or too large."""
    if isinstance(told, bool) or not isinstance(told, int | float):
        return None
    try:
        found = float(told)
    except OverflowError:
        return None
    return found if isfinite(found) else None


def _money(about: Mapping[str, object]) -> tuple[float, float, float] | None:
    """What it costs in a month; of an answer that told no range the likely amount is all there is."""
    likely = _number(about.get("money"))
    if likely is None:
        return None
    low, high = _number(about.get("money_low")), _number(about.get("money_high"))
    return likely if low is None else low, likely, likely if high is None else high


def standing(answers: Iterable[Given]) -> dict[str, Given]:
    """The last answer to each finding."""
    return {one.finding: one for one in answers}


def hidden_by(
    finding: Finding, answers: Mapping[str, Given], all_: Iterable[Given], now: int
) -> Given | None:
    """The answer that keeps a finding off the list; None: it is shown.

    `useful` keeps it there. `expected` and `fixed` take this episode off, `later` for a day. `wrong` takes it
    off and keeps the same subject quiet for two weeks, unless what is seen then is far rarer.
    """
    members = (finding, *finding.others)
    said = [answers[one.id] for one in members if one.id in answers]
    own = max(said, key=lambda one: (one.at, one.offset), default=None)
    if own is not None and own.equipment == finding.subject.equipment:
        if own.word == "useful" or (own.word == "later" and now - own.at >= _LATER):
            return None
        return own
    kinds, keys = {one.kind for one in members}, {one.identity.key for one in members}
    for one in all_:
        is_like = one.word == "wrong" and one.kind in kinds and one.subject in keys
        if is_like and now - one.at < MUTED and finding.severity < _LOUD * one.severity:
            return one
    return None
