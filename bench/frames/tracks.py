"""What each machine and the people around it said, as tracks that hold to their next row."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.frames.read import Events, Plant, following, lookup, meeting, union
from plantstack.events.schema import STATES

NOBODY = -1


class Tracks:
    """States, orders, set-ups and counts of every machine."""

    def __init__(self, told: Events, plant: Plant) -> None:
        events = told.machine
        self.events, self.plant, self.as_of = events, plant, told.as_of
        begun = np.fmin(events["at"], events["from_at"])[events["kind"] != "reason"]
        self.begin = begun.groupby(events["m"]).min().astype(np.int64)
        self.state = self._effective()
        self.runs = self._runs()
        self.count = self._counts()
        self.order = self._orders()
        self.setup = self._setups()

    def _gaps(self) -> pd.DataFrame:
        """From where a machine was silent for longer than its limit."""
        said = self.events[~self.events["person"]]
        said = said[said["kind"].isin(["state", "alive", "count", "alarm"])]
        alive = said["kind"] == "alive"
        signs = pd.DataFrame(
            {
                "m": said["m"],
                "t": said["at"].where(~alive, said["from_at"]).astype(np.int64),
                "last": said["at"].where(~alive, said["until_at"]).astype(np.int64),
            }
        ).sort_values(["m", "t"])
        last = signs.groupby("m")["last"].cummax()
        silent = following(signs, self.as_of) - last > signs["m"].map(self.plant.machine["silence_us"])
        return pd.DataFrame({"m": signs["m"][silent], "gap": last[silent]}).sort_values("gap")

    def _base(self) -> pd.DataFrame:
        """What machines said, to where it is known: m, t, base."""
        said = self.events[(self.events["kind"] == "state") & self.events["until_at"].isna()]
        said = said.sort_values(["m", "at", "told_at", "sequence"]).drop_duplicates(["m", "at"], keep="last")
        base = said[["m", "at", "state", "voice"]].rename(columns={"at": "t", "state": "base"})
        base["held"] = following(base, self.as_of)
        base = pd.merge_asof(
            base.sort_values("t"), self._gaps(), left_on="t", right_on="gap", by="m", direction="forward"
        )
        cut = base[base["gap"] < base["held"]]
        unknown = pd.Categorical(["unknown"] * len(cut), categories=STATES)
        silent = pd.DataFrame({"m": cut["m"], "t": cut["gap"].astype(np.int64), "base": unknown})
        heard = base[base["gap"].isna() | (base["gap"] > base["t"])]
        return pd.concat([heard[["m", "t", "base", "voice"]], silent.assign(voice=NOBODY)]).sort_values("t")

    def _effective(self) -> pd.DataFrame:
        """The state that holds, and who says so: what people say for a while goes before the machine."""
        base = self._base()
        said = self.events[(self.events["kind"] == "state") & self.events["until_at"].notna()]
        cover = said[["m", "at", "until_at", "state", "voice"]]
        cover = cover.set_axis(["m", "t", "until", "cover", "teller"], axis=1)
        ends = cover[["m", "until"]].set_axis(["m", "t"], axis=1).astype(np.int64)
        points = pd.concat([base[["m", "t"]], cover[["m", "t"]], ends]).drop_duplicates().sort_values("t")
        points = lookup(lookup(points, base), cover)
        covers = points["until"] > points["t"]
        state = points["cover"].where(covers, points["base"]).fillna("unknown")
        voice = points["teller"].where(covers, points["voice"]).fillna(NOBODY).astype(np.int64)
        return pd.DataFrame({"m": points["m"], "t": points["t"], "state": state, "voice": voice})

    def _runs(self) -> pd.DataFrame:
        """Where machines produced: m, t, run_to."""
        state = self.state.sort_values(["m", "t"])
        state = state.assign(run_to=following(state, self.as_of))
        return state.loc[state["state"] == "producing", ["m", "t", "run_to"]]

    def _orders(self) -> pd.DataFrame:
        """Spans of orders: m, t, order_to, product, is_change."""
        said = self.events[self.events["kind"] == "order"].sort_values(["m", "at"])
        order = said.loc[said["phase"] == "start", ["m", "at", "order_id", "product"]]
        order = order.rename(columns={"at": "t"})
        end = said[said["phase"] == "end"].groupby(["m", "order_id"])["at"].min().rename("end")
        order = order.join(end, on=["m", "order_id"])
        order["order_to"] = np.fmin(
            following(order, self.as_of), order["end"].fillna(order["m"].map(self.as_of))
        ).astype(np.int64)
        order["is_change"] = order.groupby("m").cumcount() > 0
        order["o"] = np.arange(len(order))
        return order.drop(columns="end").sort_values("t", ignore_index=True)

    def _counts(self) -> pd.DataFrame:
        """Counts with the instant `t` at which their pieces were made."""
        said = self.events[self.events["kind"] == "count"]
        count = said[["m", "at", "from_at", "total", "good", "scrap", "unit", "reason", "person"]].copy()
        count["has_from"] = count["from_at"].notna()
        count["is_spread"] = count["at"] - count["from_at"] > count["m"].map(self.plant.machine["spread_us"])
        at_end = np.minimum(count["at"], count["m"].map(self.as_of) - 1)
        count["t"] = at_end.where(~count["has_from"], count["at"] - 1).astype(np.int64)
        by_exception = count["m"].map(self.plant.machine["good_by_exception"]) & count["good"].isna()
        rest = count["total"] - count["scrap"].fillna(0)
        count["is_unjudged"] = count["good"].isna() & ~by_exception & (rest != 0)
        # what a total leaves that is not good was scrapped, where nobody says so himself
        count["scrap"] = count["scrap"].fillna((count["total"] - count["good"]).clip(lower=0)).fillna(0)
        count["by_exception"] = by_exception
        count["good"] = count["good"].fillna(rest.where(by_exception))
        return count.sort_values("t", ignore_index=True)

    def _setups(self) -> pd.DataFrame:
        """Set-ups opened by a change of order, to the first good piece: m, t, setup_to."""
        change = self.order[self.order["is_change"]]
        made = self.count[self.count["good"] > 0]
        at = made.loc[~made["is_spread"], ["m", "t"]].rename(columns={"t": "made"})
        found = pd.merge_asof(change, at, left_on="t", right_on="made", by="m", direction="forward")
        found = pd.merge_asof(
            found,
            self._made_in(made[made["is_spread"]]),
            left_on="t",
            right_on="last",
            by="m",
            direction="forward",
        )
        first = np.fmin(found["made"], np.maximum(found["since"], found["t"]))
        first = first.where(first < found["order_to"], self._first_run(found)).fillna(found["order_to"])
        return pd.DataFrame({"m": found["m"], "t": found["t"], "setup_to": first.astype(np.int64)})

    def _made_in(self, counts: pd.DataFrame) -> pd.DataFrame:
        """Where machines produced under counts over hours: m, since, last."""
        spans = counts[["m", "from_at", "at"]].set_axis(["m", "t", "to"], axis=1).astype(np.int64)
        runs = self.runs.rename(columns={"run_to": "to"})
        mine, theirs = (
            frame.iloc[rows].reset_index(drop=True)
            for frame, rows in zip((spans, runs), meeting(spans, runs), strict=True)
        )
        since, until = np.maximum(mine["t"], theirs["t"]), np.minimum(mine["to"], theirs["to"])
        # counts that overlap say it twice
        found = union(pd.DataFrame({"m": mine["m"], "t": since, "to": until}))
        return found.assign(last=found["to"] - 1).rename(columns={"t": "since"}).sort_values("last")

    def _first_run(self, change: pd.DataFrame) -> pd.Series:
        """The first producing instant of each order."""
        runs = self.runs.assign(last=self.runs["run_to"] - 1).rename(columns={"t": "run"}).sort_values("last")
        found = pd.merge_asof(
            change[["m", "t", "order_to"]],
            runs[["m", "run", "last"]],
            left_on="t",
            right_on="last",
            by="m",
            direction="forward",
        )
        first = np.maximum(found["run"], found["t"])
        return first.where(first < found["order_to"])
