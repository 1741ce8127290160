"""Accounts, halts, reasons and stops: every microsecond of every machine in one account."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.frames.read import Events, Plant, counter, following, lookup, meeting
from bench.frames.tracks import Tracks
from plantstack.ledger.rules import ACCOUNTS

FIXED = ["not_scheduled", "planned_down"]
LOSSES = ["breakdown", "waiting", "other_stop", "planned_overrun"]
_HELD = ["tile", "scheduled", "break_reason"]


class Books:
    """Pieces of time in which nothing changes.

    Attributes:
        pieces: m, t, to, tile, o (the order, -1 for none), state, voice (whose word it is), account, leaf
            and rid (the reason and its event), is_own, is_fixed, in_change, stop (-1 outside), is_micro.
        halts: m, halt, start, end.
        given: which reason covers what of a halt.
    """

    def __init__(self, told: Events, plant: Plant) -> None:
        self.told, self.plant, self.as_of = told, plant, told.as_of
        tile = plant.tile.rename(columns={"from_at": "t", "until_at": "to"})
        self.tile = tile.sort_values(["m", "t"], ignore_index=True).rename_axis("tile").reset_index()
        self.tracks = Tracks(told, plant)
        pieces = self._halts(self._account(self._claims(self._cut())))
        self.given = self._given(told.machine)
        self.pieces = self._stops(self._reasons(pieces))

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
        points = lookup(points, self.tile[["m", "t", *_HELD]])
        points = lookup(points, tracks.state)
        points = lookup(points, order[["m", "t", "order_to", "o"]])
        points = lookup(points, setup).sort_values(["m", "t"], ignore_index=True)
        points["to"] = following(points, self.as_of)
        points["state"] = points["state"].fillna("unknown")
        points["voice"] = points["voice"].fillna(-1).astype(np.int64)
        points["o"] = points["o"].where(points["order_to"] > points["t"], -1).fillna(-1).astype(np.int64)
        points["in_change"] = points["setup_to"] > points["t"]
        return points.drop(columns=["order_to", "setup_to"])

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
        return pieces

    def _account(self, pieces: pd.DataFrame) -> pd.DataFrame:
        """The first rule that applies, before anybody has given a reason."""
        state, claimed, has_order = pieces["state"], pieces["window"].notna(), pieces["o"] >= 0
        is_open = pieces["scheduled"] & (pieces["break_reason"] == "") & ~claimed
        used = pieces["m"].map(self.plant.machine["orders_used"])
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
            (state.isin(["starved", "blocked", "waiting"]) | ((state == "idle") & has_order), "waiting"),
            (state.isin(["stopped", "idle", "off"]) & ~has_order & used, "no_order"),
        ]
        codes = np.select(
            [rule for rule, _ in rules],
            [ACCOUNTS.index(name) for _, name in rules],
            ACCOUNTS.index("other_stop"),
        )
        pieces["account"] = pd.Categorical.from_codes(codes, ACCOUNTS)
        pieces["is_own"] = ~pieces["account"].isin(FIXED)
        claims = pieces["window"].where(pieces["account"] == "planned_down")
        return _used_up(pieces, claims, ["m", "window"]).drop(columns=["window", "budget", *_HELD[1:]])

    def _halts(self, pieces: pd.DataFrame) -> pd.DataFrame:
        """Number the halts; -1 outside."""
        ends = pieces["account"].isin(["run", "setup", "unknown"])
        # a claimed break that lasts too long is still inside its halt
        pieces["halt"] = counter(pieces, ends).where(~ends, -1)
        halted = pieces[pieces["halt"] >= 0].groupby(["m", "halt"])
        self.halts = halted.agg(start=("t", "min"), end=("to", "max")).reset_index()
        return pieces

    def _given(self, events: pd.DataFrame) -> pd.DataFrame:
        """Reasons with the part of a halt each covers: m, halt, start, end, reason, and who said it when."""
        said = events[events["kind"] == "reason"].rename_axis("rid").reset_index()
        said = said[
            ["rid", "m", "at", "told_at", "source", "key", "voice", "role", "reason", "from_at", "until_at"]
        ]
        once = said[said["from_at"].isna()]
        once = once.assign(t=np.minimum(once["at"], once["m"].map(self.as_of) - 1)).sort_values("t")
        whole = lookup(once, self.halts.assign(t=self.halts["start"])).query("end > t")
        part = said[said["from_at"].notna()]
        part = part.assign(t=part["from_at"].astype(np.int64), to=part["until_at"].astype(np.int64))
        halts = self.halts.rename(columns={"start": "t", "end": "to"})
        mine, theirs = meeting(part, halts)
        part, halt = part.iloc[mine].reset_index(drop=True), halts.iloc[theirs].reset_index(drop=True)
        part = part.assign(
            halt=halt["halt"],
            start=np.maximum(part["t"], halt["t"]),
            end=np.minimum(part["to"], halt["to"]),
        )
        found = pd.concat([whole, part]).drop(columns=["t", "to", "from_at", "until_at"])
        return found.astype({"start": np.int64, "end": np.int64, "halt": np.int64})

    def _reasons(self, pieces: pd.DataFrame) -> pd.DataFrame:
        """Let the latest symptom that covers a piece give its account."""
        given = self.given[self.given["role"] == "symptom"]
        marks = [given[["m", end]].set_axis(["m", "t"], axis=1) for end in ("start", "end")]
        pieces = _cut_at(pieces, pd.concat(marks), self.as_of)
        halted = pieces.loc[pieces["halt"] >= 0, ["m", "halt", "t", "to"]].rename_axis("row").reset_index()
        pairs = halted.merge(given, on=["m", "halt"])
        pairs = pairs[(pairs["start"] <= pairs["t"]) & (pairs["end"] >= pairs["to"])]
        pairs["rank"] = pairs["voice"].map(self.told.voice["rank"])
        won = pairs.sort_values(["rank", "told_at", "at", "source", "key"]).drop_duplicates(
            "row", keep="last"
        )
        won = won.set_index("row").join(self.plant.reason[["account", "allowance_us"]], on="reason")
        pieces["leaf"] = won["reason"]
        pieces["rid"] = won["rid"].reindex(pieces.index).fillna(-1).astype(np.int64)
        pieces["is_fixed"] = ~pieces["is_own"]
        own = pieces["is_own"] & pieces["leaf"].notna()
        told = pd.Categorical(won["account"].reindex(pieces.index), categories=ACCOUNTS)
        pieces["account"] = pieces["account"].where(~(own & told.notna()), told)
        pieces["budget"] = won["allowance_us"].reindex(pieces.index).astype("float64")
        planned = pieces["leaf"].where((pieces["account"] == "planned_down") & own)
        return _used_up(pieces, planned, ["m", "halt", "leaf"]).drop(columns="budget")

    def _stops(self, pieces: pd.DataFrame) -> pd.DataFrame:
        """Number the stops; closed ones below the limit are micro-stops."""
        account = pieces["account"]
        stop = counter(pieces, account.isin(["run", "setup", "no_order", "unknown"]))
        own = account.isin(LOSSES)
        length = (pieces["to"] - pieces["t"]).where(own, 0).groupby([pieces["m"], stop]).transform("sum")
        closed = stop < stop.groupby(pieces["m"]).transform("max")
        pieces["is_open"] = own & ~closed
        pieces["is_micro"] = own & closed & (length < pieces["m"].map(self.plant.machine["micro_us"]))
        moved = pieces["is_micro"] & account.isin(["breakdown", "other_stop"])
        pieces["account"] = account.mask(moved, "micro_stop")
        pieces["stop"] = stop.where(own, -1)
        return pieces


def _used_up(pieces: pd.DataFrame, group: pd.Series, keys: list[str]) -> pd.DataFrame:
    """Within each group time is planned down until its budget is used, and an overrun from there on."""
    asked = pieces[group.notna()]
    length = asked["to"] - asked["t"]
    before = length.groupby([asked[key] for key in keys], observed=True).cumsum() - length
    left = (asked["budget"] - before).clip(lower=0).clip(upper=length).astype(np.int64)
    over = asked[left < length].assign(t=lambda r: r["t"] + left[r.index])
    over["account"] = pd.Categorical(["planned_overrun"] * len(over), categories=ACCOUNTS)
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
