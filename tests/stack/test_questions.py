"""Questions about KPIs: scopes, splits, grains, windows, and what is refused or left null with a reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.stack.floor import START, Wire, load, plant, written

from plantstack.errors import Problem, QueryError
from plantstack.intervals import DAY, MINUTE, SECOND, Interval, rfc3339
from plantstack.stack import Stack
from plantstack.stack.files import loading

HOUR = 60 * MINUTE


def said(kind: str, machine: str, minute: float, key: str, **fields: object) -> Wire:
    at = rfc3339(START + int(minute * MINUTE))
    return {"kind": kind, "equipment": machine, "at": at, "source": "plc", "key": key, **fields}


def shift_of_the_line() -> list[Wire]:
    """Eight hours: the filler stands for one of them, the packer counts what leaves the line."""
    rows = [
        said("state", machine, 0, f"run {machine}", state="producing") for machine in ("filler", "packer")
    ]
    rows += [said("order", "packer", 0, "start", order="A", phase="start", product="cola-330")]
    rows += [said("order", "filler", 0, "start f", order="A", phase="start", product="cola-330")]
    rows += [
        said("state", "filler", 120, "down", state="fault"),
        said("state", "filler", 180, "up", state="producing"),
    ]
    for hour in range(8):
        since = rfc3339(START + hour * HOUR)
        minute = 60 * (hour + 1)
        rows.append(said("count", "filler", minute, f"f{hour}", good=1000, scrap=50, **{"from": since}))
        rows.append(said("count", "packer", minute, f"p{hour}", good=900, scrap=10, **{"from": since}))
    return rows


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("questions")
    project = plant(root / "p")
    load(project, written(root, "1.ndjson", shift_of_the_line()))
    with Stack.open(project) as opened:
        yield opened


def values(stack: Stack, kpi: str, **asked: Any) -> dict[str, Any]:
    rows = stack.kpis([kpi], **asked).rows
    axes = asked.get("by", ())
    return {
        " ".join([*(row["scope"][axis] for axis in axes), row["period"]["label"]]): row["value"]
        for row in rows
    }


def test_a_line_gives_what_left_its_exit(stack: Stack) -> None:
    assert values(stack, "good_parts", scope="line-1") == {"all": 7200}
    assert values(stack, "good_parts", scope="filler") == {"all": 8000}
    # good at the exit and the scrap of all machines
    assert values(stack, "parts_produced", scope="acme/tulsa/packing/line-1") == {"all": 7200 + 400 + 80}


def test_machines_add_up_to_their_line_in_time(stack: Stack) -> None:
    by_machine = values(stack, "run_time", by=("machine",))
    assert by_machine == {"filler all": 7 * 3600, "packer all": 8 * 3600}
    assert values(stack, "run_time", scope="line-1") == {"all": sum(by_machine.values())}


def test_hours_are_hours_of_the_clock(stack: Stack) -> None:
    hours = values(stack, "run_time", scope="filler", grain="hour")
    assert list(hours)[:4] == [f"2026-03-03 0{hour}:00 -06:00" for hour in (6, 7, 8, 9)]
    assert list(hours.values())[:4] == [3600, 3600, 0, 3600]


def test_a_second_machine_is_cut_by_the_same_span(stack: Stack) -> None:
    span = Interval(START + 20 * MINUTE, START + 40 * MINUTE)
    for machine in ("filler", "packer"):
        (cell,) = stack.measures(["time_calendar"], scope=machine, span=span).cells
        assert cell.sums["time_calendar"] == 20 * 60


def test_a_span_cuts_hours_and_stops_exactly(stack: Stack) -> None:
    half = Interval(START + 90 * MINUTE, START + 150 * MINUTE)
    assert values(stack, "run_time", scope="filler", span=half) == {"all": 30 * 60}
    odd = Interval(START + 7 * SECOND, START + 11 * SECOND)
    assert values(stack, "run_time", scope="filler", span=odd) == {"all": 4}
    # and the hours are whole again afterwards
    assert list(values(stack, "run_time", scope="filler", grain="hour").values())[:2] == [3600, 3600]


def test_days_are_production_days_of_the_site(stack: Stack) -> None:
    assert values(stack, "run_time", scope="filler", days=("2026-03-03", "2026-03-03")) == {"all": 7 * 3600}
    assert values(stack, "run_time", scope="filler", days=("2026-03-04", None)) == {}


@pytest.mark.parametrize(
    ("grain", "label"),
    [
        ("shift", "2026-03-03 early"),
        ("day", "2026-03-03"),
        ("week", "2026-W10"),
        ("month", "2026-03"),
        ("period", "2026-03"),
        ("quarter", "2026-Q1"),
        ("year", "2026"),
    ],
)
def test_every_grain_has_its_name(stack: Stack, grain: str, label: str) -> None:
    assert values(stack, "run_time", scope="filler", grain=grain) == {label: 7 * 3600}


def test_a_row_says_what_the_contract_promises(stack: Stack) -> None:
    row = stack.kpis(["oee"], scope="line-1", grain="shift").rows[0]
    assert row["scope"] == {"path": "acme/tulsa/packing/line-1", "level": "line"}
    assert row["period"] == {
        "from": rfc3339(START),
        "to": rfc3339(START + 8 * HOUR),
        "label": "2026-03-03 early",
    }
    wanted = (
        "kpi version layer profile unit scope period value why_none low high if_typical inputs target status"
    )
    assert set(wanted.split()) | {"trust", "n_open"} <= set(row)


def test_the_forecast_goes_on_as_the_shift_went(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    half = [row for row in shift_of_the_line() if row["at"] <= rfc3339(START + 4 * HOUR)]
    load(project, written(tmp_path, "1.ndjson", half))
    with Stack.open(project) as stack:
        # 3600 pieces in 4 h of planned time (the filler ran through the pause); 4 h without pauses are left
        made, planned, left = 3600, 4 * 3600, 4 * 3600
        found = values(stack, "loss_recovery_forecast", scope="line-1", grain="shift")
        assert found["2026-03-03 early"] == pytest.approx(made + made * left / planned)
        row = stack.kpis(["loss_recovery_forecast"], scope="line-1").rows[0]
        assert row["why_none"] == "asked by the shift: --grain shift"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"ids": ["oe"]}, "kpi-unknown"),
        ({"ids": ["oee"], "scope": "fillr"}, "scope-unknown"),
        ({"ids": ["oee"], "by": ["maschine"]}, "split-unknown"),
        ({"ids": ["oee"], "grain": "fortnight"}, "grain-unknown"),
        ({"ids": ["oee"], "profile": "iso2"}, "profile-unknown"),
        ({"ids": ["oee"], "by": ["reason"]}, "kpi-split"),
    ],
)
def test_what_cannot_be_asked_is_said_with_a_suggestion(
    stack: Stack, asked: dict[str, Any], code: str
) -> None:
    with pytest.raises(QueryError) as caught:
        stack.kpis(asked.pop("ids"), **asked)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert caught.value.problems[0].fix


def test_kpis_of_lines_say_so_when_a_machine_is_asked(stack: Stack) -> None:
    row = stack.kpis(["line_oee"], scope="filler").rows[0]
    assert (row["value"], row["why_none"]) == (None, "exists from line up, asked for a machine")


def test_a_layer_leaves_out_what_cannot_be_split_and_says_so(stack: Stack) -> None:
    answer = stack.kpis(layer=2, by=["machine"])
    assert {row["layer"] for row in answer.rows} == {2}
    assert "schedule_attainment" in {note.where for note in answer.notes}
    assert "schedule_attainment" not in {row["kpi"] for row in answer.rows}


def test_a_layer_shows_its_core_and_what_the_plant_adopted(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    path = project / "plant.yaml"
    text = path.read_text("utf-8")
    load(project, written(tmp_path, "1.ndjson", shift_of_the_line()))
    with Stack.open(project) as stack:
        core = {row["kpi"] for row in stack.kpis(layer=2).rows}
        assert len(core - {"likely_shift_end"}) == 9 and "mtta" not in core
        assert "likely_shift_end" in core  # shown beside the throughput against plan that it looks ahead for
        # the library answers whoever asks by name
        assert stack.kpis(["mtta"]).rows[0]["why_none"] == "needs call"
    path.write_text(text.replace("settings:\n", "settings:\n  kpis: [line_oee, mtta]\n", 1), "utf-8")
    assert Stack.check(project) == []
    with Stack.open(project) as stack:
        assert {row["kpi"] for row in stack.kpis(layer=2, scope="line-1").rows} == core | {"line_oee"}
    path.write_text(text.replace("settings:\n", "settings:\n  kpis: [mtt, oee]\n", 1), "utf-8")
    assert [problem.code for problem in Stack.check(project)] == ["kpi-unknown", "kpi-adopted"]


def test_kinds_never_recorded_are_named(stack: Stack) -> None:
    told = {row["kpi"]: row["why_none"] for row in stack.kpis(layer=2, scope="line-1").rows}
    assert told["quality_events"] == "needs quality_event"
    assert told["maintenance_response_time"] == "needs call"
    assert told["schedule_attainment"] == "needs plan"


def test_scrap_is_held_against_what_the_plan_allows(stack: Stack) -> None:
    # 480 pieces of scrap on the line; 1 % of the 8400 the first machine made may be
    assert values(stack, "actual_to_planned_scrap", scope="line-1") == {"all": pytest.approx(480 / 84)}


def test_nothing_counted_is_zero_and_not_nothing(stack: Stack) -> None:
    (cell,) = stack.measures(["n_stop"], scope="packer").cells
    assert cell.sums == {"n_stop": 0}


def test_stops_by_reason_add_up(stack: Stack) -> None:
    whole = values(stack, "stop_time", scope="filler")["all"]
    assert sum(values(stack, "stop_time", scope="filler", by=("reason",)).values()) == whole == 3600


def test_setting_up_is_no_stop_without_a_reason(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    rows = [said("state", "filler", 0, "s", state="setup"), said("state", "filler", 30, "f", state="fault")]
    rows += [said("order", "filler", 0, "o", order="A", phase="start", product="cola-330")]
    rows += [
        said("state", "filler", 40, "r", state="producing"),
        said("alarm", "filler", 60, "y", code="7", phase="on"),
    ]
    load(project, written(tmp_path, "1.ndjson", rows))
    with Stack.open(project) as stack:
        found = values(stack, "stop_time", scope="filler", by=("reason",))
        assert {name: value for name, value in found.items() if value} == {" all": 600, "(set-up) all": 1800}


def test_machines_outside_lines_have_no_line_oee(stack: Stack) -> None:
    assert [row["scope"]["line"] for row in stack.kpis(["line_oee"], by=["line"]).rows] == ["line-1"]


def test_an_open_stop_is_counted_as_open(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    rows = [
        *shift_of_the_line()[:1],
        said("state", "filler", 60, "x", state="fault"),
        said("alarm", "filler", 90, "y", code="7", phase="on"),
    ]
    load(project, written(tmp_path, "1.ndjson", rows))
    with Stack.open(project) as stack:
        row = stack.kpis(["stop_time"], scope="filler").rows[0]
        assert (row["value"], row["n_open"]) == (1800, 2)  # the stop, and the failure it is


def test_durations_without_a_clock_have_no_hours(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    until = rfc3339(START + 30 * MINUTE)
    rows = [said("state", "filler", 0, "run", state="producing")]
    rows += [said("state", "filler", 10, "stop", state="fault", until=until, method="placed")]
    rows += [said("alarm", "filler", 60, "y", code="7", phase="on")]
    load(project, written(tmp_path, "1.ndjson", rows))
    with Stack.open(project) as stack:
        assert values(stack, "stop_time", scope="filler", grain="day") == {"2026-03-03": 20 * 60}
        hour = stack.kpis(["stop_time"], scope="filler", grain="hour").rows[0]
        assert hour["value"] is None
        assert "without a clock" in hour["why_none"]


def test_a_moved_machine_counts_where_it_stood(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    path = project / "plant.yaml"
    text = path.read_text("utf-8")
    text = text.replace(
        "    label: Capper\n    under: line-1\n",
        "    label: Capper\n"
        "    placed: [{under: line-1, until: 2026-03-04}, {under: packing, from: 2026-03-04}]\n",
    )
    path.write_text(text, "utf-8")
    rows = [
        said("state", "capper", 0, "run", state="producing"),
        said("alarm", "capper", 36 * 60, "z", code="7", phase="on"),
    ]
    rows += [
        said("alive", "capper", 36 * 60, "a", **{"from": rfc3339(START), "until": rfc3339(START + 36 * HOUR)})
    ]
    load(project, written(tmp_path, "1.ndjson", rows))
    with Stack.open(project) as stack:
        assert values(stack, "run_time", scope="line-1") == {"all": 24 * 3600}
        assert values(stack, "run_time", scope="line-1", structure="as-is") == {}
        assert values(stack, "run_time", scope="packing") == {"all": 36 * 3600}
        assert values(stack, "run_time", scope="line-1", structure="2026-03-03") == {"all": 36 * 3600}
        assert DAY == 24 * HOUR


def test_words_no_plant_file_knows_are_told_once(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    rows = [
        said("reason", "filler", minute, f"r{minute}", role="symptom", reason="botle-jam")
        for minute in (1, 2)
    ]
    rows += [said("count", "filler", 3, "c", good=1, product="cola", unit="crate")]
    with Stack.open(project, write=True) as stack:
        (loaded,) = stack.load([written(tmp_path, "1.ndjson", rows)], now=START + DAY)
    notes = {note.code: note.fix for note in loaded.notes}
    assert notes.keys() == {"load-unknown-reason", "load-unknown-product", "load-unknown-unit"}
    assert notes["load-unknown-reason"] == "did you mean 'bottle-jam'?"
    assert loaded.receipt.accepted == 3


@pytest.mark.parametrize("large", [False, True])
def test_a_new_source_that_counts_the_same_hours_again_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: bool
) -> None:
    """A mended mapping under a new source alone doubles every piece; the old must be retracted too."""
    if large:
        monkeypatch.setattr(loading, "LARGE", 0)
    project = plant(tmp_path / "p")

    def codes(name: str, rows: list[Wire]) -> list[str]:
        with Stack.open(project, write=True) as stack:
            (loaded,) = stack.load([written(tmp_path, name, rows)], now=START + 2 * DAY)
        assert loaded.receipt.accepted == len(rows)
        twice[:] = [note for note in loaded.notes if note.code == "load-told-twice"]
        return [note.code for note in loaded.notes]

    twice: list[Problem] = []
    old = [said("count", "filler", hour * 60, f"c{hour}", good=9) for hour in range(1, 6)]
    new = [row | {"source": "plc-2"} for row in old]
    assert codes("1.ndjson", old) == []
    assert codes("2.ndjson", [said("count", "filler", 300, "s", scrap=1) | {"source": "scrap"}]) == []
    assert codes("3.ndjson", new[:3]) == ["load-told-twice"]
    assert twice[0].what == (
        "'plc-2' counts what 'plc' counted before, in 3 hours of filler: it stands twice"
    )
    assert codes("4.ndjson", new[3:]) == [], "said once, when it is new"
    gone = [
        {"kind": "count", "equipment": "filler", "at": row["at"], "source": row["source"], "void": True,
         "key": f"void {row['key']}", "supersedes": {"source": row["source"], "key": row["key"]}}
        for row in (*old, *new)
    ]  # fmt: skip
    assert codes("5.ndjson", gone) == []
    assert codes("6.ndjson", [row | {"source": "plc-3"} for row in old]) == []


def test_units_of_measured_values_are_no_strangers(tmp_path: Path) -> None:
    """A reading of 12 kW counts no pieces, so its unit needs no place in the plant files."""
    project = plant(tmp_path / "p")
    rows = [said("reading", "filler", 1, "r", parameter="power", value=12, unit="kW")]
    with Stack.open(project, write=True) as stack:
        (loaded,) = stack.load([written(tmp_path, "1.ndjson", rows)], now=START + DAY)
        rows += [said("count", "filler", 3, "c", good=1, unit="crate")]
        (counted,) = stack.load([written(tmp_path, "2.ndjson", rows)], now=START + DAY)
    assert loaded.receipt.accepted == 1 and not loaded.notes
    (note,) = counted.notes
    assert note.what.startswith("no plant file has a unit 'crate' (1 event)")
