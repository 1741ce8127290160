"""Who may do what: the rights of a token or a role, and the part of the plant they are good for.

One table says what a role may. Tokens, people and paired tablets are all a `Sender`, checked by the same
functions; the guide `people` prints the table, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeVar

from plantstack.plant.plant import Plant
from plantstack.plant.structure import Span

T = TypeVar("T")

WHAT = {
    "read": "look at pages and answers of his part of the plant; money and people apart",
    "enter": "enter reasons, pieces, notes, orders and calls for help",
    "lead": "sign a hand-over, give actions to people, pair tablets",
    "plan": "put plans and orders",
    "maintain": "take calls, name causes, end maintenance work",
    "improve": "open and close actions and trials, verify what they saved",
    "money": "see losses and savings in money",
    "portfolio": "see costs, margin and figures of finance, and plants beside each other",
    "configure": "change targets, standards, reasons and exceptions of shifts",
    "administer": "accounts, tablets, the audit, dead letters",
    "send": "send events of any kind by the API",
}
"""Every right, in words."""

ALL = tuple(WHAT)

STATION = "station"
"""The role of a paired tablet at which nobody is signed on."""

MAY: dict[str, tuple[str, ...]] = {
    STATION: ("read", "enter"),
    "operator": ("read", "enter"),
    "supervisor": ("read", "enter", "lead", "money", "configure"),
    "planner": ("read", "plan", "money", "configure"),
    "maintenance": ("read", "enter", "maintain", "money"),
    "ci": ("read", "enter", "lead", "improve", "money", "configure"),
    "exec": ("read", "money", "portfolio"),
    "admin": ALL,
}
"""What a role may: the one table. No role sees names of people, or cuts of few people (`stack.answers`)."""

OF_TOKENS = {
    "read": ("read", "money", "portfolio"),
    "send": ("send", "enter", "plan", "maintain"),
}
"""What the rights of a token stand for."""

PEOPLE = ("tablet*", "desk-*")
"""Sources of people: what one of them entered, another one may correct."""


def speaks_for(owner: str) -> tuple[str, ...]:
    """The rights of which one is enough to accept or contest a loss for the function that owns its reason.

    Maintenance has a role of its own and speaks for itself; whoever leads a shift speaks for every other
    function, and improvement, which settles what two of them say of each other, for all.

    >>> speaks_for("maintenance"), speaks_for("logistics")
    (('maintain', 'improve'), ('lead', 'improve'))
    """
    return ("maintain" if owner.startswith("maintenance") else "lead", "improve")


def rights_of(token: Iterable[str]) -> tuple[str, ...]:
    """The rights of a token, spelled out.

    >>> rights_of(("read",))
    ('read', 'money', 'portfolio')
    """
    given = {right for word in token for right in OF_TOKENS.get(word, (word,))}
    return tuple(right for right in ALL if right in given)


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody who sends or reads: a token, a person, a paired tablet.

    Attributes:
        name: of the token, `account ID` or the tablet's id; '' for whoever stands at the machine itself.
        may: of `ALL`.
        scope: id of the equipment he is let near, with all that stands under it; '' is everything.
        sources: patterns of the sources he may speak as; none: see `may_speak_as`.
        role: of a person or tablet, of `MAY`; '' for a token and at the machine itself.
        account: id of the person's account; '' where nobody is signed in.
        by: the pseudonym that events of the person carry.
        device: id of the paired tablet; '' at a desk.
        station: ids of the equipment an unsigned tablet may speak of; none: all he is let near.
        language: that the person chose; '' is the browser's.
        mark: what pages put where an entry says `by`: the pseudonym, and the proof that it is of here.
    """

    name: str = ""
    may: tuple[str, ...] = ALL
    scope: str = ""
    sources: tuple[str, ...] = ()
    role: str = ""
    account: str = ""
    by: str = ""
    device: str = ""
    station: tuple[str, ...] = ()
    language: str = ""
    mark: str = ""

    @property
    def is_person(self) -> bool:
        """Whether somebody is signed in."""
        return bool(self.account)

    @property
    def source(self) -> str:
        """The source of what he enters on a page: the tablet, else a desk; never the person.

        >>> Sender(device="tablet.4f1c", account="a-1").source, Sender(account="a-1").source, Sender().source
        ('tablet.4f1c', 'desk-person', 'desk-here')
        """
        return self.device or ("desk-person" if self.account else "desk-here")

    @property
    def is_limited(self) -> bool:
        """Whether there is anything he may not say."""
        return bool(self.scope or self.sources)

    def names(self, source: str) -> bool:
        """Whether he was given a source by name; whoever is not limited has all of them."""
        return not self.is_limited or any(fnmatchcase(source, pattern) for pattern in self.sources)

    def may_speak_as(self, plant: Plant, source: str) -> bool:
        """Whether he may speak as a source; with a scope only, as every one that is no person."""
        if self.sources or not self.scope:
            return self.names(source)
        return not plant.is_person(source)

    def is_near(self, plant: Plant, equipment: str, now: int) -> bool:
        """Whether an equipment stands where the sender is let in, by where it stands now.

        Args:
            plant: what stands where.
            equipment: a permanent id; '' is the whole project.
            now: the instant of the request, microseconds UTC.
        """
        return not self.scope or _is_under(plant, equipment, (self.scope,), now)

    def may_tell_of(self, plant: Plant, equipment: str, now: int) -> bool:
        """Whether he may enter anything of an equipment; a tablet only for its own station.

        Args:
            plant: what stands where.
            equipment: a permanent id; '' is the whole project.
            now: the instant of the request, microseconds UTC.
        """
        at_hand = not self.station or _is_under(plant, equipment, self.station, now)
        return at_hand and self.is_near(plant, equipment, now)

    def near_sites(self, plant: Plant, as_of: Mapping[str, T], now: int) -> dict[str, T]:
        """Of what is told by site, that of the sites he is let near, or stands in."""
        if not self.scope:
            return dict(as_of)
        here = _standing(plant, self.scope, now)
        home = here.site if here else ""
        return {site: told for site, told in as_of.items() if site == home or self.is_near(plant, site, now)}

    def stamp(self, offset: int, at: int) -> int:
        """What an answer stands on, as far as he may know: of a part of the plant the instant.

        An offset counts what everybody tells, and whoever asks twice sees how much came from elsewhere.
        An instant grows with it, and `as_known_at` takes either.

        >>> Sender().stamp(4711, at=1_772_474_400_000_000)
        4711
        >>> Sender(scope="line-1").stamp(4711, at=1_772_474_400_000_000)
        1772474400000000
        """
        return at if self.scope else offset


def _is_under(plant: Plant, equipment: str, places: Iterable[str], now: int) -> bool:
    """Whether an equipment is one of some places or stands under one of them, now."""
    own, _ = plant.lanes.get(equipment, (equipment, ""))
    there = _standing(plant, own, now)
    if there is None:
        return False
    heres = (_standing(plant, place, now) for place in places)
    return any(here and f"{there.path}/".startswith(f"{here.path}/") for here in heres)


def _standing(plant: Plant, equipment: str, now: int) -> Span | None:
    """Where an equipment stands at an instant; None where it stands nowhere then."""
    spans = plant.spans.get(equipment, ())
    return next((span for span in spans if span.from_at <= now < span.until_at), None)
