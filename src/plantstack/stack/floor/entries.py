"""What people tap at a station -> events. Pure: an entry gives the same events however often it is told.

An entry is one thing to the person who taps it and one or several events to the log: a reason for three
stops is three. An event's key is the id of its entry, or `id/n`, so whoever has the entry can name its events
again: to take them back, or to put others in their place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any, cast

import msgspec

from plantstack.intervals import MINUTE, SECOND, rfc3339
from plantstack.plant.model import SetupSpec
from plantstack.plant.plant import Plant
from plantstack.plant.structure import FAR_PAST, day_bounds
from plantstack.stack.floor import entry_words as words
from plantstack.stack.floor.entry_findings import answer_events
from plantstack.stack.floor.entry_shapes import (
    Answer,
    AnyEntry,
    Call,
    Cause,
    Count,
    Crew,
    Entry,
    Episode,
    Handover,
    Note,
    Order,
    Reason,
    Safety,
    SetupCheck,
    Slow,
    Split,
    Stop,
    Undo,
    Verdict,
)
from plantstack.stack.floor.entry_verdicts import verdict_events
from plantstack.stack.floor.entry_words import Wire, instant, label, leaf, pieces, placed, refuse, shape, span

ANONYMOUS = "anonymous"  # the source of what is told without a name: no desk and no tablet leads to anybody
UNDO = 10 * SECOND  # so long an entry is taken back as if it had never been; later it is corrected
_DEPTH = 20  # changes of changes
EARLY = 30 * MINUTE  # so long before its end a shift may be signed
_decode = msgspec.json.Decoder(AnyEntry).decode


def read_entry(raw: bytes | msgspec.Raw) -> AnyEntry:
    """Read one entry.

    Raises:
        EventError: with what is wrong with its shape.
    """
    try:
        entry = cast(AnyEntry, _decode(raw))
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        refuse("entry-unreadable", "entry", shape(error), "Reload the page and enter it again.")
    inner: Any = _of(entry)
    for _ in range(_DEPTH):
        if not isinstance(inner, dict):
            return entry
        inner = inner.get("of") or inner.get("replaces")
    refuse("entry-unreadable", "replaces", "it was changed too often", "Enter it anew.")


def told_at(entry: Entry) -> int:
    """When an entry was tapped, by the clock of the server."""
    at = instant("tapped_at", entry.tapped_at) + entry.offset_ms * 1_000
    return instant("offset_ms", rfc3339(min(max(at, -SECOND), 2**52)))


def events_of(entry: AnyEntry, device: str, plant: Plant) -> list[Wire]:
    """Translate an entry into events as `POST /api/v1/events` takes them.

    Args:
        entry: as it was told.
        device: the source: a tablet, or a desk.
        plant: what there is, and what it is called.

    Raises:
        EventError: for what the plant does not have, or cannot be meant.
    """
    if isinstance(entry, Undo):
        return _taken_back(entry, device, plant)
    if entry.replaces is not None:
        return _replaced(entry, device, plant)
    return _told(entry, device, plant)


def original_of(entry: AnyEntry) -> AnyEntry:
    """What an entry is about: of a correction what it corrects, else itself."""
    of = _of(entry)
    return entry if of is None else original_of(_own(of))


def tag(entry: Entry) -> str:
    """What kind of entry it is, as it is told: `reason`, `count`, ..."""
    return str(type(entry).__struct_config__.tag)


def _of(entry: AnyEntry) -> dict[str, Any] | None:
    return entry.of if isinstance(entry, Undo) else entry.replaces


def _key(entry: Entry, place: int) -> str:
    """The key of one of several events; they sort as they are told."""
    return f"{entry.id}/{place:03}"


def _told(entry: AnyEntry, device: str, plant: Plant) -> list[Wire]:
    made = list(_MAKERS[type(entry)](entry, plant))
    is_anonymous = isinstance(entry, Safety) and entry.is_anonymous
    rows = []
    for place, row in enumerate(made, 1):
        common: Wire = {
            "source": ANONYMOUS if is_anonymous else device,
            "key": entry.id if len(made) == 1 else _key(entry, place),
            "told_at": rfc3339(told_at(entry)),
            "by": "" if is_anonymous else entry.by,
            "note": entry.note,
            "order": entry.order,
            "product": entry.product,
        }
        x = {"entry": tag(entry), **row.pop("x", {})}
        told = {
            name: words.plain(one) if isinstance(one, str) else one for name, one in (common | row).items()
        }
        rows.append({name: value for name, value in told.items() if value not in ("", None)})
        rows[-1]["x"] = {name: value for name, value in x.items() if value not in ("", None)}
    return rows


def _taken_back(entry: Undo, device: str, plant: Plant) -> list[Wire]:
    of = _own(entry.of)
    if isinstance(of, Undo):
        refuse("entry-undo", "of", "an undo cannot be undone", "Enter it anew.")
    late = told_at(entry) - told_at(of) > UNDO
    if late and isinstance(of, Handover):
        fix = "Ask your supervisor: the shift can be reopened."
        refuse("entry-signed", "of", "what was signed cannot be taken back any more", fix)
    events = _standing_events(of, device, plant)
    return [_void(entry, one, place, len(events), late) for place, one in enumerate(events, 1)]


def _replaced(entry: AnyEntry, device: str, plant: Plant) -> list[Wire]:
    """Events that take the place of those of an earlier entry, machine by machine; what is over is voided."""
    of = _own(cast(dict[str, Any], entry.replaces))
    if type(of) is not type(entry):
        what = f"a '{tag(of)}' cannot be changed into a '{tag(entry)}'"
        refuse("entry-replaces", "replaces", what, "Take the first one back and enter the other.")
    new, old = _told(entry, device, plant), _standing_events(of, device, plant)
    by_machine: dict[str, tuple[list[Wire], list[Wire]]] = {}
    for side, events in enumerate((new, old)):
        for one in events:
            by_machine.setdefault(one["equipment"], ([], []))[side].append(one)
    pairs = [pair for sides in by_machine.values() for pair in zip_longest(*sides)]
    rows = []
    for place, (mine, before) in enumerate(pairs, 1):
        if mine is None:
            rows.append(_void(entry, before, place, len(pairs), True))
            continue
        mine["key"] = entry.id if len(pairs) == 1 else _key(entry, place)
        rows.append(mine | ({"supersedes": _named(before)} if before else {}))
    return rows


def _standing_events(entry: AnyEntry, device: str, plant: Plant) -> list[Wire]:
    """The events of an entry that said something, without those by which it voided others."""
    return [one for one in events_of(entry, device, plant) if not one.get("void")]


def _void(entry: Entry, target: Wire, place: int, of: int, late: bool) -> Wire:
    return {
        **{name: target[name] for name in ("kind", "equipment", "at", "source")},
        "key": entry.id if of == 1 else _key(entry, place),
        "told_at": rfc3339(told_at(entry)),
        "void": True,
        "supersedes": _named(target),
        "x": {"entry": "undo" if isinstance(entry, Undo) else tag(entry), "late": late},
    }


def _named(event: Wire) -> Wire:
    return {"source": event["source"], "key": event["key"]}


def _own(of: dict[str, Any]) -> AnyEntry:
    try:
        return cast(AnyEntry, msgspec.convert(of, AnyEntry))
    except msgspec.MsgspecError as error:
        refuse("entry-unreadable", "of", shape(error), "Reload the page and enter it again.")


def _now(entry: Entry, name: str, plant: Plant) -> Wire:
    return placed(plant, name, told_at(entry))


# -- one maker for each shape ----------------------------------------------------------------------


def _reason(entry: Reason, plant: Plant) -> Iterator[Wire]:
    guess = entry.guess
    x = {"guess": guess.reason, "withheld": guess.is_withheld} if guess else {}
    yield from (_stop(entry, one, "symptom", plant) | {"x": x} for one in entry.stops)


def _cause(entry: Cause, plant: Plant) -> Iterator[Wire]:
    yield from (_stop(entry, one, "cause", plant) for one in entry.stops)


def _stop(entry: Reason | Cause, stop: Stop, role: str, plant: Plant) -> Wire:
    reason = leaf(plant, entry.reason, "stop")
    row: Wire = {"kind": "reason", "role": role, "reason": reason}
    if stop.since or stop.until:
        return row | span(plant, stop.machine, stop.since, stop.until)
    if not stop.at:
        what = f"no instant of the stop of {label(plant, stop.machine)} is named"
        refuse("entry-stop", "stops", what, "Choose the stop again.")
    return row | placed(plant, stop.machine, instant("at", stop.at))


def _split(entry: Split, plant: Plant) -> Iterator[Wire]:
    end = 0
    for part in entry.parts:
        row = span(plant, entry.machine, part.since, part.until)
        begin = instant("from", part.since)
        if begin < end:
            refuse(
                "entry-parts", "parts", "two parts of the stop overlap", "Let one end where the next begins."
            )
        end = instant("until", part.until)
        yield row | {"kind": "reason", "role": "symptom", "reason": leaf(plant, part.reason, "stop")}


def _episode(entry: Episode, plant: Plant) -> Iterator[Wire]:
    reason = leaf(plant, entry.reason, "stop")
    row = span(plant, entry.machine, entry.since, entry.until)
    yield row | {"kind": "reason", "role": "symptom", "reason": reason}


def _slow(entry: Slow, plant: Plant) -> Iterator[Wire]:
    reason = leaf(plant, entry.reason, "stop")
    row = span(plant, entry.machine, entry.since, entry.until)
    x = {"reason": reason, "from": row.pop("from"), "until": row.pop("until")}
    yield row | {"kind": "note", "text": plant.reasons[reason].label or reason, "x": x}


def _count(entry: Count, plant: Plant) -> Iterator[Wire]:
    row = placed(plant, entry.machine, instant("at", entry.at) if entry.at else told_at(entry)) | {
        "kind": "count"
    }
    if entry.since:
        since = instant("from", entry.since)
        if since >= instant("at", row["at"]):
            refuse(
                "entry-span", "from", "the pieces were counted before they were made", "Look at the times."
            )
        row["from"] = rfc3339(since)
    if entry.good is None and not entry.scrap:
        refuse("entry-empty", "good", "no pieces are named", "Enter good pieces, bad ones or both.")
    if entry.good is not None:
        yield row | {"good": pieces("good", entry.good)}
    # a machine that counts by exception has counted these pieces already: they are judged, not made
    machine = plant.machines.get(plant.lanes.get(row["equipment"], (row["equipment"], 0))[0])
    is_judged = machine is not None and machine.good_by_exception and entry.good is None
    for one in entry.scrap:
        reason = leaf(plant, one.reason, "scrap") if one.reason else ""
        made = {"total": 0} if is_judged else {}
        yield row | made | {"scrap": pieces("scrap", one.qty), "reason": reason}


def _order(entry: Order, plant: Plant) -> Iterator[Wire]:
    if not entry.ends and not entry.starts:
        refuse("entry-empty", "starts", "no order is named", "Name the order that ends or begins.")
    for machine in entry.machines:
        row = _now(entry, machine, plant) | {"kind": "order"}
        if entry.ends:
            yield row | {"phase": "end", "order": entry.ends, "product": ""}
        if entry.starts:
            due = rfc3339(instant("due_at", entry.due_at)) if entry.due_at else ""
            qty = None if entry.qty is None else pieces("qty", entry.qty)
            yield row | {"phase": "start", "order": entry.starts, "qty": qty, "due_at": due}


def _setup_check(entry: SetupCheck, plant: Plant) -> Iterator[Wire]:
    row = _now(entry, entry.machine, plant) | {"kind": "setup_check", "parameter": entry.parameter}
    if entry.value is None and entry.is_ok is None:
        refuse(
            "entry-empty",
            "value",
            "neither a value nor a verdict is given",
            "Measure it, or say it is right.",
        )
    spec = centreline(plant, row["equipment"], entry.product, entry.parameter, told_at(entry))
    low, high = (
        None if one is None else float(one) for one in ((spec.low, spec.high) if spec else (None, None))
    )
    if entry.value is not None and low is None and high is None and entry.is_ok is None:
        what = f"there is no centreline of '{entry.parameter}' for {label(plant, entry.machine)}"
        refuse(
            "entry-no-centreline", "parameter", what, "Say whether it is right, or add it to 'setup_specs'."
        )
    yield row | {"value": entry.value, "low": low, "high": high, "ok": entry.is_ok}


def _crew(entry: Crew, plant: Plant) -> Iterator[Wire]:
    if entry.phase == "on" and entry.present is None and entry.needed is None:
        refuse("entry-empty", "present", "no heads are named", "Say how many are here.")
    present = 0 if entry.phase == "off" else entry.present
    row = _now(entry, entry.equipment, plant) | {"kind": "attendance", "crew": entry.crew}
    yield row | {"heads_present": present, "heads_needed": entry.needed, "x": {"phase": entry.phase}}


def _note(entry: Note, plant: Plant) -> Iterator[Wire]:
    if words.is_blank(entry.note) and not entry.photo:
        refuse("entry-empty", "note", "the note is empty", "Write something, or add a photo.")
    text = "" if entry.note else "photo"
    yield _now(entry, entry.equipment, plant) | {
        "kind": "note",
        "text": text,
        "x": {"photo": entry.photo},
    }


def _safety(entry: Safety, plant: Plant) -> Iterator[Wire]:
    row = _now(entry, entry.equipment, plant)
    yield row | {"kind": "safety", "type": entry.type, "x": {"photo": entry.photo}}


def _call(entry: Call, plant: Plant) -> Iterator[Wire]:
    if entry.phase != "asked" and not entry.call:
        refuse("entry-call", "call", "it is not said which call is meant", "Choose the call again.")
    row = _now(entry, entry.equipment, plant) | {
        "kind": "call",
        "phase": entry.phase,
        "for": entry.whom,
    }
    yield row | {"call": entry.call or entry.id}


def _handover(entry: Handover, plant: Plant) -> Iterator[Wire]:
    row = span(plant, entry.equipment, entry.since, entry.until)
    if told_at(entry) < instant("until", entry.until) - EARLY:
        over = words.clock_of(plant, entry.equipment, instant("until", entry.until))
        refuse("entry-early", "until", f"the shift is not over before {over}", "Sign it at its end.")
    row["at"] = rfc3339(told_at(entry))
    x = {"phase": entry.phase, "role": entry.role}
    if entry.phase == "signed":
        yield row | {"kind": "close", "grain": "shift", "x": x}
        return
    x |= {"from": row.pop("from"), "until": row.pop("until")}
    yield row | {"kind": "note", "text": "shift taken over", "x": x}


def _undone(_entry: Undo, _plant: Plant) -> Iterator[Wire]:
    yield from ()


_MAKERS: dict[type[Entry], Callable[[Any, Plant], Iterator[Wire]]] = {
    Reason: _reason,
    Cause: _cause,
    Split: _split,
    Episode: _episode,
    Slow: _slow,
    Count: _count,
    Order: _order,
    SetupCheck: _setup_check,
    Crew: _crew,
    Note: _note,
    Safety: _safety,
    Call: _call,
    Handover: _handover,
    Verdict: verdict_events,
    Answer: lambda entry, plant: answer_events(entry, _now(entry, entry.equipment, plant)),
    Undo: _undone,
}


def centreline(plant: Plant, machine: str, product: str, parameter: str, at: int) -> SetupSpec | None:
    """What a setting should be on a machine for a product at an instant; None where nothing says so.

    The centreline of the product goes before that of all products, the newest before older ones.
    """
    found: tuple[bool, int, SetupSpec] | None = None
    for one in plant.setup_specs:
        if one.parameter != parameter or machine not in one.machines:
            continue
        if one.products and product not in one.products:
            continue
        since = day_bounds(plant.site_of(machine), one.from_day, None)[0] if one.from_day else FAR_PAST
        rank = (bool(one.products), since)
        if since <= at and (found is None or rank >= found[:2]):
            found = (*rank, one)
    return found[2] if found else None
