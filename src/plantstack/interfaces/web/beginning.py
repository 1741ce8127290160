"""Windows that are longer than the books: said in words, because no doubt of a number says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from plantstack.interfaces.web.page import Reading
from plantstack.stack.project import Stack
from plantstack.stack.targets.targeting import production_day

_LITTLE = 0.02  # of the days of a window: as of a doubt, so much is not worth a word


@dataclass(frozen=True, slots=True)
class Short:
    """A window of which the books know only the end.

    Attributes:
        begins: the production day the books begin with, ISO.
        known: days of the window that are in the books; `asked` all of its days.
    """

    begins: str
    known: int
    asked: int


def short_of(visit: Reading, scope: str, first: str, last: str) -> Short | None:
    """How much of a window lies before the books of a place begin; None where nothing does.

    Args:
        visit: the look at the page.
        scope: id of equipment; '' is everything.
        first: production day the window begins with, ISO; `last` the day it ends with.
    """
    begins = visit.ask(lambda stack: begins_of(stack, scope))
    since, until = date.fromisoformat(first), date.fromisoformat(last)
    asked = (until - since).days + 1
    if begins is None or (begins - since).days <= asked * _LITTLE:
        return None
    return Short(begins.isoformat(), max((until - begins).days + 1, 0), asked)


def begins_of(stack: Stack, scope: str) -> date | None:
    """The production day on which the books of a place begin; None where there are none."""
    books = stack.engine(scope=None).books
    plant = books.plant
    found = [
        production_day(plant.site_of(machine), at)
        for machine, at in books.begun().items()
        if any(scope in ("", machine, one.line, one.area, one.site) for one in plant.spans.get(machine, ()))
    ]
    return min(found, default=None)
