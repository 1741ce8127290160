"""The guide names every kind and field, and every example in it is a good event."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.events.build import NAMES, RECEIVED, decoded
from tests.events.examples import example

from plantstack.events.fields import Field
from plantstack.events.kinds import COMMON, KINDS
from plantstack.events.validate import validate

GUIDE = (Path(__file__).parents[2] / "docs" / "guide" / "events.md").read_text()
SECTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)", GUIDE, re.DOTALL | re.MULTILINE))


def check_field(section: str, field: Field) -> None:
    row = next((line for line in section.splitlines() if line.startswith(f"| `{field.name}` |")), "")
    cells = [cell.strip() for cell in row.split("|")]
    assert row, field.name
    assert (cells[3] == "yes") == field.required, field.name
    assert all(f"`{choice}`" in cells[4] for choice in field.choices), field.name


def test_the_guide_has_exactly_our_kinds() -> None:
    assert list(SECTIONS) == list(KINDS)


def test_the_common_fields_are_all_there() -> None:
    section = GUIDE.split("## Fields of every event")[1].split("## Identity")[0]
    for field in COMMON:
        check_field(section, field)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_documented_with_all_its_fields_and_a_good_example(kind: str) -> None:
    section = SECTIONS[kind]
    for field in KINDS[kind].fields:
        check_field(section, field)
    documented = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    assert documented == {field.name for field in KINDS[kind].fields}
    shown = json.loads(re.findall(r"```json\n(.*?)\n```", section, re.DOTALL)[0])
    assert shown == example(kind)
    _, problems = validate(decoded(shown).table, NAMES, RECEIVED)
    assert problems == []
