"""Whose loss: the stops of a line laid to machine, reason and owner, and which of them are settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plantstack.interfaces.web.improving.tracing import cause_label
from plantstack.interfaces.web.improving.words import names
from plantstack.interfaces.web.page import N_, Page, Visit
from plantstack.interfaces.web.periods import NAMES, period_of
from plantstack.interfaces.web.settling import claims_of, words_of_claims
from plantstack.stack.answers.asking import KpiTable
from plantstack.stack.project import Stack
from plantstack.stack.reasons.blaming import blame
from plantstack.stack.reasons.settling import OwnedStop, as_they_stand, line_stops_to_settle

Row = Mapping[str, Any]

HOW = {
    "own": N_("its own"),
    "passed_on": N_("passed on"),
    "not_determined": N_("not determined"),
}
WHY = {
    "its neighbour was on a break, or nothing is known of it": N_(
        "its neighbour was on a break, or nothing is known of it"
    ),
    "no neighbour held half of it": N_("no neighbour held half of it"),
    "two machines waited for each other": N_("two machines waited for each other"),
    "its neighbour ran": N_("its neighbour ran"),
    "nobody stands there in the line": N_("nobody stands there in the line"),
}
_MOST_NAMED = 3  # candidates


@dataclass(frozen=True, slots=True)
class Owner:
    """The seconds of one owning function; '' is nobody yet."""

    name: str
    seconds: float
    accepted: float
    contested: float

    @property
    def left(self) -> float:
        """Seconds that are neither accepted nor contested."""
        return self.seconds - self.accepted - self.contested


def show(visit: Visit) -> Mapping[str, Any]:
    """The stops of one line; without one, the lines to choose from."""
    plant, scope = visit.running.plant, visit.scope
    lines = [name for name in plant.lines if visit.sender.is_near(plant, name, visit.now)]
    line = scope if scope in plant.lines else ""
    period = period_of(visit, "week")
    told: dict[str, Any] = {
        "title": visit.say(N_("Whose loss – %(place)s"), place=visit.name(line or scope)),
        "lines": lines,
        "line": line,
        "period": period,
        "periods": {name: text for name, text in NAMES.items() if name != "today"},
        "total": None,
        "rows": (),
        "owners": (),
    }
    if not line:
        return told
    watched = plant.lines[line]
    if not watched.exit and not watched.constraint:
        return told
    days = (period.first, period.last)

    def asked(stack: Stack) -> tuple[KpiTable, list[OwnedStop]]:
        return blame(stack.engine(), line, "constraint", days, None), line_stops_to_settle(stack, line, days)

    studied = visit.study(("whose", line, period), asked)
    table, stops = studied.value
    total, *rows = table.rows
    claims = claims_of(visit, visit.ask(lambda stack: as_they_stand(stack, stops)))
    return (
        told
        | words_of_claims(visit, claims)
        | {
            "total": total,
            "rows": rows,
            "owners": owners_of(rows),
            "notes": table.notes,
            "studied": studied,
            "how": HOW,
            "why": WHY,
            "most_named": _MOST_NAMED,
            "name_list": lambda ids: names(visit, ids),
            "label": lambda reason: cause_label(visit, "", reason),
        }
    )


def owners_of(rows: Sequence[Row]) -> list[Owner]:
    """The same seconds by owning function, the greatest first.

    >>> row = {"owner": "tooling", "seconds": 60.0, "accepted": 20.0, "contested": 0.0}
    >>> owners_of([row, row])[0].left
    80.0
    """
    found: dict[str, list[float]] = {}
    for row in rows:
        mine = found.setdefault(row["owner"] or "", [0.0, 0.0, 0.0])
        for at, name in enumerate(("seconds", "accepted", "contested")):
            mine[at] += row[name]
    ranked = sorted(found.items(), key=lambda one: (-one[1][0], one[0]))
    return [Owner(name, *amounts) for name, amounts in ranked]


_NAME = N_("Whose loss")
PAGES = (
    Page("/losses", _NAME, show, place=55, every_s=120),
    Page("/losses/{scope:path}", _NAME, show, every_s=5),
)
