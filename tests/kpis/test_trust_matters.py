"""Trust must matter: one thing gone wrong at a time, and the grades that fall are the right ones, only those.

A machine and its site on four clean days, told by signals. Then one doubt at a time is put into the
events, not into the sums; every core KPI of every layer is asked before and after.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.stack import floor

from plantstack.intervals import DAY, HOUR, MINUTE, SECOND, rfc3339, to_us
from plantstack.stack import Stack

Wire = dict[str, Any]
Harm = Callable[[list[Wire]], list[Wire]]

DAYS = ("2026-03-03", "2026-03-06")
# By what they stand on; of all five layers.
BY_REASON = {"stop_time", "downtime_by_category", "breakdown_loss_ratio", "reason_coverage"}
BY_TIME = {"availability", "utilization_schedule", "availability of the site"}
BY_PACE = {"performance", "oee", "oee_normalised", "oee_normalised of the site", "oee_gain of the site"}
BY_PIECES = {"teep", "teep of the site"}
FAILURES = {"mtbf"}
SCRAP = {"scrap_rate", "scrap_reduction of the site"}
ABOVE = ("availability", "teep", "oee_normalised", "oee_gain", "scrap_reduction")
ASKED = (
    *("availability", "breakdown_loss_ratio", "downtime_by_category", "mtbf", "oee", "oee_normalised"),
    *("performance", "pm_compliance", "reason_coverage", "scrap_rate", "stop_time", "teep"),
    "utilization_schedule",
)


def _event(kind: str, at: int, **said: Any) -> Wire:
    source = said.pop("source", "plc")
    return {"kind": kind, "equipment": "filler", "at": rfc3339(at), "source": source, **said}


def _month() -> list[Wire]:
    """Four days: two shifts of producing, a coded jam each, hourly counts below the ideal of the product."""
    out: list[Wire] = []
    for day in range(4):
        start = floor.START + day * DAY
        out.append(_event("order", start, order=f"O{day}", phase="start", product="cola-330"))
        out.append(_event("state", start, state="producing"))
        for stop in range(6):
            at = start + (stop * 2 + 1) * HOUR + 10 * MINUTE
            out.append(_event("state", at, state="fault"))
            out.append(_event("state", at + 10 * MINUTE, state="producing"))
            told = rfc3339(at + 5 * MINUTE)
            out.append(
                _event(
                    "reason",
                    at + MINUTE,
                    told_at=told,
                    role="symptom",
                    reason="electrical",
                    source="tablet-1",
                )
            )
        for hour in range(1, 17):
            out.append(_event("count", start + hour * HOUR - SECOND, good=20000, scrap=10))
        out.append(_event("state", start + 16 * HOUR, state="off"))
    return [{**event, "key": f"{n}"} for n, event in enumerate(out)]


def _silent(events: list[Wire]) -> list[Wire]:
    """A third of each day nobody saw the machine."""
    unknown = [
        _event("state", floor.START + day * DAY + 4 * HOUR, state="unknown", until=_at(day, 9), key=f"u{day}")
        for day in range(4)
    ]
    return [*events, *unknown]


def _at(day: int, hour: int) -> str:
    return rfc3339(floor.START + day * DAY + hour * HOUR)


def _without_reasons(events: list[Wire]) -> list[Wire]:
    return [one for one in events if one["kind"] != "reason"]


def _told_late(events: list[Wire]) -> list[Wire]:
    """All reasons of a day come one by one, hours after the shift."""
    late = [one for one in events if one["kind"] == "reason"]
    when = {one["key"]: _at(n // 6, 17 + n % 6) for n, one in enumerate(late)}
    return [{**one, "told_at": when[one["key"]]} if one["key"] in when else one for one in events]


def _in_bulk(events: list[Wire]) -> list[Wire]:
    """All reasons of a day come within a minute, in the hour after its last stop."""
    bulk = [one["key"] for one in events if one["kind"] == "reason"]
    when = {key: rfc3339(floor.START + n // 6 * DAY + 11 * HOUR + 40 * MINUTE) for n, key in enumerate(bulk)}
    return [{**one, "told_at": when[one["key"]]} if one["key"] in when else one for one in events]


def _against_the_machine(events: list[Wire]) -> list[Wire]:
    return [{**one, "reason": "no-material"} if one["kind"] == "reason" else one for one in events]


def _too_fast(events: list[Wire]) -> list[Wire]:
    return [{**one, "good": 50000} if one["kind"] == "count" else one for one in events]


def _typed_twice(events: list[Wire]) -> list[Wire]:
    sheet = [
        {**one, "source": "tablet-1", "key": f"t{one['key']}", "good": 4000}
        for one in events
        if one["kind"] == "count"
    ]
    return [*events, *sheet]


def _ahead(events: list[Wire]) -> list[Wire]:
    """The machine's clock runs: what it says is told two minutes before it is to happen."""
    return [{**one, "told_at": _before(one["at"])} if one["kind"] == "state" else one for one in events]


def _before(at: str) -> str:
    return rfc3339(to_us(datetime.fromisoformat(at)) - 2 * MINUTE)


def _grades(folder: Path, events: list[Wire]) -> dict[str, str]:
    path = floor.plant(folder / "plant")
    floor.load(path, floor.written(folder, "events.ndjson", events))
    with Stack.open(path) as stack:
        rows = stack.kpis(ASKED, scope="filler", days=DAYS).rows
        above = stack.kpis(ABOVE, scope="tulsa", days=DAYS).rows
    found = {row["kpi"]: row["trust"]["grade"] for row in rows}
    return found | {f"{row['kpi']} of the site": row["trust"]["grade"] for row in above}


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return _grades(tmp_path_factory.mktemp("clean"), _month())


@pytest.mark.parametrize(
    ("harm", "fallen"),
    [
        pytest.param(
            _silent, BY_TIME | BY_PACE | FAILURES | BY_REASON - {"reason_coverage"}, id="unseen hours"
        ),
        pytest.param(_without_reasons, BY_REASON, id="no reasons"),
        pytest.param(_told_late, BY_REASON, id="reasons told late"),
        pytest.param(_in_bulk, BY_REASON, id="reasons in bulk"),
        pytest.param(_against_the_machine, BY_REASON | FAILURES, id="codes against the machine"),
        pytest.param(_too_fast, BY_PACE | BY_PIECES, id="above the ideal"),
        pytest.param(_typed_twice, BY_PACE | BY_PIECES | SCRAP, id="person beside machine"),
        pytest.param(_ahead, BY_TIME | BY_PACE | FAILURES | BY_REASON - {"reason_coverage"}, id="clock off"),
    ],
)
def test_one_doubt_lowers_the_right_grades_and_only_those(
    harm: Harm, fallen: set[str], clean: dict[str, str], tmp_path: Path
) -> None:
    assert {kpi: grade for kpi, grade in clean.items() if grade != "A"} == {"pm_compliance": "U"}
    found = _grades(tmp_path, harm(_month()))
    assert {kpi for kpi, grade in found.items() if grade > clean[kpi]} == fallen
