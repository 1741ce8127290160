"""Cuts by crew or shift of few people are withheld, also by differencing; see the guide `people`.

Whether a place is open for such cuts depends on the place alone, never on the window or what else is asked:
two answers, one less the other, tell nothing that a question of its own would not. A place is open for all
crews or for none, and with all places beside it or with none: nothing is a total less the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.crews import Crews, crews_of
from plantstack.errors import Problem
from plantstack.plant.plant import Plant
from plantstack.stack.answers.differencing import Known

PERSONAL = frozenset(("crew", "shift"))
GROUP = ""

_BLANK: dict[str, Any] = {
    **dict.fromkeys(("value", "low", "high", "if_typical", "target", "status", "against", "reported")),
    "why_none": "withheld: few people",
    "inputs": {},
    "basis": "",
    "doubtful": False,
    "n_open": 0,
}


@dataclass
class Withholding:
    """Which places are open for cuts by crew or shift.

    Attributes:
        plant: what stands under what, and the policy.
        crews: who works where.
    """

    plant: Plant
    crews: Crews
    _open: dict[str, bool] = field(default_factory=dict)
    _safe: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, books: Books) -> Withholding:
        """Look at all the books."""
        return cls(books.plant, crews_of(books))

    def is_open(self, place: str) -> bool:
        """Whether a place may be cut by crew or shift.

        Args:
            place: id of an equipment; '' is all sites together.
        """
        if self._is_impersonal:
            return True
        own, _ = self.plant.lanes.get(place, (place, 0))
        if own not in self._open:
            self._open[own] = self._judge(own)
        return self._open[own]

    def rows(self, rows: list[dict[str, Any]], place_of: Mapping[int, str | None]) -> list[Problem]:
        """Blank every row of a place that is not open; return what is to be said of it.

        Args:
            rows: of an answer that is cut by crew or shift.
            place_of: number of a row -> id of the equipment it is of; None for what stands in none of those
                it is split by, which is the rest of the others.
        """
        shut = {number for number, place in place_of.items() if place is not None and not self.is_open(place)}
        if shut:
            shut |= {number for number, place in place_of.items() if place is None}
        for number in shut:
            row = rows[number]
            trust = {**row["trust"], "limits": []} if "trust" in row else {}
            row |= {name: value for name, value in _BLANK.items() if name in row}
            row |= {"why_plain": self._why, **({"trust": trust} if trust else {})}
            row.pop("contested", None)
        if not shut:
            return []
        fix = "Ask without crew and shift. How many there are say attendance, or 'people.crews' in the files."
        return [Problem("people-few", "crew, shift", self._why, fix)]

    @property
    def _why(self) -> str:
        people, crews = self.plant.people.least_people, self.plant.people.least_crews
        return f"withheld: a cut by crew or shift needs {crews} crews of {people} people, here and beside it"

    @cached_property
    def _is_impersonal(self) -> bool:
        """Whether nothing at all is known of people: no crew is named, no head was ever counted.

        A shift is then a time of the day on which machines ran, and no answer can be laid beside a crew.
        """
        crews = self.crews
        named = any(crew for pairs in crews.worked.values() for _, crew in pairs)
        return not (named or crews.told or crews.heads or self.plant.people.crews)

    def _judge(self, place: str) -> bool:
        if place == GROUP:
            return all(self.is_open(site) for site in self.plant.sites if self._is_worked(site))
        if place in self.plant.sites:
            return self._is_safe(place)
        above = self._above.get(place, [])
        beside = {one for parent in above for one in self._below[parent]}
        worked = filter(self._is_worked, sorted({place, *beside}))
        return all(map(self.is_open, above)) and all(map(self._is_safe, worked))

    def _is_safe(self, place: str) -> bool:
        """Whether a place alone may be shown, and tells nothing of those below it that may not."""
        if place not in self._safe:
            below = [one for one in self._below.get(place, ()) if self._is_worked(one)]
            is_safe = self._holds(place) and (all(map(self._is_safe, below)) or not self._tells(place))
            self._safe[place] = is_safe
        return self._safe[place]

    def _tells(self, place: str) -> bool:
        """Whether the crews of a place and the totals below it give a crew away that is too small.

        A line on which one crew works tells that crew by its total; taken from the crew's sum of the site,
        what is left may be another line.
        """
        parts = {one: frozenset(self._parts(one)) for one in self._under(place) if self._is_worked(one)}
        totals = Known(parts.values())
        known = Known(parts.values())
        for group in self._groups(place):
            known.add(part for part in parts[place] if part[1] == group)
        small = [one for one in parts if not self._holds(one)]
        cuts = [
            [part for part in parts[one] if part[1] == group] for one in small for group in self._groups(one)
        ]
        return any(known.tells(cut) and not totals.tells(cut) for cut in cuts)

    def _parts(self, place: str) -> Iterator[tuple[str, str]]:
        """What a place is made of: equipment and group, those of which the same crews have as one."""
        for one in self._under(place):
            groups = self._own(one)
            kind = one if self._below.get(one) else f"{self._above.get(one)} {sorted(groups)}"
            yield from ((kind, group) for group in groups)

    def _holds(self, place: str) -> bool:
        """Whether enough crews of enough people work at a place, looked at alone."""
        least, groups = self.plant.people, self._groups(place)
        return len(groups) >= least.least_crews and all(
            self._people(place, group) >= least.least_people for group in groups
        )

    def _groups(self, place: str) -> set[str]:
        """The crews of a place; where none is named, each shift stands for one."""
        under = list(self._under(place))
        pairs = {pair for one in under for pair in self.crews.worked.get(one, ())}
        told = {crew for one in under for crew in self.crews.told.get(one, ())}
        crews = {crew for _, crew in pairs if crew} | told
        return crews or {shift for shift, _ in pairs if shift}

    def _own(self, one: str) -> set[str]:
        """The crews of one equipment, without what stands under it."""
        pairs = self.crews.worked.get(one, set())
        crews = {crew for _, crew in pairs if crew} | self.crews.told.get(one, set())
        return crews or {shift for shift, _ in pairs if shift}

    def _people(self, place: str, group: str) -> float:
        """How many people a crew has; 0 where that is not known."""
        written = self.plant.people.crews.get(group)
        if written is not None:
            return written
        for name in (group, ""):
            here = [
                self.crews.heads[key]
                for one in self._under(place)
                if (key := (one, name)) in self.crews.heads
            ]
            if here:
                return sum(here)
            for above in self._chain(place):
                if (above, name) in self.crews.heads:
                    return self.crews.heads[(above, name)]
        return 0

    def _is_worked(self, place: str) -> bool:
        return bool(self._groups(place))

    def _under(self, place: str) -> Iterator[str]:
        yield place
        for below in self._below.get(place, ()):
            yield from self._under(below)

    def _chain(self, place: str) -> Iterator[str]:
        for above in self._above.get(place, ()):
            yield above
            yield from self._chain(above)
        yield GROUP

    @cached_property
    def _above(self) -> dict[str, list[str]]:
        """What each place ever stood in."""
        return {
            one: sorted({span.parent for span in spans if span.parent in self.plant.equipment})
            for one, spans in self.plant.spans.items()
        }

    @cached_property
    def _below(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for one, places in self._above.items():
            for place in places:
                found.setdefault(place, []).append(one)
        return found
