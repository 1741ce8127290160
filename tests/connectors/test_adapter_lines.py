"""Lines as adapters write them: several values in one, assets and commands between, conditions told apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantstack.connectors.files.shdr import lay_out, pieces
from plantstack.connectors.mapping.model import FileForm

from .support import load, shared, write

AT = "2026-01-05T06:00:0{}Z"
MAPPING = """
schema: 1
source: adapter
file: {format: lines}
columns: {state: {column: value, map: {ACTIVE: producing, READY: idle, FEED_HOLD: stopped}}}
every: {equipment: press, at: "{time}"}
events:
  - {kind: state, when: {key: execution}, state: "{state}"}
  - {kind: reading, when: {key: [load, temp]}, parameter: "{key}", value: "{value}"}
  - {kind: alarm, when: {value: [FAULT, WARNING]}, phase: "on", code: "{key} {code}", text: "{text}"}
"""
FORM = FileForm("lines", delimiter="|")
ASSET = "@ASSET@|EM233|CuttingTool|<CuttingTool/>"


def laid(text: str, folder: Path, form: FileForm = FORM) -> tuple[list[str], list[int], list[int]]:
    path = write(folder, text, "log.txt")
    found = lay_out(path, "log.txt", form)
    return path.read_text().splitlines(), list(found.origin), list(found.skipped)


def test_several_values_in_a_line_are_several_observations(tmp_path: Path) -> None:
    text = "\n".join(
        [
            f"{AT.format(0)}|execution|READY",
            f"{AT.format(1)}@10.5|execution|ACTIVE|load|12.5|temp|40",
            f"{AT.format(2)}|{ASSET}",
            f"{AT.format(3)}|oil|FAULT|OTEMP|1|HIGH|Oil is hot",
            "* PONG 10000",
            f"{AT.format(4)}|load|13|execution|LOST",
            "",
        ]
    )
    told = load(MAPPING, write(tmp_path, text, "log.txt"))
    assert [(one["state"], one["kind"]) for one in told.of("state")] == [
        ("idle", "state"),
        ("producing", "state"),
    ]
    assert sorted((one["parameter"], one["value"]) for one in told.of("reading")) == [
        ("load", 12.5),
        ("load", 13.0),
        ("temp", 40.0),
    ]
    assert len(told.of("alarm")) == 1
    assert [(letter.where, letter.raw) for letter in told.dead] == [
        ("log.txt:6", f"{AT.format(4)}|execution|LOST".encode())
    ], "the line of the file as it came"
    assert told.notes["rows-ignored"].endswith("no observations: 2 (log.txt:3, log.txt:5)")


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("t|k|v", 1),
        ("t|k|v|", 1),
        ("t|k|code|a message", 1),
        ("t|k1|v1|k2|v2", 2),
        ("t|k1|v1|k2|v2|", 2),
        ("t|k1|UNAVAILABLE|k2|UNAVAILABLE|k3|UNAVAILABLE", 3),
        ("t|move|NORMAL|line|5|program|TAP", 3),
        ("t|move|NORMAL|line|5", 2),
        ("t|cond|Unavailable||||", 1),
        ("t|cond|NORMAL||||", 1),
        ("t|cond|NORMAL||", 1),
        ("t|cond|WARNING|10|1|LOW|low on oil", 1),
        ("t|cond|FAULT|10|1||a text | with | bars", 1),  # too many cells: set aside as a whole
        ("t|vars|a=1 b={2 3}|load|5", 2),
    ],
)
def test_a_condition_is_told_from_pairs_by_the_words_of_the_standard(line: str, parts: int) -> None:
    assert len(list(pieces(line.encode()))) == parts


def test_what_is_one_observation_a_line_is_left_alone(tmp_path: Path) -> None:
    text = f"{AT.format(0)}|execution|a@b\n{AT.format(1)}|c|Fault|1|2|HIGH|x\n"
    assert laid(text, tmp_path) == (text.splitlines(), [], [])


def test_an_asset_over_several_lines_is_skipped_and_one_without_an_end_is_told(tmp_path: Path) -> None:
    begun = f"{AT.format(0)}|@ASSET@|T1|CuttingTool|--multiline--AB\n<CuttingTool>|a|b|c|d\n"
    lines, origin, skipped = laid(f"{begun}--multiline--AB\n{AT.format(1)}|k|v\n", tmp_path)
    assert (lines, origin, skipped) == ([f"{AT.format(1)}|k|v"], [4], [1, 2, 3])
    told = load(MAPPING, write(tmp_path, begun, "open.txt"))
    assert told.codes == ["file-damaged"] and "line 1" in told.dead[0].problem.what


def test_a_heading_and_comments_stay_as_they_are(tmp_path: Path) -> None:
    form = FileForm("lines", delimiter="|", skip_rows=1, comment="#")
    text = "time|a|b|c|d\n# a|b|c|d|e\n2026|a|1|b|2\n"
    lines, origin, _ = laid(text, tmp_path, form)
    assert lines == ["time|a|b|c|d", "# a|b|c|d|e", "2026|a|1", "2026|b|2"] and origin == [1, 2, 3, 3]


words = st.text("abcDEF019 .=", min_size=1, max_size=6)


@given(st.lists(st.lists(st.tuples(words, words), min_size=1, max_size=4), min_size=1, max_size=8))
def test_every_pair_is_there_once_and_in_order(lines: list[list[tuple[str, str]]]) -> None:
    made = [f"t|{'|'.join(f'{key}|{value}' for key, value in pairs)}".encode() for pairs in lines]
    found = [piece.decode().split("|")[1:] for line in made for piece in pieces(line)]
    assert found == [[key, value] for pairs in lines for key, value in pairs]


@pytest.mark.shared
def test_the_scenarios_of_the_reference_agent(tmp_path: Path) -> None:
    folder = shared("mtconnect-agent-samples")
    lines, origin, skipped = laid((folder / "simple_scenario_1.txt").read_text(), tmp_path)
    assert lines[4:6] == ["2|program|Tap", "2|execution|READY"] and origin[4:6] == [5, 5] and not skipped
    assert len(lines) == 14
    lines, _, skipped = laid((folder / "cuttingtool_scenario.txt").read_text(), tmp_path)
    assert (lines, skipped) == ([], [1, 2, 3])
    told = load(MAPPING, folder / "cuttingtool_scenario.txt")
    assert list(told.notes) == ["rows-ignored"] and not told.dead
