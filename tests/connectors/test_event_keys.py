"""How an event of a file is known: business key, content and ordinal, or its place in the file."""

from __future__ import annotations

import tempfile
from pathlib import Path

import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from .support import Loaded, load, us, write

BASE = """
schema: 1
source: test
file: {format: csv}
columns: {at: at, machine: machine, note: note}
every: {equipment: "{machine}", at: "{at}"}
events: [{kind: note, note: "{note}"}]
"""
HEADER = "at,machine,note\n"
AT = "2026-01-05T06:00:00Z"
ROW = f"{AT},press,same\n"


def keys(loaded: Loaded) -> list[str]:
    return sorted(event["key"] for event in loaded.events)


def test_a_short_content_is_a_key_people_can_read(tmp_path: Path) -> None:
    simple = BASE.replace("kind: note, note: ", "kind: alarm, phase: on, code: ")
    assert keys(load(simple, write(tmp_path, HEADER + ROW))) == [f"alarm|press|{us(AT)}|code|same|phase|on"]
    long = keys(load(simple, write(tmp_path, HEADER + ROW.replace("same", "x" * 99))))
    assert len(long[0]) == 32 and "|" not in long[0]


def test_words_with_the_separator_in_them_do_not_meet(tmp_path: Path) -> None:
    mapping = BASE.replace("note: note}", "note: note, grade: grade}").replace(
        'kind: note, note: "{note}"', 'kind: alarm, phase: "on", code: "{note}", severity: "{grade}"'
    )
    pairs = [
        ("a", "b|phase|on|severity|c"),
        ("a|phase|on|severity|b", "c"),
        ("a", "b"),
        ("a\x1f", "b"),
        ("a|b", ""),
    ]
    text = "at,machine,note,grade\n" + "".join(f"{AT},press,{code},{grade}\n" for code, grade in pairs)
    loaded = load(mapping, write(tmp_path, text))
    told = keys(loaded)
    assert len(set(told)) == len(pairs) and not any("#" in key for key in told)


def test_a_business_key_is_kept_and_each_rule_has_its_share(tmp_path: Path) -> None:
    mapping = BASE.replace("note: note}", "note: note, id: id}").replace(
        'at: "{at}"}', 'at: "{at}", key: "{id}"}'
    )
    two = mapping.replace("}]", '}, {rule: alarm, kind: alarm, phase: on, code: "{note}"}]')
    path = write(tmp_path, f"at,machine,note,id\n{AT},press,x,4711\n")
    assert keys(load(two, path)) == ["4711:alarm", "4711:note-1"]
    own = BASE.replace("note: note}", "note: note, id: id}").replace('"{note}"}', '"{note}", key: "n{id}"}')
    assert keys(load(own, path)) == ["n4711"]
    lost = load(mapping, write(tmp_path, f"at,machine,note,id\n{AT},press,x,\n"))
    assert lost.codes == ["row-incomplete"] and "value for 'key'" in lost.dead[0].problem.what


def test_a_reading_is_known_by_equipment_parameter_and_instant(tmp_path: Path) -> None:
    mapping = BASE.replace("kind: note, note: ", "kind: reading, parameter: heat, value: ")
    assert keys(load(mapping, write(tmp_path, HEADER + f"{AT},press,1.5\n"))) == [f"press/heat@{us(AT)}"]


def test_twins_are_kept_with_an_ordinal_or_dropped(tmp_path: Path) -> None:
    twice = write(tmp_path, HEADER + ROW * 3 + ROW.replace("press", "saw"))
    kept = keys(load(BASE, twice))
    assert len(set(kept)) == 4 and sum(key.startswith(("1#", "2#")) for key in kept) == 2
    assert len(load(BASE + "identical_rows: drop\n", twice).events) == 2
    assert len(load(BASE + "identical_rows: keep\n", twice).events) == 4


@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["press", "saw"]), st.sampled_from("xy"))),
    st.sampled_from([None, (0, 1), (1, 0), (0,), (1,)]),
)
def test_twins_are_found_in_any_order_of_rows(
    rows: list[tuple[int, str, str]], order: tuple[int, ...] | None
) -> None:
    if order is not None:
        rows = sorted(rows, key=lambda row: [row[place] for place in order])
    lines = [f"{AT.replace(':00Z', f':0{at}Z')},{machine},{note}\n" for at, machine, note in rows]
    with tempfile.TemporaryDirectory() as folder:
        told = load(BASE, write(Path(folder), HEADER + "".join(lines))).events
    assert len({event["key"] for event in told}) == len(told) == len(rows)
    assert sum("#" in event["key"] for event in told) == len(rows) - len(set(rows))


def test_twins_of_two_rules_of_one_kind(tmp_path: Path) -> None:
    mapping = BASE.replace(
        '{kind: note, note: "{note}"}',
        '{kind: count, when: {note: {not: rework}}, total: "1"}, '
        '{kind: count, when: {note: rework}, total: "1"}',
    )
    text = HEADER + ROW + ROW.replace("same", "rework") + ROW
    loaded = load(mapping, write(tmp_path, text))
    assert len(set(keys(loaded))) == 3 and sum(event["total"] for event in loaded.events) == 3
    dropped = load(mapping + "identical_rows: drop\n", write(tmp_path, text))
    assert len(dropped.events) == 2, "a row is identical in all that is read, whatever rules make of it"


def test_twins_of_two_sheets(tmp_path: Path) -> None:
    def book(name: str, *rows: list[str]) -> Path:
        with xlsxwriter.Workbook(str(tmp_path / name)) as made:
            for title, count in zip(("A", "B"), rows, strict=True):
                sheet = made.add_worksheet(title)
                sheet.write_row(0, 0, ["at", "machine", "note"])
                for number, note in enumerate(count, 1):
                    sheet.write_row(number, 0, [AT, "press", note])
        return tmp_path / name

    mapping = BASE.replace("format: csv", "format: excel, sheets: [A, B]")
    one = load(mapping, book("one.xlsx", ["x"], ["x", "y"]))
    assert len(set(keys(one))) == 3
    more = load(mapping, book("two.xlsx", ["x", "z"], ["x", "y"]))
    assert set(keys(one)) < set(keys(more)), "another export of the same sheets dedupes"


def test_identity_by_place_in_the_file(tmp_path: Path) -> None:
    mapping = BASE + "identity: row\n"
    first = load(mapping, write(tmp_path, HEADER + ROW * 2, "one.csv"))
    assert len(set(keys(first))) == 2 and all(key.endswith(":note-1") for key in keys(first))
    again = load(mapping, write(tmp_path, HEADER + ROW * 2, "renamed.csv"))
    assert keys(again) == keys(first), "the same file is the same place, whatever it is called"
    other = load(mapping, write(tmp_path, HEADER + ROW * 3, "other.csv"))
    assert not set(keys(other)) & set(keys(first)), "in another file everything is something else"


def test_identity_by_place_with_sheets_and_wide_rows(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "two.xlsx")) as made:
        for title in ("A", "It's"):
            sheet = made.add_worksheet(title)
            sheet.write_row(0, 0, ["at", "m1", "m2"])
            sheet.write_row(1, 0, [AT, "x", "x"])
    mapping = (
        BASE.replace("format: csv", 'format: excel, sheets: [A, "It\'s"]')
        + """
identity: row
wide: {keep: [at], name: machine, value: note}
"""
    )
    loaded = load(mapping, tmp_path / "two.xlsx")
    assert len(loaded.events) == len(set(keys(loaded))) == 4 and not loaded.dead


def test_a_field_that_is_never_filled_does_not_change_the_key_of_others(tmp_path: Path) -> None:
    """An event without order says no order, whether or not the mapping asks for one."""
    asked = BASE.replace("note: note}", "note: note, order: order}").replace(
        'note: "{note}"}]', 'note: "{note}", order: "{order}"}]'
    )
    event = load(asked, write(tmp_path, f"at,machine,note,order\n{AT},press,x,\n")).events[0]
    assert event["order_id"] == ""
