"""`Plant`: everything the files say, with names resolved to permanent ids."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from plantstack.plant.agreed import Cost, ExchangeRate, TargetRule
from plantstack.plant.model import (
    AlarmRule,
    Calendar,
    Changeovers,
    Equipment,
    Line,
    Machine,
    MachineClass,
    PackUnit,
    Product,
    Profile,
    Reason,
    SetupSpec,
    Site,
    SourceRule,
    Standard,
)
from plantstack.plant.read_people import People
from plantstack.plant.structure import Span, build_spans
from plantstack.plant.tree import Block


@dataclass(frozen=True)
class Plant:
    """One project's plant, as its files describe it."""

    project_id: str
    enterprise: str
    label: str
    profile: Profile
    sites: dict[str, Site]
    areas: dict[str, Equipment]
    lines: dict[str, Line]
    machines: dict[str, Machine]
    machine_classes: dict[str, MachineClass]
    calendars: dict[str, Calendar]
    products: dict[str, Product]
    units: tuple[PackUnit, ...]
    standards: tuple[Standard, ...]
    changeovers: dict[str, Changeovers]
    reasons: dict[str, Reason]
    alarm_rules: tuple[AlarmRule, ...]
    setup_specs: tuple[SetupSpec, ...]
    costs: tuple[Cost, ...]
    exchange_rates: tuple[ExchangeRate, ...]
    sources: tuple[SourceRule, ...]
    targets: tuple[TargetRule, ...]
    own_kpis: Block  # as written; what it means is decided where formulas are read
    people: People

    @cached_property
    def equipment(self) -> dict[str, Equipment]:
        """Every site, area, line and machine by its permanent id."""
        return {**self.sites, **self.areas, **self.lines, **self.machines}

    @cached_property
    def spans(self) -> dict[str, tuple[Span, ...]]:
        """Where each equipment stands, from when until when, in time order."""
        return build_spans(self.equipment, self.enterprise)

    @cached_property
    def lanes(self) -> dict[str, tuple[str, int]]:
        """Lane ids `<machine>:<n>` of machines with several lanes -> (machine, n)."""
        many = (machine for machine in self.machines.values() if machine.parallel > 1)
        return {f"{one.id}:{n}": (one.id, n) for one in many for n in range(1, one.parallel + 1)}

    def resolve(self, name: str, at: int) -> str | None:
        """The permanent id of equipment named by its id, or by its path as it was at an instant.

        Args:
            name: an id, a lane id such as `filler:2`, or a path such as `acme/tulsa/packing/line-1/filler`.
            at: microseconds UTC; paths move with the equipment, ids never do.

        Returns:
            The id, or None when nothing has this name at that instant.
        """
        if name in self.equipment or name in self.lanes:
            return name
        if "/" not in name:
            return None
        path, colon, lane = name.partition(":")
        for span in self._paths.get(path, ()):
            if span.from_at <= at < span.until_at:
                found = span.equipment + colon + lane
                return found if not colon or found in self.lanes else None
        return None

    def site_of(self, equipment: str) -> Site:
        """The site equipment stands in; it never moves to another."""
        return self.sites[self.spans[equipment][0].site]

    def rule_of(self, source: str) -> SourceRule | None:
        """How a source is believed: the first rule that fits its name."""
        return next((rule for rule in self.sources if fnmatchcase(source, rule.match)), None)

    def is_person(self, source: str) -> bool:
        """Whether a source is believed as people are."""
        rule = self.rule_of(source)
        return rule is not None and rule.is_person

    def kin_of(self, places: Iterable[str]) -> frozenset[str]:
        """All equipment whose events may change what is known of some places, at any time.

        That is what ever stood in them or above them, every machine with its lanes of a line that one of
        theirs ever stood in, and ''; of '' it is everything.
        """
        asked = set(places)
        standing = [span for spans in self.spans.values() for span in spans]
        if "" in asked:
            return frozenset({"", *self.equipment, *self.lanes})
        touched = [one for one in standing if not asked.isdisjoint(_around(one))]
        lines = {one.line for one in touched} - {""}
        found = {name for one in standing if one.line in lines for name in _around(one)}
        found |= {name for one in touched for name in _around(one)} | asked
        return frozenset(found | {lane for lane, (machine, _) in self.lanes.items() if machine in found})

    @cached_property
    def _paths(self) -> dict[str, list[Span]]:
        paths: dict[str, list[Span]] = {}
        for spans in self.spans.values():
            for span in spans:
                paths.setdefault(span.path, []).append(span)
        return paths


def _around(span: Span) -> tuple[str, ...]:
    return (span.equipment, span.line, span.area, span.site, "")
