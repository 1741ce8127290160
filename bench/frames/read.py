"""Events and plant as frames, machines and voices by number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from plantstack.events.schema import STATES

_READ = [
    *("kind", "equipment", "at", "told_at", "received_at", "source", "key", "sequence"),
    *("sup_source", "sup_key", "order_id", "product", "from_at", "until_at", "state", "reason", "role"),
    *("phase", "total", "good", "scrap", "unit", "qty", "n", "n_ok", "defects", "opportunities"),
    *("value", "low", "high"),
]
_PIECES = ("total", "good", "scrap", "qty", "n", "n_ok", "defects", "opportunities")
_WORDS = ["kind", "equipment", "source", "order_id", "product", "state", "reason", "role", "phase", "unit"]
_BESIDE = ["config", "close", "reopen", "target", "note"]
_ROOM = 52  # bits for an instant beside the number of a machine


@dataclass(frozen=True)
class Plant:
    """The plant tables as frames, with the number `m` of the machine."""

    machine: pd.DataFrame
    tile: pd.DataFrame
    floating: pd.DataFrame
    reason: pd.DataFrame
    unit: pd.DataFrame
    standard: pd.DataFrame
    line: pd.DataFrame
    lane: pd.DataFrame
    changeover: pd.DataFrame
    product_class: pd.Series
    voices: pd.DataFrame
    home: dict[str, str]

    @classmethod
    def of(cls, tables: Mapping[str, pa.Table]) -> Plant:
        """Read the Arrow tables of the plant package."""
        machine = tables["machine"].to_pandas().rename_axis("m").reset_index()
        number = machine.set_index("equipment")["m"]
        home = tables["machine_calendar"].to_pandas()
        home = home.assign(m=home["equipment"].map(number))[["m", "calendar"]]
        line = tables["line"].to_pandas()
        line = line.assign(m=line["exit_machine"].map(number), first=line["constraint_machine"].map(number))
        used = set(tables["orders_used"].column("equipment").to_pylist())
        machine["orders_used"] = machine["equipment"].isin(used)
        machine["is_constraint"] = machine["m"].isin(line["first"])
        unit = tables["unit_factor"].to_pandas()
        unit = unit.assign(m=unit["equipment"].map(number), factor=unit["factor"].astype("float64"))
        lane = tables["lane"].to_pandas()
        changeover = tables["changeover"].to_pandas()
        return cls(
            machine.set_index("m"),
            tables["tile"].to_pandas().merge(home, on="calendar"),
            tables["floating"].to_pandas().merge(home, on="calendar"),
            tables["reason"].to_pandas().query("kind == 'stop'").set_index("reason"),
            unit[["m", "product", "unit", "factor"]],
            _standards(tables["standard"].to_pandas(), number),
            line[["line", "m", "first"]],
            lane.assign(m=lane["equipment"].map(number))[["lane_equipment", "m"]],
            changeover.assign(m=changeover["equipment"].map(number)).drop(columns="equipment"),
            tables["product_class"].to_pandas().set_index("product")["class"],
            tables["source_rule"].to_pandas(),
            _homes(tables),
        )


def _homes(tables: Mapping[str, pa.Table]) -> dict[str, str]:
    """The site of everything that stands in one, and of lanes."""
    placed = tables["placement"].select(["equipment", "site"]).to_pylist()
    home = {row["equipment"]: row["site"] for row in placed}
    return home | {row["lane_equipment"]: home[row["equipment"]] for row in tables["lane"].to_pylist()}


def _standards(standard: pd.DataFrame, number: pd.Series) -> pd.DataFrame:
    """Seconds a piece by machine and product, '' for every other product."""
    for name in ("ideal", "std"):
        over, under = standard[f"{name}_num"], standard[f"{name}_den"]
        standard[name] = over.astype("float64") / under.astype("float64")
    return standard.assign(m=standard["equipment"].map(number))[["m", "product", "standard", "ideal", "std"]]


@dataclass(frozen=True)
class Events:
    """What stands of the events in order of time, parted by what they are about."""

    machine: pd.DataFrame
    lane: pd.DataFrame
    plan: pd.DataFrame
    as_of: pd.Series  # how far the books of each machine reach
    voice: pd.DataFrame  # who speaks: source, rank, person; by number


def read_events(files: Sequence[str], plant: Plant) -> Events:
    """Read what stands of the events; what was corrected is gone."""
    table = pa.concat_tables([pq.read_table(file, columns=_READ) for file in files])
    for name in _PIECES:
        table = table.set_column(table.schema.get_field_index(name), name, table[name].cast(pa.float64()))
    for name in _WORDS:
        coded = pc.dictionary_encode(table[name]) if pa.types.is_string(table[name].type) else table[name]
        table = table.set_column(table.schema.get_field_index(name), name, coded.unify_dictionaries())
    events = _standing(table.to_pandas())
    events["state"] = events["state"].cat.set_categories(STATES)
    heard = events[~events["kind"].isin(_BESIDE)]
    ended = (heard["kind"] == "alive") | (
        (heard["kind"] == "state") & (heard["until_at"] <= heard["told_at"])
    )
    reached = np.fmax(heard["at"], heard["until_at"].where(ended)).astype(np.int64)
    as_of = plant.machine["site"].map(
        reached.groupby(heard["equipment"].map(plant.home), observed=True).max()
    )
    voice = _voices(events["source"].cat.categories, plant.voices)
    number = pd.Series(plant.machine.index, index=plant.machine["equipment"])
    events["m"] = events["equipment"].map(number).astype("float64")
    events["voice"] = events["source"].cat.codes
    events["person"] = events["voice"].map(voice["person"]).astype(bool)
    lanes = plant.lane.set_index("lane_equipment")["m"]
    lane = events[(events["kind"] == "state") & events["equipment"].isin(lanes.index)]
    lane = lane.assign(of=lane["equipment"].map(lanes).astype(np.int64), m=lane["equipment"].cat.codes)
    return Events(
        events[events["m"].notna()].astype({"m": np.int64}).sort_values("at", kind="stable"),
        lane,
        events[events["kind"] == "plan"],
        as_of,
        voice,
    )


def _standing(events: pd.DataFrame) -> pd.DataFrame:
    """Leave out what a correction replaced."""
    again = events.loc[events["sup_key"].notna(), ["sup_source", "sup_key"]]
    hit = events.index[events["key"].isin(again["sup_key"])]
    told = events.loc[hit, ["source", "key"]].astype({"source": object})
    gone = pd.MultiIndex.from_frame(told).isin(pd.MultiIndex.from_frame(again.astype(object)))
    return events.drop(index=hit[gone]).reset_index(drop=True)


def _voices(sources: pd.Index, rules: pd.DataFrame) -> pd.DataFrame:
    """Rank and person of every source, by the first rule that matches."""
    rows = rules.to_dict("records")
    none: dict[str, object] = {}
    found = [next((one for one in rows if fnmatchcase(name, one["match"])), none) for name in sources]
    return pd.DataFrame(
        {
            "source": sources,
            "rank": [one.get("rank", 10) for one in found],
            "person": [bool(one.get("person", False)) for one in found],
        }
    )


def lookup(points: pd.DataFrame, track: pd.DataFrame) -> pd.DataFrame:
    """Give each point (m, t) the columns of the last row of a track at or before it."""
    return pd.merge_asof(points, track.sort_values("t"), on="t", by="m")


def following(frame: pd.DataFrame, as_of: pd.Series) -> pd.Series:
    """The start of the machine's next row; `as_of` of the machine for its last. Rows in order of (m, t)."""
    return frame.groupby("m")["t"].shift(-1).fillna(frame["m"].map(as_of)).astype(np.int64)


def counter(frame: pd.DataFrame, marks: pd.Series) -> pd.Series:
    """Count marked rows up to each row of its machine. Rows in order of (m, t)."""
    return marks.astype(np.int64).groupby(frame["m"]).cumsum()


def covered(spans: pd.DataFrame, points: pd.DataFrame) -> pd.Series:
    """How much of a machine's spans (m, t, to; disjoint) lies before each point (m, t), by its row.

    What a span [a, b) shares with them is the difference of what lies before b and before a.
    """
    spans = spans.sort_values(["m", "t"])
    length = spans["to"] - spans["t"]
    spans = spans.assign(before=length.groupby(spans["m"]).cumsum() - length, since=spans["t"])
    asked = points[["m", "t"]].rename_axis("row").reset_index().sort_values("t")
    found = lookup(asked, spans[["m", "t", "since", "to", "before"]]).set_index("row")
    inside = np.minimum(found["t"], found["to"]) - found["since"]
    return (found["before"] + inside).fillna(0).astype(np.int64).reindex(points.index)


def union(spans: pd.DataFrame) -> pd.DataFrame:
    """Merge spans (m, t, to) of each machine that overlap or touch."""
    spans = spans.sort_values(["m", "t"])
    reached = spans.groupby("m")["to"].cummax().groupby(spans["m"]).shift()
    island = (spans["t"] > reached.fillna(-1)).cumsum()
    return spans.groupby(island).agg(m=("m", "first"), t=("t", "min"), to=("to", "max"))


def meeting(spans: pd.DataFrame, tiles: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Pair spans (m, t, to) with the tiles (m, t, to) they overlap, as places of rows in both.

    Tiles of one machine lie side by side, in order of (m, t).
    """
    key = (tiles["m"].to_numpy() << _ROOM) + tiles["t"].to_numpy()
    of = spans["m"].to_numpy() << _ROOM
    first = np.searchsorted(key, of + spans["t"].to_numpy(), "right") - 1
    is_over = (first < 0) | (tiles["m"].to_numpy()[first] != spans["m"].to_numpy())
    first += is_over | (tiles["to"].to_numpy()[first] <= spans["t"].to_numpy())
    many = np.maximum(np.searchsorted(key, of + spans["to"].to_numpy()) - first, 0)
    row = np.repeat(np.arange(len(spans)), many)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(many) - many, many) + first[row]
