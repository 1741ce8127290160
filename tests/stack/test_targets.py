"""Targets beside the numbers of a plant: from its files, from events, as known at an offset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.stack.floor import NOW, START, Wire, load, plant, written
from tests.stack.test_questions import HOUR, shift_of_the_line

from plantstack.intervals import rfc3339
from plantstack.stack import Stack

FILES = """\
targets:
  - {kpi: oee, at: [tulsa], value: 10 %, owner: plant manager}
  - {kpi: availability, value: 99 %, until: 2026-03-03}
  - {kpi: availability, value: 95 %, from: 2026-03-03}
  - {kpi: good_parts, at: [line-1], value: 7000, per: shift}
  - {kpi: minutes_lost, at: [line-1], value: 20 min, per: day}
  - {kpi: first_time_yield, at: [line-1], products: [cola-330], value: 90 %}
  - {kpi: micro_stop_count, low: 3}
"""


def agreed(key: str, said: int, **fields: object) -> Wire:
    at = rfc3339(START + said)
    return {"kind": "target", "at": at, "source": "office", "key": key, **fields}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("targets")
    project = plant(root / "p")
    (project / "targets.yaml").write_text(FILES, "utf-8")
    aims = [
        agreed("1", 0, kpi="oee", equipment="filler", value=0.95, **{"from": rfc3339(START)}),
        agreed("2", HOUR, kpi="oee", equipment="packer", value=0.2, **{"from": rfc3339(START + 9 * HOUR)}),
        agreed("5", 0, kpi="mtbf", equipment="filler", value=9, **{"from": rfc3339(START)}),
        agreed("3", 0, kpi="nothing", value=1, **{"from": rfc3339(START)}),
    ]
    load(project, written(root, "1.ndjson", [*shift_of_the_line(), *aims]))
    corrected = agreed("4", HOUR, kpi="oee", equipment="filler", value=0.15, **{"from": rfc3339(START)})
    corrected["supersedes"] = {"source": "office", "key": "1"}
    taken_back = agreed("6", HOUR, kpi="mtbf", equipment="filler", value=9, **{"from": rfc3339(START)})
    taken_back |= {"supersedes": {"source": "office", "key": "5"}, "void": True}
    load(project, written(root, "2.ndjson", [corrected, taken_back]), now=NOW + HOUR)
    return project


@pytest.fixture(scope="module")
def stack(project: Path) -> Any:
    with Stack.open(project) as opened:
        yield opened


def aims(stack: Stack, kpi: str, **asked: Any) -> dict[str, tuple[float | None, str | None]]:
    rows = stack.kpis([kpi], **asked).rows
    axes = asked.get("by", ())
    return {" ".join(row["scope"][axis] for axis in axes): (row["target"], row["status"]) for row in rows}


def test_the_nearest_standing_target_is_that_of_the_row(stack: Stack) -> None:
    found = aims(stack, "oee", by=("machine",))
    assert found["filler"][0] == 0.15  # its own, as corrected; that of the packer has not begun
    assert found["packer"][0] == 0.1
    assert aims(stack, "oee", scope="line-1")[""][0] == 0.1
    assert aims(stack, "oee") == {"": (None, "no target")}  # the target of a site is none of the group


def test_a_target_that_was_taken_back_holds_no_more(stack: Stack) -> None:
    assert aims(stack, "mtbf", scope="filler") == {"": (None, "no target")}
    before = stack.kpis(["mtbf"], scope="filler", known_at=stack.log.last_offset() - 2).rows
    assert [row["target"] for row in before] == [9]


def test_an_older_offset_knows_the_older_target(stack: Stack) -> None:
    before = stack.log.last_offset() - 2
    rows = stack.kpis(["oee"], scope="filler", known_at=before).rows
    assert [row["target"] for row in rows] == [0.95]


def test_days_of_a_target_are_production_days(stack: Stack) -> None:
    assert aims(stack, "availability", scope="line-1")[""][0] == 0.95


def test_a_total_has_a_target_where_it_was_agreed_and_nowhere_else(stack: Stack) -> None:
    assert aims(stack, "good_parts", scope="line-1", grain="shift")[""] == (7000, "met")
    for asked in (
        {"grain": "day"},
        {"grain": "all"},
        {"grain": "hour"},
        {"grain": "shift", "by": ("machine",)},
    ):
        found = aims(stack, "good_parts", scope="line-1", **asked)
        assert set(found.values()) == {(None, "no target")}, asked


def test_an_open_day_is_judged_once_it_can_only_get_worse(stack: Stack) -> None:
    assert aims(stack, "minutes_lost", scope="line-1", grain="day")[""] == (20 * 60, "missed")
    row = stack.kpis(["minutes_lost"], scope="line-1", grain="day").rows[0]
    assert row["against"]["scope"] == "line-1"
    assert row["against"]["per"] == "day"


def test_a_target_of_a_product_is_for_rows_of_that_product(stack: Stack) -> None:
    assert aims(stack, "first_time_yield", scope="line-1")[""] == (None, "no target")
    found = aims(stack, "first_time_yield", scope="line-1", by=("product",))
    assert found["cola-330"] == (0.9, "met")


def test_another_way_of_counting_has_no_target(stack: Stack) -> None:
    assert aims(stack, "availability", scope="line-1", profile="iso") == {"": (None, "no target")}


def test_a_target_that_says_nothing_for_its_kpi_is_no_target(stack: Stack) -> None:
    assert aims(stack, "micro_stop_count", scope="line-1", grain="day") == {"": (None, "no target")}


def test_a_silent_target_is_named_beside_the_numbers(stack: Stack) -> None:
    assert {note.code for note in stack.notes()} == {"target-direction", "target-total"}


def test_a_lineage_says_what_its_number_is_held_against(stack: Stack) -> None:
    top = stack.explain("oee", scope="filler").rows[0]
    assert (top["target"], top["against"]["told_by"].split()[0]) == (0.15, "event")


def test_a_change_in_how_a_machine_is_read_excuses_its_misses_aloud(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    text = (project / "plant.yaml").read_text("utf-8")
    assert "\n  filler:\n" in text
    capture = "\n  filler:\n    capture: [{is: manual}, {is: signal, from: 2026-03-02}]\n"
    (project / "plant.yaml").write_text(text.replace("\n  filler:\n", capture), "utf-8")
    (project / "targets.yaml").write_text(
        "targets:\n"
        "  - {kpi: oee, at: [filler], value: 99 %}\n"
        "  - {kpi: availability, at: [filler], value: 10 %}\n"
        "  - {kpi: performance, at: [filler], value: 99 %, from: 2026-03-02}\n",
        "utf-8",
    )
    load(project, written(tmp_path, "1.ndjson", shift_of_the_line()))
    with Stack.open(project) as stack:
        row = stack.kpis(["oee"], scope="filler").rows[0]
        assert row["status"] == "not trusted"
        assert "by signal since" in row["against"]["why"]
        assert aims(stack, "availability", scope="filler")[""][1] == "met"
        # agreed on the day of the change, so it was agreed for the new way
        assert aims(stack, "performance", scope="filler")[""][1] in ("watch", "missed")


def test_a_plant_without_books_has_nothing_to_judge(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    (project / "targets.yaml").write_text("targets: [{kpi: oee, value: 60 %}]\n", "utf-8")
    with Stack.open(project) as stack:
        assert stack.kpis(["oee"]).rows == []
