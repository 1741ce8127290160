"""What equipment of a plant is called: its id always, each path as long as it stood there."""

from __future__ import annotations

from collections.abc import Iterator

from plantstack.events.names import Names
from plantstack.plant.plant import Plant

_ALWAYS = (-(2**62), 2**62)


def names_of(plant: Plant) -> Names:
    """Return every name that events may use."""
    return Names(_names(plant))


def _names(plant: Plant) -> Iterator[tuple[str, int, int, str]]:
    for name in (*plant.equipment, *plant.lanes):
        yield (name, *_ALWAYS, name)
    for spans in plant.spans.values():
        for span in spans:
            yield (span.path, span.from_at, span.until_at, span.equipment)
