"""What a machine offers: reasons of its line, of the files, and those nobody told; not those of others."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from tests.stack.floor import Wire
from tests.stack.floor_questions.told import SIX, at, orders, standing, states, told

from plantstack.intervals import DAY
from plantstack.stack.floor.instead import reasons_at
from plantstack.stack.floor.offered import offered
from plantstack.stack.floor.reasons import Picker, picker

_PLANT = files("plantstack.plant").joinpath("template/plant.yaml").read_text("utf-8")
_ONE_MORE = "machines:\n  oven: {label: Oven, under: packing, kind: cyclic, capture: manual}\n"
OVEN = {"plant.yaml": _PLANT.replace("machines:\n", _ONE_MORE, 1)}
"""The plant that `init` writes, and a machine of its own in no line."""
_AWAY = "sites:\n  away: {label: Away, zone: Europe/Berlin, currency: EUR, calendar: two-shifts}\n"
_ABROAD = "machines:\n  kiln: {label: Kiln, under: away, kind: cyclic}\n"
TWO_SITES = {
    "plant.yaml": _PLANT.replace("sites:\n", _AWAY, 1).replace("machines:\n", _ABROAD, 1),
}
"""The plant that `init` writes, and a machine at another site."""


def tiles_of(found: Picker) -> set[str]:
    return {tile.reason for kind in found.kinds for tile in (*kind.tiles, *kind.more)}


def said(machine: str, reason: str, when: int) -> Wire:
    return told("reason", machine, when, "tablet-1", role="symptom", reason=reason)


def test_what_only_another_line_told_stands_behind_all_reasons(tmp_path: Path) -> None:
    earlier = SIX - 20 * DAY
    events = [*orders("filler"), *states("filler", (SIX, "producing"))]
    events += [said("filler", "leak", earlier), said("oven", "bottle-jam", earlier + 1)]
    with standing(tmp_path, events, at(7), OVEN) as stack:
        mine, other = picker(stack, "filler", at(7)), picker(stack, "oven", at(7))
        assert "leak" in tiles_of(mine) and "bottle-jam" not in tiles_of(mine)
        assert [tile.reason for tile in mine.elsewhere] == ["bottle-jam"]
        assert "bottle-jam" in tiles_of(other) and [tile.reason for tile in other.elsewhere] == ["leak"]
        assert "electrical" in tiles_of(mine) & tiles_of(other)  # nobody told it anywhere
        neighbour = picker(stack, "capper", at(7))  # of the same line
        assert "leak" in tiles_of(neighbour)


def test_what_the_files_give_a_machine_is_its_own(tmp_path: Path) -> None:
    rules = "alarm_reasons:\n  - {code: F-1, reason: bottle-jam, at: [filler]}\n"
    earlier = SIX - 20 * DAY
    events = [*orders("filler"), *states("filler", (SIX, "producing"))]
    events += [said("oven", "bottle-jam", earlier), said("oven", "lunch", earlier + 1)]
    events += [said("filler", "leak", earlier)]
    with standing(tmp_path, events, at(7), OVEN | {"alarms.yaml": rules}) as stack:
        assert "bottle-jam" in tiles_of(
            picker(stack, "filler", at(7))
        )  # an alarm of the filler stands for it
        assert "lunch" in tiles_of(picker(stack, "filler", at(7)))  # its calendar has this break
        assert "bottle-jam" not in tiles_of(picker(stack, "capper", at(7)))


def test_scrap_reasons_of_another_line_are_not_first(tmp_path: Path) -> None:
    events = [*orders("filler"), *states("filler", (SIX, "producing"))]
    events += [told("count", "filler", at(6, 30), scrap=3, reason="underfill")]
    events += [told("count", "oven", at(6, 30), scrap=3, reason="label-defect")]
    with standing(tmp_path, events, at(7), OVEN) as stack:
        found = offered(stack, ("filler",), at(7))
        assert "underfill" in found.scrap
        assert found.scrap_else == ("label-defect",)


def test_a_loss_can_be_what_its_own_site_has_and_nothing_of_another(tmp_path: Path) -> None:
    earlier = SIX - 20 * DAY
    events = [*orders("filler"), *states("filler", (SIX, "producing"))]
    events += [said("filler", "leak", earlier), said("kiln", "bottle-jam", earlier + 1)]
    events += [told("reason", "kiln", earlier + 2, "desk-1", role="cause", reason="cap-jam")]
    with standing(tmp_path, events, at(7), TWO_SITES) as stack:
        found = reasons_at(stack, ["capper", "kiln"], at(7))
        home = stack.plant.site_of("capper").id
        assert found.keys() == {home, "away"}
        assert "leak" in found[home] - found["away"]
        assert {"bottle-jam", "cap-jam"} <= found["away"] - found[home]
        assert "electrical" in found[home] & found["away"]  # nobody told it anywhere
        assert "other" not in found[home] | found["away"]  # it says nothing
        assert reasons_at(stack, [], at(7)) == {}
