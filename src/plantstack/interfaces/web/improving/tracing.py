"""What the improvement workspace asks, as its address says it; page and file ask the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from plantstack.errors import Problem, QueryError
from plantstack.insights.telling.words import LEAVES
from plantstack.interfaces.web.page import N_, Visit
from plantstack.interfaces.web.periods import Period, period_of
from plantstack.live.study import NotYet, Studied
from plantstack.stack.improving.tracing import Stretch, has_reasons, stretches
from plantstack.stack.project import Stack

COMPARE = {
    "previous": N_("the period before"),
    "year": N_("52 weeks before"),
    "none": N_("nothing"),
}
MEASURES = {"hours": N_("Hours"), "count": N_("Count"), "money": N_("Money")}
GRAINS = {"day": N_("Day"), "shift": N_("Shift")}
SORTS = {"time": N_("Newest"), "length": N_("Longest"), "machine": N_("Machine"), "reason": N_("Reason")}

_ACCOUNTS = {
    "(set-up)": N_("Set-up"),
    "(short stops)": N_("Micro stops"),
    "(no order)": N_("No order"),
}
"""What owes no reason is named by its account."""

_WORDS = {"compare": COMPARE, "measure": MEASURES, "grain": GRAINS, "sort": SORTS, "loss": LEAVES}
_USUAL = {"compare": "previous", "measure": "hours", "grain": "day", "sort": "time", "loss": ""}


@dataclass(frozen=True, slots=True)
class View:
    """What is looked at.

    Attributes:
        scope: id; '' is everything the reader is let near.
        period: the days.
        before: the days they are held against; None: nothing.
        loss: leaf of the loss tree; '' is the greatest.
        cause: key of a cause; None is all of the loss.
        measure: of `MEASURES`; `grain` of `GRAINS`, `sort` of `SORTS`, `compare` of `COMPARE`.
        machine: id of a machine that the table is narrowed to; `text` what a row must say.
    """

    scope: str
    period: Period
    before: Period | None
    compare: str
    loss: str
    cause: str | None
    measure: str
    grain: str
    sort: str
    machine: str
    text: str

    @property
    def days(self) -> tuple[str, str]:
        """First and last production day."""
        return self.period.first, self.period.last


def view_of(visit: Visit) -> View:
    """Read an address.

    Raises:
        QueryError: for a word that is none.
    """
    told = {name: visit.query.get(name) or usual for name, usual in _USUAL.items()}
    for name, word in told.items():
        if word and word not in _WORDS[name]:
            fix = f"Choose one of: {', '.join(_WORDS[name])}."
            raise QueryError(Problem("word-unknown", word, f"there is no {name} '{word}'", fix))
    period = period_of(visit)
    machine = visit.query.get("machine", "")
    return View(
        scope=visit.scope,
        period=period,
        before=_before(period, told["compare"]),
        cause=visit.query.get("cause"),
        machine=visit.near(machine) if machine else "",
        text=visit.query.get("q", "").strip()[:100],
        **told,
    )


def _before(period: Period, compare: str) -> Period | None:
    if compare == "none":
        return None
    if compare == "previous":
        return period.before
    first, last = (date.fromisoformat(one) - timedelta(weeks=52) for one in (period.first, period.last))
    return Period("", first.isoformat(), last.isoformat())


def query_of(visit: Visit, **changed: str | None) -> dict[str, str]:
    """The words of the address with some of them changed; None takes one away."""
    told: dict[str, str | None] = {**visit.query, **changed}
    return {name: value for name, value in told.items() if value is not None}


def rows_key(view: View, leaf: str) -> tuple[Hashable, ...]:
    """Names the question of `rows_of`."""
    return ("ci-stretches", view.scope, view.days, leaf)


def asked(view: View, leaf: str) -> Callable[[Stack], Sequence[Stretch]]:
    """The question that names the stretches of a loss."""
    return lambda stack: stretches(stack, view.scope, view.days, leaf)


def shown_rows(visit: Visit, view: View, leaf: str, found: Sequence[Stretch]) -> list[Stretch]:
    """The rows of the table and of the file: of the chosen cause, filtered and sorted."""
    rows = list(found)
    if view.cause is not None:
        rows = [one for one in rows if (one.reason if has_reasons(leaf) else one.machine) == view.cause]
    if view.machine:
        rows = [one for one in rows if one.machine == view.machine]
    if view.text:
        wanted = view.text.casefold()
        rows = [one for one in rows if wanted in " ".join(words_of(visit, one)).casefold()]
    keys: dict[str, Callable[[Stretch], Any]] = {
        "time": lambda one: (-one.from_at, one.machine),
        "length": lambda one: (-one.seconds, one.from_at),
        "machine": lambda one: (visit.name(one.machine), -one.from_at),
        "reason": lambda one: (cause_label(visit, leaf, one.reason), -one.from_at),
    }
    return sorted(rows, key=keys[view.sort])


def words_of(visit: Visit, one: Stretch) -> tuple[str, ...]:
    """What a row says in words: machine, line, reason, cause, order and product."""
    line = visit.name(one.line) if one.line else ""
    reason, cause = (cause_label(visit, one.account, word) for word in (one.reason, one.cause))
    return visit.name(one.machine), line, reason, cause if one.cause else "", one.order, one.product


def cause_label(visit: Visit, leaf: str, key: str) -> str:
    """What people call a reason in the reader's language; of a machine its name."""
    known = visit.running.plant.reasons.get(key)
    if known is not None:
        return known.text(visit.language) or key
    if key in visit.running.plant.equipment:
        return visit.name(key)
    if key in _ACCOUNTS:
        return visit.say(_ACCOUNTS[key])
    return key or visit.say(N_("No reason given"))


def all_of(
    visit: Visit, wanted: dict[str, tuple[tuple[Hashable, ...], Callable[[Stack], Any]]]
) -> dict[str, Studied[Any]]:
    """Ask several long questions; all are begun before the page says that it waits.

    Raises:
        NotYet: while any of them has no answer.
    """
    found: dict[str, Studied[Any]] = {}
    waits: NotYet | None = None
    for name, (key, question) in wanted.items():
        try:
            found[name] = visit.study(key, question)
        except NotYet as error:
            waits = error
    if waits is not None:
        raise waits
    return found
