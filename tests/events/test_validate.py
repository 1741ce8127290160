from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from tests.events.build import NAMES, NOON, RECEIVED, decoded, state
from tests.events.examples import EXAMPLES, example

from plantstack.errors import Problem
from plantstack.events.batch import RAW, Decoded, bury
from plantstack.events.kinds import FIELDS, KINDS
from plantstack.events.schema import CONTENT
from plantstack.events.validate import AHEAD, validate
from plantstack.intervals import SECOND, rfc3339

PROJECT_WIDE = [name for name, kind in KINDS.items() if kind.project_wide]


def judged(*rows: dict[str, Any], received_at: int = RECEIVED) -> tuple[pa.Table, list[tuple[int, Problem]]]:
    return validate(decoded(*rows).table, NAMES, received_at)


def codes(*rows: dict[str, Any]) -> list[tuple[int, str]]:
    return [(row, problem.code) for row, problem in judged(*rows)[1]]


def test_every_kind_has_a_good_example() -> None:
    assert EXAMPLES.keys() == KINDS.keys()
    good, problems = judged(*(example(kind) for kind in KINDS))
    assert not problems
    assert good.schema.equals(CONTENT)
    assert good["kind"].to_pylist() == list(KINDS)


def test_a_million_bad_neighbours_do_not_harm_a_good_row() -> None:
    rows = [state(i, state="dancing" if i % 2 else "idle") for i in range(200)]
    good, problems = judged(*rows)
    assert good["key"].to_pylist() == [str(i) for i in range(0, 200, 2)]
    assert {row for row, _ in problems} == set(range(1, 200, 2))


@pytest.mark.parametrize(
    ("kind", "name"), [(k, f.name) for k, kind in KINDS.items() for f in kind.fields if f.required]
)
def test_a_required_field_must_be_there(kind: str, name: str) -> None:
    row = {key: value for key, value in example(kind).items() if key != name}
    found = judged(row)[1]
    assert [problem.code for _, problem in found] == ["event-missing"]
    assert f"'{name}'" in found[0][1].what


@pytest.mark.parametrize(
    ("kind", "group"), [(k, group) for k, kind in KINDS.items() for group in kind.one_of]
)
def test_one_of_a_group_must_be_there(kind: str, group: tuple[str, ...]) -> None:
    row = {key: value for key, value in example(kind).items() if key not in group}
    assert codes(row) == [(0, "event-missing")]


@pytest.mark.parametrize(("kind", "pair"), [(k, pair) for k, kind in KINDS.items() for pair in kind.together])
def test_a_pair_comes_together(kind: str, pair: tuple[str, str]) -> None:
    row = {key: value for key, value in example(kind).items() if key != pair[0]}
    assert codes(row) == [(0, "event-missing")]


@pytest.mark.parametrize(
    ("kind", "name"), [(k, f.name) for k, kind in KINDS.items() for f in kind.fields if f.choices]
)
def test_a_choice_is_one_of_the_list(kind: str, name: str) -> None:
    (_, problem), *others = judged(example(kind, **{name: "otherwise"}))[1]
    assert not others
    assert "expected one of" in problem.what
    assert "otherwise" in problem.what


@pytest.mark.parametrize(
    ("kind", "name"), [(k, f.name) for k, kind in KINDS.items() for f in kind.fields if f.least == 0]
)
def test_H_MQ_14_negative_numbers_are_refused(kind: str, name: str) -> None:
    assert any("-1" in problem.what for _, problem in judged(example(kind, **{name: -1}))[1])


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_of_another_kind_is_refused_in_a_column(kind: str) -> None:
    raw = decoded(example(kind)).table
    foreign = next(name for name in ("state", "code", "parameter", "role") if not _uses(kind, name))
    raw = raw.set_column(raw.schema.get_field_index(foreign), RAW.field(foreign), pa.array(["x"]))
    assert [problem.code for _, problem in validate(raw, NAMES, RECEIVED)[1]] == ["event-unknown-field"]


def _uses(kind: str, column: str) -> bool:
    return any(field.column == column for field in FIELDS[kind].values())


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (state(1, equipment=None), "event-missing"),
        (state(1, equipment=""), "event-missing"),
        (state(1, equipment="m77"), "event-equipment"),
        (state(1, equipment="M1"), "event-equipment"),
        (state(1, equipment="acme/new/filler"), "event-equipment"),
        (state(1, source=None), "event-missing"),
        (state(1, source=""), "event-missing"),
        (state(1, at=None), "event-missing"),
        (state(1, at="0001-01-01T00:00:00Z"), "event-clock"),
        (state(1, at="1970-01-01T00:00:10Z"), "event-clock"),
        (state(1, until="2026-03-01T00:00:01Z"), "event-span"),
        (state(1, until="2026-03-01T00:00:00Z"), "event-span"),
        (state(1, void=True), "event-supersedes"),
        (state(1, supersedes={"source": "plc", "key": "1"}), "event-supersedes"),
        (state(1, told_at="2027-03-01T00:00:00Z"), "event-future"),
        (example("alive", until="2027-03-01T00:00:00Z"), "event-future"),
        (example("alive", until="2026-03-01T04:00:00Z"), "event-span"),
        (example("count", **{"from": "2026-03-01T06:00:00Z"}), "event-span"),
        (example("plan", until="2026-03-01T05:00:00Z"), "event-span"),
        (example("order", order=""), "event-missing"),
        (example("order", order=None), "event-missing"),
        (example("material", order=None), "event-missing"),
        (example("plan", product=""), "event-missing"),
        (example("inspection", ok=51), "event-number-range"),
        (example("setup_check", low=3), "event-number-range"),
        (example("setup_check", low=None, high=None), "event-missing"),
        (example("reading", value=None), "event-missing"),
        (example("verdict", reason=None), "event-missing"),
    ],
)
def test_a_rule_speaks_up(row: dict[str, Any], code: str) -> None:
    assert codes(row) == [(0, code)]


@pytest.mark.parametrize(
    "row",
    [
        state(1, equipment="acme/old/filler"),
        state(1, until="2026-03-02T00:00:00Z"),
        example("alive", until="2026-03-01T05:00:00Z"),
        example("reading", value=None, quality="bad"),
        example("setup_check", value=None, low=None, high=None, ok=False),
        example("reason", **{"from": None, "until": None}),
        state(1, state=None, void=True, supersedes={"source": "plc", "key": "0"}),
        example("count", total=None, good=0, scrap=None),
        example("demand", family=None, product="p", sold_out=None, qty=5),
        example("verdict", phase="accept", reason=None),
    ],
)
def test_a_corner_is_allowed(row: dict[str, Any]) -> None:
    assert codes(row) == []


@pytest.mark.parametrize("kind", KINDS)
def test_only_events_about_the_whole_project_go_without_equipment(kind: str) -> None:
    found = codes(example(kind, equipment=""))
    assert found == ([] if kind in PROJECT_WIDE else [(0, "event-missing")])


def test_F47_a_clock_ahead_is_a_dead_letter_and_others_are_unaffected() -> None:
    edge, late = rfc3339(RECEIVED + AHEAD), rfc3339(RECEIVED + AHEAD + SECOND)
    good, problems = judged(
        state(1, at=edge), state(2, at=late), state(3, at="9999-01-01T00:00:00Z"), state(4)
    )
    assert good["key"].to_pylist() == ["1", "4"]
    assert [row for row, problem in problems if problem.code == "event-future"] == [1, 2]
    assert all("5 minutes" in problem.what for _, problem in problems if problem.code == "event-future")


def test_a_path_means_what_it_meant_then() -> None:
    before, after = rfc3339(NOON - 1), rfc3339(NOON)
    good, problems = judged(
        state(1, equipment="acme/old/filler", at=before),
        state(2, equipment="acme/old/filler", at=after),
        state(3, equipment="acme/new/filler", at=after),
    )
    assert good["equipment"].to_pylist() == ["m1", "m1"]
    assert [(row, problem.what) for row, problem in problems] == [
        (1, "'acme/old/filler' named no equipment at 2026-03-01T12:00:00Z")
    ]


def test_F49_local_offsets_around_the_autumn_change_are_one_order() -> None:
    good, _ = judged(state(1, at="2025-10-26T02:30:00+02:00"), state(2, at="2025-10-26T02:30:00+01:00"))
    first, second = good["at"].to_pylist()
    assert second - first == 3600 * SECOND


def test_what_was_left_to_us_is_filled() -> None:
    good, _ = judged(state(1, reason=""))
    row = good.to_pylist()[0]
    assert (row["told_at"], row["void"], row["order_id"], row["product"]) == (row["at"], False, "", "")
    assert row["reason"] is None


def test_a_problem_says_what_was_expected_what_came_and_what_to_do() -> None:
    (_, problem), *_ = judged(state(1, at="2026-04-01T06:00:00Z"))[1]
    assert str(problem) == (
        "at: expected at most 5 minutes after receipt (2026-03-01T13:00:00Z), got 2026-04-01T06:00:00Z."
        " set the clock of the sender [event-future]"
    )
    (_, problem), *_ = judged(state(1, equipment="m11"))[1]
    assert problem.fix.startswith("did you mean 'm")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("not json", "event-field"),
        ("[1]", "event-field"),
        ('{"colour":"red"}', "event-unknown-field"),
        ('{"state":"idle"}', "event-unknown-field"),
        ('{"native":5}', "event-field"),
        ('{"note":true}', "event-field"),
        ('{"x":"free"}', "event-field"),
    ],
)
def test_a_body_made_by_a_connector_is_judged_too(body: str, code: str) -> None:
    raw = decoded(state(1)).table
    raw = raw.set_column(raw.schema.get_field_index("body"), RAW.field("body"), pa.array([body]))
    assert [problem.code for _, problem in validate(raw, NAMES, RECEIVED)[1]] == [code]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_from_a_connector_is_finite(value: float) -> None:
    raw = decoded(example("reading")).table
    raw = raw.set_column(raw.schema.get_field_index("value"), RAW.field("value"), pa.array([value]))
    assert [problem.code for _, problem in validate(raw, NAMES, RECEIVED)[1]] == ["event-not-a-number"]


def test_an_empty_table_is_fine() -> None:
    good, problems = validate(RAW.empty_table(), NAMES, RECEIVED)
    assert (len(good), problems) == (0, [])


def test_F40_bad_rows_become_letters_with_line_and_bytes() -> None:
    found = decoded(state(1), state(2, state="dancing", until="2026-03-01T00:00:00Z"), state(3))
    good, problems = validate(found.table, NAMES, RECEIVED)
    (letter,) = bury(Decoded(found.table, found.lines, found.raws), problems, file="day.ndjson")
    assert len(good) == 2
    assert (letter.where, letter.source) == ("day.ndjson line 2", "plc")
    assert b"dancing" in letter.raw
    assert "dancing" in letter.problem.what
    assert "'until' after 'at'" in letter.problem.what


@pytest.mark.parametrize(
    ("row", "where", "came"),
    [
        (state(9, until="2026-03-01T00:00:01Z"), "until", ("'at' (2026-03-01T00:00:09Z)", "T00:00:01Z")),
        (state(9, supersedes={"source": "plc", "key": "9"}), "supersedes", ("source 'plc', key '9'",)),
        (example("count", **{"from": "2026-03-02T00:00:00Z"}), "from", ("2026-03-02T00:00:00Z",)),
        (example("alive", **{"from": "2026-03-02T00:00:00Z"}), "from", ("2026-03-02T00:00:00Z",)),
        (example("demand", **{"from": "2026-03-02T00:00:00Z"}), "from", ("2026-03-02T00:00:00Z",)),
        (example("inspection", ok=51), "ok", ("'n' (50),", "got 51")),
        (example("setup_check", low=5, high=4), "low", ("'high' (4", "5")),
        (example("order", order=None), "order", ("needs 'order'",)),
    ],
)
def test_a_problem_names_the_senders_own_field_and_what_came(
    row: dict[str, Any], where: str, came: tuple[str, ...]
) -> None:
    (_, problem), *others = judged(row)[1]
    assert not others
    assert problem.where == where
    assert all(part in problem.what for part in came), problem.what
    assert "_at" not in problem.what + problem.fix
    assert "sup_" not in problem.what + problem.fix
