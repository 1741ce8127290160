"""Accounts, halts, reasons and stops; time by hour and account, pieces by hour and class."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.frames.read import Plant, counter, following, lookup
from bench.frames.tracks import Tracks
from plantstack.intervals import HOUR

CELL = ["m", "hour_from", "day", "shift", "crew", "order_id", "product", "account", "reason"]
_TIES = {"breakdown": 1, "other_stop": 2, "micro_stop": 3, "waiting": 4, "planned_overrun": 5}


class Books:
    """Every microsecond of every machine in one account."""

    def __init__(self, events: pd.DataFrame, as_of: pd.Series, plant: Plant) -> None:
        self.plant, self.as_of = plant, as_of
        self.tile = plant.tile.rename(columns={"from_at": "t"}).rename_axis("tile").reset_index()
        self.tracks = Tracks(events, plant, as_of)
        self.pieces = self._stops(self._reasons(self._halts(self._claims(self._cut())), events))

    def _cut(self) -> pd.DataFrame:
        """Lay the tracks over each other: one row for each piece in which nothing changes."""
        tracks = self.tracks
        order, setup = tracks.order, tracks.setup
        edges = [self.tile, tracks.state, order, setup]
        ends = [(order, "order_to"), (setup, "setup_to")]
        starts = [frame[["m", "t"]] for frame in edges] + [
            frame[["m", end]].set_axis(["m", "t"], axis=1) for frame, end in ends
        ]
        begin = tracks.begin.rename("t").reset_index()
        points = pd.concat([*starts, begin]).drop_duplicates()
        inside = (points["t"] >= points["m"].map(tracks.begin)) & (points["t"] < points["m"].map(self.as_of))
        points = points[inside].sort_values("t")
        held = ["tile", "day", "shift", "crew", "scheduled", "break_reason", "zone_off_us"]
        points = lookup(points, self.tile[["m", "t", *held]])
        points = lookup(points, tracks.state)
        points = lookup(points, order[["m", "t", "order_to", "order_id", "product"]])
        points = lookup(points, setup).sort_values(["m", "t"], ignore_index=True)
        points["to"] = following(points, self.as_of)
        points["state"] = points["state"].fillna("unknown")
        points["has_order"] = points["order_to"] > points["t"]
        for name in ("order_id", "product"):
            points[name] = points[name].where(points["has_order"], "").fillna("")
        points["in_change"] = points["setup_to"] > points["t"]
        return points

    def _claims(self, pieces: pd.DataFrame) -> pd.DataFrame:
        """Planned stops that begin in the window of a floating break take it, as long as it lasts."""
        stopped = pieces["state"] == "planned_stop"
        run = counter(pieces, ~stopped)
        begun = pieces["t"].where(stopped).groupby([pieces["m"], run]).transform("min")
        asked = pieces.loc[stopped & pieces["scheduled"] & (pieces["break_reason"] == ""), ["m"]]
        asked = asked.assign(t=begun[asked.index].astype(np.int64), row=asked.index).sort_values("t")
        window = self.plant.floating[["m", "from_at", "until_at", "window", "length_us"]]
        found = lookup(asked, window.rename(columns={"from_at": "t"})).query("until_at > t").set_index("row")
        pieces["window"] = found["window"]
        pieces["budget"] = found["length_us"]
        return self._account(pieces)

    def _account(self, pieces: pd.DataFrame) -> pd.DataFrame:
        """The first rule that applies, before anybody has given a reason."""
        state, claimed = pieces["state"], pieces["window"].notna()
        is_open = pieces["scheduled"] & (pieces["break_reason"] == "") & ~claimed
        used = pieces["m"].map(self.plant.machine["orders_used"])
        idle = state.isin(["stopped", "idle", "off"])
        changing = pieces["in_change"] & (
            (is_open & ~state.isin(["unknown", "off"])) | (state == "producing")
        )
        rules = [
            ((state == "setup") | changing, "setup"),
            (state == "producing", "run"),
            (~pieces["scheduled"], "not_scheduled"),
            ((pieces["break_reason"] != "") | claimed, "planned_down"),
            (state == "unknown", "unknown"),
            (state == "fault", "breakdown"),
            (
                state.isin(["starved", "blocked", "waiting"]) | ((state == "idle") & pieces["has_order"]),
                "waiting",
            ),
            (idle & ~pieces["has_order"] & used, "no_order"),
        ]
        pieces["account"] = np.select([rule for rule, _ in rules], [name for _, name in rules], "other_stop")
        pieces["is_own"] = ~pieces["account"].isin(["not_scheduled", "planned_down"])
        return _used_up(pieces, pieces["window"].where(pieces["account"] == "planned_down"), ["m", "window"])

    def _halts(self, pieces: pd.DataFrame) -> pd.DataFrame:
        """Number the halts; -1 outside."""
        ends = pieces["account"].isin(["run", "setup", "unknown"])
        # a claimed break that lasts too long is still inside its halt
        pieces["halt"] = counter(pieces, ends).where(~ends, -1)
        return pieces

    def _reasons(self, pieces: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
        """Let the latest symptom that covers a piece give its account."""
        given = self._given(pieces, events)
        marks = pd.concat(
            [
                given[["m", "start"]].set_axis(["m", "t"], axis=1),
                given[["m", "end"]].set_axis(["m", "t"], axis=1),
            ]
        )
        pieces = _cut_at(pieces, marks, self.as_of)
        halted = pieces[pieces["is_own"] & (pieces["halt"] >= 0)].rename_axis("row").reset_index()
        pairs = halted[["row", "m", "halt", "t", "to"]].merge(given, on=["m", "halt"])
        pairs = pairs[(pairs["start"] <= pairs["t"]) & (pairs["end"] >= pairs["to"])]
        won = pairs.sort_values(["told_at", "at", "source", "key"]).drop_duplicates("row", keep="last")
        won = won.set_index("row").join(
            self.plant.reason.set_index("reason")[["account", "allowance_us"]], on="reason"
        )
        pieces["leaf"] = won["reason"]
        pieces["account"] = won["account"].reindex(pieces.index).fillna(pieces["account"])
        pieces["budget"] = won["allowance_us"].reindex(pieces.index).astype("float64")
        planned = pieces["leaf"].where((pieces["account"] == "planned_down") & pieces["leaf"].notna())
        return _used_up(pieces, planned, ["m", "halt", "leaf"])

    def _given(self, pieces: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
        """Symptoms with the part of a halt each covers: m, halt, start, end, reason."""
        said = events[(events["kind"] == "reason") & (events["role"] == "symptom")]
        said = said[["m", "at", "told_at", "source", "key", "reason", "from_at", "until_at"]]
        halted = pieces[pieces["halt"] >= 0].groupby(["m", "halt"])
        halts = halted.agg(start=("t", "min"), end=("to", "max")).reset_index()
        once = (
            said[said["from_at"].isna()]
            .assign(t=lambda r: np.minimum(r["at"], r["m"].map(self.as_of) - 1))
            .sort_values("t")
        )
        whole = lookup(once, halts.assign(t=halts["start"])).query("end > t")
        part = said[said["from_at"].notna()].merge(halts, on="m")
        part = part[(part["start"] < part["until_at"]) & (part["end"] > part["from_at"])]
        part = part.assign(
            start=np.maximum(part["start"], part["from_at"]), end=np.minimum(part["end"], part["until_at"])
        )
        kept = ["m", "halt", "start", "end", "reason", "told_at", "at", "source", "key"]
        return pd.concat([whole, part])[kept].astype({"start": np.int64, "end": np.int64, "halt": np.int64})

    def _stops(self, pieces: pd.DataFrame) -> pd.DataFrame:
        """Closed stops below the limit are micro-stops."""
        pieces = pieces.sort_values(["m", "t"], ignore_index=True)
        stop = counter(pieces, pieces["account"].isin(["run", "setup", "no_order", "unknown"]))
        own = pieces["account"].isin(["breakdown", "waiting", "other_stop", "planned_overrun"])
        length = (pieces["to"] - pieces["t"]).where(own, 0).groupby([pieces["m"], stop]).transform("sum")
        closed = stop < stop.groupby(pieces["m"]).transform("max")
        micro = own & closed & (length < pieces["m"].map(self.plant.machine["micro_us"]))
        moved = micro & pieces["account"].isin(["breakdown", "other_stop"])
        pieces["account"] = pieces["account"].where(~moved, "micro_stop")
        pieces["stop"] = stop.where(own, -1)
        pieces["reason"] = pieces["leaf"].fillna("")
        return pieces

    def stops(self) -> pd.DataFrame:
        """Stops: m, t, to, own_us, class by the account of most of it, reason of most of it."""
        own = self.pieces[self.pieces["stop"] >= 0]
        own = own.assign(us=own["to"] - own["t"])
        whole = own.groupby(["m", "stop"]).agg(t=("t", "min"), to=("to", "max"), own_us=("us", "sum"))
        for name, column in (("class", "account"), ("reason", "reason")):
            said = own[own[column] != ""]
            sums = said.groupby(["m", "stop", column])["us"].sum().reset_index()
            sums["place"] = sums[column].map(_TIES).fillna(0)
            most = sums.sort_values(["us", "place", column], ascending=[False, True, True])
            whole[name] = most.drop_duplicates(["m", "stop"]).set_index(["m", "stop"])[column]
        return whole.fillna({"reason": ""}).reset_index()

    def hours(self) -> pd.DataFrame:
        """Cut the pieces at the hours of the local clock: m, t, to, hour_from, account, product."""
        pieces = self.pieces
        off = pieces["zone_off_us"]
        first, last = (pieces["t"] + off) // HOUR, (pieces["to"] - 1 + off) // HOUR
        many = (last - first + 1).to_numpy()
        row = np.repeat(np.arange(len(pieces)), many)
        hour = np.arange(len(row)) - np.repeat(np.cumsum(many) - many, many) + first.to_numpy()[row]
        cut = pieces.iloc[row].reset_index(drop=True)
        cut["hour_from"] = hour * HOUR - cut["zone_off_us"]
        cut["t"] = np.maximum(cut["t"], cut["hour_from"])
        cut["to"] = np.minimum(cut["to"], cut["hour_from"] + HOUR)
        return cut[["t", "to", *CELL]]

    def time_fact(self, hours: pd.DataFrame) -> pd.DataFrame:
        """Microseconds by machine, hour and everything that holds in it."""
        sums = hours.assign(us=hours["to"] - hours["t"]).groupby(CELL, observed=True)["us"].sum()
        return sums.reset_index()

    def pieces_fact(self, hours: pd.DataFrame) -> pd.DataFrame:
        """Pieces and ideal seconds by cell, class and scrap reason, of counts that are not spread."""
        count = self.tracks.count
        count = lookup(
            count[~count["is_spread"]].drop(columns="reason"), hours.drop(columns=["to", "reason"])
        )
        count["said"] = self.tracks.count.loc[~self.tracks.count["is_spread"], "reason"].fillna("").to_numpy()
        count["factor"] = self._factor(count)
        # what a total leaves that is not good was scrapped, where nobody says so himself
        left = (count["total"] - count["good"]).clip(lower=0)
        scrap = count["scrap"].fillna(left).fillna(0)
        rest = count["total"] - scrap - count["good"].fillna(0)
        cell = [name for name in CELL if name != "reason"]
        parts = []
        for name, qty in (("good", count["good"].fillna(0)), ("scrap", scrap), ("rest", rest)):
            made = count[cell].assign(
                qty=qty * count["factor"], reason=count["said"] if name == "scrap" else ""
            )
            made = made[made["qty"] != 0]
            parts.append(
                made.groupby([*cell, "reason"], observed=True)["qty"]
                .sum()
                .reset_index()
                .assign(**{"class": name})
            )
        fact = pd.concat(parts, ignore_index=True)
        ideal = self.plant.standard.set_index(["m", "product"])["ideal"]
        own = fact.join(ideal.rename("own"), on=["m", "product"])["own"]
        common = fact.assign(product="").join(ideal.rename("common"), on=["m", "product"])["common"]
        return fact.assign(ideal=(fact["qty"] * own.fillna(common)).round(9))

    def _factor(self, count: pd.DataFrame) -> pd.Series:
        """Pieces in the unit of each count."""
        unit = self.plant.unit.set_index(["m", "unit", "product"])["factor"]
        named = count[["m", "product"]].assign(unit=count["unit"].fillna(""))
        own = named.join(unit.rename("own"), on=["m", "unit", "product"])["own"]
        common = named.assign(product="").join(unit.rename("common"), on=["m", "unit", "product"])["common"]
        return own.fillna(common).where(named["unit"] != "", 1.0)


def _used_up(pieces: pd.DataFrame, group: pd.Series, keys: list[str]) -> pd.DataFrame:
    """Within each group time is planned down until its budget is used, and an overrun from there on."""
    asked = pieces[group.notna()]
    length = asked["to"] - asked["t"]
    before = length.groupby([asked[key] for key in keys]).cumsum() - length
    left = (asked["budget"] - before).clip(lower=0).clip(upper=length).astype(np.int64)
    over = asked[left < length].assign(t=lambda r: r["t"] + left[r.index], account="planned_overrun")
    pieces.loc[asked.index, "to"] = asked["t"] + left
    kept = pieces[pieces["to"] > pieces["t"]]
    return pd.concat([kept, over]).sort_values(["m", "t"], ignore_index=True)


def _cut_at(pieces: pd.DataFrame, marks: pd.DataFrame, as_of: pd.Series) -> pd.DataFrame:
    """Cut pieces at marked instants."""
    marks = marks.astype(np.int64).drop_duplicates().sort_values("t")
    inner = lookup(marks, pieces.assign(since=pieces["t"])).query("since < t and t < to")
    whole = pd.concat([pieces, inner[pieces.columns]]).sort_values(["m", "t"], ignore_index=True)
    whole["to"] = following(whole, as_of)
    return whole
