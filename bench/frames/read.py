"""Events and plant as frames, machines by number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

_READ = [
    *("kind", "equipment", "at", "told_at", "source", "key", "sequence", "sup_source", "sup_key", "order_id"),
    *("product", "from_at", "until_at", "state", "reason", "role", "phase", "total", "good", "scrap", "unit"),
]
_KINDS = ["state", "alive", "count", "alarm", "order", "reason"]


@dataclass(frozen=True)
class Plant:
    """The plant tables as frames, with the number `m` of the machine."""

    machine: pd.DataFrame
    tile: pd.DataFrame
    floating: pd.DataFrame
    reason: pd.DataFrame
    unit: pd.DataFrame
    standard: pd.DataFrame
    home: dict[str, str]

    @classmethod
    def of(cls, tables: Mapping[str, pa.Table]) -> Plant:
        """Read the Arrow tables of the plant package."""
        machine = tables["machine"].to_pandas().rename_axis("m").reset_index()
        number = machine.set_index("equipment")["m"]
        home = tables["machine_calendar"].to_pandas()
        home = home.assign(m=home["equipment"].map(number))[["m", "calendar"]]
        used = set(tables["orders_used"].column("equipment").to_pylist())
        machine["orders_used"] = machine["equipment"].isin(used)
        unit = tables["unit_factor"].to_pandas()
        unit = unit.assign(m=unit["equipment"].map(number), factor=unit["factor"].astype("float64"))
        return cls(
            machine.set_index("m"),
            tables["tile"].to_pandas().merge(home, on="calendar"),
            tables["floating"].to_pandas().merge(home, on="calendar"),
            tables["reason"].to_pandas().query("kind == 'stop'"),
            unit[["m", "product", "unit", "factor"]],
            _standards(tables["standard"].to_pandas(), number),
            _homes(tables),
        )


def _homes(tables: Mapping[str, pa.Table]) -> dict[str, str]:
    """The site of everything that stands in one, and of lanes."""
    placed = tables["placement"].select(["equipment", "site"]).to_pylist()
    home = {row["equipment"]: row["site"] for row in placed}
    return home | {row["lane_equipment"]: home[row["equipment"]] for row in tables["lane"].to_pylist()}


def _standards(standard: pd.DataFrame, number: pd.Series) -> pd.DataFrame:
    """Seconds a piece by machine and product, '' for every other product."""
    seconds = standard["ideal_num"].astype("float64") / standard["ideal_den"].astype("float64")
    return standard.assign(m=standard["equipment"].map(number), ideal=seconds)[["m", "product", "ideal"]]


def read_events(files: Sequence[str], plant: Plant) -> tuple[pd.DataFrame, pd.Series]:
    """Read what stands of the machines' events in order of time; what was corrected is gone.

    Returns:
        The events, and how far the books of each machine reach.
    """
    table = pa.concat_tables([pq.read_table(file, columns=_READ) for file in files])
    for name in ("total", "good", "scrap"):
        table = table.set_column(table.schema.get_field_index(name), name, table[name].cast(pa.float64()))
    events = table.to_pandas()
    again = events.loc[events["sup_key"].notna(), ["sup_source", "sup_key"]]
    hit = events.index[events["key"].isin(again["sup_key"])]
    gone = pd.MultiIndex.from_frame(events.loc[hit, ["source", "key"]]).isin(pd.MultiIndex.from_frame(again))
    events = events.drop(index=hit[gone])
    heard = events[~events["kind"].isin(["config", "close", "reopen"])]
    site = heard["equipment"].map(plant.home)
    as_of = plant.machine["site"].map(heard["at"].groupby(site).max())
    number = pd.Series(plant.machine.index, index=plant.machine["equipment"])
    events = events.assign(m=events["equipment"].map(number))
    events = events[events["m"].notna() & events["kind"].isin(_KINDS)]
    return events.astype({"m": np.int64}).sort_values("at", kind="stable"), as_of


def lookup(points: pd.DataFrame, track: pd.DataFrame) -> pd.DataFrame:
    """Give each point (m, t) the columns of the last row of a track at or before it."""
    return pd.merge_asof(points, track.sort_values("t"), on="t", by="m")


def following(frame: pd.DataFrame, as_of: pd.Series) -> pd.Series:
    """The start of the machine's next row; `as_of` of the machine for its last. Rows in order of (m, t)."""
    return frame.groupby("m")["t"].shift(-1).fillna(frame["m"].map(as_of)).astype(np.int64)


def counter(frame: pd.DataFrame, marks: pd.Series) -> pd.Series:
    """Count marked rows up to each row of its machine. Rows in order of (m, t)."""
    return marks.astype(np.int64).groupby(frame["m"]).cumsum()
