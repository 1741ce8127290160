"""Things with a beginning and an end, counted where their last own microsecond lies."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.frames.books import FIXED, Books
from bench.frames.read import counter, lookup
from bench.frames.time import CELL, named
from plantstack.ledger.rules import flag_bit

_TIES = {"breakdown": 1, "other_stop": 2, "micro_stop": 3, "waiting": 4, "planned_overrun": 5}
COLUMNS = [
    *("kind", "m", "class", "from_at", "until_at", "is_closed", "own_us", "wall_us", "scheduled_us"),
    *("hidden_us", "std_us", "qty", "qty_matched", "qty_edited", "flags", "reason", "product_from"),
    *("product_to", "order_id", "product", "shift", "crew", "day", "hour_from"),
]
_TEXTS = ["class", "reason", "product_from", "product_to"]
_ENDED = {"from_at": ("t", "min"), "until_at": ("to", "max")}


def spans_fact(books: Books, hours: pd.DataFrame, slot_spans: pd.DataFrame) -> pd.DataFrame:
    """All spans, with the hour, tile and order in which each is counted."""
    parts = [stops(books), changeovers(books), failures(books), moments(books), good_runs(books), slot_spans]
    spans = pd.concat(parts, ignore_index=True).sort_values("counted_at", ignore_index=True)
    cells = hours[["m", "t", *CELL[1:4]]]
    spans = lookup(spans.assign(t=spans["counted_at"]), cells)
    own = spans[["order_id", "product"]]  # of plans and runs of a product, whatever the order
    fact = named(books, spans.drop(columns=["order_id", "product"]))
    fact = fact.assign(**{name: own[name].fillna(fact[name]) for name in own}).reindex(columns=COLUMNS)
    return fact.fillna(dict.fromkeys(_TEXTS, "")).fillna({"flags": 0})


def stops(books: Books) -> pd.DataFrame:
    """Stops; class by the account of most of it, reason of most of it."""
    own = books.pieces[books.pieces["stop"] >= 0]
    own = own.assign(us=own["to"] - own["t"], leaf=own["leaf"].where(~own["is_fixed"]))
    keys = ["m", "stop"]
    whole = own.groupby(keys).agg(**_ENDED, own_us=("us", "sum"), is_open=("is_open", "any"))
    whole["class"] = _most(own, keys, "account")
    whole["reason"] = _most(own, keys, "leaf")
    whole["wall_us"] = whole["until_at"] - whole["from_at"]
    whole = whole.assign(kind="stop", counted_at=whole["until_at"] - 1, is_closed=~whole["is_open"])
    return whole.reset_index().drop(columns=["stop", "is_open"])


def _most(own: pd.DataFrame, keys: list[str], column: str) -> pd.Series:
    """What most of each span says; of equals the first in rank, then by name."""
    said = own[own[column].notna()]
    sums = said.groupby([*keys, column], observed=True)["us"].sum().reset_index()
    sums[column] = sums[column].astype("str")
    sums["place"] = sums[column].map(_TIES).fillna(0)
    most = sums.sort_values(["us", "place", column], ascending=[False, True, True])
    return most.drop_duplicates(keys).set_index(keys)[column]


def changeovers(books: Books) -> pd.DataFrame:
    """Set-up pieces, bridged by planned time and by anything inside one implied set-up."""
    pieces = books.pieces
    ends = ~pieces["account"].isin(["setup", *FIXED]) & ~pieces["in_change"]
    number = counter(pieces, ends)
    last = number.groupby(pieces["m"]).max()
    own = pieces[pieces["account"] == "setup"]
    own = own.assign(us=own["to"] - own["t"], changeover=number[own.index])
    spans = own.groupby(["m", "changeover"]).agg(**_ENDED, own_us=("us", "sum")).reset_index()
    spans["wall_us"] = spans["until_at"] - spans["from_at"]
    spans["is_closed"] = spans["changeover"] < spans["m"].map(last)
    order = books.tracks.order[["m", "t", "product"]].astype({"product": "str"})
    spans = pd.merge_asof(
        spans.sort_values("from_at"),
        order.rename(columns={"t": "from_at", "product": "product_from"}),
        on="from_at",
        by="m",
        allow_exact_matches=False,
    )
    after = order.rename(columns={"t": "until_at", "product": "product_to"})
    spans = pd.merge_asof(spans.sort_values("until_at"), after, on="until_at", by="m")
    spans = spans.assign(kind="changeover", counted_at=spans["until_at"] - 1).drop(columns="changeover")
    return spans.assign(std_us=_matrix(books, spans))


def _matrix(books: Books, spans: pd.DataFrame) -> pd.Series:
    """The standard time of each change of class: the most specific entry."""
    classes = [spans[name].map(books.plant.product_class) for name in ("product_from", "product_to")]
    asked = (
        pd.DataFrame({"m": spans["m"], "of": classes[0], "to_": classes[1]}).rename_axis("row").reset_index()
    )
    pairs = asked.merge(books.plant.changeover, on="m")
    any_from, any_to = pairs["from_class"] == "*", pairs["to_class"] == "*"
    fits = (any_from | (pairs["from_class"] == pairs["of"])) & (any_to | (pairs["to_class"] == pairs["to_"]))
    pairs = pairs.assign(any_to=any_to, any_from=any_from)[fits]
    best = pairs.sort_values(["any_to", "any_from"], kind="stable").drop_duplicates("row")
    return best.set_index("row")["standard_us"].reindex(spans.index)


def failures(books: Books) -> pd.DataFrame:
    """From the first failing piece to the next in which the machine can run again."""
    pieces, plant = books.pieces, books.plant
    leaf = pieces["leaf"].map(plant.reason["account"])
    failing = (pieces["state"] == "fault").where(leaf.isna(), leaf == "breakdown")
    can_run = pieces["state"].isin(["producing", "idle", "starved", "blocked"])
    number = counter(pieces, can_run & ~failing)
    last = number.groupby(pieces["m"]).max()
    begun = pieces["t"].where(failing).groupby([pieces["m"], number]).transform("min")
    part = pieces[pieces["t"] >= begun]
    fixed = part["account"].isin(FIXED)
    us = part["to"] - part["t"]
    part = part.assign(
        us=us,
        failure=number[part.index],
        scheduled_us=us.where(~fixed, 0),
        hidden_us=us.where(fixed | (part["account"] == "setup"), 0),
    )
    keys = ["m", "failure"]
    spans = part.groupby(keys).agg(
        **_ENDED, scheduled_us=("scheduled_us", "sum"), hidden_us=("hidden_us", "sum")
    )
    spans["reason"] = _most(part, keys, "leaf")
    spans = spans.reset_index()
    length = spans["until_at"] - spans["from_at"]
    is_long = length >= spans["m"].map(plant.machine["failure_us"])
    return spans.assign(
        kind="failure",
        own_us=length,
        wall_us=length,
        counted_at=spans["until_at"] - 1,
        is_closed=spans["failure"] < spans["m"].map(last),
        **{"class": np.where(is_long, "failure", "minor")},
    ).drop(columns="failure")


def moments(books: Books) -> pd.DataFrame:
    """Set-up checks that were judged, and reasons, those flagged that meet no halt."""
    said = books.told.machine
    said = said[said["kind"].isin(["setup_check", "reason"])]
    said = said[
        (said["at"] >= said["m"].map(books.tracks.begin)) & (said["at"] <= said["m"].map(books.as_of))
    ]
    is_check = said["kind"] == "setup_check"
    said = said[~is_check | said["low"].notna() | said["high"].notna()]
    is_check = said["kind"] == "setup_check"
    is_ok = ~(said["value"] < said["low"]) & ~(said["value"] > said["high"])
    at = np.minimum(said["at"], said["m"].map(books.as_of) - 1)
    lost = ~is_check & ~said.index.isin(books.given["rid"])
    return pd.DataFrame(
        {
            "m": said["m"],
            "kind": np.where(is_check, "check", "reason"),
            "class": np.where(is_check, np.where(is_ok, "ok", "not_ok"), ""),
            "from_at": at,
            "until_at": at,
            "counted_at": at,
            "is_closed": True,
            "reason": said["reason"].astype("str"),
            "flags": lost * flag_bit("unattached"),
        }
    )


def good_runs(books: Books) -> pd.DataFrame:
    """Good pieces at the exits of lines as runs of one product, day by day."""
    count = books.tracks.count
    count = count[count["m"].isin(books.plant.line["m"]) & (count["good"] > 0) & ~count["is_spread"]]
    made_at = count["at"] - count["has_from"]
    good = lookup(count[["m", "t"]].assign(made_at=made_at), books.tile[["m", "t", "day"]])
    good = lookup(good, books.tracks.order[["m", "t", "order_to", "product"]])
    good = good[good["order_to"] > good["t"]].astype({"product": "str"})
    good = good[good["product"].notna() & (good["product"] != "")].sort_values(
        ["m", "made_at"], kind="stable"
    )
    before = good.groupby("m")[["product", "day"]].shift()
    run = ((good["product"] != before["product"]) | (good["day"] != before["day"])).cumsum()
    runs = good.groupby(run).agg(
        m=("m", "first"),
        product=("product", "first"),
        from_at=("made_at", "min"),
        until_at=("made_at", "max"),
        counted_at=("t", "min"),
    )
    return runs.assign(kind="good_run", is_closed=True)
