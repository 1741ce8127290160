"""H-CF in mapping files, and every other mistake of a mapping: each in one line, with its place."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from plantstack.connectors.mapping.names import check_equipment
from plantstack.connectors.mapping.read import load_mapping, parse_mapping
from plantstack.errors import ConfigError, Problem
from plantstack.events.names import Names
from plantstack.plant.source import MAX_BYTES, Report
from plantstack.stack import Stack

from .support import SIMPLE, load, write

GOOD = """schema: 1
source: test
zone: Europe/Berlin
file: {format: csv}
columns: {at: at, machine: machine, state: state, parts: parts, minutes: {column: minutes, unit: min}}
every: {equipment: "{machine}", at: "{at}"}
events:
  - {kind: state, state: "{state}"}
"""


def problems(text: str) -> list[Problem]:
    with pytest.raises(ConfigError) as caught:
        parse_mapping(text)
    return list(caught.value.problems)


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def more(text: str) -> str:
    return GOOD + text


EXCEL = changed("format: csv", "format: excel")
DATED = changed("at: at, machine", 'at: {column: at, format: "%d.%m.%Y"}, machine')
NO_AT = changed('at: "{at}"}', "order: o}").replace('state: "', 'at: "{at}", state: "')
LONG = changed('state: "{state}"}', 'state: "{state}", lasting: "{minutes}"}')
SPOKEN = '  - {kind: state, state: "{state}"}\n'

CASES: list[tuple[str, str, str, int]] = [
    # what is written, the code, a part of the sentence, the line
    (changed("{machine}", "{mashine}"), "mapping-column", "'{mashine}' is not declared", 8),
    (changed("at: at, machine", "at: {group: day}, machine"), "mapping-group", "unknown group 'day'", 5),
    (
        changed("at: at, machine", "at: {column: at, of: other}, machine"),
        "mapping-join",
        "unknown join 'other'",
        5,
    ),
    (more("join: {x: {sheet: X, on: {a: b}}}\n"), "mapping-join", "only sheets of one workbook", 9),
    (EXCEL + "join: {x: {sheet: X}}\n", "mapping-join", "needs 'on'", 9),
    (DATED.replace("zone: Europe/Berlin\n", ""), "mapping-zone", "local time and no zone", 4),
    (more(SPOKEN), "mapping-twice", "says the same as rule 'state-1' in line 8", 9),
    (more("  - {rule: state-1, kind: state, state: off}\n"), "name-twice", "the first in line 8", 9),
    (more("  - {kind: state}\n"), "mapping-field-missing", "needs 'state'", 9),
    (more("  - {kind: count}\n"), "mapping-field-missing", "needs one of total, good", 9),
    (more('  - {kind: count, total: "{parts}{parts}"}\n'), "mapping-template", "cannot be composed", 9),
    (
        more('  - {kind: state, state: off, lasting: "{at}{at}"}\n'),
        "mapping-template",
        "exactly one column",
        9,
    ),
    (more('  - {kind: note, note: x, lasting: "{minutes}"}\n'), "mapping-length", "has no length", 9),
    (more("  - {kind: state, state: off, stamped: end}\n"), "mapping-length", "'stamped' says where", 9),
    (
        more('  - {kind: count, total: "{parts}", counter: {counts: delta}, lasting: "{minutes}"}\n'),
        "mapping-length",
        "mixes 'counter', 'placed' and 'lasting'",
        9,
    ),
    (more("  - {kind: state, state: off, counter: {counts: delta}}\n"), "mapping-counter", "kind count", 9),
    (
        more('  - {kind: count, total: "{parts}", counter: {counts: cumulative, rollover: 2^16}}\n'),
        "mapping-counter",
        "'rollover' needs 'max_rate'",
        9,
    ),
    (
        changed("state: state", "state: {column: state, map: {x: runing}}"),
        "mapping-word",
        "which is no state",
        5,
    ),
    (LONG.replace("unit: min", "unit: min, factor: 60"), "mapping-unit", "a duration and has a 'factor'", 5),
    (DATED.replace('"%d.%m.%Y"', '["%d.%m.%Y", "%Y%z"]'), "mapping-time", "cannot be mixed", 5),
    (changed("csv", 'csv, decimal: ",", thousands: ","'), "mapping-number", "the same character", 4),
    (changed("format: csv", "format: csv, delimiter: none"), "mapping-delimiter", "needs a delimiter", 4),
    (changed("events:\n" + SPOKEN, ""), "mapping-empty", "makes no events", 1),
    (NO_AT + "alive: file\n", "mapping-every", "'alive' needs 'equipment' and 'at'", 9),
    (NO_AT + 'stale_before: "{minutes}"\n', "mapping-every", "'stale_before' needs 'at'", 9),
    (more("  - {kind: count, total: many}\n"), "value-wrong", "'total': expected a number, came 'many'", 9),
    (more("  - {kind: state, state: off, until: tomorrow}\n"), "value-wrong", "expected an instant", 9),
    (
        more('  - {kind: setup_check, parameter: heat, ok: "maybe"}\n'),
        "value-wrong",
        "expected true or false",
        9,
    ),
    (changed('at: "{at}"}', "at: now}"), "value-wrong", "'at': expected an instant, came 'now'", 6),
    (DATED.replace('"%d.%m.%Y"', '"%d.%m.%Y", after: begin'), "mapping-column", "'{begin}'", 1),
    (changed("schema: 1", "schema: 2"), "mapping-schema", "schema 2; this version reads 1", 1),
    (more("  - {kind: state, when: {parts: {}}, state: off}\n"), "mapping-condition", "says nothing", 9),
]


@pytest.mark.parametrize(
    ("text", "code", "what", "line"), CASES, ids=[f"{c[1]}-{n}" for n, c in enumerate(CASES)]
)
def test_each_mistake_is_one_sentence_with_its_line(text: str, code: str, what: str, line: int) -> None:
    found = [problem for problem in problems(text) if problem.code == code]
    assert len(found) == 1, problems(text)
    assert what in found[0].what and found[0].where == f"mapping.yaml:{line}" and found[0].fix


WORDS: list[tuple[str, str, str]] = [
    ("format: csv", "format: cvs", "did you mean 'csv'?"),
    ("kind: state", "kind: stats", "did you mean 'state'?"),
    ('state: "{state}"', "state: runing", "expected one of producing"),
    ("zone: Europe/Berlin", "zone: Europe/Berln", "did you mean 'Europe/Berlin'?"),
    ("unit: min", "unit: minutes", "did you mean 'min'?"),
    ("unit: min", "factor: 1/60", "a number"),
    ("format: csv", "format: csv, encoding: latin-99", "a known encoding"),
    ("format: csv", "format: csv, quote: ab", "one character"),
    ("format: csv", 'format: csv, name: "(?P<x>"', "regular expression"),
    ("at: at, machine", "at: {column: at, format: DD.MM.YYYY}, machine", "is no time format"),
    ("at: at, machine", 'at: {column: at, format: "%Q"}, machine', "is no time format"),
    ('equipment: "{machine}"', 'equipment: "{machine"', "Close every '{'"),
    ('equipment: "{machine}"', 'equipment: "{}"', "Name a column"),
    ("source: test", "source: test\nabsence: {state: off, after: 5 min}", "expected one of 'idle'"),
    ("source: test", "source: test\nidentity: line", "expected one of 'content', 'row'"),
    ("source: test", "source: test\nidentical_rows: maybe", "expected one of 'keep', 'drop'"),
    ("source: test\n", "", "Add 'source:'"),
    ("events:", "event:", "did you mean 'events'?"),
]


@pytest.mark.parametrize(("old", "new", "says"), WORDS, ids=[new[:30] for _, new, _ in WORDS])
def test_each_word_that_cannot_be_is_named_with_what_could(old: str, new: str, says: str) -> None:
    """H-CF-12 among them: a unit or a zone that does not exist."""
    found = problems(changed(old, new))
    assert any(says in str(problem) for problem in found), found
    assert all(problem.where.startswith("mapping.yaml") for problem in found)


NAMING = """
schema: 1
source: test
file: {{format: csv}}
columns:
  at: at
  free: free
  hall: {{constant: hall-2}}
  machine: {{column: m, map: {{A: press, B: pres, C: ignore}}}}
every: {{equipment: "{equipment}", at: "{{at}}"}}
events: [{{kind: state, state: idle}}]
"""


@pytest.mark.parametrize(
    ("equipment", "says"),
    [
        ("{machine}", [
            "m.yaml:9: the plant has no equipment 'pres'. did you mean 'press'? [mapping-equipment]"
        ]),
        ("saw", []),
        ("sow", ["m.yaml:11: the plant has no equipment 'sow'. did you mean 'saw'? [mapping-equipment]"]),
        ("{free}", []),
        ("{free}/{machine}", []),
        ("acme/tulsa/{machine}", [
            "m.yaml:9: the plant has no equipment 'acme/tulsa/pres'. "
            "did you mean 'acme/tulsa/press'? [mapping-equipment]"
        ]),
        ("{hall}", ["m.yaml:11: the plant has no equipment 'hall-2'. known: press, saw [mapping-equipment]"]),
    ],
)  # fmt: skip
def test_names_a_mapping_gives_are_held_against_the_plant(equipment: str, says: list[str]) -> None:
    names = Names([(name, -1, 1, name) for name in ("press", "saw", "acme/tulsa/press", "acme/tulsa/saw")])
    report = Report()
    check_equipment(parse_mapping(NAMING.format(equipment=equipment), "m"), names, report)
    assert [str(problem) for problem in report.problems] == says


def test_check_names_equipment_of_mappings_that_the_plant_does_not_have(tmp_path: Path) -> None:
    Stack.init(tmp_path / "p")
    path = tmp_path / "p" / "mappings" / "m.yaml"
    path.write_text(NAMING.format(equipment="filer"))
    assert [str(problem) for problem in Stack.check(tmp_path / "p")] == [
        "m.yaml:11: the plant has no equipment 'filer'. did you mean 'filler'? [mapping-equipment]"
    ]
    path.write_text(NAMING.format(equipment="acme/tulsa/packing/line-1/filler"))
    assert not Stack.check(tmp_path / "p")


def test_all_mistakes_come_at_once() -> None:
    text = GOOD.replace("{machine}", "{mashine}").replace("unit: min", "unit: mn") + "nonsense: 1\n"
    assert len({problem.code for problem in problems(text)}) == 3


# -- H-CF ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "__import__('os')",
        "{at.__class__}",
        "{at[0]}",
        "{lambda: 1}",
        "{at!r}",
        "{0}",
        "f'{at}'",
        "{at:>9999999999}",
    ],
)
def test_H_CF_01_nothing_in_a_mapping_is_ever_evaluated(tmp_path: Path, code: str) -> None:
    mapping = SIMPLE.replace('state: "{state}"}', f'state: "{{state}}", note: "{code}"}}')
    if "{" in code and code != "f'{at}'":
        assert problems(mapping)[0].code == "mapping-column"
        return
    loaded = load(mapping, write(tmp_path, "at,machine,state,pieces\n2026-01-05T06:00:00Z,press,idle,\n"))
    assert len(loaded.events) == 1 and not loaded.dead


def test_H_CF_01_words_of_a_file_and_a_mapping_are_never_code(tmp_path: Path) -> None:
    evil = "x'); DROP TABLE cells; --"
    mapping = SIMPLE.replace("state: state", f'state: {{column: "{evil}", map: {{"{evil}": idle}}}}').replace(
        "machine: machine", 'machine: "$p0"'
    )
    loaded = load(
        mapping, write(tmp_path, f'at,$p0,"{evil}",pieces\n2026-01-05T06:00:00Z,"{evil}","{evil}",\n')
    )
    assert [(event["equipment"], event["state"]) for event in loaded.events] == [(evil, "idle")]


@pytest.mark.parametrize("repeat", ["9**9**9", "x" * 501, "{at}" * 200])
def test_H_CF_02_long_and_repeated_texts(repeat: str) -> None:
    mapping = SIMPLE.replace('state: "{state}"}', f'state: "{{state}}", note: "{repeat}"}}')
    if len(repeat) > 500:
        assert "at most 500 characters" in str(problems(mapping)[0])
    else:
        parse_mapping(mapping)


def test_H_CF_03_ten_thousand_brackets() -> None:
    for text in ("[" * 10_000, "{" * 10_000, "source: " + "[" * 10_000 + "]" * 10_000):
        assert problems(text)
    assert problems(SIMPLE.replace('"{state}"', '"' + "{" * 10_000 + '"'))


def test_H_CF_07_tags_that_build_objects() -> None:
    for tag in ("!!python/object/apply:os.system ['id']", "!!python/name:os.system", "!mine x", "!!str x"):
        found = problems(SIMPLE.replace("source: test", f"source: {tag}"))
        assert any(problem.code == "yaml-tag" for problem in found), found


def test_H_CF_08_alias_bombs() -> None:
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"
    assert any("alias" in str(problem) or "anchor" in str(problem) for problem in problems(bomb + SIMPLE))


def test_H_CF_09_duplicate_keys() -> None:
    twice = SIMPLE.replace("state: state,", "state: {column: state, map: {RUN: idle, RUN: off}},")
    for text in (SIMPLE + "source: other\n", twice):
        assert "yaml-duplicate-key" in {problem.code for problem in problems(text)}


OVERLAPS: list[tuple[str, str, bool]] = [
    ('kind: state, state: "{state}"', "kind: state, state: off", True),
    (
        'kind: state, when: {state: {not: off}}, state: "{state}"',
        "kind: state, when: {state: off}, state: off",
        False,
    ),
    (
        "kind: state, when: {pieces: {above: 2}}, state: idle",
        "kind: state, when: {pieces: {below: 9}}, state: off",
        True,
    ),
    (
        "kind: state, when: {pieces: {above: 9}}, state: idle",
        "kind: state, when: {pieces: {below: 9}}, state: off",
        False,
    ),
    (
        "kind: state, when: {pieces: {absent: true}}, state: off",
        "kind: state, when: {pieces: {present: true}}, state: idle",
        False,
    ),
    ('kind: count, good: "{pieces}"', 'kind: count, scrap: "{pieces}"', False),
    ('kind: count, good: "{pieces}"', 'kind: count, good: "{pieces}", unit: box', True),
    ('kind: count, scrap: "{pieces}", reason: a', 'kind: count, scrap: "{pieces}", reason: b', False),
    (
        'kind: reading, parameter: a, value: "{pieces}"',
        'kind: reading, parameter: b, value: "{pieces}"',
        False,
    ),
    (
        'kind: reading, parameter: "{state}", value: "{pieces}"',
        'kind: reading, parameter: idle, value: "1"',
        True,
    ),
    ('kind: alarm, code: "{state}", phase: "on"', 'kind: alarm, code: "{state}", phase: "off"', False),
    ("kind: state, state: idle, equipment: a", "kind: state, state: off, equipment: b", False),
]


@pytest.mark.parametrize(("one", "other", "overlap"), OVERLAPS)
def test_H_CF_10_rules_with_the_same_target(tmp_path: Path, one: str, other: str, overlap: bool) -> None:
    mapping = SIMPLE[: SIMPLE.index("events:")] + f"events:\n  - {{{one}}}\n  - {{{other}}}\n"
    if overlap and "parameter" not in one and "when" not in one:  # it shows before there is any row
        with pytest.raises(ConfigError) as caught:
            parse_mapping(mapping)
        assert {(problem.code, problem.where) for problem in caught.value.problems} == {
            ("mapping-overlap", f"mapping.yaml:{mapping.count(chr(10))}")
        }
        # Where neither condition holds whenever the other does, only the rows show it.
        one, other = f"{one}, when: {{machine: press}}", f"{other}, when: {{pieces: {{present: true}}}}"
    mapping = SIMPLE[: SIMPLE.index("events:")] + f"events:\n  - {{{one}}}\n  - {{{other}}}\n"
    text = "at,machine,state,pieces\n" + "".join(
        f"2026-01-05T0{n}:00:00Z,press,idle,{n}\n" for n in range(3, 7)
    )
    loaded = load(mapping, write(tmp_path, text))
    if not overlap:
        assert loaded.events and not loaded.dead
        return
    (letter,) = loaded.dead
    assert not loaded.events and letter.problem.code == "mapping-overlap"
    assert (
        letter.problem.where == "data.csv:2"
        and "3 others" in letter.problem.what
        and "'when'" in letter.problem.fix
    )


def test_H_CF_11_a_pattern_that_would_never_end(tmp_path: Path) -> None:
    mapping = SIMPLE.replace(
        "{kind: state,", '{kind: state, when: {state: {matches: "(a+)+$|(a|aa)+b"}},'
    ).replace("format: csv", 'format: csv, name: "^(?P<x>(([a-z])+.)+[A-Z]([a-z])+)?.*$"')
    text = "at,machine,state,pieces\n" + f"2026-01-05T06:00:00Z,press,{'a' * 200_000}!,1\n" * 5
    started = time.monotonic()
    loaded = load(mapping, write(tmp_path, text, "a" * 150 + "!.csv"))
    assert len(loaded.of("count")) == 5 and not loaded.of("state")
    assert time.monotonic() - started < 60


def test_H_CF_13_a_mapping_of_100_MB(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as target:
        target.truncate(100_000_000)
    with pytest.raises(ConfigError, match=str(MAX_BYTES)) as caught:
        load_mapping(path)
    assert len(str(caught.value)) < 500


def test_H_CF_14_a_mapping_that_changes_under_a_load(tmp_path: Path) -> None:
    path = write(tmp_path, SIMPLE, "m.yaml")
    mapping = load_mapping(path)
    path.write_text("no mapping at all")
    assert mapping.source == "test" and mapping == parse_mapping(SIMPLE, "m")
