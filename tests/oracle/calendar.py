"""The calendar of one machine (BOOKS 2, "Local times").

> production day D = [day start of D, day start of D+1), no shift may cross it
> Hour = local wall-clock hour, materialised as UTC rows (half-hour zones, two 02:00 in autumn).
"""

from __future__ import annotations

from bisect import bisect_right

from tests.oracle.model import HOUR, Plant, Row, Segment


class Calendar:
    """The tiles of one machine in time order, whichever calendar it followed when."""

    def __init__(self, plant: Plant, equipment: str) -> None:
        self.tiles: list[Row] = []
        self.floating: list[Row] = []
        for use in sorted(plant["machine_calendar"], key=lambda row: int(row["from_at"])):
            if use["equipment"] == equipment:
                self._take(plant, use)
        self.tiles.sort(key=lambda row: int(row["from_at"]))
        self._starts = [int(row["from_at"]) for row in self.tiles]

    def _take(self, plant: Plant, use: Row) -> None:
        for tile in plant["tile"]:
            start, end = max(tile["from_at"], use["from_at"]), min(tile["until_at"], use["until_at"])
            if tile["calendar"] == use["calendar"] and start < end:
                self.tiles.append({**tile, "from_at": start, "until_at": end})
        for window in plant.get("floating", []):
            if (
                window["calendar"] == use["calendar"]
                and use["from_at"] <= window["from_at"] < use["until_at"]
            ):
                self.floating.append(window)

    def index(self, at: int) -> int:
        position = bisect_right(self._starts, at) - 1
        if position < 0 or at >= self.tiles[position]["until_at"]:
            raise ValueError(f"the plant tables have no calendar at {at}")
        return position

    def tile(self, at: int) -> Row:
        return self.tiles[self.index(at)]

    def covers(self, at: int) -> bool:
        return bool(self.tiles) and self.tiles[0]["from_at"] <= at < self.tiles[-1]["until_at"]

    def span(self, at: int) -> tuple[int, int]:
        """The shift, or the gap between shifts, that contains an instant (R7, R26)."""
        first = last = self.index(at)
        while first > 0 and _same_span(self.tiles[first - 1], self.tiles[first]):
            first -= 1
        while last + 1 < len(self.tiles) and _same_span(self.tiles[last], self.tiles[last + 1]):
            last += 1
        return self.tiles[first]["from_at"], self.tiles[last]["until_at"]

    def hour(self, at: int) -> int:
        """Start of the local hour; a change of the zone's offset starts a new hour cell."""
        position = self.index(at)
        offset = self.tiles[position]["zone_off_us"]
        start = int((at + offset) // HOUR * HOUR - offset)
        while position > 0 and self.tiles[position - 1]["zone_off_us"] == offset:
            position -= 1
        return start if position == 0 else max(start, self.tiles[position]["from_at"])

    def hour_cuts(self, segment: Segment) -> list[int]:
        """The hour borders inside a segment (a segment never crosses a tile border)."""
        offset = segment.tile["zone_off_us"]
        first = (segment.from_at + offset) // HOUR + 1
        last = (segment.until_at + offset) // HOUR
        return [hour * HOUR - offset for hour in range(first, last + 1)]


def _same_span(one: Row, other: Row) -> bool:
    if one["until_at"] != other["from_at"] or one["shift"] != other["shift"]:
        return False
    return bool(one["shift"] == "" or one["day"] == other["day"])
