"""What there is to win in a shift, in minutes of the machine that sets the pace, and what that rests on.

A number is given where what was like it before shows one; never the whole rest of the shift for want of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

from plantstack.insights.finding import Cost, Finding
from plantstack.insights.saying import N_, Figure, Name, Say, Value
from plantstack.insights.telling.facts_of_shift import LineOfShift, Money, Rest, ShiftFacts
from plantstack.insights.telling.words import equipment, pieces, seconds

MINUTE = 60_000_000
_HOUR = 60 * MINUTE
BESIDE = 0.25  # of a minute of a machine that does not set the pace: its line may catch up
_LEAST = 0.5  # minutes: less is none
_UNKNOWN = 20.0  # minutes a finding is ranked by of which neither time nor money is known

_STANDS = {
    True: N_(
        "Stops like it that last so long usually still take %(rest)s (%(n)s before; half of them %(low)s to "
        "%(high)s)."
    ),
    False: N_(
        "Stops of it that last so long usually still take %(rest)s, whatever the reason (%(n)s before; half "
        "of them %(low)s to %(high)s)."
    ),
}
_STANDS_FEW = N_("How much longer it will stand is not known: stops of it that lasted so long before: %(n)s.")
_RUNS = N_(
    "Slow spells of it that last so long usually go on for %(rest)s (%(n)s before; half of them %(low)s to "
    "%(high)s)."
)
_RUNS_FEW = N_("How long it stays slow is not known: slow spells of it that lasted so long before: %(n)s.")
_REACHES = N_("%(share)s of such time reaches %(pacing)s, which sets the pace.")
_REACH_NOT_KNOWN = N_("What of it reaches %(pacing)s, which sets the pace, is not known.")
_NO_MORE = N_("No more than %(left)s of planned time are left in the shift.")


def line_of(shift: ShiftFacts, line: str) -> LineOfShift | None:
    """What a line made; None where nothing of it is known."""
    return next((one for one in shift.lines if one.line == line), None)


def left_of(shift: ShiftFacts, line: str) -> float:
    """Minutes of planned time until the shift of a line ends; of one that has not begun, none."""
    found = line_of(shift, line)
    if shift.is_ahead:
        return 0.0
    if found is not None and found.work is not None:
        return found.work / 60
    end = shift.end if found is None or found.end is None else found.end
    return max(end - shift.now, 0) / MINUTE


def paces(shift: ShiftFacts, line: str, machine: str) -> bool:
    """Whether a machine sets the pace of its line; where nobody says which does, it may be any."""
    found = line_of(shift, line)
    return machine in ("", line) or found is None or not found.pacing or machine == found.pacing


def money_of(shift: ShiftFacts, line: str, minutes: float | None) -> Money | None:
    """What minutes of a line are worth; None where no price is known."""
    found = line_of(shift, line)
    if found is None or found.hour is None or minutes is None:
        return None
    low, high = (one * minutes / 60 for one in found.hour)
    return low, (low + high) / 2, high


def standing_minutes(
    shift: ShiftFacts, line: str, machine: str, rest: Rest | None
) -> tuple[float | None, list[Say]]:
    """What a stop usually still costs the machine that sets the pace, and what that rests on."""
    return _minutes(shift, line, machine, rest, 1.0, (_STANDS, _STANDS_FEW))


def slow_minutes(
    shift: ShiftFacts, line: str, machine: str, rest: Rest | None, share: float
) -> tuple[float | None, list[Say]]:
    """What running at a share of its pace usually still costs, and what that rests on."""
    return _minutes(shift, line, machine, rest, max(1 - share, 0.0), ({True: _RUNS, False: _RUNS}, _RUNS_FEW))


def _minutes(
    shift: ShiftFacts,
    line: str,
    machine: str,
    rest: Rest | None,
    lost: float,
    texts: tuple[Mapping[bool, str], str],
) -> tuple[float | None, list[Say]]:
    told, few = texts
    if rest is None or rest.seconds is None:
        return None, [Say(few, {"n": pieces(0 if rest is None else rest.n)})]
    says = [Say(told[rest.is_like], _rest_values(rest))]
    minutes, left = rest.seconds / 60, left_of(shift, line)
    if minutes > left:
        minutes = left
        says.append(Say(_NO_MORE, {"left": seconds(left * 60)}))
    if not paces(shift, line, machine):
        found = line_of(shift, line)
        values: dict[str, Value] = {"pacing": equipment(found.pacing if found else line)}
        if rest.share is None:
            return None, [*says, Say(_REACH_NOT_KNOWN, values)]
        says.append(Say(_REACHES, {**values, "share": Figure(rest.share, "share")}))
        minutes *= rest.share
    minutes *= lost
    return (minutes if minutes >= _LEAST else None), says


def _rest_values(rest: Rest) -> dict[str, Value]:
    return {
        "n": pieces(rest.n),
        "rest": seconds(rest.seconds or 0.0),
        "low": seconds(rest.low or 0.0),
        "high": seconds(rest.high or 0.0),
    }


def behind_of(shift: ShiftFacts, line: str) -> float:
    """Good pieces of what is planned that a line is behind its plan."""
    found = line_of(shift, line)
    if found is None or found.planned is None or found.plan is None:
        return 0.0
    return max(found.plan - found.planned, 0.0)


def behind_minutes(shift: ShiftFacts, line: str) -> tuple[float | None, list[Say]]:
    """What the pieces that a line is behind its plan take at the pace as run, and what that rests on."""
    found, behind = line_of(shift, line), behind_of(shift, line)
    if found is None or not behind or not found.per_hour:
        return None, []
    minutes = behind / found.per_hour * 60
    values: dict[str, Value] = {"n": pieces(behind), "time": seconds(minutes * 60)}
    says = [Say(N_("At the pace as run the %(n)s pieces behind plan take %(time)s."), values)]
    left = left_of(shift, line)
    if minutes > left:
        says.append(Say(_NO_MORE, {"left": seconds(left * 60)}))
        minutes = left
    return (minutes if minutes >= _LEAST else None), says


def why_of(shift: ShiftFacts, line: str, machine: str = "") -> list[Say]:
    """What makes something urgent: the pace, and the plan."""
    told, found = [], line_of(shift, line)
    if found is None:
        return []
    where = equipment(line)
    if machine and machine == found.pacing and machine != line:
        values: dict[str, Value] = {"machine": equipment(machine), "line": where}
        told.append(Say(N_("%(machine)s sets the pace of %(line)s."), values))
    behind = behind_of(shift, line)
    if behind and found.planned == 0 and found.unplanned:
        values = {"line": where, "product": Name(found.unplanned[0], "product"), "plan": pieces(behind)}
        text = N_(
            "%(line)s runs %(product)s, which is not planned: of the %(plan)s planned by now it made none."
        )
        told.append(Say(text, values))
    elif round(found.plan or 0.0) > round(found.planned or 0.0) and behind:
        apart = pieces(round(found.plan or 0.0) - round(found.planned or 0.0))
        told.append(Say(N_("%(line)s is %(apart)s pieces behind plan."), {"line": where, "apart": apart}))
    return told


def score_of(shift: ShiftFacts, line: str, machine: str, minutes: float) -> float:
    """Minutes at the pacing machine, more where the line is behind its plan."""
    beside = 1.0 if paces(shift, line, machine) else BESIDE
    return minutes * beside * behind_factor(shift, line)


def behind_factor(shift: ShiftFacts, line: str) -> float:
    """How much more a minute counts where a line is behind its plan."""
    return 1.5 if behind_of(shift, line) else 1.0


def cost_in_shift(shift: ShiftFacts, finding: Finding, line: str) -> float:
    """What a finding costs in a shift, in minutes of the pacing machine: what it is ranked by."""
    cost, hours = finding.cost, (shift.end - shift.start) / _HOUR or 8.0
    times = _shifts_of(cost, hours)
    price = _minute_price(shift, line)
    if cost.likely is not None and price:
        return cost.likely * times / price
    if cost.minutes is not None:
        return cost.minutes * times
    found = line_of(shift, line)
    if cost.pieces is not None and found is not None and found.per_hour:
        return cost.pieces * times / found.per_hour * 60
    return _UNKNOWN


def _shifts_of(cost: Cost, hours: float) -> float:
    """How much of a cost falls in a shift of so many hours."""
    return {"hour": hours, "day": hours / 24, "month": hours / (24 * 30)}.get(cost.per, 1.0)


def _minute_price(shift: ShiftFacts, line: str) -> float | None:
    """The middle worth of a minute of a line; where it has no price, that of the others."""
    prices = {one.line: (one.hour[0] + one.hour[1]) / 120 for one in shift.lines if one.hour is not None}
    prices = {name: price for name, price in prices.items() if price > 0}
    if line in prices:
        return prices[line]
    return median(prices.values()) if prices else None
