"""Process capability: the readings of each parameter that has limits, by machine and product."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from plantstack.engines.contract import MeasureCell
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.engines.duckdb.subgroups import HourOf, hours_of
from plantstack.intervals import Interval
from plantstack.kpis.models.capability import Process, Subgroup, least_capable, share_of_signals
from plantstack.kpis.models.modelled import Modelled
from plantstack.plant.model import SetupSpec
from plantstack.plant.plant import Plant
from plantstack.stack.targets.targeting import production_day

_SIGNALS = "control_chart_signals"


@dataclass(frozen=True)
class Measuring:
    """The processes of one question.

    Attributes:
        plant: whose limits.
        hours: every subgroup of the machines and the whole time asked for.
    """

    plant: Plant
    hours: Sequence[HourOf]

    @classmethod
    def of(cls, engine: DuckEngine, machines: Collection[str], cells: Sequence[MeasureCell]) -> Measuring:
        """Read the subgroups of all cells at once."""
        plant = engine.books.plant
        limited = {machine for one in plant.setup_specs for machine in one.machines} & set(machines)
        if not cells or not limited:
            return cls(plant, [])
        span = Interval(min(one.span.start for one in cells), max(one.span.end for one in cells))
        return cls(plant, hours_of(engine.books, limited, span))

    def index(self, name: str, machines: Collection[str], product: str | None, cell: MeasureCell) -> Modelled:
        """Cp, cpk or the share of signals of some machines, of one product where it is named."""
        processes = self._processes(machines, product, cell.span)
        return share_of_signals(processes) if name == _SIGNALS else least_capable(name, processes)

    def _processes(self, machines: Collection[str], product: str | None, span: Interval) -> list[Process]:
        groups: dict[tuple[str, str, str], list[HourOf]] = {}
        for one in self.hours:
            if one.machine in machines and product in (None, one.product) and span.start <= one.at < span.end:
                groups.setdefault((one.machine, one.product, one.parameter), []).append(one)
        specs = {key: self._spec(key, span.end) for key in groups}
        return [
            _process(key, specs, self._since(found, specs[key]))
            for key, found in groups.items()
            if specs[key]
        ]

    def _spec(self, key: tuple[str, str, str], end: int) -> SetupSpec | None:
        """The limits that hold at the end: those of the product before those of all, then the later ones."""
        machine, product, parameter = key
        day = production_day(self.plant.site_of(machine), end - 1)
        fitting = [
            (bool(one.products), one.from_day.toordinal() if one.from_day else 0, number)
            for number, one in enumerate(self.plant.setup_specs)
            if one.parameter == parameter
            and machine in one.machines
            and product in (one.products or (product,))
            and (one.from_day is None or one.from_day <= day)
        ]
        return self.plant.setup_specs[max(fitting)[2]] if fitting else None

    def _since(self, hours: Sequence[HourOf], spec: SetupSpec | None) -> list[HourOf]:
        """The hours since the limits hold, in their unit."""
        if spec is None:
            return []
        return [
            one
            for one in hours
            if (not spec.unit or not one.unit or spec.unit == one.unit)
            and (
                spec.from_day is None
                or spec.from_day <= production_day(self.plant.site_of(one.machine), one.at)
            )
        ]


def _process(
    key: tuple[str, str, str], specs: Mapping[tuple[str, str, str], SetupSpec | None], hours: Sequence[HourOf]
) -> Process:
    machine, product, parameter = key
    spec = specs[key]
    low, high = (spec.low, spec.high) if spec else (None, None)
    name = f"{parameter} of {product} at {machine}" if product else f"{parameter} at {machine}"
    groups = [Subgroup(one.n, one.mean, one.variance) for one in hours]
    return Process(name, None if low is None else float(low), None if high is None else float(high), groups)
