"""The operator page of a station: what needs me, why it stopped, and what I can change in this hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Literal

from plantstack.interfaces.web import charts, formats
from plantstack.interfaces.web.flags import flag_of
from plantstack.interfaces.web.hours import hour_text
from plantstack.interfaces.web.page import N_, Page, Visit
from plantstack.interfaces.web.strips import ACCOUNTS, STATES, kind_label, reason_label, strip_of
from plantstack.interfaces.web.whys import banner_text, unplanned_text
from plantstack.intervals import MINUTE, rfc3339
from plantstack.live.study import NotYet
from plantstack.stack.floor.machine import MachineNow
from plantstack.stack.floor.offered import Offered, offered
from plantstack.stack.floor.order_on import OrderOn, order_on
from plantstack.stack.floor.plausible import can_make
from plantstack.stack.floor.reasons import Picker, picker
from plantstack.stack.floor.shift import Forecast, HourRow, ShiftNow, forecast
from plantstack.stack.floor.station import StationNow, station_now
from plantstack.stack.project import Stack

_PICKERS = 6  # machines of a station whose tiles are on the page at once
_POINTS = 60  # of a trend
_STOPPED = ("stopped", "waiting", "micro_stop")
BANNERS = {
    "running": ("run", "run"),
    "running_slow": ("slow", "run"),
    "micro_stop": ("micro", "stop"),
    "stopped": ("down", "stop"),
    "waiting": ("wait", "wait"),
    "setup": ("setup", "setup"),
    "planned_stop": ("planned", "pause"),
    "no_order": ("planned", "pause"),
    "no_data": ("nodata", "other"),
    "not_scheduled": ("planned", "pause"),
}
ICONS = {
    "jam": "jam", "jams": "jam", "film": "film", "fault": "fault", "breakdown": "fault", "technical": "fault",
    "material": "material", "supply": "material", "operator": "operator", "staff": "operator",
    "quality": "quality", "setup": "setup", "changeover": "changeover", "clean": "clean", "cleaning": "clean",
    "energy": "energy", "planned": "planned", "break": "pause", "breaks": "pause", "no_order": "order",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Floor:
    """What the page asks the books for, in one turn.

    Attributes:
        station: all of it now.
        pickers: the tiles of each machine that is asked about.
        order: that is on at the first of its lines; None where there is none.
    """

    station: StationNow
    pickers: Mapping[str, Picker]
    order: OrderOn | None


def show(visit: Visit) -> Mapping[str, Any]:
    """A station: one machine, a line, or several named with `+`."""
    places = visit.places

    def asked(stack: Stack) -> Floor:
        station = station_now(stack, places, visit.now)
        asked_of = [machine for ask in station.queue for machine in ask.machines]
        machines = dict.fromkeys([_first(station).machine, *asked_of])
        pickers = {one: picker(stack, one, visit.now) for one in list(machines)[:_PICKERS]}
        order = order_on(stack, station.shifts[0].place, visit.now) if station.shifts else None
        return Floor(station, pickers, order)

    floor = visit.ask(asked)
    station = floor.station
    asks = [ask for ask in station.queue if ask.kind != "call"]
    first = _first(station)
    shift = station.shifts[0] if station.shifts else None
    size: Literal["l", "s"] = "l" if len(station.machines) == 1 else "s"
    mine = [one for one in station.strips if one.machine == first.machine]
    name = " + ".join(visit.name(place) for place in places)
    offers = _offered(
        visit, [one.place for one in station.shifts] or places
    )  # asked for before what takes long
    offers |= {"able": _able(visit, [one.machine for one in station.machines])}
    return {
        "title": _title(visit, name, first),
        "place": name,
        "places": places,
        "station": station,
        "first": first,
        "banners": BANNERS,
        "banner": banner_text(visit, first),
        "states": STATES,
        "accounts": ACCOUNTS,
        "asks": asks,
        "pickers": floor.pickers,
        "order": floor.order,
        "icons": ICONS,
        "shift": shift,
        "unplanned": unplanned_text(visit, shift.unplanned) if shift else "",
        "likely": _likely(visit, shift),
        "bars": charts.hour_bars([_bar(row) for row in shift.hours]) if shift else (),
        "causes": [hour_text(visit, row, shift.machine) for row in shift.hours] if shift else (),
        "strips": [strip_of(visit, one, station.zone, size=size) for one in mine],
        "zone": station.zone or visit.zone,
        "tiles": _tiles(visit, station, shift),
        "reason_label": lambda reason, otherwise="": reason_label(visit, reason, otherwise),
        "utc": rfc3339,
        "checks": [one for one in station.setups if one.parameters],
        "orders": _orders(station.machines),
        "flag": flag_of(visit, places, [one.machine for one in station.machines]),
        "kind_label": lambda tile: kind_label(visit, tile),
        **offers,
    }


def _first(station: StationNow) -> MachineNow:
    """The machine the banner speaks of: the one asked about first, else one that stands, else the first."""
    by_name = {one.machine: one for one in station.machines}
    for ask in station.queue:
        if ask.is_open and ask.kind == "stop":
            return by_name[ask.machines[0]]
    standing = [one for one in station.machines if one.state in _STOPPED]
    return max(standing, key=lambda one: -(one.since_at or 0), default=station.machines[0])


def _title(visit: Visit, name: str, first: MachineNow) -> str:
    state = visit.say(STATES[first.state])
    if first.state in _STOPPED and first.since_at is not None:
        minutes = formats.duration(max(0, visit.now - first.since_at) // MINUTE * MINUTE)
        return f"{state} {minutes} – {name}"
    return f"{state} – {name}"


def _likely(visit: Visit, shift: ShiftNow | None) -> Forecast | None:
    """How the shift is likely to end; worked out beside the page, so absent for a moment at first."""
    if shift is None or shift.from_at is None:
        return None
    place = shift.place
    try:
        key = ("likely", place, shift.from_at)
        return visit.study(key, lambda stack: forecast(stack, place, visit.now)).value
    except NotYet:
        return None


def _able(visit: Visit, machines: Sequence[str]) -> dict[str, Any]:
    """What each machine can make until it is asked about: its name, pieces, and in what time."""
    of = tuple(machines)
    try:
        found = visit.study(("can_make", of), lambda stack: can_make(stack, of, visit.now)).value
    except NotYet:
        return {}
    return {
        one.machine: [one.name, round(one.pieces), formats.duration(one.us), round(one.most)]
        for one in found.values()
    }


def _offered(visit: Visit, places: Sequence[str]) -> dict[str, Any]:
    """What can be chosen here; everything for the moment until it is worked out."""
    plant, of = visit.running.plant, tuple(places)
    try:
        found = visit.study(("offered", of), lambda stack: offered(stack, of, visit.now)).value
    except NotYet:  # the page follows in a moment; until then all of it stands behind "all reasons"
        scrap = tuple(one.id for one in plant.reasons.values() if one.kind == "scrap")
        found = Offered((), scrap, tuple(plant.products), ())
    return {
        "products": [plant.products[one] for one in found.products],
        "scrap_reasons": [plant.reasons[one] for one in found.scrap],
        "scrap_else": [plant.reasons[one] for one in found.scrap_else],
        "next_orders": found.orders,
    }


def _bar(row: HourRow) -> charts.HourBar:
    def real(value: Any) -> float | None:
        return None if value is None else float(value)

    plan_now = real(row.plan_now) if row.is_now else None
    is_ahead = not row.is_now and not row.is_over
    return charts.HourBar(real(row.plan), real(row.good), plan_now, row.is_missed, is_ahead)


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure of this shift: what a person here can change in this hour."""

    name: str
    value: str
    unit: str
    beside: str
    apart: str
    is_off: bool
    arrow: str
    grade: str
    why: str
    lineage: str
    trend: Sequence[float | None]
    target: float | None


def _tiles(visit: Visit, station: StationNow, shift: ShiftNow | None) -> list[Tile]:
    tiles = [_good(visit, shift)] if shift else []
    if station.machines:
        tiles += [_pace(visit, station), _lost(visit, station), _scrap(visit, station)]
    return tiles


def _good(visit: Visit, shift: ShiftNow) -> Tile:
    say, language = visit.say, visit.language
    behind = shift.planned_difference  # what is in no plan makes up for nothing
    is_off = bool(behind is not None and shift.plan_now and behind < -shift.plan_now / 100)
    trend = [None if row.total_difference is None else float(row.total_difference) for row in shift.hours]
    known = [one for row, one in zip(shift.hours, trend, strict=True) if row.is_over or row.is_now]
    plan = formats.number(shift.plan_now, language)
    beside = say(N_("plan %(n)s"), n=plan) if shift.plan_now is not None else say(N_("no plan"))
    if shift.unplanned and behind is not None and shift.plan_now is not None:
        made = formats.number(shift.plan_now + behind, language)
        beside = say(N_("plan %(n)s, of it made %(made)s"), n=plan, made=made)
    why = visit.told(shift.why_none) or say(N_("counted at the exit of the line"))
    return Tile(
        say(N_("Good pieces")), formats.number(shift.good, language), "", beside,
        formats.number(behind, language, is_signed=True) if behind is not None else "",
        is_off, "▼" if is_off else "", "U" if shift.good is None else "A", why,
        lineage_of("good_parts", shift.place, shift), () if shift.unplanned else known, 0.0,
    )  # fmt: skip


def lineage_of(kpi: str, place: str, shift: ShiftNow | None) -> str:
    """Where a figure of the open shift comes from: the same shift; between shifts the day."""
    if shift is None or shift.from_at is None or shift.until_at is None:
        return f"/lineage/{kpi}/{place}/today"
    return instants(kpi, place, shift.from_at, shift.until_at)


def instants(kpi: str, place: str, from_at: int, until_at: int) -> str:
    """Where a figure of a stretch of time comes from."""
    return f"/lineage/{kpi}/{place}?since={rfc3339(from_at)}&until={rfc3339(until_at)}"


def _figure(station: StationNow, kpi: str) -> Any:
    machine = station.machines[0]
    return next((one for one in machine.figures if one.kpi == kpi), None)


def _pacing(station: StationNow) -> list[MachineNow]:
    """The machines whose time is that of their lines: what paces each; all of one whose pacer is not here."""
    paced_by = {one.machine for one in station.shifts}
    found = [one for one in station.machines if one.machine in paced_by]
    told = {one.line for one in found if one.line}
    return found + [one for one in station.machines if one not in found and one.line not in told]


def _pace(visit: Visit, station: StationNow) -> Tile:
    say, language = visit.say, visit.language
    one = _pacing(station)[0]
    pace = one.pace
    minute = pace.per_hour / 60 if pace else None
    rated = pace.standard_per_hour / 60 if pace and pace.standard_per_hour else None
    apart = minute - rated if minute is not None and rated is not None else None
    is_off = bool(one.slow and one.slow.is_open)
    name = say(N_("Pace, %(machine)s"), machine=one.name) if len(station.machines) > 1 else say(N_("Pace"))
    kpi = "cycle_time_vs_standard"
    lineage = f"/lineage/{kpi}/{one.machine}/today"
    if pace:
        lineage = instants(kpi, one.machine, pace.from_at, pace.until_at)
    return Tile(
        name, formats.number(minute, language, 1), say(N_("/min")),
        say(N_("rated %(n)s"), n=formats.number(rated, language, 1)) if rated else say(N_("no standard")),
        formats.number(apart, language, 1, is_signed=True) if apart is not None else "",
        is_off, "▼" if is_off else "", "A" if pace else "U",
        say(N_("over the last quarter of an hour of run time")) if pace else say(N_("nothing counts here")),
        lineage, [None if at is None else at / 60 for at in pace.trend[-_POINTS:]] if pace else (), rated,
    )  # fmt: skip


def _lost(visit: Visit, station: StationNow) -> Tile:
    """Time lost: of a line once, at the machine that paces it, not at each one that waited with it."""
    say, language, mine = visit.say, visit.language, _pacing(station)
    lost = sum(one.lost_us for one in mine)
    leaves = sorted((leaf for one in mine for leaf in one.lost), key=lambda leaf: -leaf.us)
    word = say(N_("sum of %(n)s machines"), n=len(mine)) if len(mine) > 1 else ""
    if leaves:
        most = leaves[0]
        label = reason_label(visit, most.reason, most.label) if most.reason else say(ACCOUNTS[most.account])
        told = {"what": label, "n": formats.duration(most.us), "of": word or mine[0].name}
        named, alone = N_("%(of)s; most: %(what)s %(n)s"), N_("most: %(what)s %(n)s")
        word = say(named if len(station.machines) > 1 else alone, **told)
    n = sum(one.n_unexplained for one in mine)
    why = say(N_("%(n)s stops without a reason"), n=n) if n else say(N_("every long stop has a reason"))
    shift = station.shifts[0] if station.shifts else None
    place = mine[0].machine if len(mine) == 1 or shift is None else shift.place
    return Tile(
        say(N_("Minutes lost")), formats.number(lost / MINUTE, language), say(N_("min")), word, "",
        bool(n), "", "B" if n else "A", why, lineage_of("downtime_by_category", place, shift),
        [sum(us) / MINUTE for us in zip_longest(*(one.lost_quarters for one in mine), fillvalue=0)], None,
    )  # fmt: skip


def _scrap(visit: Visit, station: StationNow) -> Tile:
    say, language = visit.say, visit.language
    scrap = [one.scrap for one in station.machines if one.scrap is not None]
    rate = _figure(station, "scrap_rate") if len(station.machines) == 1 else None
    shift = station.shifts[0] if station.shifts else None
    place = shift.place if shift else station.machines[0].machine
    if rate is not None and rate.value is not None:
        value, unit = formats.figure(rate.value, rate.unit, language)
        limit = say(N_("limit %(n)s"), n=formats.figure(rate.target, rate.unit, language)[0])
        is_off = rate.status == "missed"
        apart = formats.figure(rate.difference, rate.unit, language)[0] if rate.target is not None else ""
        apart = f"+{apart}" if apart and rate.difference > 0 else apart
        pieces = say(N_("%(n)s pieces"), n=formats.number(sum(scrap), language))
        beside = limit if rate.target is not None else pieces
        return Tile(
            say(N_("Scrap")), value, unit, beside, apart, is_off, "▲" if is_off else "", rate.grade or "U",
            visit.told(rate.step) or say(N_("measured")),
            lineage_of("scrap_rate", station.machines[0].machine, shift),
            (), None,
        )  # fmt: skip
    known = sum(scrap) if scrap else None
    beside, is_off = _worst_scrap(visit, station)
    return Tile(
        say(N_("Scrap")), formats.number(known, language), say(N_("pieces")), beside, "",
        is_off, "▲" if is_off else "",
        "A" if scrap else "U", say(N_("counted")) if scrap else say(N_("nobody counts scrap here")),
        lineage_of("scrap_count", place, shift), (), None,
    )  # fmt: skip


def _worst_scrap(visit: Visit, station: StationNow) -> tuple[str, bool]:
    """The machine of several that spoils the greatest share, beside its limit; whether that is too much."""
    rates = [
        (figure.value, machine.name, figure)
        for machine in station.machines
        for figure in machine.figures
        if figure.kpi == "scrap_rate" and figure.value
    ]
    if not rates:
        return "", False
    _, name, worst = max(rates, key=lambda one: one[:2])
    told = f"{name} {' '.join(formats.figure(worst.value, worst.unit, visit.language))}"
    if worst.target is not None:
        limit = formats.figure(worst.target, worst.unit, visit.language)[0]
        told += f", {visit.say(N_('limit %(n)s'), n=limit)}"
    return told, worst.status == "missed"


def _orders(machines: Sequence[MachineNow]) -> list[tuple[str, str]]:
    """The orders that are on, each once, with what is made."""
    return list(dict.fromkeys((one.order, one.product_name or one.product) for one in machines if one.order))


PAGE = Page("/op/{scope:path}", N_("Operator page"), show, right="read")
