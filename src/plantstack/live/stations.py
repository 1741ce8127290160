"""Where a paired tablet stands: the nearest place that holds all of its equipment."""

from __future__ import annotations

from collections.abc import Sequence

from plantstack.errors import ConfigError, Problem
from plantstack.plant.plant import Plant


def station_of(plant: Plant, names: Sequence[str], now: int) -> tuple[str, ...]:
    """Find equipment by id or path, for a station.

    Raises:
        ConfigError: when there is none of a name, or they do not stand at one site.
    """
    found = tuple(dict.fromkeys(plant.resolve(name, now) or "" for name in names))
    if not found or "" in found:
        what = "there is no such equipment"
        raise ConfigError(Problem("scope-unknown", ", ".join(names), what, "Name it by its id or its path."))
    if not common_place(plant, found, now):
        what = "a tablet stands at one site"
        raise ConfigError(Problem("people-station", ", ".join(names), what, "Name equipment of one site."))
    return found


def common_place(plant: Plant, station: Sequence[str], now: int) -> str:
    """Id of the nearest equipment under which all of a station stands; '' when there is none.

    A station of one machine is that machine; one of two machines of a line is the line.
    """
    spans = [
        next((span for span in plant.spans.get(one, ()) if span.from_at <= now < span.until_at), None)
        for one in station
    ]
    paths = [span.path.split("/") for span in spans if span]
    if not paths:
        return ""
    shared = []
    for names in zip(*paths, strict=False):
        if len(set(names)) > 1:
            break
        shared.append(names[0])
    return plant.resolve("/".join(shared), now) or "" if shared else ""
