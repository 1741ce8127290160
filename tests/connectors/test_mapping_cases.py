"""Tests that stand in a mapping: what they find, and that `check` runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from plantstack.connectors.mapping.meaning import meaning_of
from plantstack.connectors.mapping.proof import run_tests
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.errors import ConfigError
from plantstack.stack.files.checking import check_mappings

MAPPING = """
schema: 1
source: hall
file: {format: json}
columns:
  at: ts
  machine: topic.1
  running: {column: run, map: {"true": producing, "false": stopped}}
  pieces: pieces
every: {equipment: "{machine}", at: "{at}"}
events:
  - {kind: state, when: {running: {present: true}}, state: "{running}"}
  - {kind: count, when: {pieces: {present: true}}, good: "{pieces}", counter: {counts: cumulative}}
"""
GOOD = """
tests:
  - name: a run and its pieces
    messages:
      - {topic: hall/press-1/state, payload: {ts: 2026-01-05T06:00:00Z, run: true}}
      - {topic: hall/press-1/count, payload: {ts: 2026-01-05T06:00:00Z, pieces: 4}}
      - {topic: hall/press-1/count, payload: {ts: 2026-01-05T06:01:00Z, pieces: 7}}
      - {topic: hall/press-1/count, payload: {ts: nonsense, pieces: 9}}
    events:
      - {kind: state, equipment: press-1, at: 2026-01-05T06:00:00Z, state: producing}
      - {kind: count, good: 3, from: 2026-01-05T06:00:00Z}
    set_aside: row-unreadable
  - name: the same of a file
    rows:
      - {topic: {1: press-2}, ts: 2026-01-05T06:00:00Z, run: false}
    events:
      - {kind: state, equipment: press-2, state: stopped}
"""


def found(tests: str) -> list[str]:
    return [problem.what for problem in run_tests(parse_mapping(MAPPING + tests))]


def test_what_holds_finds_nothing_and_changes_nothing() -> None:
    assert found(GOOD) == []
    assert meaning_of(parse_mapping(MAPPING + GOOD)) == meaning_of(parse_mapping(MAPPING))


@pytest.mark.parametrize(
    ("good", "bad", "says"),
    [
        ("good: 3", "good: 4", "did not come: count, from: 2026-01-05T06:00:00Z, good: 4"),
        ("      - {kind: count, good: 3, from: 2026-01-05T06:00:00Z}\n", "", "came unexpected: count"),
        ("    set_aside: row-unreadable\n", "", "a row was set aside: row-unreadable"),
        ("state: stopped", "state: producing", "did not come: state, equipment: press-2"),
        ("row-unreadable", "row-wrong", "no row was set aside with row-wrong"),
        ("good: 3", "good: several", "test 'a run and its pieces': good:"),
    ],
)
def test_what_does_not_hold_is_told(good: str, bad: str, says: str) -> None:
    assert good in GOOD
    assert any(says in one for one in found(GOOD.replace(good, bad)))


def test_what_is_written_wrong_has_its_line() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_mapping(MAPPING + GOOD.replace("kind: count, good: 3", "kind: count, goods: 3"))
    assert [(one.code, one.where) for one in caught.value.problems] == [("key-unknown", "mapping.yaml:24")]


def test_check_runs_them(tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    written = MAPPING + GOOD.replace("good: 3", "good: 4")
    (tmp_path / "mappings" / "hall.yaml").write_text(written, "utf-8")
    assert {one.code for one in check_mappings(tmp_path, None)} == {"mapping-test"}
