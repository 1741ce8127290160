"""What is declared: KPIs, named sums, profiles; plain frozen data, read from YAML by `load.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from plantstack.errors import Problem, QueryError, did_you_mean
from plantstack.kpis.formulas.formula import Formula
from plantstack.measures.measure import REASON_AXES
from plantstack.plant.source import Place

KpiType = Literal["ratio", "change", "list", "model"]
ChangeKind = Literal["", "difference", "reduction", "ratio"]

# Where a number can be cut without asking why; a cut by reason must be declared, by its group or owner never.
EVERYWHERE = ("site", "area", "line", "machine", "product", "order", "shift", "crew")
AXES = (*EVERYWHERE, *REASON_AXES)
SCOPES = ("machine", "line", "area", "site", "group")

# Formulas by profile; under this key stands the one of every profile.
EVERY_PROFILE = ""
ByProfile: TypeAlias = Mapping[str, Formula]


@dataclass(frozen=True, slots=True)
class Kpi:
    """One declared KPI: a formula, and the decision it is for.

    Attributes:
        formulas: by profile; a profile without one takes that of the profile it is like.
        otherwise: used when the formula has no denominator at all.
        model: name of the registered function behind a `model`.
        unit: base unit of `value, low, high, target`.
        better: up, down or band.
        owner: the role that decides; never a person.
        playbook: what to do when it is off target.
        uses: KPIs and measures it stands on, for drill-down.
        needs: event kinds, or facts of the plant files, without which it has no value; `a or b` where
            either will do.
        by: the splits that make sense; others are refused.
        lowest: the lowest scope where it exists.
        highest: the highest one: a time of one machine over its pieces is no number of a whole line.
        ceiling: above it the data is doubtful, never the value capped.
        is_ranged: whether unknown time makes it uncertain.
        of: the KPI a `change` compares with itself in the baseline.
        change: how: now - base, 1 - now / base, now / base.
        is_fixed_mix: compared product by product, weighed by the baseline's planned time.
        is_core: shown without being adopted.
        replaces: version of the shipped KPI it stands for; 0 none.
        beside: the core KPI it looks ahead for, and is shown with; '' none.
    """

    id: str
    name: str
    layer: int
    type: KpiType
    formulas: ByProfile
    otherwise: Formula | None
    model: str
    unit: str
    better: str
    decision: str
    owner: str
    cadence: str
    playbook: str
    uses: tuple[str, ...]
    needs: tuple[str, ...]
    by: tuple[str, ...]
    lowest: str
    highest: str
    ceiling: Fraction | None
    is_ranged: bool
    version: int
    place: Place
    of: str = ""
    change: ChangeKind = ""
    is_fixed_mix: bool = False
    is_core: bool = True
    replaces: int = 0
    beside: str = ""


@dataclass(frozen=True, slots=True)
class NamedSum:
    """A sum with a name that formulas share, such as PBT."""

    name: str
    meaning: str
    formula: Formula
    place: Place


@dataclass(frozen=True, slots=True)
class Profile:
    """A way to count: which sums it changes, and whom it is like otherwise."""

    name: str
    meaning: str
    like: str
    sums: Mapping[str, Formula]
    place: Place


@dataclass(frozen=True, eq=False)
class Catalog:
    """Everything declared, checked or not.

    Attributes:
        profiles: the first is the default.
        losses: leaf of the loss tree -> its seconds.
        unknown_read_as: what unknown time may have been -> the measures that change.
    """

    kpis: Mapping[str, Kpi]
    sums: Mapping[str, NamedSum]
    profiles: Mapping[str, Profile]
    losses: Mapping[str, Formula]
    unknown_read_as: Mapping[str, Mapping[str, Formula]]

    @property
    def default_profile(self) -> str:
        """The profile that is meant when none is named."""
        return next(iter(self.profiles))

    def kpi(self, kpi_id: str) -> Kpi:
        """Return a declared KPI.

        Raises:
            QueryError: with a suggestion, when there is none of that id.
        """
        if kpi_id in self.kpis:
            return self.kpis[kpi_id]
        raise _unknown("kpi", kpi_id, self.kpis)

    def chain(self, profile: str) -> tuple[str, ...]:
        """Return a profile and those it is like, nearest first.

        Raises:
            QueryError: with a suggestion, when there is none of that name.
        """
        if profile not in self.profiles:
            raise _unknown("profile", profile, self.profiles)
        chain: list[str] = []
        while profile and profile not in chain:
            chain.append(profile)
            profile = self.profiles[profile].like
        return tuple(chain)

    def kpi_formula(self, kpi: Kpi, profile: str) -> Formula | None:
        """The formula of a KPI under a profile; None for a model."""
        chain = (*self.chain(profile), EVERY_PROFILE)
        return next((kpi.formulas[name] for name in chain if name in kpi.formulas), None)

    def formula_behind(self, name: str, profile: str) -> Formula | None:
        """The formula of a named sum or KPI; None for a measure."""
        if name in self.sums:
            return self.sum_formula(name, profile)
        return self.kpi_formula(self.kpis[name], profile) if name in self.kpis else None

    def sum_formula(self, name: str, profile: str) -> Formula:
        """The formula of a named sum under a profile."""
        chain = self.chain(profile)
        changed = (self.profiles[link].sums[name] for link in chain if name in self.profiles[link].sums)
        return next(changed, self.sums[name].formula)


def alternatives(need: str) -> tuple[str, ...]:
    """The kinds any of which fills a need.

    >>> alternatives("call or work_order")
    ('call', 'work_order')
    """
    return tuple(need.split(" or "))


def _unknown(what: str, name: str, known: Mapping[str, object]) -> QueryError:
    return QueryError(
        Problem(f"{what}-unknown", name, f"there is no {what} '{name}'", did_you_mean(name, known))
    )
