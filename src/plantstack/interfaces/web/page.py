"""What a page is, and what it is shown with."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from starlette.exceptions import HTTPException

from plantstack.interfaces.web.speaking import catalogue, named_by, spoken, with_words
from plantstack.live.access import Sender
from plantstack.live.running import Running
from plantstack.live.seeing import may_see
from plantstack.live.study import Studied
from plantstack.plant.plant import Plant
from plantstack.stack.answers.using import catalog_of
from plantstack.stack.project import Stack

_T = TypeVar("_T")


PATIENCE_S = 1.0


def N_(text: str) -> str:
    """Mark a text that is translated where it is shown."""
    return text


class Reading:
    """Who looks at what, in which language, and the books that are asked: on a screen or on paper.

    Attributes:
        sender: who looks, and what he is let near.
        path: of the page, as it was asked for.
        params: what stands in the path, as `{"scope": "packing"}`.
        query: what stands behind the `?`; of a name given twice the last.
        now: the instant of the look, microseconds UTC.
        language: of the reader, as `de`.
    """

    __slots__ = ()

    sender: Sender
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    now: int
    language: str

    @property
    def plant(self) -> Plant:
        """What stands where."""
        raise NotImplementedError

    def ask(self, question: Callable[[Stack], _T]) -> _T:
        """Ask the books as they are now."""
        raise NotImplementedError

    def study(self, key: tuple[Hashable, ...], question: Callable[[Stack], _T]) -> Studied[_T]:
        """Ask what takes long.

        Args:
            key: names the question with everything it depends on.
            question: what to ask.
        """
        raise NotImplementedError

    @property
    def scope(self) -> str:
        """Id of the equipment that the page is about; '' is everything he is let near.

        Raises:
            HTTPException: where there is none of this name, or he is not let near it.
        """
        return self.near(self.params.get("scope", "") or self.query.get("scope", ""))

    def near(self, name: str) -> str:
        """Id of an equipment by its id or path; the same in both cases where he may not know it.

        Raises:
            HTTPException: where there is none of this name, or he is not let near it.
        """
        if not name:
            return self.sender.scope
        found = self.plant.resolve(name, self.now)
        if found is None or not self.sender.is_near(self.plant, found, self.now):
            raise HTTPException(404, f"there is no equipment '{name}' here")
        return found

    @property
    def places(self) -> list[str]:
        """Ids of all equipment that the page is about, as `a+b` in its path names several.

        Raises:
            HTTPException: as `near`.
        """
        told = self.params.get("scope", "") or self.query.get("scope", "")
        return [self.near(name) for name in told.split("+")]

    @property
    def zone(self) -> str:
        """The clock of what the page is about; UTC where that has several."""
        plant, places = self.plant, self.places
        sites = plant.sites.values() if "" in places else map(plant.site_of, places)
        zones = {site.zone for site in sites}
        return zones.pop() if len(zones) == 1 else "UTC"

    def may_see(self, kpi: str) -> bool:
        """Whether a KPI may be shown to the reader: money and figures of finance are not for every role."""
        plant = self.plant
        return may_see(self.sender, catalog_of(plant), kpi, plant.profile.name)

    def say(self, text: str, **values: object) -> str:
        """A text in the reader's language, with values put where `%(name)s` stands."""
        told = catalogue(self.language).gettext(text)
        return told % with_words(values, self.told) if values else told

    def ngettext(self, one: str, many: str, n: int) -> str:
        """A number of things in the reader's language, where `%(num)s` stands."""
        return catalogue(self.language).ngettext(one, many, n) % {"num": n}

    def told(self, text: str) -> str:
        """A sentence of an engine in the reader's language, by what the plant calls equipment."""
        return named_by(spoken(text, self.language), self.plant)

    def name(self, equipment: str) -> str:
        """What people call an equipment."""
        if not equipment:
            return self.plant.label or self.plant.enterprise
        return self.plant.equipment[equipment].label or equipment


@dataclass(frozen=True, slots=True)
class Visit(Reading):
    """One look at a page of a plant that runs: see `Reading`.

    Attributes:
        running: the plant.
        before: the answers it was given from before the plant files were changed, while newer ones are made.
        studied: the longer questions it asked, each with the number of the answer there was.
    """

    running: Running
    sender: Sender
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    now: int
    language: str = "en"
    before: list[Studied[Any]] = field(default_factory=list, compare=False, repr=False)
    studied: dict[Hashable, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def plant(self) -> Plant:
        """What stands where."""
        return self.running.plant

    def ask(self, question: Callable[[Stack], _T]) -> _T:
        """Ask the books as they are now."""
        return self.running.ask(question)

    def study(self, key: tuple[Hashable, ...], question: Callable[[Stack], _T]) -> Studied[_T]:
        """Ask what takes long, beside the books that are kept fresh; an earlier answer is given at once.

        Raises:
            NotYet: while there is no answer; the page says so and shows it as soon as it is there.
        """
        self.studied[key] = self.running.study.number(key)
        found = self.running.study.ask(key, question, PATIENCE_S, also_before=True)
        if found.waiting is not None:
            self.before.append(found)
        return found


@dataclass(frozen=True, slots=True)
class Page:
    """A page.

    Attributes:
        path: as `/board/{scope:path}`.
        name: in menus, marked with `N_`.
        show: what the template is filled with; must have `title`, the most urgent fact first.
        right: what a reader must be allowed.
        place: in the main menu; 0 is not in it.
        link: where the menu leads, where the path has a parameter.
        every_s: how often an open page is made anew at most; 0 is never.
        is_own: whether it shows what is the reader's own, so that no two readers share it.
        template: where it is not that of the module's name.
        is_offered: whether it stands in the menu of a project, by its folder.
    """

    path: str
    name: str
    show: Callable[[Visit], Mapping[str, Any]]
    right: str = "read"
    place: int = 0
    link: str = ""
    every_s: float = 1.0
    is_own: bool = False
    template: str = ""
    is_offered: Callable[[Path], bool] = lambda _folder: True


@dataclass(slots=True)
class Fragments:
    """The parts of a page that change while it is open, as they were rendered."""

    of: dict[str, str] = field(default_factory=dict)
