"""Which truths are planted, and when: the seed moves them a little, so that no analysis can learn them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from plantstack.demo.truth import Effect, Truth
from plantstack.demo.window import Window


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of a site: its zone, and when its production day starts (local minutes)."""

    zone: str
    day_start: int


SITES = {
    "tulsa": Clock("America/Chicago", 360),
    "pune": Clock("Asia/Kolkata", 420),
    "leipzig": Clock("Europe/Berlin", 360),
    "monterrey": Clock("America/Monterrey", 420),
}
SIGNALS_FROM = 40 / 90  # the day on which the pump line leaves paper, as a share of the window


class _Planter:
    """Turns shares of the window into instants at a site, moved a little by chance."""

    def __init__(self, window: Window, rng: np.random.Generator) -> None:
        self.window = window
        self.rng = rng

    def __call__(
        self,
        identity: str,
        what: str,
        where: str,
        site: str,
        span: tuple[float, float],
        says: str,
        layer: int,
        *effects: Effect,
        hours: tuple[float, float] | None = None,
        moves: bool = True,
    ) -> Truth:
        """Make one truth; a span ending at 1 ends with the simulation."""
        jitter = float(self.rng.uniform(-0.02, 0.02)) * moves
        clock = SITES[site]
        bounds = [
            self.window.end
            if share >= 1 and hour is None
            else self.window.part(max(share + jitter * (0 < share < 1), 0), clock.zone, clock.day_start, hour)
            for share, hour in zip(span, hours or (None, None), strict=True)
        ]
        return Truth(identity, what, where, site, bounds[0], bounds[1], says, layer, effects)


def planted(window: Window, rng: np.random.Generator) -> tuple[Truth, ...]:
    """Every truth of the whole group.

    Args:
        window: what is simulated.
        rng: moves the truths; the same generator gives the same truths.
    """
    plant = _Planter(window, rng)
    groups: tuple[Callable[[_Planter], tuple[Truth, ...]], ...] = (
        _tulsa_bottling,
        _tulsa_pouches,
        _pune,
        _leipzig,
        _records,
        _reports,
        _chains,
    )
    return tuple(truth for group in groups for truth in group(plant))


def _tulsa_bottling(plant: _Planter) -> tuple[Truth, ...]:
    return (
        plant(
            *("filler-slows", "drift", "tul-1-filler", "tulsa", (0.60, 0.83)),
            "The filler loses 14 % of its speed little by little, until its pump is replaced.",
            1,
            Effect("speed", "tul-1-filler", 0.86, shape="ramp"),
        ),
        plant(
            *("depal-starves-filler", "starved_constraint", "tul-1-depal", "tulsa", (0.22, 0.40)),
            "Bottles of a second supplier jam at the depalletiser eight times as often; the filler, "
            "which sets the pace, starves.",
            2,
            Effect("stop_rate", "tul-1-depal", 8.0, on="glass-jam"),
        ),
        plant(
            *("water-rate-wrong", "ideal_rate", "tul-1-filler", "tulsa", (0.0, 1.0)),
            "The ideal rate of water-500 was copied from another product; the filler really runs 20 % "
            "faster, and performance goes above 100 %.",
            1,
            *(
                Effect("ability", f"tul-1-{name}", 1.2, on="water-500")
                for name in ("depal", "filler", "capper", "labeller", "packer")
            ),
        ),
        plant(
            *("trolley-worked", "kaizen_worked", "tul-1", "tulsa", (0.36, 1.0)),
            "Change parts on a trolley: changeovers take 35 % less, and it holds.",
            4,
            Effect("changeover", "tul-1", 0.65),
        ),
    )


def _tulsa_pouches(plant: _Planter) -> tuple[Truth, ...]:
    return (
        plant(
            *("seal-temperature-drifts", "drift", "tul-2-former", "tulsa", (0.46, 0.68)),
            "The seal temperature sinks by 9 K little by little; the seals begin to leak.",
            1,
            Effect("reading", "tul-2-former", -9.0, on="seal_temperature", shape="ramp"),
            Effect("scrap", "tul-2-former", 0.06, on="leaking-seal", shape="ramp"),
        ),
        plant(
            *("pouch-setup-wrong", "setup_error", "tul-2-former", "tulsa", (0.76, 0.76)),
            "After a changeover the seal pressure stands at the nominal of another product; seals are weak "
            "until somebody looks.",
            1,
            Effect("setting", "tul-2-former", -0.7, on="seal_pressure"),
            Effect("scrap", "tul-2-former", 0.07, on="weak-seal"),
            hours=(0.0, 16.0),
        ),
        plant(
            *("sequence-decayed", "kaizen_decayed", "tul-2", "tulsa", (0.28, 0.74)),
            "A new changeover sequence saves 40 % at first and is forgotten little by little.",
            4,
            Effect("changeover", "tul-2", 0.6, shape="decay"),
        ),
    )


def _pune(plant: _Planter) -> tuple[Truth, ...]:
    return (
        plant(
            *("hot-clip-at-night", "scrap_pattern", "pun-3", "pune", (0.0, 1.0)),
            "On press 3 clip-14 (mould M14-3, PA6-GF30) flashes at night, when the melt is above 238 degC; "
            "other moulds, materials, presses and shifts do not.",
            1,
            Effect("reading", "pun-3", 9.0, on="melt_temperature/clip-14", shift="night"),
            Effect("scrap", "pun-3", 0.085, on="flash/clip-14", shift="night"),
        ),
        plant(
            *("cavity-closed", "reduced_capacity", "pun-2", "pune", (0.55, 0.66)),
            "One of four cavities of press 2 is shut; a quarter of each shot is missing.",
            2,
            Effect("ability", "pun-2", 0.75),
            Effect("lane", "pun-2", 3.0),
        ),
        plant(
            *("scrap-not-posted", "unposted_scrap", "pune", "pune", (0.0, 1.0)),
            "Four of a hundred pieces are thrown away without being booked: good pieces read 4 % higher "
            "than what reaches the stores.",
            5,
            Effect("unposted", "pune", 0.04),
        ),
    )


def _leipzig(plant: _Planter) -> tuple[Truth, ...]:
    return (
        plant(
            *("mill-bearing", "failing_bearing", "lei-1-mill", "leipzig", (0.42, 0.86)),
            "The spindle bearing of the milling centre wears: vibration climbs, then breakdowns come more "
            "and more often, until it is replaced.",
            3,
            Effect("reading", "lei-1-mill", 5.6, on="vibration", shape="ramp"),
            Effect("stop_rate", "lei-1-mill", 22.0, on="spindle", shape="ramp"),
        ),
        plant(
            *("lathe-setup-wrong", "setup_error", "lei-1-lathe", "leipzig", (0.33, 0.33)),
            "After a changeover the tool offset stands at the value of another shaft; pieces are out of "
            "dimension until the next morning.",
            1,
            Effect("setting", "lei-1-lathe", 0.04, on="tool_offset"),
            Effect("scrap", "lei-1-lathe", 0.09, on="dimension"),
            hours=(0.0, 26.0),
        ),
        plant(
            *("chip-blower-nothing", "kaizen_nothing", "lei-1-lathe", "leipzig", (0.5, 1.0)),
            "An air blower was to halve the stops for chips; it changed nothing.",
            4,
        ),
        plant(
            *("paper-too-good", "capture_change", "lei-2", "leipzig", (0.0, SIGNALS_FROM)),
            "The pump line is on paper until it gets signals; the sheets read about ten points of OEE too "
            "good, because stops are left out or booked as planned and pieces are rounded up.",
            2,
            Effect("paper", "lei-2", 0.09),
            moves=False,
        ),
    )


def _records(plant: _Planter) -> tuple[Truth, ...]:
    """What is wrong with the records rather than with the plant."""
    return (
        plant(
            *("collector-dead", "dead_collector", "tul-1", "tulsa", (0.92, 0.92)),
            "The collector of the bottling line is dead for five hours; what the machines did is unknown.",
            1,
            Effect("silence", "opc.tul-1", 1.0),
            hours=(2.0, 7.0),
        ),
        plant(
            *("tablet-late", "late_events", "tul-2", "tulsa", (0.62, 0.70)),
            "The tablet of the pouch line had no network: its reasons arrive ten days late.",
            1,
            Effect("late", "tablet.tul-2", 10.0),
        ),
        plant(
            *("export-twice", "duplicates", "tul-1", "tulsa", (0.70, 0.70)),
            "Six hours of the bottling line are exported twice; the log keeps them once.",
            1,
            Effect("twice", "tul-1", 1.0),
            hours=(1.0, 7.0),
        ),
    )


def _reports(plant: _Planter) -> tuple[Truth, ...]:
    """What is wrong with what people and gateways send."""
    return (
        plant(
            *("mean-of-lines", "averaged_oee", "leipzig", "leipzig", (0.0, 1.0)),
            "The plant reports the plain mean of its lines' OEE, whatever time each was planned.",
            5,
            Effect("averaged", "leipzig", 1.0),
        ),
        plant(
            *("typing-mistakes", "corrections", "pune", "pune", (0.0, 1.0)),
            "One in fifty scrap entries was typed ten times too high and corrected some days later.",
            1,
            Effect("mistyped", "pune", 0.02),
        ),
        plant(
            *("strange-letters", "dead_letters", "tulsa", "tulsa", (0.5, 0.52)),
            "Three messages are no events: a machine that does not exist, a clock in the far future, a "
            "negative count.",
            1,
            Effect("letters", "tulsa", 3.0),
        ),
        plant(
            *("sorted-late", "restatement", "pun-3", "pune", (0.0, 1.0)),
            "Of each week that is closed, 40 pieces of its Friday are found bad on the Wednesday after: what "
            "is known moves, what was reported stays.",
            1,
            Effect("sorted", "pun-3", 40.0),
            moves=False,
        ),
    )


def _chains(plant: _Planter) -> tuple[Truth, ...]:
    """What stands because of a machine behind it."""
    return (
        plant(
            *("packer-blocks-labeller", "blocked_chain", "tul-1-packer", "tulsa", (0.86, 0.96)),
            "Cartons of a damp pallet jam at the packer twelve times as often; the table before it is full, "
            "and the labeller and what stands before it are blocked.",
            2,
            Effect("stop_rate", "tul-1-packer", 12.0, on="carton-jam"),
        ),
    )
