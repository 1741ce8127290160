"""Where nobody said what is good, it is not zero; each with where it came from."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.stack.floor import START, load, plant, written
from tests.stack.test_finding_facts import said

from plantstack.insights.telling.shift import result
from plantstack.interfaces.web.speaking import spoken
from plantstack.intervals import HOUR, rfc3339
from plantstack.stack import Stack
from plantstack.stack.floor.machine import machines_now
from plantstack.stack.floor.output import outputs
from plantstack.stack.floor.sight import look
from plantstack.stack.telling.shift import _line

NOW = START + HOUR
PLANT = """plantstack: 1
project: solo
sites:
  home: {zone: Europe/Berlin, currency: EUR}
machines:
  filler: {under: home, kind: cyclic, calendar: always}
products:
  a: {}
"""


@pytest.mark.parametrize(("told", "good"), [({"total": 400}, None), ({"total": 400, "good": 396}, 396)])
def test_a_line_whose_exit_counts_all_pieces_and_no_good_ones_did_not_make_none(
    tmp_path: Path, told: dict[str, int], good: int | None
) -> None:
    # found on a plant of one machine whose counter tells all pieces: "press made 0; there was no plan."
    folder = plant(tmp_path / "p")
    file = folder / "plant.yaml"
    file.write_text(file.read_text("utf-8").replace("    good: by_exception", "    #"), "utf-8")
    rows = [
        said("state", 0, "s", state="producing") | {"equipment": "packer"},
        said("count", 30, "c", **{"from": rfc3339(START)}, **told) | {"equipment": "packer"},
        said("count", 30, "d", scrap=4) | {"equipment": "packer"},
    ]
    load(folder, written(tmp_path, "one.ndjson", rows), now=NOW)
    with Stack.open(folder) as stack:
        sight = look(stack, "line-1", NOW)
        made = outputs(sight)["line-1"]
        (packer,) = machines_now(stack, ["packer"], NOW)
        says = result(_line(sight, made, None, ())).says
    assert (made.good, packer.good) == (good, good)
    assert made.hours[0].good == good
    assert (made.why_none == "") is (good is not None)
    assert (says.text == "%(line)s: pieces are not known.") is (good is None)


def test_losses_of_a_machine_by_itself_are_no_zero_pieces_and_no_slow_running(tmp_path: Path) -> None:
    # found on a plant of one machine without prices and standards: each loss cost 0 pieces, and all it
    # ran was slower than an ideal pace that nobody had written
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "plant.yaml").write_text(PLANT, "utf-8")
    rows = [
        said("order", 0, "o", phase="start", order="A", product="a"),
        said("state", 0, "s", state="producing"),
        said("count", 30, "c", **{"from": rfc3339(START)}, good=400),
        said("state", 40, "t", state="stopped"),
        said("state", 60, "u", state="producing"),
    ]
    load(folder, written(tmp_path, "one.ndjson", rows), now=NOW)
    with Stack.open(folder) as stack:
        told = stack.losses()
    leaves = {row["leaf"]: row for row in told.rows if row["row"] == "leaf"}
    assert {leaf: row["pieces"] for leaf, row in leaves.items()} == dict.fromkeys(leaves)
    assert leaves["speed"]["seconds"] == 2400 and leaves["other_stop"]["why_none"]
    (note,) = [one for one in told.notes if one.code == "ideal-missing"]
    assert note.what == "0.7 h ran without an ideal pace and stand as slower than it: filler"
    assert spoken(note.what, "de").startswith("0.7 h liefen ohne Idealtakt")
