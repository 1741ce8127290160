"""Everything that is wrong, with its file and line, before anything is raised."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from plantstack.errors import ConfigError, Problem, did_you_mean


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a file; line 0 is the file as such.

    >>> str(Place("plant.yaml", 12))
    'plant.yaml:12'
    """

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class _Reference:
    kinds: tuple[str, ...]
    name: str
    place: Place
    key: str


class Report:
    """Collects problems, declared names and references to names over all files.

    >>> report = Report()
    >>> report.declare("shift", "early", Place("a.yaml", 1))
    >>> report.refer(("shift",), "erly", Place("a.yaml", 7), "shifts")
    >>> report.check_references()
    >>> print(report.problems[0])
    a.yaml:7: 'shifts' names the unknown shift 'erly'. did you mean 'early'? [name-unknown]
    """

    def __init__(self) -> None:
        self._found: list[tuple[Place, Problem]] = []
        self._references: list[_Reference] = []
        self.places: dict[str, dict[str, Place]] = defaultdict(dict)
        self.asked: dict[str, set[str]] = defaultdict(set)

    def add(self, code: str, place: Place, what: str, fix: str = "") -> None:
        """Note one problem; reading goes on."""
        self._found.append((place, Problem(code, str(place), what, fix)))

    def take(self, other: Report) -> None:
        """Note the problems of another report as well."""
        self._found.extend(other._found)

    def declare(self, kind: str, name: str, place: Place) -> None:
        """Make `name` known as a `kind`; a second declaration is a problem."""
        first = self.places[kind].get(name)
        if first is None:
            self.places[kind][name] = place
        else:
            self.add(
                "name-twice", place, f"{kind} '{name}' is declared here and at {first}", "Rename one of them."
            )

    def mention(self, kind: str, name: str, place: Place) -> None:
        """Make `name` known as a `kind` that may be named any number of times."""
        self.places[kind].setdefault(name, place)

    def refer(self, kinds: tuple[str, ...], name: str, place: Place, key: str) -> None:
        """Note that `name` must be declared as one of `kinds` once every file is read."""
        self._references.append(_Reference(kinds, name, place, key))

    def check_references(self) -> None:
        """Turn every reference to an undeclared name into a problem."""
        for ref in self._references:
            known = {name for kind in ref.kinds for name in self.places[kind]}
            if ref.name and ref.name not in known:
                self._unknown(ref, known)
        self._references.clear()

    def _unknown(self, ref: _Reference, known: set[str]) -> None:
        kind = " or ".join(ref.kinds)
        others = [other for other, names in self.places.items() if ref.name in names and " of " not in other]
        what = f"'{ref.key}' names the unknown {kind} '{ref.name}'"
        if others:
            what = f"'{ref.key}' expects a {kind}, '{ref.name}' is a {others[0]}"
        fix = did_you_mean(ref.name, known) or f"Declare a {kind} '{ref.name}'."
        self.add("name-unknown", ref.place, what, fix)

    def place_of(self, kind: str, name: str) -> Place:
        """Where `name` was declared as a `kind`."""
        return self.places[kind].get(name, Place("plant.yaml"))

    @property
    def problems(self) -> list[Problem]:
        """All problems, by file and line, each once."""
        return list(dict.fromkeys(problem for _, problem in sorted(self._found)))

    def raise_problems(self) -> None:
        """Raise everything found as one error.

        Raises:
            ConfigError: with all problems, when there is any.
        """
        if self._found:
            raise ConfigError(self.problems)
