"""What machines did, as strips are drawn: from the pictures of the floor to charts, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Literal

from plantstack.interfaces.web import charts, formats
from plantstack.interfaces.web.charts.strip import State
from plantstack.interfaces.web.page import N_, Reading
from plantstack.intervals import HOUR, MINUTE
from plantstack.plant.model import Reason
from plantstack.stack.floor.reasons import TileKind
from plantstack.stack.floor.states import Look
from plantstack.stack.floor.strip import Segment, Strip

STATES = {
    "running": N_("Running"),
    "running_slow": N_("Running slowly"),
    "micro_stop": N_("Micro stop"),
    "stopped": N_("Stopped"),
    "waiting": N_("Waiting"),
    "setup": N_("Set-up"),
    "planned_stop": N_("Planned stop"),
    "no_order": N_("No order"),
    "no_data": N_("No data"),
    "not_scheduled": N_("Not scheduled"),
}
ACCOUNTS = {
    "run": N_("Running"),
    "setup": N_("Set-up"),
    "breakdown": N_("Breakdown"),
    "other_stop": N_("Other stop"),
    "waiting": N_("Waiting"),
    "micro_stop": N_("Micro stops"),
    "planned_overrun": N_("Longer than planned"),
    "planned_down": N_("Planned stop"),
    "no_order": N_("No order"),
    "not_scheduled": N_("Not scheduled"),
    "unknown": N_("No data"),
    "slow": N_("Slow running"),
    "scrap": N_("Scrap and rework"),
}
OWNERS = (
    N_("production"),
    N_("maintenance"),
    N_("logistics"),
    N_("planning"),
    N_("engineering"),
    N_("quality"),
    N_("operations"),
)
"""Functions that own losses in most plants; another is shown as the plant calls it."""
_LOOKS: dict[Look, State] = {
    "run": "run",
    "slow": "slow",
    "micro": "micro",
    "down": "down",
    "wait": "wait",
    "setup": "setup",
    "planned": "planned",
    "none": "nodata",
    "off": "future",
}


def reason_label(visit: Reading, reason: str, otherwise: str = "") -> str:
    """What people call a reason in the reader's language; of one without a translation, the plant's word."""
    known: Reason | None = visit.plant.reasons.get(reason)
    if known is None:
        return otherwise or reason
    return known.text(visit.language) or reason


def kind_label(visit: Reading, tile: TileKind) -> str:
    """What people call a kind of reasons; where the files give it no label, its id as a word."""
    leaves = (visit.plant.reasons.get(one.reason) for one in (*tile.tiles, *tile.more))
    told = next((one.kind_text(visit.language) for one in leaves if one and one.group_path), "")
    return told or reason_label(visit, tile.kind, tile.kind.replace("_", " ").replace("-", " ").capitalize())


def strip_of(
    visit: Reading,
    strip: Strip,
    zone: str,
    *,
    size: Literal["l", "s"] = "l",
    is_live: bool = True,
    has_micro: bool = True,
) -> charts.Strip:
    """A strip for drawing, with its words.

    Args:
        visit: the look at the page.
        strip: as the floor tells it.
        zone: whose hours stand below it.
        size: `l` with labels and ticks, `s` for a row of a board.
        is_live: whether it has a line for now.
        has_micro: whether micro-stops are drawn; of many days they are finer than a pixel.
    """
    shown = strip.segments if has_micro else tuple(_without_micro(strip.segments))
    segments = [_segment(visit, strip.machine, one, zone) for one in shown]
    stops = [one for one in strip.segments if one.look in ("down", "wait")]
    sentence = visit.say(
        N_("%(name)s from %(start)s to %(end)s: %(n)s stops, %(lost)s lost"),
        name=strip.name,
        start=formats.clock(strip.from_at, visit.language, zone),
        end=formats.clock(min(strip.until_at, visit.now), visit.language, zone),
        n=len(stops),
        lost=formats.duration(sum(one.until_at - one.from_at for one in stops)),
    )
    has_now = is_live and strip.from_at <= visit.now <= strip.until_at
    shown_now = charts.Tick(float(visit.now), visit.say(N_("now"))) if has_now else None
    return charts.Strip(
        id=f"strip-{strip.machine}-{strip.from_at // MINUTE}",
        sentence=sentence,
        start=float(strip.from_at),
        end=float(strip.until_at),
        segments=segments,
        ticks=list(hours_between(strip.from_at, strip.until_at, visit.language, zone)),
        now=shown_now,
        stops=visit.say(N_("Stops")),
        empty=visit.say(N_("Nothing is known of this machine here yet.")),
        size=size,
    )


def hours_between(start: int, end: int, language: str, zone: str) -> Iterable[charts.Tick]:
    """The full hours of a span, as ticks; of more than a day every sixth."""
    step = HOUR if end - start <= 14 * HOUR else 2 * HOUR if end - start <= 26 * HOUR else 6 * HOUR
    shift = formats.moment(start, zone).utcoffset()
    offset = int(shift.total_seconds() * 1_000_000) if shift else 0
    at = -(-(start + offset) // step) * step - offset
    while at <= end:
        yield charts.Tick(float(at), formats.clock(at, language, zone))
        at += step


def _without_micro(segments: Iterable[Segment]) -> Iterator[Segment]:
    """Running and its micro-stops as one stretch of running."""
    held: Segment | None = None
    for one in segments:
        if one.look not in ("run", "slow", "micro"):
            if held is not None:
                yield held
            held = None
            yield one
        elif held is None:
            held = replace(one, look="run", state="running", stop_at=None, is_unexplained=False, reason="")
        else:
            held = replace(held, until_at=one.until_at)
    if held is not None:
        yield held


def _segment(visit: Reading, machine: str, one: Segment, zone: str) -> charts.Segment:
    word = reason_label(visit, one.reason, one.label) if one.reason else visit.say(STATES[one.state])
    start, end = (formats.clock(at, visit.language, zone) for at in (one.from_at, one.until_at))
    length = one.until_at - one.from_at
    is_long = one.look in ("down", "wait", "setup", "planned") and length >= 4 * MINUTE
    return charts.Segment(
        state=_LOOKS[one.look],
        start=float(one.from_at),
        end=float(one.until_at),
        title=f"{word}, {start}–{end}",
        label=word if is_long else "",
        is_unexplained=one.is_unexplained,
        href=f"#stop-{machine}-{one.stop_at}" if one.stop_at is not None and one.is_unexplained else "",
        key=f"{machine}|{one.stop_at}" if one.stop_at is not None else "",
    )
