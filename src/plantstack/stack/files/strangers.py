"""Words in events that the plant files do not know: kept as they are, and told once a load."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

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
_IN_PIECES = pa.array(("count", "plan", "order"))  # a measured value may be in any unit
_NAMED = 5


@dataclass(slots=True)
class Strangers:
    """Unknown reasons, products and units of one load, and how many events name each."""

    plant: Plant
    found: dict[str, Counter[str]] = field(default_factory=dict)  # column -> name -> events
    file: dict[str, str] = field(default_factory=dict)  # column -> where the first stood

    def see(self, events: pa.Table, file: str) -> None:
        """Take some validated events of a file in."""
        for column in _WORDS:
            names = events.column(column)
            if names.null_count == len(names):
                continue
            if column == "unit":
                names = names.filter(pc.is_in(events.column("kind"), value_set=_IN_PIECES))
            told, known = pc.value_counts(names), self._known(column)
            for name, count in zip(told.field(0).to_pylist(), told.field(1).to_pylist(), strict=True):
                if name and name not in known:
                    self.file.setdefault(column, file)
                    self.found.setdefault(column, Counter())[name] += count

    def notes(self) -> Iterator[Problem]:
        """Tell one line for each kind of word."""
        for column, names in self.found.items():
            what, outcome = _WORDS[column]
            listed = ", ".join(f"'{name:.60}'" for name, _ in names.most_common(_NAMED))
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            word = f"a {what}" if len(names) == 1 else f"these {len(names)} {what}s:"
            events = "1 event" if names.total() == 1 else f"{names.total():,} events"
            told = f"no plant file has {word} {listed}{more} ({events}); {outcome}"
            yield Problem(f"load-unknown-{what}", self.file[column], told, self._hint(column))

    def _known(self, column: str) -> set[str]:
        if column == "reason":
            return set(self.plant.reasons)
        return set(self.plant.products) if column == "product" else {one.unit for one in self.plant.units}

    def _hint(self, column: str) -> str:
        names = [name for name, _ in self.found[column].most_common(_NAMED)]
        if len(names) == 1:
            return did_you_mean(names[0], self._known(column))
        hints = [(name, did_you_mean(name, self._known(column))) for name in names]
        near = [f"'{name:.60}': {hint}" for name, hint in hints if hint.startswith("did")]
        return " ".join(near) or did_you_mean("", self._known(column))
