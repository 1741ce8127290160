"""The questions that command line, API and pages ask: one function each, so that one number is one number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from plantstack.errors import Problem, QueryError
from plantstack.interfaces import times
from plantstack.interfaces.answer import Answer
from plantstack.interfaces.options import answer_of, known_offset, words, zones_of
from plantstack.stack import Stack
from plantstack.stack.answers.asking import KpiTable
from plantstack.stack.claims.readying import Readying, claim_notes
from plantstack.stack.files.unread import unread_note
from plantstack.stack.reasons.blaming import blame
from plantstack.stack.reasons.explaining import entry_row


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a question that most have: where, from when to when, and as known when.

    Attributes:
        scope: id or path of equipment; '' is everything.
        since: first production day, or an exact instant; None: from the beginning.
        until: last production day, or the instant where it ends; None: to the end.
        known_at: an offset or an instant; None: everything that is known.
    """

    scope: str = ""
    since: str | None = None
    until: str | None = None
    known_at: str | None = None

    def __post_init__(self) -> None:
        """A path may be written with a slash at its ends; it is known without."""
        object.__setattr__(self, "scope", self.scope.strip("/"))


@dataclass(frozen=True, slots=True)
class Kpis:
    """What is asked of KPIs; the words are those of the command `kpi`."""

    ids: str = ""
    layer: int | None = None
    by: str = ""
    grain: str = "all"
    structure: str = "as-was"
    profile: str | None = None
    currency: str = ""


def kpis(stack: Stack, window: Window, asked: Kpis) -> Answer:
    """Answer with KPIs: value, range, trust and what they are made of.

    Raises:
        QueryError: for anything that cannot be asked.
    """
    when, offset = _when(stack, window)
    answer = stack.kpis(
        words(asked.ids),
        layer=asked.layer,
        scope=window.scope,
        by=words(asked.by),
        grain=asked.grain,
        days=when.days,
        span=when.span,
        profile=asked.profile,
        known_at=offset,
        structure=times.structure(asked.structure),
        currency=asked.currency.upper(),
    )
    notes = [*answer.notes, *stack.notes()]
    if offset is None:
        notes += unread_note(stack.log, when.days, when.span, zones_of(stack))
    notes += claim_notes(stack.engine(known_at=offset, scope=window.scope), stack.catalog(), answer.rows)
    return answer_of(answer, notes)


def ledger(stack: Stack, window: Window) -> Answer:
    """Answer where every second of a machine went; the scope is the machine.

    Raises:
        QueryError: for anything that cannot be asked.
    """
    when, offset = _when(stack, window)
    entries = stack.ledger(window.scope, when.span, days=when.days, known_at=offset)
    rows = [entry_row(entry) for entry in entries.to_pylist()]
    return answer_of(KpiTable(rows, *stack.standing(known_at=offset)), stack.notes())


def lineage(stack: Stack, window: Window, kpi: str, profile: str | None = None) -> Answer:
    """Answer what is behind one number, each level adding up to the one above.

    Raises:
        QueryError: for anything that cannot be asked.
    """
    when, offset = _when(stack, window)
    table = stack.explain(
        kpi, scope=window.scope, days=when.days, span=when.span, profile=profile, known_at=offset
    )
    return answer_of(table, [*table.notes, *stack.notes()])


@dataclass(frozen=True, slots=True)
class Versus:
    """What a window is held against: other days or instants, another scope, or both; None: the same."""

    since: str | None = None
    until: str | None = None
    scope: str | None = None


def bridge(stack: Stack, window: Window, versus: Versus, kpi: str, profile: str | None = None) -> Answer:
    """Answer how a number came from another window or scope: factors that add up to the difference.

    Raises:
        QueryError: for anything that cannot be asked.
    """
    when, offset = _when(stack, window)
    then = _other(versus, when, zones_of(stack))
    table = stack.bridge(
        kpi,
        scope=window.scope,
        days=when.days,
        span=when.span,
        versus=(versus.scope, then.days, then.span),
        profile=profile,
        known_at=offset,
    )
    return answer_of(table, [*table.notes, *stack.notes()])


def readiness(stack: Stack, window: Window) -> Answer:
    """Answer how far each layer may be believed, line by line.

    Raises:
        QueryError: for a scope that does not exist.
    """
    engine = stack.engine(known_at=known_offset(stack, window.known_at, zones_of(stack)), scope=window.scope)
    return answer_of(Readying(engine, stack.catalog()).table(window.scope), stack.notes())


def losses(stack: Stack, window: Window, profile: str | None = None, currency: str = "") -> Answer:
    """Answer with the loss tree: calendar to good pieces, and to money where that may be claimed.

    Raises:
        QueryError: for anything that cannot be asked.
    """
    when, offset = _when(stack, window)
    table = stack.losses(
        scope=window.scope,
        days=when.days,
        span=when.span,
        profile=profile,
        known_at=offset,
        currency=currency.upper(),
    )
    return answer_of(table, [*table.notes, *stack.notes()])


def tieout(stack: Stack, window: Window, grain: str = "all") -> Answer:
    """Answer what the floor built beside what finance booked, by site and period.

    Raises:
        QueryError: for anything that cannot be asked.
    """
    when, offset = _when(stack, window)
    table = stack.tieout(scope=window.scope, grain=grain, days=when.days, known_at=offset)
    return answer_of(table, [*table.notes, *stack.notes()])


def causes(stack: Stack, window: Window, watch: Literal["constraint", "exit"] = "constraint") -> Answer:
    """Answer whose loss the stops of a line are; the scope is the line.

    Raises:
        QueryError: for anything that cannot be asked.
    """
    when, offset = _when(stack, window)
    table = blame(stack.engine(known_at=offset), window.scope, watch, when.days, when.span)
    return answer_of(table, [*table.notes, *stack.notes()])


def _when(stack: Stack, window: Window) -> tuple[times.Asked, int | None]:
    """The days or the span of a window, and the offset it is known at."""
    zones = zones_of(stack)
    return times.window(window.since, window.until, zones), known_offset(stack, window.known_at, zones)


def _other(versus: Versus, asked: times.Asked, zones: list[str]) -> times.Asked:
    """The window compared with; the same one where only the scope differs."""
    if versus.since is None and versus.until is None:
        return asked
    found = times.window(versus.since, versus.until, zones)
    if (found.span is None) != (asked.span is None) and asked != times.Asked():
        fix = "Write all four as dates, or all four as instants."
        raise QueryError(Problem("time-unreadable", "--versus-from", "days and instants do not mix", fix))
    return found
