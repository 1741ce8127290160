"""Placements, paths and what is inherited through them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.plant.everything import EVERYTHING, at, write

from plantstack.plant.inherit import held_values
from plantstack.plant.load import load_plant
from plantstack.plant.plant import Plant
from plantstack.plant.structure import FAR_FUTURE, FAR_PAST

MOVE = at("2026-05-01T11:00")  # 06:00 in Chicago, the start of the production day
BEFORE, AFTER = MOVE - 1, MOVE


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    return load_plant(write(tmp_path, plant=EVERYTHING))


def test_an_id_is_always_known_and_a_path_only_while_it_holds(plant: Plant) -> None:
    old, new = "acme/tulsa/hall/line-1/filler", "acme/tulsa/line-2/filler"
    assert plant.resolve("filler", BEFORE) == plant.resolve("filler", AFTER) == "filler"
    assert (plant.resolve(old, BEFORE), plant.resolve(old, AFTER)) == ("filler", None)
    assert (plant.resolve(new, BEFORE), plant.resolve(new, AFTER)) == (None, "filler")


def test_lanes_are_named_by_id_or_path(plant: Plant) -> None:
    assert plant.resolve("filler:2", 0) == "filler:2"
    assert plant.resolve("acme/tulsa/hall/line-1/filler:1", BEFORE) == "filler:1"
    assert plant.resolve("acme/tulsa/hall/line-1/filler:3", BEFORE) is None
    assert plant.resolve("filler:3", 0) is None


@pytest.mark.parametrize(
    "name", ["", "nothing", "FILLER", "acme", "acme/tulsa/filler", "/filler", "acme/tulsa/", "a:b"]
)
def test_what_is_not_there_is_none(plant: Plant, name: str) -> None:
    assert plant.resolve(name, BEFORE) is None


def test_a_path_follows_what_moves_above_it(plant: Plant) -> None:
    line = plant.spans["line-2"]
    assert [span.path for span in line] == ["acme/tulsa/hall/line-2", "acme/tulsa/line-2"]
    assert line[0].until_at == line[1].from_at == at("2026-04-01T11:00")
    assert [(span.line, span.area, span.site) for span in plant.spans["filler"]] == [
        ("line-1", "hall", "tulsa"),
        ("line-2", "", "tulsa"),
    ]
    assert (plant.spans["filler"][0].from_at, plant.spans["filler"][-1].until_at) == (FAR_PAST, FAR_FUTURE)


def test_the_nearest_level_that_says_something_decides(plant: Plant) -> None:
    assert held_values(plant, "capper", lambda one: one.calendar, "") == [(FAR_PAST, FAR_FUTURE, "shifts")]
    assert held_values(plant, "bench", lambda one: one.orders, "used") == [(FAR_PAST, FAR_FUTURE, "used")]


def test_dated_values_of_the_site_reach_its_machines(tmp_path: Path) -> None:
    text = EVERYTHING.replace("    calendar: shifts\n    orders: used\n", "").replace(
        ", calendar: shifts, orders: used", ""
    )
    plant = load_plant(write(tmp_path, plant=text))
    start = at("2026-01-01T12:00")
    assert held_values(plant, "capper", lambda one: one.calendar, "") == [
        (FAR_PAST, start, "always"),
        (start, FAR_FUTURE, "shifts"),
    ]


def test_every_equipment_has_its_site(plant: Plant) -> None:
    assert plant.site_of("lathe").currency == "EUR"
    assert plant.site_of("tulsa").id == "tulsa"


def test_what_may_change_a_place_stood_in_it_or_above_it_or_in_a_line_with_a_machine_of_it(
    plant: Plant,
) -> None:
    near = plant.kin_of(["filler"])
    assert {"filler", "filler:2", "line-1", "line-2", "hall", "tulsa", ""} <= near
    others = {one for one in plant.machines if plant.site_of(one).id != "tulsa"}
    beside = {
        one.equipment for spans in plant.spans.values() for one in spans if one.line in ("line-1", "line-2")
    }
    assert near.isdisjoint(others) and beside <= near
    assert plant.kin_of([""]) >= plant.equipment.keys()
