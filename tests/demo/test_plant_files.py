"""The plant files of the simulated group pass `check` and say what the simulation lives by."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.demo.told import UNTIL, plant_of

from plantstack.demo.build import plant_texts
from plantstack.demo.files import write_plant
from plantstack.demo.group import LINES
from plantstack.demo.planted import SITES
from plantstack.errors import ConfigError
from plantstack.plant.load import check_plant
from plantstack.stack.floor.sqdcp import CANDIDATES


@pytest.mark.parametrize("sites", [1, 2, 3, 4])
def test_any_number_of_sites_passes_check(tmp_path: Path, sites: int) -> None:
    folder = tmp_path / "demo"
    write_plant(folder, plant_texts(90, sites, UNTIL))
    assert check_plant(folder) == []


def test_the_files_explain_themselves() -> None:
    for name, text in plant_texts(90, 4, UNTIL).items():
        assert text.startswith("# "), name
        assert "{{" not in text, name


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ConfigError, match="not empty"):
        write_plant(tmp_path, plant_texts(90, 1, UNTIL))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_clocks_of_the_simulation_are_those_of_the_plant() -> None:
    plant = plant_of(90, 4)
    assert {name: (site.zone, site.day_start) for name, site in plant.sites.items()} == {
        name: (clock.zone, clock.day_start) for name, clock in SITES.items()
    }


def test_the_group_has_every_kind_of_production_and_of_capture() -> None:
    plant = plant_of(90, 3)
    assert {machine.kind for machine in plant.machines.values()} == {
        *("cyclic", "continuous", "batch", "manual", "job")
    }
    captures = {how for machine in plant.machines.values() for _, how in machine.capture}
    assert captures == {"signal", "pulses", "manual"}
    assert len({site.currency for site in plant.sites.values()}) == 3
    assert len({site.fiscal.pattern for site in plant.sites.values()}) > 1


def test_every_machine_and_product_of_the_simulation_is_in_the_plant_files() -> None:
    plant = plant_of(90, 4)
    for lines in LINES.values():
        for line in lines:
            flow = plant.lines[line.id].flow if line.id in plant.lines else (line.id,)
            assert tuple(line.machines) == flow
            assert set(line.products) <= set(plant.products)
            reasons = {one.reason for habit in line.machines.values() for one in habit.stops}
            scrap = {reason for habit in line.machines.values() for reason in habit.scrap}
            causes = {one.cause for habit in line.machines.values() for one in habit.stops} - {""}
            assert reasons | scrap | causes <= set(plant.reasons)
    assert {machine for one in LINES.values() for line in one for machine in line.machines} == set(
        plant.machines
    )


def test_every_letter_of_every_board_has_a_target() -> None:
    plant = plant_of(90, 4)
    targets = {(one.kpi, one.at) for one in plant.targets}
    everywhere = {kpi for kpi, at in targets if not at} - {"minutes_lost"}  # a total says nothing of parts
    assert all(everywhere & set(kpis) for letter, kpis in CANDIDATES.items() if letter != "C")
    boards = ["", *plant.sites, *plant.areas, *plant.lines]
    boards += [name for name in plant.machines if not plant.spans[name][-1].line]
    assert [place for place in boards if ("minutes_lost", place) not in targets] == []


@pytest.mark.parametrize("sites", [1, 2, 3, 4])
def test_a_group_may_lose_what_its_sites_may_lose(sites: int) -> None:
    plant = plant_of(90, sites)
    lost = {one.at: one.value.number for one in plant.targets if one.kpi == "minutes_lost" and one.value}
    assert lost[""] == sum(lost[site] for site in plant.sites) > 0


def test_ratios_that_pages_of_the_group_show_have_a_target_everywhere() -> None:
    """What is counted or added up says nothing of a part; a ratio holds for the whole and each part."""
    targets = {one.kpi for one in plant_of(90, 1).targets if not one.at}
    assert {"pm_compliance", "planned_work_ratio", "repeat_failure_ratio", "breakdown_loss_ratio"} <= targets
    assert {"plan_hit_rate", "teep", "mtbf"} <= targets
