"""The device model of an agent, as what a mapping can be drafted from."""

from __future__ import annotations

from collections.abc import Iterable

from plantstack.connectors.learning.seen import NUMBER, Seen
from plantstack.connectors.mtconnect.telling import cells_of

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


def seen_of(items: Iterable[dict[str, str]], current: Iterable[list[str]]) -> list[Seen]:
    """Return each data item of a device model once, with what it shows.

    Args:
        items: of the model, as `mtconnect_child.py` gives them.
        current: observations of now.

    >>> item = {"device": "Mazak", "kind": "Device", "path": "axes/C", "id": "c1", "name": "Srpm"}
    >>> item |= {"category": "SAMPLE", "type": "ROTARY_VELOCITY", "subType": "ACTUAL"}
    >>> (seen,) = seen_of([item | {"units": "REVOLUTION/MINUTE"}], [])
    >>> seen.tag, seen.unit, seen.path, seen.note
    ('Srpm', '1/min', ('Mazak',), 'axes/C, sample, rotary velocity, actual')
    """
    shown = {(cells["device"], cells["id"]): cells for cells in map(cells_of, current)}
    found = []
    for item in items:
        cells = shown.get((item["device"], item["id"]))
        is_shown = cells is not None and cells["quality"] == "good"
        words = (item["category"], item["type"], item["subType"])
        found.append(
            Seen(
                tag=item["name"] or item["id"],
                samples=(cells["value"],) if is_shown and cells is not None else (),
                type=NUMBER if item["category"] == "SAMPLE" else "",
                unit=UNITS.get(item["units"], item["units"]),
                path=(item["device"],),
                note=", ".join(filter(None, (item["path"], *map(_plain, words)))),
            )
        )
    return found


def _plain(word: str) -> str:
    return word.replace("_", " ").lower()
