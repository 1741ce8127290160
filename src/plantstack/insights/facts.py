"""The facts an analysis may see: tables of one fixed shape, each row with the instant it was known from.

`Facts.known(t)` is what was known at `t` and nothing else, so that an analysis run on it says what it would
have said then. The stack makes the tables from the books; benches and tests make them from files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from plantstack.intervals import HOUR

_PLACE = (("equipment", pa.string()), ("known_at", pa.int64()))
_RUN = (("product", pa.string()), ("order", pa.string()), ("shift", pa.string()), ("crew", pa.string()))

TABLES: Mapping[str, pa.Schema] = {
    # One row a good reading. `at` microseconds UTC; `is_running` is false in stops, null where nobody knows.
    "readings": pa.schema(
        [
            *_PLACE,
            ("at", pa.int64()),
            ("parameter", pa.string()),
            ("value", pa.float64()),
            ("unit", pa.string()),
            *_RUN,
            ("is_running", pa.bool_()),
            ("offset", pa.int64()),
        ]
    ),
    # One row a setting checked; `product` and `order` are of the run it was made for.
    "setups": pa.schema(
        [
            *_PLACE,
            ("at", pa.int64()),
            ("parameter", pa.string()),
            ("value", pa.float64()),
            ("low", pa.float64()),
            ("high", pa.float64()),
            ("ok", pa.bool_()),
            *_RUN,
            ("offset", pa.int64()),
        ]
    ),
    # One row a count: pieces made in [from, until). Scrap has a row for each of its reasons, '' where none is
    # given; `total` and `good` stand in the row whose `reason` is null. `context` holds what else was said of
    # the pieces: tool, lot, cavity.
    "pieces": pa.schema(
        [
            *_PLACE,
            ("from", pa.int64()),
            ("until", pa.int64()),
            ("total", pa.float64()),
            ("good", pa.float64()),
            ("scrap", pa.float64()),
            ("reason", pa.string()),
            *_RUN,
            ("context", pa.map_(pa.string(), pa.string())),
            ("offset", pa.int64()),
        ]
    ),
    # One row an entry of the ledger, without holes; the reason is '' until `reason_known_at`.
    "time": pa.schema(
        [
            *_PLACE,
            ("from", pa.int64()),
            ("until", pa.int64()),
            ("account", pa.string()),
            ("reason", pa.string()),
            ("reason_known_at", pa.int64()),
            *_RUN,
            ("speed", pa.float64()),  # of the ideal pace while it ran; null where nobody knows
        ]
    ),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a parameter of a product is to be, as it is written down; None where it is not.

    Attributes:
        low, high: least and greatest allowed value.
        target: where it should be; None: in the middle.
        unit: of all of them, '' where none is written.
    """

    low: float | None = None
    high: float | None = None
    target: float | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """One machine, and what an analysis must know of it.

    Attributes:
        id, name: permanent id, and what people call it.
        line, site: ids; '' none.
        zone: of its clock.
        is_pacing: it sets the pace of its line.
        currency: of its site.
        hour: what an hour of the pacing machine is worth, low to high, in `currency`; None: no price known.
        piece: what one scrapped piece costs, by product; products without a price are absent.
        rate: ideal pieces an hour, by product.
        position: in the flow of its line, from 0.
        lanes: lanes or cavities that work side by side.
        shift_ends: when the shift that is open at `as_of` ends; None: none is open.
        limits: written in the plant files, by product and parameter; product '' is every other one.
    """

    id: str
    name: str
    line: str
    site: str
    zone: str = "UTC"
    is_pacing: bool = False
    currency: str = ""
    hour: tuple[float, float] | None = None
    piece: Mapping[str, float] = field(default_factory=dict)
    rate: Mapping[str, float] = field(default_factory=dict)
    shift_ends: int | None = None
    position: int = 0
    lanes: int = 1
    limits: Mapping[tuple[str, str], Limits] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """What was known at an instant.

    Attributes:
        as_of: the instant, microseconds UTC.
        tables: by name of `TABLES`, sorted by equipment and time.
        places: machines by id.
        budget: false alarms that the plant accepts of one machine in one week, over all kinds.
    """

    as_of: int
    tables: Mapping[str, pa.Table]
    places: Mapping[str, Place]
    budget: float = 0.5

    def table(self, name: str) -> pa.Table:
        """A table, empty where there is nothing of it.

        Raises:
            KeyError: for a name that is not in `TABLES`.
        """
        return self.tables.get(name, TABLES[name].empty_table())

    def known(self, at: int) -> Facts:
        """What was known at an earlier instant: rows told by then, and entries cut there.

        >>> now = Facts(9, {}, {})
        >>> now.known(5).as_of
        5
        """
        cut = {name: _known(name, table, at) for name, table in self.tables.items()}
        if at >= self.as_of:
            return replace(self, tables=cut)
        places = {name: replace(place, shift_ends=None) for name, place in self.places.items()}
        return replace(self, as_of=at, tables=cut, places=places)

    def told_by(self, name: str, equipment: str, at: int) -> int:
        """From when on what a table says of a machine until an instant was known: `at`, or later.

        Rows of the hour before it count: one that came in with a file of the next morning was not known
        before. Never later than `as_of`.
        """
        table = self.table(name)
        began = table["at" if "at" in table.column_names else "from"]
        lately = pc.and_(pc.less_equal(began, at), pc.greater(began, at - HOUR))
        mine = table.filter(pc.and_(pc.equal(table["equipment"], equipment), lately))
        told: int | None = pc.max(mine["known_at"]).as_py()
        return min(max(at, told or at), max(self.as_of, at))

    def of(self, equipment: str) -> Facts:
        """The facts of one machine."""
        cut = {
            name: table.filter(pc.equal(table["equipment"], equipment)) for name, table in self.tables.items()
        }
        return replace(self, tables=cut)


def _known(name: str, table: pa.Table, at: int) -> pa.Table:
    began = "at" if "at" in table.column_names else "from"
    kept = table.filter(pc.and_(pc.less_equal(table["known_at"], at), pc.less(table[began], at)))
    if name != "time":
        return kept
    until = pc.min_element_wise(kept["until"], at)
    # the pace of all of an entry is that of what came after as well
    is_whole = pc.less_equal(kept["until"], at)
    speed = pc.if_else(is_whole, kept["speed"], pa.scalar(None, pa.float64()))
    kept = kept.set_column(kept.schema.get_field_index("speed"), "speed", speed)
    told = pc.if_else(pc.less_equal(pc.fill_null(kept["reason_known_at"], at + 1), at), kept["reason"], "")
    kept = kept.set_column(kept.schema.get_field_index("until"), "until", until)
    return kept.set_column(kept.schema.get_field_index("reason"), "reason", told)
