"""Pieces that need a second look, lost lanes, and what leaves a line."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.frames.books import Books
from bench.frames.counts import FACT, added, with_standard
from bench.frames.read import covered, following
from bench.frames.time import CELL, NAMED
from plantstack.intervals import SECOND
from plantstack.ledger.rules import flag_bit

_MADE = ["good", "scrap", "rest"]
_OF = ["m", "day", "shift", "product"]


def line_fact(books: Books, made: pd.DataFrame) -> pd.DataFrame:
    """Good pieces at the exit of a line, in ideal seconds of the line's constraint."""
    first = books.plant.line.set_index("m")["first"]
    left = made[made["m"].isin(first.index) & (made["good"].fillna(0) != 0) & made["factor"].notna()]
    left = with_standard(books, left.assign(first=left["m"].map(first)), "first")
    qty = left["good"] * left["factor"]
    left = left.assign(
        qty=qty,
        ideal=(qty * left["ideal"]).round(9),
        flags=left["ideal"].isna() * flag_bit("without_standard"),
        reason="",
        standard=np.nan,
        **{"class": "line_good"},
    )
    return added(left.drop(columns="std"), FACT)


def lane_fact(books: Books, hours: pd.DataFrame) -> pd.DataFrame:
    """Lanes that stand while their machine runs: the lost fraction of its time, as ideal seconds."""
    said = books.told.lane.rename(columns={"at": "t"})
    said = said.sort_values(["m", "t", "told_at", "sequence"]).drop_duplicates(["m", "t"], keep="last")
    of = said.groupby("m")["of"].first()
    said["to"] = following(said, of.map(books.as_of))
    standing = said.loc[~said["state"].isin(["producing", "unknown"]), ["m", "t", "to"]]
    runs = hours[hours["account"] == "run"].drop(columns="flags")
    lanes = of[of.index.isin(standing["m"])].rename_axis("lane").rename("m").reset_index()
    runs = runs.merge(lanes, on="m").assign(of=lambda frame: frame["m"], m=lambda frame: frame["lane"])
    lost = covered(standing, runs.assign(t=runs["to"])) - covered(standing, runs)
    lost = runs.assign(m=runs["of"], us=lost).groupby(CELL, observed=True)["us"].sum().reset_index()
    lost = lost[lost["us"] > 0]
    seconds = lost["us"] / (SECOND * lost["m"].map(books.plant.machine["lanes"]))
    said_of = {"reason": "", "class": "reduced_capacity", "standard": np.nan, "flags": 0, "qty": 0.0}
    return lost.drop(columns="us").assign(ideal=seconds.round(9), **said_of)


def outpaced_fact(pieces: pd.DataFrame, time: pd.DataFrame) -> pd.DataFrame:
    """Ideal seconds beyond the time a machine may have run, laid over the hours of the pieces."""
    pieces = pieces[pieces["class"].isin(_MADE) & pieces["ideal"].notna()]
    pieces = pieces.assign(ideal_us=(pieces["ideal"] * SECOND).round().astype(np.int64))
    ran = time[time["account"].isin(["run", "micro_stop", "unknown"])].groupby(_OF, observed=True)["us"].sum()
    made = pieces.groupby(_OF, observed=True)["ideal_us"].sum()
    met = pd.concat([made, ran], axis=1)
    met["is_met"] = met["ideal_us"].notna() & met["us"].notna()
    met = met.fillna({"ideal_us": 0, "us": 0}).reset_index()
    # where products of pieces and of time do not meet, all that is left is taken together
    group = met["product"].where(met["is_met"], "")
    sums = met.groupby(["m", "day", "shift", "is_met", group])[["ideal_us", "us"]].transform("sum")
    met = met[_OF].assign(whole=sums["ideal_us"], beyond=sums["ideal_us"] - sums["us"])
    met = met[met["beyond"] > 0].astype({"whole": np.int64, "beyond": np.int64})
    keys = [*NAMED, "account"]
    fact = pieces.groupby(keys, observed=True)["ideal_us"].sum().reset_index().merge(met, on=_OF)
    fact = fact[fact["ideal_us"] != 0]
    # their product does not fit into 64 bits; such hours are few
    wide = {name: fact[name].astype(object) for name in ("ideal_us", "beyond", "whole")}
    share = (wide["ideal_us"] * wide["beyond"] // wide["whole"]).astype(np.int64)
    said_of = {"reason": "", "class": "above_ideal", "standard": np.nan, "flags": 0, "qty": 0.0}
    return fact[keys].assign(ideal=share / SECOND, **said_of)


def twice_fact(pieces: pd.DataFrame) -> pd.DataFrame:
    """Pieces that a person typed and a signal counted in the same hour, and by how much they differ."""
    pieces = pieces[pieces["class"].isin(_MADE)]
    typed, covering = pieces["flags"] & flag_bit("typed") != 0, pieces["flags"] & flag_bit("from") != 0
    told = pieces.assign(
        typed=pieces["qty"].where(typed),
        covering=pieces["qty"].where(typed & covering, 0.0),
        signalled=pieces["qty"].where(~typed),
    )
    keys = [*NAMED, "account", "class"]
    sums = ["typed", "covering", "signalled"]
    both = told[told["m"].isin(told.loc[typed, "m"])].groupby(keys, observed=True)[sums].sum().reset_index()
    both = both[(both["typed"] > 0) & (both["signalled"] > 0)]
    least = both.assign(qty=np.minimum(both["typed"], both["signalled"]))
    twice = least.groupby([*NAMED, "account"], observed=True)["qty"].sum().reset_index()
    shift = ["m", "day", "shift", "crew", "order_id", "product", "class"]
    apart = both[both["covering"] > 0].sort_values(["hour_from", "account"]).groupby(shift, observed=True)
    apart = apart.agg(
        hour_from=("hour_from", "last"),
        account=("account", "last"),
        covering=("covering", "sum"),
        signalled=("signalled", "sum"),
    ).reset_index()
    apart["qty"] = (apart["covering"] - apart["signalled"]).abs()
    apart = apart.loc[apart["qty"] != 0, [*NAMED, "account", "qty"]].assign(**{"class": "told_apart"})
    found = pd.concat([twice.assign(**{"class": "told_twice"}), apart])
    return found.assign(reason="", standard=np.nan, flags=0)
