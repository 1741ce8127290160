"""Pieces by hour and class: counts at an instant, counts spread over hours, inspections."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.frames.books import Books
from bench.frames.read import lookup, meeting
from bench.frames.time import CELL
from plantstack.ledger.rules import flag_bit

_SAID = ["reason", "unit", "flags"]
MADE = ["good", "scrap", "rest"]
SUMS = ["qty", "ideal", "std"]
FACT = [*CELL, "reason", "class", "standard", "flags"]


def sorted_pieces(books: Books, hours: pd.DataFrame) -> pd.DataFrame:
    """What was made by cell, reason, unit and flags: good, scrap, rest, with factor and standards."""
    count = books.tracks.count
    flags = sum(
        count[column].to_numpy() * flag_bit(name)
        for column, name in (("is_unjudged", "unjudged"), ("has_from", "from"), ("person", "typed"))
    )
    count = count.assign(flags=flags, rest=count["total"] - count["scrap"] - count["good"].fillna(0))
    cells = hours[["m", "t", "hour_from", "tile", "o", "account"]]
    at_once = count.loc[~count["is_spread"], ["m", "t", *_SAID, *MADE]]
    placed = lookup(at_once, cells).drop(columns="t")
    placed = placed.groupby([*CELL, *_SAID], observed=True, dropna=False)[MADE].sum().reset_index()
    made = pd.concat([placed, _spread(count[count["is_spread"]], hours)], ignore_index=True)
    made["product"] = made["o"].map(books.tracks.order.set_index("o")["product"]).astype("str").fillna("")
    made["factor"] = factor(books, made)
    return with_standard(books, made)


def _spread(count: pd.DataFrame, hours: pd.DataFrame) -> pd.DataFrame:
    """Lay counts over a long span over run and unknown time, over all of it if there is neither."""
    spans = count.assign(t=count["from_at"].astype(np.int64), to=count["at"])
    mine, theirs = meeting(spans, hours)
    part = hours[[*CELL, "t", "to"]].iloc[theirs].reset_index(drop=True)
    said = spans.iloc[mine].reset_index(drop=True)
    length = np.minimum(part["to"], said["to"]) - np.maximum(part["t"], said["t"])
    working = length.where(part["account"].isin(["run", "unknown"]), 0)
    of = pd.Series(mine)
    weight = working.where(working.groupby(of).transform("sum") > 0, length)
    until, whole = weight.groupby(of).cumsum(), weight.groupby(of).transform("sum")
    # what is good by exception is what the spread classes leave
    unclassed = said["total"] - said["scrap"] - said["good"].where(~said["by_exception"]).fillna(0)
    left = share(unclassed, until - weight, until, whole)
    flags = (
        said["flags"] | flag_bit("spread") | np.where(part["account"] == "unknown", flag_bit("over_gap"), 0)
    )
    part = part.assign(
        reason=said["reason"],
        unit=said["unit"],
        flags=flags | flag_bit("from"),
        good=left.where(said["by_exception"], share(said["good"], until - weight, until, whole)),
        scrap=share(said["scrap"], until - weight, until, whole),
        rest=left.mask(said["by_exception"], 0),
    )
    keys = [*CELL, *_SAID]
    return part[weight > 0].groupby(keys, observed=True, dropna=False)[MADE].sum().reset_index()


def share(qty: pd.Series, before: pd.Series, until: pd.Series, whole: pd.Series) -> pd.Series:
    """The part of a quantity between two shares of a span, in whole pieces where it is whole."""
    scale = np.where(qty.fillna(0) % 1 == 0, 1, 1_000_000)
    units = (qty.fillna(0) * scale).round().astype(np.int64)
    parts = [(2 * units * reached + whole) // (2 * whole) for reached in (before, until)]
    return (parts[1] - parts[0]) / scale


def factor(books: Books, made: pd.DataFrame) -> pd.Series:
    """Pieces in the unit of each row, by its machine and product."""
    unit = books.plant.unit.set_index(["m", "unit", "product"])["factor"]
    asked = made[["m", "product"]].assign(unit=made["unit"].astype("str").fillna(""))
    own = asked.join(unit.rename("own"), on=["m", "unit", "product"])["own"]
    common = asked.assign(product="").join(unit.rename("common"), on=["m", "unit", "product"])["common"]
    return own.fillna(common).where(asked["unit"] != "", 1.0)


def with_standard(books: Books, made: pd.DataFrame, machine: str = "m") -> pd.DataFrame:
    """Give each row the standard of its product on a machine, the product's own before the default."""
    table = books.plant.standard.set_index(["m", "product"])
    keys = pd.MultiIndex.from_arrays([made[machine], made["product"]])
    own = table.reindex(keys)
    common = table.reindex(pd.MultiIndex.from_arrays([made[machine], np.full(len(made), "")]))
    use = own["standard"].notna().to_numpy()
    columns = {name: np.where(use, own[name], common[name]) for name in ("standard", "ideal", "std")}
    return made.assign(**{name: values.astype(float) for name, values in columns.items()})


def made_fact(made: pd.DataFrame) -> pd.DataFrame:
    """One row a class: pieces in the plant's unit, their ideal and standard seconds."""
    without = made["standard"].isna() * flag_bit("without_standard")
    without |= made["std"].isna() * flag_bit("without_standard_cycle")
    made = made.assign(flags=made["flags"] | without)
    parts = []
    for name in MADE:
        qty = made[name] * made["factor"]
        part = made[[*CELL, "standard", "flags"]].assign(
            reason=made["reason"] if name == "scrap" else "",
            qty=qty,
            ideal=(qty * made["ideal"]).round(9),
            std=(qty * made["std"]).round(9),
        )
        parts.append(part.assign(**{"class": name})[qty.fillna(0) != 0])
    fact = pd.concat(parts, ignore_index=True)
    fact["reason"] = fact["reason"].astype("str").fillna("")
    return added(fact, FACT)


def added(fact: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Add up what agrees in all keys; a sum of nothing said is nothing said."""
    sums = [name for name in SUMS if name in fact]
    return fact.groupby(keys, observed=True, dropna=False)[sums].sum(min_count=1).reset_index()


def inspected_fact(books: Books, hours: pd.DataFrame) -> pd.DataFrame:
    """What inspections looked at and found."""
    said = books.told.machine
    said = said[said["kind"] == "inspection"]
    said = said.assign(t=np.minimum(said["at"], said["m"].map(books.as_of) - 1)).sort_values("t")
    placed = lookup(said, hours[["m", "t", "hour_from", "tile", "o", "account"]])
    placed["flags"] = placed["person"] * flag_bit("typed")
    classes = {"n": "inspected", "n_ok": "first_pass", "defects": "defects", "opportunities": "opportunities"}
    placed = placed[[*CELL, "flags", *classes]].rename(columns=classes)
    long = placed.melt([*CELL, "flags"], var_name="class", value_name="qty")
    long = long[long["qty"].fillna(0) != 0].assign(reason="", standard=np.nan)
    return added(long, FACT)
