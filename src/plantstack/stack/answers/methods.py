"""The capture method beside each number: which it was, and where it changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from plantstack.engines.contract import MeasureCell
from plantstack.kpis.evaluate import KpiValue
from plantstack.kpis.kpi import Catalog
from plantstack.kpis.trusting.methods import Captures, with_methods
from plantstack.plant.plant import Plant
from plantstack.stack.targets.targeting import is_seen_by_machines


@dataclass(frozen=True, slots=True)
class Capturing:
    """Names the capture methods of one question."""

    plant: Plant
    catalog: Catalog
    profile: str
    captures: Captures = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "captures", Captures(self.plant))

    def of(self, value: KpiValue, found: MeasureCell, scope: str) -> KpiValue:
        """The value with its methods; a change in the period, or since its baseline, limits its trust."""
        if not is_seen_by_machines(self.catalog, value.kpi.id, self.profile):
            return value
        start, end = found.span.start, found.span.end
        window = self.plant.profile.baseline_window
        baseline = self.captures.of(scope, start - window, start) if value.kpi.of else None
        methods = self.captures.of(scope, start, end)
        if not methods.readings and baseline is None:
            return value  # nobody says how
        return replace(value, trust=with_methods(value.trust, methods, baseline))
