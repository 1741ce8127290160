"""Plans as they were frozen and as they stand, laid over the working time of their slots."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.frames.books import Books
from bench.frames.counts import factor, share
from bench.frames.read import lookup, meeting
from bench.frames.time import named
from plantstack.intervals import HOUR

SLOT = ["m", "product", "order_id", "from_at", "until_at"]
_OF = ["m", "product", "from_at", "until_at"]
_CUT = ["day", "shift", "crew"]
_DAY, _SHIFT = ["m", "day"], ["m", "day", "shift", "product"]


def slots(books: Books) -> pd.DataFrame:
    """What was planned one hour before the shift, and what is planned now: SLOT, frozen, live."""
    exit_of = books.plant.line.set_index("line")["m"]
    machine = pd.Series(books.plant.machine.index, index=books.plant.machine["equipment"])
    told = books.told.plan
    of = told["equipment"].astype("str")
    told = told.assign(
        m=of.map(exit_of).fillna(of.map(machine)), rank=told["voice"].map(books.told.voice["rank"])
    )
    told = told[told["m"].notna() & (told["at"] <= told["m"].map(books.as_of))]
    told = told.astype({"m": np.int64, "from_at": np.int64, "until_at": np.int64, "order_id": "str"})
    told = told.astype({"product": "str"}).fillna({"order_id": "", "product": "", "qty": 0.0})
    told = told.sort_values(["rank", "told_at", "at", "source", "key"])
    first = told.groupby(SLOT)["told_at"].transform("min")
    shift = lookup(told.assign(t=told["from_at"], row=told.index).sort_values("t"), _shifts(books)).set_index(
        "row"
    )
    frozen_at = np.maximum(shift["since"].reindex(told.index) - HOUR, first)
    live = told.groupby(SLOT)["qty"].last().rename("live")
    frozen = told[told["told_at"] <= frozen_at].groupby(SLOT)["qty"].last().rename("frozen")
    return pd.concat([live, frozen], axis=1).fillna(0.0).reset_index()


def _shifts(books: Books) -> pd.DataFrame:
    """Since when the shift of each tile runs; between shifts, the tile itself."""
    tile = books.tile
    now = tile["shift"] + "/" + tile["day"].where(tile["shift"] != "", "")
    part = (now != now.groupby(tile["m"]).shift()).cumsum()
    since = tile["t"].groupby(part).transform("min").where(tile["shift"] != "", tile["t"])
    return tile[["m", "t"]].assign(since=since)


def plan_parts(books: Books, slot: pd.DataFrame) -> pd.DataFrame:
    """Slots cut at hours and shifts, where work is planned in them: how much, and whether in the books."""
    spans = slot.rename(columns={"from_at": "t", "until_at": "to"})
    mine, theirs = meeting(spans, books.tile)
    tile = books.tile.iloc[theirs].reset_index(drop=True)
    part = spans.iloc[mine].reset_index(drop=True).assign(slot=mine, tile=tile["tile"])
    part = part.assign(slot_at=part["t"], slot_until=part["to"], **{name: tile[name] for name in _CUT})
    part["working"] = tile["scheduled"] & (tile["break_reason"] == "")
    part["t"], part["to"] = np.maximum(part["t"], tile["t"]), np.minimum(part["to"], tile["to"])
    part["shift_at"] = part.groupby(["slot", *_CUT], observed=True)["t"].transform("min")
    part = _hours(part, tile["zone_off_us"])
    length = part["to"] - part["t"]
    is_weighed = part["working"] | ~part.groupby("slot")["working"].transform("any")
    weight = length.where(is_weighed, 0)
    before, whole = (
        weight.groupby(part["slot"]).cumsum() - weight,
        weight.groupby(part["slot"]).transform("sum"),
    )
    # only what lies in the books is theirs, whatever the whole slot weighs
    since = np.maximum(part["t"], part["m"].map(books.tracks.begin))
    until = np.minimum(part["to"], part["m"].map(books.as_of))
    ends = (before + since - part["t"], before + until - part["t"], whole)
    shares = {
        name: share(qty, *ends)
        for name, qty in (("plan", part["frozen"]), ("plan_edited", part["live"] - part["frozen"]))
    }
    return part.assign(since=since, until=until, is_in=since < until, **shares)[is_weighed]


def plan_fact(books: Books, parts: pd.DataFrame) -> pd.DataFrame:
    """Planned pieces by hour, and by how much the plan was edited after it was frozen."""
    facts = []
    for name in ("plan", "plan_edited"):
        fact = parts.assign(qty=parts[name], o=-1, **{"class": name})
        facts.append(fact[fact["is_in"] & (fact["qty"] != 0)])
    keys = ["m", "hour_from", "tile", "o", "product", "order_id", "class"]
    fact = pd.concat(facts).groupby(keys)["qty"].sum().reset_index()
    return named(books, fact).assign(account="", reason="", flags=0)


def unplanned_fact(books: Books, slot: pd.DataFrame, made: pd.DataFrame) -> pd.DataFrame:
    """Good pieces of products that no slot of their shift plans, on days with a plan."""
    slot = slot[(slot["frozen"] > 0) | (slot["live"] > 0)]
    mine, theirs = meeting(slot.rename(columns={"from_at": "t", "until_at": "to"}), books.tile)
    planned = books.tile.iloc[theirs][["m", "day", "shift"]].reset_index(drop=True)
    planned["product"] = slot["product"].iloc[mine].to_numpy()
    good = made[made["class"] == "good"]
    days, shifts = (pd.MultiIndex.from_frame(planned[keys]) for keys in (_DAY, _SHIFT))
    is_on_day = pd.MultiIndex.from_frame(good[_DAY]).isin(days)
    is_planned = pd.MultiIndex.from_frame(good[_SHIFT]).isin(shifts)
    found = good[is_on_day & ~is_planned].assign(**{"class": "without_plan", "flags": 0})
    keys = [name for name in found.columns if name not in ("qty", "ideal", "std", "standard")]
    sums = found.groupby(keys, observed=True, dropna=False)["qty"].sum().reset_index()
    return sums[sums["qty"] != 0]


def _hours(part: pd.DataFrame, off: pd.Series) -> pd.DataFrame:
    """Cut parts at the hours of the local clock."""
    first, last = (part["t"] + off) // HOUR, (part["to"] - 1 + off) // HOUR
    many = (last - first + 1).to_numpy()
    row = np.repeat(np.arange(len(part)), many)
    hour = np.arange(len(row)) - np.repeat(np.cumsum(many) - many, many) + first.to_numpy()[row]
    cut = part.iloc[row].reset_index(drop=True)
    cut["hour_from"] = hour * HOUR - off.to_numpy()[row]
    cut["t"], cut["to"] = (
        np.maximum(cut["t"], cut["hour_from"]),
        np.minimum(cut["to"], cut["hour_from"] + HOUR),
    )
    return cut


def ended_slots(books: Books, slot: pd.DataFrame) -> pd.DataFrame:
    """Slots that are over: what was made of what was planned, never more than the plan."""
    over = slot[
        (slot["until_at"] > slot["m"].map(books.tracks.begin))
        & (slot["until_at"] <= slot["m"].map(books.as_of))
    ]
    over = over.groupby(_OF)[["frozen", "live"]].sum().reset_index().sort_values("from_at")
    return over.assign(
        kind="plan_slot",
        counted_at=over["until_at"] - 1,
        qty=over["frozen"],
        qty_matched=np.minimum(_made_in(books, over, "from_at", "until_at"), over["frozen"]),
        qty_edited=over["live"] - over["frozen"],
        is_closed=True,
        order_id="",
    ).drop(columns=["frozen", "live"])


def slots_by_shift(books: Books, parts: pd.DataFrame) -> pd.DataFrame:
    """Slots shift by shift: what was made in each of what is planned there, as far as the books reach."""
    slot, shift = ["m", "product", "slot_at", "slot_until"], [*_CUT, "shift_at"]
    cut = parts.groupby([*slot, *_CUT], observed=True)["shift_at"].min().reset_index()
    cut = cut.sort_values([*slot, "shift_at"], ignore_index=True)
    by_slot = cut.groupby(slot)
    cut["cut_from"] = cut["shift_at"].where(by_slot.cumcount() > 0, cut["slot_at"])
    cut["cut_to"] = by_slot["shift_at"].shift(-1).fillna(cut["slot_until"]).astype(np.int64)
    inside = parts[parts["is_in"]].drop(columns=shift[-1:])
    whole = {"from_at": ("since", "min"), "until_at": ("until", "max")}
    qty = {"qty": ("plan", "sum"), "qty_edited": ("plan_edited", "sum")}
    sums = inside.groupby([*slot, *_CUT], observed=True).agg(**whole, **qty)
    found = cut.join(sums, on=[*slot, *_CUT], how="inner").sort_values("cut_from", ignore_index=True)
    return found.assign(
        kind="plan_part",
        counted_at=found["until_at"] - 1,
        qty_matched=np.minimum(_made_in(books, found, "cut_from", "cut_to"), found["qty"]),
        is_closed=found["cut_to"] <= found["m"].map(books.as_of),
        order_id="",
    ).drop(columns=[*slot[2:], *shift, "cut_from", "cut_to"])


def _made_in(books: Books, spans: pd.DataFrame, since: str, until: str) -> pd.Series:
    """Good pieces of the product of each span (m, product), in order of where they begin."""
    count = books.tracks.count
    count = count.loc[count["m"].isin(spans["m"]), ["m", "t", "good", "unit"]]
    order = books.tracks.order[["m", "t", "order_to", "product"]]
    count = lookup(count, order)
    count["product"] = count["product"].astype("str").where(count["order_to"] > count["t"], "")
    count["good"] = count["good"] * factor(books, count)
    named_ = spans[["m", "product", since, until]].assign(span=spans.index)
    count = pd.merge_asof(count, named_, left_on="t", right_on=since, by=["m", "product"])
    made = count[count["t"] < count[until]].groupby("span")["good"].sum()
    return made.reindex(spans.index).fillna(0)
