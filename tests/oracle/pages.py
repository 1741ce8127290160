"""Closed pages and the events that wait for a reopen (BOOKS 8; R27).

> Live values always follow the log: within 7 days by themselves, later events are stored, shown as
> waiting, and enter only after a `reopen` event.
> R27: an event waits when its page had been closed before it came (by offset), it was received more than 7
> days after the page's end, and no `reopen` of that page has a greater offset.
> *cause* (technician or engineer, up to 14 days later, no reopening needed) (BOOKS 5)

A close or reopen speaks of the production days that lie inside its [from_at, until_at), else of the one
that holds its `at`, for its equipment and everything placed under it.
"""

from __future__ import annotations

from tests.oracle.model import Identity, Plant, Row, identity
from tests.oracle.sources import Sources
from tests.oracle.standing import Standing, content

DAY = 86_400_000_000
ABOUT_THE_BOOKS = ("config", "close", "reopen")


def site_of(plant: Plant, equipment: str, at: int) -> str:
    """The site of a machine, a lane, or anything placed; '' where it has none."""
    for lane in plant.get("lane", []):
        if lane["lane_equipment"] == equipment:
            return site_of(plant, lane["equipment"], at)
    if any(site["site"] == equipment for site in plant["site"]):
        return equipment
    for machine in plant["machine"]:
        if machine["equipment"] == equipment:
            return str(machine["site"])
    placed = [row for row in plant.get("placement", []) if row["equipment"] == equipment]
    now = [row for row in placed if row["from_at"] <= at < row["until_at"]] or placed
    return str(now[0]["site"]) if now else ""


def split_waiting(events: list[Row], plant: Plant, sources: Sources) -> tuple[list[Row], set[Identity]]:
    """The events that are in the books, and the identities of those that wait."""
    if not any(row["kind"] == "close" for row in events):
        return events, set()
    # a retraction may be of any kind, so all events decide which close stands
    spoken = [row for row in Standing(events, sources).rows() if row["kind"] in ("close", "reopen")]
    late = [row for row in events if _waits(row, spoken, plant)]
    there = [row for row in events if not any(row is other for other in late)]
    known = {(identity(row), content(row)) for row in there}
    waiting = {identity(row) for row in late if (identity(row), content(row)) not in known}
    return there, waiting


def _waits(row: Row, spoken: list[Row], plant: Plant) -> bool:
    if row["kind"] in ABOUT_THE_BOOKS:
        return False
    page = _page(row, plant)
    if page is None:
        return False
    grace = 14 * DAY if row["kind"] == "reason" and row["role"] == "cause" else 7 * DAY
    if row["received_at"] <= page["until_at"] + grace:
        return False
    about = [word for word in spoken if _speaks_of(word, page, row["equipment"], plant)]
    before = [word for word in about if word["log_offset"] < row["log_offset"]]
    latest = max(before, key=lambda word: int(word["log_offset"]), default=None)
    reopened = any(word["kind"] == "reopen" and word["log_offset"] > row["log_offset"] for word in about)
    return latest is not None and latest["kind"] == "close" and not reopened


def _page(row: Row, plant: Plant) -> Row | None:
    """The production day that holds an event's `at`."""
    site = site_of(plant, row["equipment"], row["at"])
    for day in plant["day"]:
        if day["site"] == site and day["from_at"] <= row["at"] < day["until_at"]:
            return day
    return None


def _speaks_of(word: Row, page: Row, equipment: str, plant: Plant) -> bool:
    if word["equipment"] not in _above(equipment, page["from_at"], plant):
        return False
    if word["from_at"] is not None and word["until_at"] is not None:
        return bool(word["from_at"] <= page["from_at"] and page["until_at"] <= word["until_at"])
    return bool(page["from_at"] <= word["at"] < page["until_at"])


def _above(equipment: str, at: int, plant: Plant) -> set[str]:
    above = {equipment, site_of(plant, equipment, at)}
    for row in plant.get("placement", []):
        if row["equipment"] == equipment and row["from_at"] <= at < row["until_at"]:
            above |= {row["parent"], row["line"], row["area"], row["site"]}
    return above - {""}
