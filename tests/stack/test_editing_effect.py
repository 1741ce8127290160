"""What an edit would do, before anybody adopts it; and what was adopted, by whom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.stack.floor import NOW, load, plant, written
from tests.stack.test_preview import state
from tests.stack.test_questions import said, shift_of_the_line

from plantstack.errors import QueryError
from plantstack.plant.load import plant_content
from plantstack.stack import Stack
from plantstack.stack.editing.checking import drafted
from plantstack.stack.editing.edits import DayEdit, Edit, Pause, ReasonEdit, StandardEdit, TargetEdit
from plantstack.stack.editing.effect import Effect, effect
from plantstack.stack.editing.history import editions
from plantstack.stack.files.configuring import record_config

FASTER = StandardEdit(
    machine="filler", product="cola-330", ideal="1200/min", since="2026-12-01", author="PE", evidence="trial"
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("effect")
    project = plant(root / "p")
    why = said("reason", "filler", 121, "why", role="symptom", reason="electrical")
    load(project, written(root, "1.ndjson", [*shift_of_the_line(), why]))
    return project


def worked_out(project: Path, edit: Edit, **asked: Any) -> Effect:
    before = state(project), {path.name: path.read_bytes() for path in project.glob("*.yaml")}
    with Stack.open(project) as stack:
        offset = stack.log.last_offset()
        found = effect(stack, edit, **asked)
        assert stack.log.last_offset() == offset
    assert (state(project), {path.name: path.read_bytes() for path in project.glob("*.yaml")}) == before
    return found


def test_a_standard_of_tomorrow_is_shown_as_if_it_had_always_held(project: Path) -> None:
    found = worked_out(project, FASTER)
    rows = {row["kpi"]: row for row in found.rows}
    assert found.is_supposed
    assert found.days == ("2026-02-04", "2026-03-03")
    assert rows["oee"]["then"] == pytest.approx(rows["oee"]["now"] / 2)
    assert "availability" not in rows
    assert (found.scope, {row["scope"]["product"] for row in found.rows}) == ("filler", {"cola-330"})


def test_a_standard_of_tomorrow_moves_no_number_of_today(project: Path) -> None:
    found = worked_out(project, FASTER, is_supposed=False)
    assert (found.is_supposed, found.rows) == (False, ())


def test_a_standard_that_holds_since_yesterday_moves_what_is_booked(project: Path) -> None:
    [oee] = [
        row
        for row in worked_out(
            project, StandardEdit(**{**_fields(FASTER), "since": "2026-01-01"}), days=(None, "2026-03-03")
        ).rows
        if row["kpi"] == "oee"
    ]
    assert oee["then"] == pytest.approx(oee["now"] / 2)


def _fields(edit: StandardEdit) -> dict[str, Any]:
    return {name: getattr(edit, name) for name in edit.__struct_fields__}


def test_a_target_shows_its_kpi_with_both_targets_and_statuses(project: Path) -> None:
    edit = TargetEdit(kpi="oee", at="filler", value="1 %", since="2026-12-01")
    [row] = worked_out(project, edit, days=("2026-03-02", "2026-03-08")).rows
    assert (row["kpi"], row["period"]["label"], row["difference"]) == ("oee", "2026-W10", 0)
    sides = [(row["sides"][side]["target"], row["sides"][side]["status"]) for side in ("now", "then")]
    assert sides == [(None, "no target"), (pytest.approx(0.01), "met")]


def test_a_reason_that_is_renamed_changes_lines_and_no_number(project: Path) -> None:
    found = worked_out(project, ReasonEdit(id="electrical", label="Electrical"))
    assert (found.rows, found.days, found.shifts) == ((), None, None)
    assert [line[0] for line in found.diff] == ["-", "+"]
    assert found.changes[0]["path"][-1] == "electrical"


def test_a_closed_day_shows_its_shifts_now_and_then(project: Path) -> None:
    found = worked_out(project, DayEdit(calendar="two-shifts", date="2026-05-04", shifts={}, label="Fair"))
    assert found.shifts is not None
    assert [one["shift"] for one in found.shifts["now"]] == ["early", "late"]
    assert found.shifts["then"] == []
    assert [one["is_floating"] for one in found.shifts["now"][0]["breaks"]] == [False, True]
    assert found.shifts["planned_minutes"] == {"now": 870, "then": 0}
    assert found.rows == ()


def test_a_changed_break_of_a_day_that_is_over_shows_its_numbers(project: Path) -> None:
    pause = Pause(reason="pause", at="08:00", length="60 min")
    edit = DayEdit(calendar="two-shifts", date="2026-03-03", breaks={"early": [pause]})
    found = worked_out(project, edit)
    rows = {row["kpi"]: row for row in found.rows}
    assert (found.scope, found.days) == ("tulsa", ("2026-03-03", "2026-03-03"))
    assert rows["stop_time"]["then"] == 0, "the stop fell into the break"


def test_a_window_that_is_none_is_refused(project: Path) -> None:
    with pytest.raises(QueryError, match="'soon' is no day"):
        worked_out(project, FASTER, days=(None, "soon"))


def test_history_names_who_changed_what_and_finds_edits_by_hand(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    with Stack.open(project, write=True) as stack:
        record_config(stack.log, plant_content(project), NOW)
        with drafted(project, FASTER) as draft:
            (project / draft.written.file).write_text(draft.written.after, "utf-8")
        assert record_config(stack.log, plant_content(project), NOW + 1, by="p-1", note="after the trial")
        text = (project / "reasons.yaml").read_text("utf-8")
        (project / "reasons.yaml").write_text("# by hand\n" + text.replace("Bottle jam", "Jam"), "utf-8")
        assert record_config(stack.log, plant_content(project), NOW + 2)
        by_hand, edited, first = editions(stack.log)
        assert [one.at for one in (first, edited, by_hand)] == [NOW, NOW + 1, NOW + 2]
        assert (first.is_first, first.changes) == (True, ())
        assert (edited.by, edited.note) == ("p-1", "after the trial")
        [change] = edited.changes
        assert (change.section, change.path) == ("standards", ("filler, cola-330, 2026-12-01",))
        assert (change.before, change.after["ideal"]) == (None, "1200/min")
        [change] = by_hand.changes
        assert (by_hand.by, change.section, change.after) == ("", "reasons", "Jam")
        assert [one.offset for one in editions(stack.log, section="standards")] == [edited.offset]
        assert [one.offset for one in editions(stack.log, limit=1)] == [by_hand.offset]
