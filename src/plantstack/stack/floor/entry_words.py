"""Reading what an entry says against the plant, and refusing it in words that help whoever tapped it."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from string import whitespace
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from plantstack.errors import EventError, Problem, did_you_mean
from plantstack.events.fields import Form
from plantstack.events.forms import convert
from plantstack.events.jsontext import number_text
from plantstack.intervals import from_us, rfc3339
from plantstack.plant.plant import Plant

Wire = dict[str, Any]
_MOST = Decimal(10**12)
_TURNS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))  # ends and begins of a direction of writing
_UNSEEN = dict.fromkeys({*range(1, 0x20), *range(0x7F, 0xA0), *_TURNS} - set(map(ord, "\t\n\r")))


def refuse(code: str, where: str, what: str, fix: str) -> NoReturn:
    """Refuse an entry.

    Raises:
        EventError: always.
    """
    raise EventError(Problem(code, where, what, fix))


def plain(text: str) -> str:
    r"""A text without what nobody sees and what turns the words around it, as apps put into what is copied.

    >>> plain("jam\u202e at \x07B14\n2nd line")
    'jam at B14\n2nd line'
    """
    return text.translate(_UNSEEN)


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be read."""
    return not plain(text).strip(f"{whitespace}\u200b\u2060\ufeff")


def shape(error: BaseException) -> str:
    """Why an entry could not be read, in one plain line."""
    text = str(error).replace("Object ", "the entry ").replace(" - at `$.", " at `").replace("`", "'")
    return text[:1].lower() + text[1:]


_FAR = 4_102_444_800_000_000  # 2100; a clock that says more says nothing


def instant(where: str, text: str) -> int:
    """Read an instant, microseconds UTC.

    Raises:
        EventError: when it is none.
    """
    column, faults = convert(Form.INSTANT, [text])
    if faults:
        refuse("entry-instant", where, faults[0][1], "Reload the page and enter it again.")
    found = int(column[0].as_py())
    if not 0 <= found < _FAR:
        refuse("entry-instant", where, "no machine stood then", "Set the clock of the device.")
    return found


def pieces(where: str, number: Decimal) -> str:
    """Write a number of pieces for the wire.

    Raises:
        EventError: when it cannot be one.
    """
    if not number.is_finite() or not 0 <= number < _MOST:
        refuse("entry-pieces", where, "expected a number of pieces from 0 on", "Enter it anew.")
    return number_text(number)


def equipment(plant: Plant, name: str, at: int) -> str:
    """The permanent id of what is named.

    Raises:
        EventError: when nothing was called so at that instant.
    """
    found = plant.resolve(name, at)
    if found is None:
        known = did_you_mean(name, plant.equipment) if "/" not in name else ""
        refuse("entry-equipment", "machine", f"there is no '{name:.80}' in this plant", known)
    return found


def leaf(plant: Plant, reason: str, kind: str) -> str:
    """A reason that people may choose.

    Args:
        plant: whose reasons.
        reason: as it was told.
        kind: `stop` or `scrap`.

    Raises:
        EventError: when the plant has none of this name and kind.
    """
    known = plant.reasons.get(reason)
    if known is None or known.kind != kind:
        names = [one.id for one in plant.reasons.values() if one.kind == kind]
        what = f"there is no reason '{reason:.80}' for a {'stop' if kind == 'stop' else 'bad piece'}"
        refuse("entry-reason", "reason", what, did_you_mean(reason, names))
    return reason


def label(plant: Plant, name: str) -> str:
    """What people call an equipment."""
    own, _ = plant.lanes.get(name, (name, 0))
    found = plant.equipment.get(own)
    return (found.label if found else "") or name


def placed(plant: Plant, name: str, at: int) -> Wire:
    """An event's place and instant."""
    return {"equipment": equipment(plant, name, at), "at": rfc3339(at)}


def span(plant: Plant, name: str, since: str, until: str) -> Wire:
    """An event's place and its span, which it is also told to happen at the begin of.

    Raises:
        EventError: when the span does not end after it begins.
    """
    begin, end = instant("from", since), instant("until", until)
    if end <= begin:
        refuse("entry-span", "until", "it ends before it begins", "Look at the times.")
    return placed(plant, name, begin) | {"from": rfc3339(begin), "until": rfc3339(end)}


def clock_of(plant: Plant, equipment: str, at: int, form: str = "%d %b %H:%M %Z") -> str:
    """An instant as people at an equipment read it, with the day and the zone; `form` as for `strftime`."""
    zone = ZoneInfo(plant.site_of(plant.lanes.get(equipment, (equipment, 0))[0]).zone) if equipment else UTC
    return from_us(at).astimezone(zone).strftime(form)
