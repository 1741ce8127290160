"""What is planted around now, so that a group that has just been made has something to show at once.

Wherever a line works at that instant: stops for which nobody says why, one of them still going on; many
short stops; a slow spell; a failure that calls for help; a change of order with missing material and a
setting that is wrong. They are truths like all others, only short. A line that is off has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from plantstack.demo.group import LINES
from plantstack.demo.habits import LineHabit
from plantstack.demo.truth import Effect, Of, Truth
from plantstack.demo.window import Window
from plantstack.intervals import DAY, MINUTE, Interval
from plantstack.plant.inherit import held_values
from plantstack.plant.model import ALWAYS
from plantstack.plant.plant import Plant
from plantstack.plant.shifts import calendar_of, shift_spans

_SAYS = {
    "stop_unsaid": "A stop of some minutes for which nobody gives a reason.",
    "micro_stops": "Many stops of less than a minute within half an hour: one episode.",
    "slow_spell": "It runs slowly for an hour and nobody notices.",
    "call_for_help": "It fails, and maintenance is called.",
    "wrong_setting": "After the change of order a setting stands outside its limits.",
    "missing_material": "The material of the next order is not there when its change begins.",
    "silent_collector": "Its collector says nothing for more than two hours; what it did is unknown.",
}
_LAYERS = {"call_for_help": 3, "slow_spell": 1, "wrong_setting": 1, "silent_collector": 1}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is planted on a machine, and when.

    Attributes:
        what: a key of `_SAYS`.
        machine: where.
        span: minutes from now at which it begins and ends.
        of: what it changes.
        size: how much.
        on: stop kind or parameter.
    """

    what: str
    machine: str
    span: tuple[float, float]
    of: Of
    size: float = 1.0
    on: str = ""


def _stop(machine: str, reason: str, start: float, length: float) -> _Plan:
    return _Plan("stop_unsaid", machine, (start, start + length), "halt", length * 60, reason)


def _micro(machine: str, reason: str, start: float = -26, end: float = 4) -> _Plan:
    return _Plan("micro_stops", machine, (start, end), "halts", 12, reason)


def _slow(machine: str, factor: float, start: float = -35, end: float = 25) -> _Plan:
    return _Plan("slow_spell", machine, (start, end), "slow", factor)


def _call(machine: str, reason: str, start: float, length: float) -> _Plan:
    return _Plan("call_for_help", machine, (start, start + length), "halt", length * 60, reason)


def _change(machine: str, parameter: str, size: float, start: float) -> Iterator[_Plan]:
    """A wrong setting cuts the running order short; at the head of a line material is missing too."""
    yield _Plan("wrong_setting", machine, (start, start + 90), "setting", size, parameter)
    yield _Plan("missing_material", machine, (start, start + 90), "missing")


_PLANS: dict[str, tuple[_Plan, ...]] = {
    "tul-1": (
        _stop("tul-1-packer", "no-pallets", -44, 6),
        _stop("tul-1-labeller", "adjustment", -15, 7),
        _stop("tul-1-capper", "cap-jam", 3, 5),
        _micro("tul-1-packer", "carton-jam"),
        _slow("tul-1-filler", 0.72),
        _call("tul-1-depal", "electrical", 10, 9),
    ),
    "tul-2": (
        _stop("tul-2-cartoner", "carton-jam", -38, 5),
        *_change("tul-2-former", "seal_pressure", -0.7, -27),
    ),
    "tul-mix-1": (_Plan("silent_collector", "tul-mix-1", (-150, 20), "silence", on="opc.tul-mix-1"),),
    "pun-1": (
        _stop("pun-1", "adjustment", -14, 8),
        _stop("pun-1", "no-operator", -2, 9),
        *_change("pun-1", "hold_pressure", -6.0, 12),
    ),
    "pun-2": (_call("pun-2", "hydraulic", -1, 35),),
    "pun-3": (_micro("pun-3", "part-stuck"), _stop("pun-3", "adjustment", 7, 8)),
    "pun-4": (
        _micro("pun-4", "part-stuck", -58, -26),
        _stop("pun-4", "adjustment", -20, 8),
        _slow("pun-4", 0.7, -12, 48),
        _stop("pun-4", "no-operator", 3, 5),
        _call("pun-4", "hydraulic", 11, 14),
    ),
    "lei-1": (
        _stop("lei-1-lathe", "adjustment", -17, 8),
        _stop("lei-1-washer", "part-stuck", -2, 8),
        _micro("lei-1-mill", "chips"),
        *_change("lei-1-lathe", "tool_offset", 0.04, 4),
    ),
    "lei-2": (_slow("lei-2-test", 0.7), _stop("lei-2-press", "part-stuck", -24, 6)),
    "lei-5ax": (_call("lei-5ax", "electrical", -1, 30),),
    "mty-1": (
        _stop("mty-1-packer", "no-pallets", -18, 6),
        _stop("mty-1-filler", "adjustment", -1.5, 6),
        _micro("mty-1-labeller", "label-web"),
        _slow("mty-1-filler", 0.75, 6, 50),
        _call("mty-1-packer", "mechanical", 9, 12),
    ),
}


def today(plant: Plant, window: Window) -> tuple[Truth, ...]:
    """The truths around the end of the past of a group, for each line that works there.

    Args:
        plant: whose calendars say who works.
        window: what is simulated; without days ahead nothing is planted.
    """
    if not window.ahead:
        return ()
    habits = [habit for site, lines in LINES.items() if site in plant.sites for habit in lines]
    return tuple(
        _truth(plan, number, habit, shift, window.until)
        for habit in habits
        for shift in working(plant, habit, window.until)
        for number, plan in enumerate(_PLANS.get(habit.id, ()))
    )


def working(plant: Plant, habit: LineHabit, at: int) -> Sequence[Interval]:
    """The shift in which a line works at an instant; none when it is off."""
    machine = next(iter(habit.machines))
    held = held_values(plant, machine, lambda one: one.calendar, ALWAYS)[0]
    spans = shift_spans(
        calendar_of(plant.calendars, held[2]), plant.site_of(machine), Interval(at - DAY, at + DAY)
    )
    return [one.span for one in spans if one.span.start <= at < one.span.end]


def _truth(plan: _Plan, number: int, habit: LineHabit, shift: Interval, now: int) -> Truth:
    start, end = (now + round(minutes * MINUTE) for minutes in plan.span)
    start = max(start, shift.start)
    at = plan.on if plan.of == "silence" else plan.machine
    effects = [Effect(plan.of, at, plan.size, on="" if plan.of == "silence" else plan.on)]
    if plan.what == "stop_unsaid":
        effects.append(Effect("unsaid", plan.machine, 1.0))
    return Truth(
        f"today-{plan.what.replace('_', '-')}-{plan.machine}-{number + 1}",
        plan.what,
        plan.machine,
        habit.site,
        start,
        max(end, start + MINUTE),
        _SAYS[plan.what],
        _LAYERS.get(plan.what, 2),
        tuple(effects),
    )
