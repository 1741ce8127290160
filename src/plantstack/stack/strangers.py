"""Words in events that the plant files do not know: kept as they are, and told once a load."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from plantstack.errors import Problem, did_you_mean
from plantstack.plant.plant import Plant

# column -> what it names, and what comes of a name nobody knows
_WORDS = {
    "reason": ("reason", "what stands or is scrapped with it counts as without a reason"),
    "product": ("product", "only a standard for every product gives it an ideal cycle"),
    "unit": ("unit", "what is counted in it is no pieces"),
}

Seen = set[tuple[str, str]]


def strangers(events: pa.Table, plant: Plant, file: str, seen: Seen) -> Iterator[Problem]:
    """Tell each unknown reason, product and unit of some events, unless it was told before.

    Args:
        events: validated, shaped like `CONTENT`.
        plant: whose files should know them.
        file: where they stand.
        seen: (column, name) that were told; grows.
    """
    known = {
        "reason": plant.reasons.keys(),
        "product": plant.products.keys(),
        "unit": {unit.unit for unit in plant.units},
    }
    for column, (what, outcome) in _WORDS.items():
        for name in pc.unique(events.column(column)).to_pylist():
            if not name or name in known[column] or (column, name) in seen:
                continue
            seen.add((column, name))
            told = f"no plant file has a {what} '{name:.60}'; {outcome}"
            yield Problem(f"load-unknown-{what}", file, told, did_you_mean(name, known[column]))
