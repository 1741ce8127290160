"""Time by hour and everything that holds in it, with what else is true of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.frames.books import Books
from bench.frames.read import covered, lookup, union
from plantstack.intervals import HOUR, MINUTE, SECOND
from plantstack.ledger.rules import flag_bit

CELL = ["m", "hour_from", "tile", "o", "account"]
NAMED = ["m", "hour_from", "day", "shift", "crew", "order_id", "product"]


def flagged(books: Books) -> pd.DataFrame:
    """The pieces with the bits of `flags`, and the reason only where it says something."""
    pieces, plant = books.pieces, books.plant
    leaf = plant.reason.reindex(pieces["leaf"]).set_axis(pieces.index)
    account, state = pieces["account"], pieces["state"]
    person = _person(books, pieces["voice"])
    of_long = (pieces["stop"] >= 0) & ~pieces["is_micro"]
    excused = pieces["leaf"].isna() & (account == "waiting") & state.isin(["starved", "blocked"])
    coded = pieces["leaf"].notna() & ~pieces["is_fixed"]
    late, bulk = told_when(books)
    softer = leaf["account"].isin(["waiting", "no_order", "planned_down"]) & (state == "fault")
    harder = (leaf["account"] == "breakdown") & state.isin(["starved", "blocked"])
    without = ~pieces["m"].isin(plant.standard.loc[plant.standard["std"].notna(), "m"])
    said_by = books.told.machine["person"].reindex(pieces["rid"]).fillna(False).to_numpy(dtype=bool)
    marks = {
        "unseen": account.isin(["not_scheduled", "planned_down"]) & (state == "unknown"),
        "stopped_in_overtime": (account == "not_scheduled") & (state == "fault"),
        "moved_out": (account == "planned_down") & ~pieces["is_fixed"] & said_by,
        "typed": person,
        "open": pieces["is_open"],
        "long_stop": of_long,
        "uncoded": of_long & ~excused & (leaf["account"].isna() | leaf["catch_all"].eq(True)),
        "at_unknown": (account == "micro_stop") & _at_unknown(pieces),
        "in_order": pieces["o"] >= 0,
        "starved": (account == "waiting") & (state == "starved"),
        "blocked": (account == "waiting") & (state == "blocked"),
        "at_constraint": pieces["m"].map(plant.machine["is_constraint"]),
        "without_standard_cycle": (account == "run") & without,
        "coded": coded,
        "contradicted": coded & ~person & (softer | harder),
        "late": coded & pieces["rid"].isin(late),
        "bulk": coded & pieces["rid"].isin(bulk),
        "skewed": _skewed(books, pieces),
    }
    flags = sum(mark.to_numpy() * flag_bit(name) for name, mark in marks.items())
    return pieces.assign(flags=flags, leaf=pieces["leaf"].where(~pieces["is_fixed"]))


def told_when(books: Books) -> tuple[pd.Index, pd.Index]:
    """The reasons told long after what they explain, and those told in bulk, from memory."""
    symptoms = books.given[books.given["role"] == "symptom"]
    said = symptoms.groupby("rid").agg(
        m=("m", "first"),
        t=("at", "first"),
        told_at=("told_at", "first"),
        voice=("voice", "first"),
        end=("end", "max"),
    )
    late = said.index[said["told_at"] > said["end"] + HOUR]
    after = said[said["told_at"] >= said["t"] + MINUTE].rename_axis("rid").reset_index().sort_values("t")
    after = lookup(after, books.tile[["m", "t", "day"]])
    group = after.groupby(["m", "voice", "day"]).ngroup().to_numpy() << 44
    at = group + (after["told_at"] - after["told_at"].min()).to_numpy()
    whole = np.sort(at)
    near = np.searchsorted(whole, at + MINUTE, "right") - np.searchsorted(whole, at - MINUTE, "left")
    return late, pd.Index(after["rid"][near >= 5])


def _person(books: Books, voice: pd.Series) -> pd.Series:
    return voice.map(books.told.voice["person"]).eq(True)


def _at_unknown(pieces: pd.DataFrame) -> pd.Series:
    """Mark the micro-stops that begin or end at unknown time: they may have been longer."""
    unknown = pieces["account"] == "unknown"
    machine = pieces["m"]
    beside = unknown.groupby(machine).shift(fill_value=False) | unknown.groupby(machine).shift(
        -1, fill_value=False
    )
    own = pieces["stop"] >= 0
    return (beside & own).groupby([machine, pieces["stop"]]).transform("any") & own


def _skewed(books: Books, pieces: pd.DataFrame) -> pd.Series:
    """Time whose state was told on a day on which the clock of its teller was off."""
    said = books.told.machine
    said = said.loc[said["kind"] == "state", ["m", "at", "told_at", "received_at", "voice", "person"]]
    said = lookup(said.assign(t=said["at"]).sort_values("t"), books.tile[["m", "t", "day"]])
    heard = said["received_at"].where(said["person"], np.minimum(said["told_at"], said["received_at"]))
    said = said.assign(ahead=said["at"] - heard, late=said["received_at"] - said["told_at"])
    days = said.groupby(["m", "voice", "day"], observed=True)
    ahead = days["ahead"].quantile(0.5, interpolation="lower") > 30 * SECOND
    of = days.agg(
        n=("late", "size"), least=("late", "min"), first=("told_at", "min"), last=("told_at", "max")
    )
    most = days["late"].quantile(0.9, interpolation="lower")
    even = (of["n"] >= 5) & (of["least"] > MINUTE) & (of["last"] - of["first"] >= HOUR)
    off = ahead | (even & (most - of["least"] <= MINUTE))
    days_off = off.index[off]
    if days_off.empty:
        return pd.Series(False, index=pieces.index)
    day = pieces["tile"].map(books.tile["day"])
    return pd.Series(
        pd.MultiIndex.from_arrays([pieces["m"], pieces["voice"], day]).isin(days_off), pieces.index
    )


def by_hour(books: Books) -> pd.DataFrame:
    """The pieces cut at the hours of the local clock."""
    pieces = flagged(books)
    off = pieces["tile"].map(books.tile["zone_off_us"])
    first, last = (pieces["t"] + off) // HOUR, (pieces["to"] - 1 + off) // HOUR
    many = (last - first + 1).to_numpy()
    row = np.repeat(np.arange(len(pieces)), many)
    hour = np.arange(len(row)) - np.repeat(np.cumsum(many) - many, many) + first.to_numpy()[row]
    cut = pieces[["m", "t", "to", "tile", "o", "account", "leaf", "flags"]].iloc[row].reset_index(drop=True)
    cut["hour_from"] = hour * HOUR - off.to_numpy()[row]
    cut["t"] = np.maximum(cut["t"], cut["hour_from"])
    cut["to"] = np.minimum(cut["to"], cut["hour_from"] + HOUR)
    return cut


def named(books: Books, cells: pd.DataFrame) -> pd.DataFrame:
    """Put the words of tile and order in the place of their numbers."""
    order = books.tracks.order.set_index("o")
    words = {name: cells["tile"].map(books.tile[name]) for name in ("day", "shift", "crew")}
    words |= {name: cells["o"].map(order[name]).astype("str").fillna("") for name in ("order_id", "product")}
    return cells.drop(columns=["tile", "o"]).assign(**{k: v for k, v in words.items() if k not in cells})


def time_fact(books: Books, hours: pd.DataFrame) -> pd.DataFrame:
    """Microseconds by machine, hour and everything that holds in it."""
    keys = ["m", "hour_from", "tile", "o", "account", "leaf", "flags"]
    hours = hours.assign(us=hours["to"] - hours["t"])
    unknown = hours[hours["account"] == "unknown"]
    # unknown time under a count with `from` holds no more than its pieces
    count = books.tracks.count
    spans = count.loc[count["has_from"], ["m", "from_at", "at"]].set_axis(["m", "t", "to"], axis=1)
    spans = union(spans.astype(np.int64))
    until = covered(spans, unknown.assign(t=unknown["to"]))
    known = until - covered(spans, unknown)
    hours.loc[unknown.index, "us"] -= known
    counted = unknown.assign(us=known, flags=unknown["flags"] | flag_bit("counted"))
    sums = pd.concat([hours, counted]).query("us > 0").groupby(keys, observed=True, dropna=False)["us"].sum()
    fact = named(books, sums.reset_index())
    return fact.assign(reason=fact["leaf"].astype("str").fillna("")).drop(columns="leaf")
