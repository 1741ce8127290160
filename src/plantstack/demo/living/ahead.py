"""What is going to happen in a demo group: written beside its past, and told as time goes on.

The past and what lies ahead are one simulation, parted at the instant at which the group was made. What is
told here goes in as events of any connector do, judged at the same door, and how far it is told stands in
the same transaction: who stops the server and starts it again misses nothing and tells nothing twice.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import Outcome, Rows
from plantstack.demo.living.wire import wire_of
from plantstack.demo.rows import Ints
from plantstack.demo.simulate import History
from plantstack.errors import ConfigError, Problem
from plantstack.events.batch import RAW, Decoded
from plantstack.intervals import MINUTE

NAME = "demo group"
_PLACE = Path(".plantstack", "demo.parquet")
_PART = _PLACE.with_suffix(".part")
_GROUP = 4_000  # rows that are read at once
_AT_ONCE = 10 * MINUTE  # told in one go, when there is much to catch up with
_LOOK_S = 0.5
_ABOUT = b"plantstack-demo"
_encode = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(frozen=True, slots=True)
class About:
    """Which group it is.

    Attributes:
        seed: of all chance.
        sites: how many.
        days: of its past.
        until: where its past ends, microseconds UTC.
        end: where the simulation ends.
    """

    seed: int
    sites: int
    days: int
    until: int
    end: int


def is_demo(folder: Path) -> bool:
    """Whether a folder holds a group that can go on living."""
    return (folder / _PLACE).is_file()


def about_of(folder: Path) -> About:
    """Which group a folder holds.

    Raises:
        ConfigError: when the file is no such thing.
    """
    with Ahead(folder) as ahead:
        return ahead.about


def write_ahead(folder: Path, history: History, about: About) -> None:
    """Write what lies ahead of a group; it counts once `finish` says so."""
    table = history.events.append_column("heard", pa.array(history.heard))
    told = {_ABOUT: json.dumps(asdict(about)).encode()}
    pq.write_table(table.replace_schema_metadata(told), folder / _PART, row_group_size=_GROUP)


def finish(folder: Path) -> None:
    """The group is whole: from now on it can go on living."""
    (folder / _PART).rename(folder / _PLACE)


class Ahead:
    """What lies ahead, read piece by piece.

    Attributes:
        about: which group it is.
    """

    def __init__(self, folder: Path) -> None:
        """Open it.

        Raises:
            ConfigError: when the file is no such thing.
        """
        try:
            self._file = pq.ParquetFile(folder / _PLACE)
            self.about = About(**json.loads(self._file.schema_arrow.metadata[_ABOUT]))
        except (OSError, pa.ArrowException, ValueError, TypeError, KeyError) as error:
            what, fix = "what lies ahead of the demo group cannot be read", "Make the group anew."
            raise ConfigError(Problem("demo-ahead", str(_PLACE), what, fix)) from error
        heard = self._file.read(["heard"])["heard"]
        self._held: tuple[int, pa.Table] | None = None
        self._heard: Ints = np.asarray(heard.to_numpy(), dtype=np.int64)

    def between(self, start: int, end: int) -> Decoded:
        """What is heard in (start, end], microseconds UTC, as its sources tell it."""
        first, last = (int(place) for place in np.searchsorted(self._heard, [start, end], side="right"))
        parts = [RAW.empty_table()]
        while first < last:
            group = first // _GROUP
            until = min(last, (group + 1) * _GROUP)
            parts.append(self._group(group).slice(first - group * _GROUP, until - first))
            first = until
        rows = pa.concat_tables(parts)
        return Decoded(rows, range(1, len(rows) + 1), [_encode(wire_of(row)) for row in rows.to_pylist()])

    def _group(self, number: int) -> pa.Table:
        if self._held is None or self._held[0] != number:
            self._held = number, self._file.read_row_group(number, columns=RAW.names).cast(RAW)
        return self._held[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


class Living:
    """A demo group as a connector: its machines, tablets and ERP as they go on.

    Attributes:
        clock: the instant of now, told by whoever runs it.
        told: how far it was told, microseconds UTC.
    """

    def __init__(self, folder: Path) -> None:
        self.clock: Callable[[], int] | None = None
        self.told = 0
        self._folder = folder

    async def check(self) -> Sequence[Problem]:
        """Nothing outside can be wrong."""
        return ()

    async def read(self, since: str | None) -> AsyncGenerator[Rows, Outcome]:
        """Tell what is heard, as time goes on, until the simulation ends; then stay silent."""
        with await asyncio.to_thread(Ahead, self._folder) as ahead:
            self.told = int(since) if since else ahead.about.until
            while True:
                now = self.clock() if self.clock else self.told
                due = min(now, self.told + _AT_ONCE)
                heard = await asyncio.to_thread(ahead.between, self.told, due)
                if heard.lines:
                    yield Rows(heard, cursor=str(due))
                self.told = max(self.told, due)
                if due == now:
                    await asyncio.sleep(_LOOK_S)


def living(folder: Path) -> list[Connection]:
    """The connection by which the group of a folder goes on living; none where there is none."""
    return [Connection(NAME, "demo", Living(folder))] if is_demo(folder) else []
