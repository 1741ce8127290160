"""Ideal rates: what the floor contradicts is proposed and never changed, and above 100 % stays."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from tests.stack import floor

from plantstack.intervals import DAY, HOUR, rfc3339
from plantstack.stack import Stack
from plantstack.stack.claims.rates import Rating, Run, shown_by


def _runs(*paces: float, ideal: float = 1.0, run_s: int = 3600) -> list[Run]:
    return [
        Run(
            str(n),
            Fraction(run_s) / Fraction(str(pace)),
            Fraction(run_s) * Fraction(str(ideal / pace)),
            Fraction(run_s),
        )
        for n, pace in enumerate(paces)
    ]


@pytest.mark.parametrize(
    ("paces", "why"),
    [
        ((1.0, 1.1, 1.2, 1.05, 1.3), ""),
        ((0.9, 1.1, 1.2, 1.05, 1.3), "1 of 5 runs are above 100 %"),
        ((0.99, 1.1, 1.2, 1.05, 1.3), ""),  # within two percent
        ((1.3, 1.4, 1.35, 1.5, 1.3), "no tenth of 5 runs came nearer than 30%"),
    ],
)
def test_an_ideal_is_doubted_where_runs_beat_it_or_never_come_near(
    paces: tuple[float, ...], why: str
) -> None:
    shown = shown_by(_runs(*paces))
    assert shown is not None
    assert shown.why == why


def test_few_or_short_runs_show_nothing_and_one_of_many_is_not_the_best() -> None:
    assert shown_by(_runs(0.5, 0.5, 0.5, 0.5)) is None
    assert shown_by(_runs(*[0.5] * 9, run_s=1799)) is None
    shown = shown_by(_runs(0.1, *[1.1] * 19))
    assert shown is not None and float(shown.best) == pytest.approx(1.1)


def test_pieces_of_hours_nobody_saw_show_no_pace() -> None:
    runs = _runs(*[1.1] * 19)
    fast = replace(_runs(0.2)[0], over_gap=Fraction(9000))  # half of its 18 000 pieces
    shown = shown_by([*runs, fast])
    assert shown is not None
    assert (shown.beaten, len(shown.runs)) == ((), 19)
    seen = shown_by([*runs, replace(fast, over_gap=Fraction(300))])
    assert seen is not None and len(seen.beaten) == 1


@pytest.mark.parametrize("constraint", ["filler", "packer"])
def test_a_machine_that_another_one_paces_is_offered_no_slower_ideal(tmp_path: Path, constraint: str) -> None:
    path = floor.plant(tmp_path / "plant")
    text = (path / "plant.yaml").read_text("utf-8")
    (path / "plant.yaml").write_text(text.replace("constraint: filler", f"constraint: {constraint}"), "utf-8")
    events = [event for day in range(6) for event in _day(day, 40_000)]  # 72 000 would be its ideal
    floor.load(path, floor.written(tmp_path, "events.ndjson", events))
    with Stack.open(path) as stack:
        rows = Rating(stack.engine(), stack.catalog()).table().rows
    assert [row["is_faster"] for row in rows] == ([False] if constraint == "filler" else [])


def _day(day: int, pieces: int) -> list[floor.Wire]:
    start = floor.START + day * DAY
    said: list[tuple[str, int, floor.Wire]] = [
        ("order", 0, {"order": "A", "phase": "start", "product": "cola-330"}),
        ("state", 0, {"state": "producing"}),
        *(("count", n * HOUR // 2 - 1, {"good": pieces // 4, "scrap": 0}) for n in range(1, 5)),
        ("state", 2 * HOUR, {"state": "off"}),
        ("order", 2 * HOUR, {"order": "A", "phase": "end", "product": "cola-330"}),
    ]
    return [
        {
            "kind": kind,
            "equipment": "filler",
            "at": rfc3339(start + at),
            "source": "plc",
            "key": f"{kind}{day}{at}",
            **more,
        }
        for kind, at, more in said
    ]


def test_a_proposal_names_runs_effect_and_what_to_paste_and_changes_nothing(tmp_path: Path) -> None:
    path = floor.plant(tmp_path / "plant")
    # the ideal is 600 a minute, 72 000 in two hours; one run in six is a quarter above
    events = [event for day in range(6) for event in _day(day, 90_000 if day == 3 else 60_000)]
    floor.load(path, floor.written(tmp_path, "events.ndjson", events))
    with Stack.open(path) as stack:
        (row,) = Rating(stack.engine(), stack.catalog()).table().rows
        before = stack.kpis(["performance"], scope="filler", days=("2026-03-06", "2026-03-06")).rows[0]
    assert (row["machine"], row["product"], row["ideal_s"], row["proposed_s"]) == (
        "filler",
        "cola-330",
        0.1,
        0.08,
    )
    assert [round(run["performance"], 2) for run in row["runs_above"]] == [1.25]
    (month,) = row["effect"]["performance"]
    assert month["then"] == pytest.approx(month["now"] * 0.8)
    assert "ideal: 0.08 s" in row["yaml"] and "evidence:" in row["yaml"] and "by:" in row["yaml"]
    assert before["value"] == pytest.approx(1.25)  # never capped
    assert "time_above_ideal" in [limit["measure"] for limit in before["trust"]["limits"]]
