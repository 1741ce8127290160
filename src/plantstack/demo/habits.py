"""How lines and machines of the group behave: what the simulator needs beside the plant files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Capture = Literal["signal", "pulses", "paper"]


@dataclass(frozen=True, slots=True)
class StopKind:
    """One way in which a machine stops by itself.

    Attributes:
        reason: leaf that people choose for it; also its name.
        per_hour: how often, in an hour of running.
        seconds: median length.
        spread: sigma of the logarithm of the length.
        state: what the machine says meanwhile.
        cause: leaf that a technician finds behind it, '' none.
    """

    reason: str
    per_hour: float
    seconds: float
    spread: float = 0.6
    state: Literal["stopped", "fault", "waiting"] = "stopped"
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """One process value that is measured.

    Attributes:
        parameter: its name.
        unit: its unit.
        level: where it stands when all is well.
        noise: standard deviation.
        by_product: another level for some products.
    """

    parameter: str
    unit: str
    level: float
    noise: float
    by_product: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Habit:
    """How one machine behaves.

    Attributes:
        stops: the ways in which it stops.
        speed: its pace at its best, of the written ideal.
        scrap: scrapped share of its pieces, by reason.
        rework: share of its pieces sent to rework.
        probes: what is measured on it.
        kw: electric power while it runs, and while it stands.
    """

    stops: tuple[StopKind, ...]
    speed: float = 0.96
    scrap: Mapping[str, float] = field(default_factory=dict)
    rework: float = 0.0
    probes: tuple[Probe, ...] = ()
    kw: tuple[float, float] = (15.0, 3.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineHabit:
    """How a line, or a machine that stands alone, is run.

    Attributes:
        id: the line, or the machine.
        site: its site.
        machines: its machines in the order of the flow, with their habits.
        capture: how its signals are captured.
        products: what it makes, with weights.
        order_hours: median length of an order at ideal pace.
        idle_chance: how often no order follows an order.
        idle_hours: how long it then stands, on average.
        uncoded: share of long stops for which nobody gives a reason.
        vague: share of the given reasons that are the catch-all.
        crew: people needed.
        spare: people beyond them in the shift in which the past ends; below zero so many are missing.
        cleaning: minutes of cleaning a day, 0 none.
        upkeep_days: days between planned maintenance, 0 none.
        tick: seconds between two readings of the counters.
        batch: pieces of a batch; 0 is no batch machine.
        tools: mould and material of its products, told beside their pieces.
        demand: of which products sales say whether every piece would be sold; nobody speaks of the others.
    """

    id: str
    site: str
    machines: Mapping[str, Habit]
    products: Mapping[str, float]
    capture: Capture = "signal"
    order_hours: float = 6.0
    idle_chance: float = 0.03
    idle_hours: float = 3.0
    uncoded: float = 0.04
    vague: float = 0.03
    crew: int = 3
    spare: int = 0
    cleaning: float = 0.0
    upkeep_days: int = 0
    tick: int = 300
    batch: int = 0
    tools: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    demand: Mapping[str, bool] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """Who tells what its machines do."""
        kinds = {"signal": "opc", "pulses": "pulse", "paper": "sheet"}
        return f"{kinds[self.capture]}.{self.id}"

    @property
    def tablet(self) -> str:
        """Where its operators tap."""
        return f"tablet.{self.id}"
