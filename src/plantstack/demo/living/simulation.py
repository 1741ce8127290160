"""A simulation that goes on beyond now: however often it is begun, seed and end give the same events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from plantstack.demo.build import history_of, plant_texts, truths
from plantstack.demo.files import write_plant
from plantstack.demo.living.wire import wire_of
from plantstack.demo.simulate import History
from plantstack.demo.window import Window
from plantstack.errors import ConfigError, Problem
from plantstack.intervals import DAY, MINUTE
from plantstack.plant.load import load_plant

NAME = "simulation.json"
BEFORE, AHEAD = 7, 7  # days
FLOOR = ("state", "alive", "count", "alarm", "order", "plan", "reason", "call")  # what the floor tells
_ROWS = 1_000
_encode = msgspec.json.Encoder(decimal_format="number").encode


class Said(NamedTuple):
    """One event as its source tells it.

    Attributes:
        heard: when it comes, microseconds UTC.
        source: who tells it.
        topic: where on the broker.
        payload: a JSON object.
    """

    heard: int
    source: str
    topic: str
    payload: bytes


@dataclass(frozen=True)
class Simulation:
    """Which group is simulated, and until when.

    Attributes:
        seed: of all chance.
        sites: how many, from 1 to 4.
        until: the instant at which it ends, microseconds UTC.
        days: production days up to there.
    """

    seed: int
    sites: int
    until: int
    days: int = BEFORE + AHEAD

    @classmethod
    def begin(cls, folder: Path, *, now: int, seed: int = 1, sites: int = 1) -> Simulation:
        """Write the plant files of a new simulation around now.

        Raises:
            ConfigError: when the folder is not empty.
            QueryError: when there is no such group.
        """
        made = cls(seed, sites, (now + AHEAD * DAY) // MINUTE * MINUTE)
        truths(seed, days=made.days, sites=sites, until=made.until)
        write_plant(folder, plant_texts(made.days, sites, made.until))
        (folder / NAME).write_text(json.dumps(asdict(made)) + "\n", "utf-8")
        return made

    @classmethod
    def open(cls, folder: Path) -> Simulation:
        """Go on with the simulation of a folder.

        Raises:
            ConfigError: when the folder has none.
        """
        try:
            return cls(**json.loads((folder / NAME).read_text("utf-8")))
        except (OSError, ValueError, TypeError) as error:
            fix = "Name a folder that does not exist yet, or one that 'plantstack simulate' wrote."
            what = "the folder holds no simulation"
            raise ConfigError(Problem("simulation-none", folder.name, what, fix)) from error

    def history(self, folder: Path) -> History:
        """Live through it, from its beginning to its end; of what is told, what the floor tells."""
        known = truths(self.seed, days=self.days, sites=self.sites, until=self.until)
        plant = load_plant(folder)
        found = history_of(plant, Window(self.days, self.until), known, self.seed)
        floor = pc.is_in(found.events["kind"], pa.array(FLOOR))
        return History(found.events.filter(floor), found.heard[np.asarray(floor)])


@dataclass(frozen=True)
class Stream:
    """The events of a simulation in the order in which they are heard."""

    enterprise: str
    history: History

    @cached_property
    def sources(self) -> list[str]:
        """Who tells anything."""
        return sorted(self.history.events["source"].unique().to_pylist())

    def between(self, start: int, end: int) -> Iterator[Said]:
        """What is heard in [start, end), microseconds UTC."""
        first, last = (int(place) for place in np.searchsorted(self.history.heard, [start, end]))
        for begin in range(first, last, _ROWS):
            part = self.history.events.slice(begin, min(_ROWS, last - begin)).to_pylist()
            for place, row in enumerate(part, begin):
                yield self._said(place, row)

    def standing(self, at: int) -> list[Said]:
        """The orders that run at an instant: who comes later has to know them, or no piece has a product."""
        last: dict[str, tuple[int, dict[str, Any]]] = {}
        before = int(np.searchsorted(self.history.heard, at))
        orders = pc.indices_nonzero(pc.equal(self.history.events["kind"], "order").slice(0, before))
        for place, row in zip(orders.to_pylist(), self.history.events.take(orders).to_pylist(), strict=True):
            last[row["equipment"]] = (place, row)
        return [self._said(place, row) for place, row in last.values() if row["phase"] == "start"]

    def _said(self, place: int, row: dict[str, Any]) -> Said:
        topic = topic_of(self.enterprise, row["source"], f"{row['equipment'] or 'all'}/{row['kind']}")
        return Said(int(self.history.heard[place]), row["source"], topic, _encode(wire_of(row)))


def topic_of(enterprise: str, source: str, rest: str) -> str:
    """Where a source publishes."""
    return f"{enterprise}/{source}/{rest}"
