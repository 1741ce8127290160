"""Pages after the plant files were changed: the last answer stays, says from when it is, and gives way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest
from tests.live.inside import Inside, inside
from tests.live.shift import shift

from plantstack.intervals import HOUR
from plantstack.live.study import NotYet
from plantstack.stack.editing.edits import ReasonEdit

NOW = 1_772_474_400_000_000
OLD = "From before the plant files were changed"
PAPER = {"accept": "text/html"}


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Inside]:
    with inside(tmp_path / "p", NOW) as found:
        found.running.start()
        found.send(*shift(NOW - HOUR))
        found.fresh()
        yield found


def seen(floor: Inside, path: str) -> str:
    """A page once what takes long on it is there."""
    for _ in range(300):
        text = floor.request("GET", path, headers=PAPER).text
        if 'data-live="not-yet"' not in text:
            return text
        sleep(0.2)
    raise AssertionError("it is never there")


def test_the_last_answer_is_shown_as_of_before_until_there_is_a_new_one(floor: Inside) -> None:
    assert OLD not in seen(floor, "/losses/line-1")
    floor.running.files.adopt(ReasonEdit(id="bottle-jam", label="Bottles jam"), by="p-1")
    assert OLD in floor.request("GET", "/losses/line-1", headers=PAPER).text
    for _ in range(300):
        if OLD not in floor.request("GET", "/losses/line-1", headers=PAPER).text:
            return
        sleep(0.2)
    raise AssertionError("the old answer never gives way")


def test_a_program_is_given_no_answer_of_before(floor: Inside) -> None:
    first = floor.running.study.ask(("q",), lambda _stack: 1)
    floor.running.files.adopt(ReasonEdit(id="bottle-jam", label="Bottles jam"), by="p-1")
    assert (first.value, floor.running.study.ask(("q",), lambda _stack: 2).value) == (1, 2)


def test_where_equipment_moved_nothing_of_before_is_shown(floor: Inside) -> None:
    floor.running.study.ask(("q",), lambda _stack: 1)
    main = floor.running.folder / "plant.yaml"
    text = main.read_text("utf-8")
    assert "label: Filler" in text
    main.write_text(text.replace("label: Filler", "label: Another filler"), "utf-8")
    floor.running.files.reload(by="p-1")
    with pytest.raises(NotYet):
        floor.running.study.ask(("q",), lambda _stack: sleep(1), 0.0, also_before=True)


def test_a_report_without_a_shift_is_of_the_last_that_is_over_and_a_bridge_without_a_kpi_of_oee(
    floor: Inside,
) -> None:
    last, bare = (floor.request("GET", f"/report/line-1{more}", headers=PAPER) for more in ("/last", ""))
    assert (bare.status_code, bare.text.count("<h1>")) == (last.status_code, 1)
    assert (
        bare.text.partition("</header>")[0].partition("<h1>")[2]
        == (last.text.partition("</header>")[0].partition("<h1>")[2])
    )
    assert "OEE" in seen(floor, "/bridge") and "OEE" in seen(floor, "/lineage")
