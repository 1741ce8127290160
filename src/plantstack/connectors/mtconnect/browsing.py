"""The device model of an agent, as what a mapping can be drafted from."""

from __future__ import annotations

from collections.abc import Iterable

from plantstack.connectors.learning.offer import Offer
from plantstack.connectors.learning.seen import NUMBER, Seen
from plantstack.connectors.mtconnect.telling import cells_of, tag_of

UNITS = {
    "AMPERE": "A",
    "CELSIUS": "°C",
    "DEGREE": "°",
    "HERTZ": "Hz",
    "KILOGRAM": "kg",
    "LITER": "l",
    "MILLIMETER": "mm",
    "MILLIMETER/SECOND": "mm/s",
    "MINUTE": "min",
    "NEWTON": "N",
    "NEWTON_METER": "Nm",
    "PASCAL": "Pa",
    "PERCENT": "%",
    "REVOLUTION/MINUTE": "1/min",
    "SECOND": "s",
    "VOLT": "V",
    "WATT": "W",
    "WATT_SECOND": "Ws",
}
"""Words of the standard -> as people write them."""

EXECUTION = (
    ("ACTIVE", "producing"),
    ("READY", "idle"),
    ("PROGRAM_COMPLETED", "idle"),
    ("WAIT", "waiting"),
    ("STOPPED", "stopped"),
    ("PROGRAM_STOPPED", "stopped"),
    ("OPTIONAL_STOP", "stopped"),
    ("INTERRUPTED", "stopped"),
    ("FEED_HOLD", "stopped"),
)
"""What the standard lets an EXECUTION say -> our states; what is UNAVAILABLE has a bad quality."""

_COUNTS = {
    "": "total",
    "ALL": "total",
    "COMPLETE": "total",
    "GOOD": "good",
    "BAD": "scrap",
    "FAILED": "scrap",
}


def seen_of(items: Iterable[dict[str, str]], current: Iterable[list[str]]) -> list[Seen]:
    """Return each data item of a device model once, with what it shows.

    Args:
        items: of the model, as `mtconnect_child.py` gives them.
        current: observations of now.

    >>> item = {"device": "Mazak", "kind": "Device", "path": "axes/C", "id": "c1", "name": "Srpm"}
    >>> item |= {"category": "SAMPLE", "type": "ROTARY_VELOCITY", "subType": "ACTUAL"}
    >>> (seen,) = seen_of([item | {"units": "REVOLUTION/MINUTE"}], [])
    >>> seen.tag, seen.unit, seen.path, seen.note
    ('Mazak/Srpm', '1/min', ('Mazak',), 'axes/C, sample, rotary velocity, actual')
    """
    shown = {(cells["device"], cells["id"]): cells for cells in map(cells_of, current)}
    found: list[Seen] = []
    for item in items:
        cells = shown.get((item["device"], item["id"]))
        is_shown = cells is not None and cells["quality"] == "good"
        words = (item["category"], item["type"], item["subType"])
        means = _meaning(item["type"], item["subType"])
        is_number = item["category"] == "SAMPLE" or (item["type"] == "PART_COUNT" and not means)
        found.append(
            Offer(
                tag=tag_of(item["device"], item["name"] or item["id"]),
                samples=(cells["value"],) if is_shown and cells is not None else (),
                type=NUMBER if is_number else "",
                unit=UNITS.get(item["units"], item["units"]),
                path=(item["device"],),
                column="device",
                device=item["device"],
                note=", ".join(filter(None, (item["path"], *map(_plain, words)))),
                model="MTConnect" if means else "",
                means=means,
                states=EXECUTION if means == "state" else (),
            )
        )
    return found


def _meaning(kind: str, subtype: str) -> str:
    """What the standard says that a data item stands for; '' for what is no state and no pieces."""
    if kind == "PART_COUNT":
        return _COUNTS.get(subtype, "")
    return "state" if kind == "EXECUTION" else ""


def _plain(word: str) -> str:
    return word.replace("_", " ").lower()
