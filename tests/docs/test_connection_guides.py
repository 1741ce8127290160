"""The connections and mappings of the guides can be used as they stand: pasted, nothing is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from plantstack.connectors.connections import read_connections
from plantstack.connectors.mapping.read import load_mapping
from plantstack.stack import Stack

GUIDE = Path(__file__).parents[2] / "docs" / "guide"
PASTED = re.compile(
    r"^```yaml\n# ((?:connectors|mappings)/[a-z-]+\.yaml)\n(.*?)^```$", re.DOTALL | re.MULTILINE
)
PAGES = ("mtconnect.md", "opcua.md", "polled-devices.md", "recipes.md", "sparkplug.md")


def pasted(page: str, folder: Path) -> list[Path]:
    """Write the files of a page into a new project."""
    Stack.init(folder)
    found = []
    for name, text in PASTED.findall((GUIDE / page).read_text("utf-8")):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        found.append(path)
    return found


@pytest.mark.parametrize("page", PAGES)
def test_what_stands_in_a_guide_is_right(page: str, tmp_path: Path) -> None:
    files = pasted(page, tmp_path / "site")
    names = {path.stem for path in files if path.parent.name == "mappings"}
    for path in files:
        if path.parent.name == "mappings":
            load_mapping(path)
        elif (wanted := _mapping_of(path)) not in names:  # a page need not say the same mapping again
            path.write_text(
                path.read_text("utf-8").replace(f"mapping: {wanted}\n", f"mapping: {min(names)}\n")
            )
    connections, problems = read_connections(tmp_path / "site")
    assert problems == []
    assert {one.name for one in connections} == {
        path.stem for path in files if path.parent.name == "connectors"
    }


def _mapping_of(path: Path) -> str:
    (found,) = re.findall(r"^mapping: (\S+)$", path.read_text("utf-8"), re.MULTILINE)
    return str(found)
