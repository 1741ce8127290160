"""What the guides of entries and calls show is what the program reads."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
from ruamel.yaml import YAML
from tests.live.shift import plant

from plantstack.interfaces.api.entries import Batch
from plantstack.plant.load import load_plant
from plantstack.stack.files.call_plan import FILE, check_call_plan
from plantstack.stack.floor.entries import events_of, read_entry
from plantstack.stack.floor.entry_shapes import AnyEntry

GUIDES = Path(__file__).parents[2] / "docs" / "guide"


def shown(guide: str, kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", (GUIDES / guide).read_text("utf-8"), re.S)
    assert found is not None
    return found.group(1)


def test_the_batch_that_is_shown_becomes_events(tmp_path: Path) -> None:
    batch = msgspec.json.decode(shown("operators.md", "json"), type=Batch)
    known = load_plant(plant(tmp_path / "p"))
    made = [len(events_of(read_entry(raw), batch.device, known)) for raw in batch.entries]
    assert made == [1, 2]


def test_every_entry_there_is_stands_in_the_guide() -> None:
    (entry,), _ = msgspec.json.schema_components([AnyEntry])
    text = (GUIDES / "operators.md").read_text("utf-8")
    names = set(entry["discriminator"]["mapping"])
    assert {name for name in names if f"| `{name}` |" not in text} == set()


def test_the_sources_and_the_plan_that_are_shown_are_read(tmp_path: Path) -> None:
    folder = plant(tmp_path / "p")
    sources = YAML(typ="safe").load(shown("operators.md", "yaml"))["sources"]
    assert [one["person"] for one in sources] == [True, True]
    (folder / FILE).parent.mkdir()
    (folder / FILE).write_text(shown("calls.md", "yaml"), "utf-8")
    (folder / "secrets").mkdir()
    for name in ("mail", "chat"):
        (folder / "secrets" / name).write_text("s")
        (folder / "secrets" / name).chmod(0o600)
    assert check_call_plan(folder, load_plant(folder)) == []
