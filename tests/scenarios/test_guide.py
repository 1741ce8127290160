"""The guide to scenarios: its example runs, and it names every key and verb."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from plantstack.plant.load import check_plant
from plantstack.testing import read_scenario, run_scenario
from plantstack.testing.event_lines import read_events
from plantstack.testing.scenario import BASE, Scenario

GUIDE = (Path(__file__).parents[2] / "docs" / "guide" / "scenarios.md").read_text("utf-8")
EXAMPLE = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)[0]
LINES = re.findall(r"^\| `([^`]+)` \| ", GUIDE.split("## Events")[1], re.MULTILINE)


@pytest.fixture
def example(tmp_path: Path) -> Path:
    path = tmp_path / "jam.yaml"
    path.write_text(EXAMPLE, "utf-8")
    return path


def test_the_example_is_as_expected(example: Path) -> None:
    assert run_scenario(example) == []


def test_a_difference_reads_as_the_guide_shows(example: Path) -> None:
    shown = re.findall(r"^    (jam\.yaml:\d+: .*)$", GUIDE, re.MULTILINE)[0]
    example.write_text(EXAMPLE.replace("08:01:30 producing", "08:01 producing"), "utf-8")
    assert shown in run_scenario(example)


@pytest.mark.parametrize("line", LINES)
def test_every_line_shown_can_be_read(line: str, example: Path) -> None:
    scenario: Scenario = read_scenario(example)
    assert list(read_events(line, scenario.times))


def test_the_base_plant_passes_check(tmp_path: Path) -> None:
    base = Path(__file__).parents[2] / "src" / "plantstack" / "testing" / BASE
    (tmp_path / "plant.yaml").write_bytes(base.read_bytes())
    assert check_plant(tmp_path) == []
