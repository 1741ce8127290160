"""Losses of a shift in time of the machine that sets the pace, in pieces, and in money as a range."""

from __future__ import annotations

from collections.abc import Iterator

from plantstack.insights.telling.facts_of_shift import LossOfShift
from plantstack.intervals import HOUR, SECOND
from plantstack.kpis.money import CONTRIBUTION
from plantstack.stack.answers.pricing import cost_of
from plantstack.stack.floor.hour_loss import HourLosses
from plantstack.stack.floor.output import Output
from plantstack.stack.floor.pace import standards_of
from plantstack.stack.floor.present import Present
from plantstack.stack.floor.sight import Sight
from plantstack.stack.targets.targeting import production_day


def losses_of(present: Present, made: Output) -> Iterator[LossOfShift]:
    """The losses of a line or lone machine, by the machine and reason they are laid to (ADR 5)."""
    sight, place = present.sight, made.place
    machine = sight.paced_by(place) or sight.places[place][0]
    if machine not in sight.machines:
        return
    entries = present.entries(machine)
    works = made.shift.works if made.shift else ()
    losses = HourLosses(sight, place, machine, entries, works)
    us: dict[tuple[str, str, str], int] = {}
    pieces: dict[tuple[str, str, str], float | None] = {}
    accounts: dict[tuple[str, str, str], str] = {}
    for hour in made.hours:
        if hour.from_at >= sight.now:
            break
        for loss, lost in losses.all(hour):
            key = (loss.machine, loss.reason, "" if loss.reason else loss.account)
            accounts.setdefault(key, loss.account)
            us[key] = us.get(key, 0) + loss.us
            sofar = pieces.get(key, 0.0)
            pieces[key] = None if lost is None or sofar is None else sofar + lost
    worth = _piece_worth(sight, machine)
    for key, length in us.items():
        lost = pieces[key]
        high = None if lost is None or worth is None else lost * worth
        yield LossOfShift(
            machine=key[0],
            line=place,
            reason=key[1],
            account=accounts[key],
            seconds=length / SECOND,
            pieces=lost,
            money=None if high is None else (0.0, high / 2, high),
            money_class=CONTRIBUTION,
        )


def hour_worth(sight: Sight, place: str) -> tuple[float, float] | None:
    """What an hour of a line is worth: nothing where pieces can be made later, else their contribution."""
    machine = sight.paced_by(place)
    if not machine:
        return None
    worth, product = _piece_worth(sight, machine), _product(sight, machine)
    cycle = standards_of(sight, (machine,)).cycle_us(machine, product, sight.now)
    return None if worth is None or not cycle else (0.0, worth * HOUR / cycle)


def _piece_worth(sight: Sight, machine: str) -> float | None:
    """The contribution of a piece of what is on; None where nobody wrote a price."""
    day = production_day(sight.plant.site_of(machine), sight.now)
    found = cost_of(sight.plant, sight.above(machine), day, "contribution", _product(sight, machine))
    return None if found is None else float(found.amount)


def _product(sight: Sight, machine: str) -> str:
    """What the machine last ran in the open shift."""
    if machine not in sight.machines:
        return ""
    entries = sight.entries(sight.shift_span(machine), (machine,))[machine]
    return next((one.product for one in reversed(entries) if one.product), "")
