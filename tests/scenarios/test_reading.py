"""How a scenario is read: times, lines, figures, and every problem at once with its line."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from plantstack.errors import ConfigError
from plantstack.intervals import HOUR, MINUTE
from plantstack.testing import read_scenario, run_scenario, update_scenario
from plantstack.testing.event_lines import Event, read_events
from plantstack.testing.figures import read_expectation
from plantstack.testing.ledger_lines import read_line
from plantstack.testing.times import Times

MONDAY = Times(date(2026, 3, 2), "Europe/Berlin")
AUTUMN = Times(date(2026, 10, 25), "Europe/Berlin")
RUNNING = """\
scenario: An hour
events: [filler 07:00 state producing, filler 08:00 state off]
"""


@pytest.mark.parametrize(
    ("text", "minutes", "written"),
    [
        ("07:00-07:40", 40, "07:00-07:40"),
        ("23:58-00:01", 3, "23:58-00:01"),
        ("00:00-24:00", 1440, "00:00-00:00"),
        ("Fri 21:50-Mon 07:00", 3430, "Fri 21:50-Mon 07:00"),
        ("+4d 21:50-+7d 07:00", 3430, "Fri 21:50-Mon 07:00"),
        ("-1d 22:00-06:00", 480, "-1d 22:00-06:00"),
        ("2026-03-10 10:00-11:30", 90, "+8d 10:00-11:30"),
        ("07:00-06:30Z", 30, "07:00-07:30"),
    ],
)
def test_spans(text: str, minutes: int, written: str) -> None:
    span = MONDAY.span(text)
    assert span.length == minutes * MINUTE
    assert MONDAY.write_span(span) == written
    assert MONDAY.span(written) == span


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    assert AUTUMN.instant("02:30") + HOUR == AUTUMN.instant("01:30Z")
    assert AUTUMN.write(AUTUMN.instant("01:30Z")) == "01:30Z"
    assert AUTUMN.span("02:30-03:30").length == 2 * HOUR


@pytest.mark.parametrize("text", ["7:00", "07:60", "24:01", "Tue", "Tue 07:00-+0d 07:00", "tomorrow 07:00"])
def test_no_times(text: str) -> None:
    with pytest.raises(ValueError, match=r"Write|must come after|ends at"):
        (MONDAY.span if "-" in text else MONDAY.instant)(text)


def events(line: str) -> list[Event]:
    return list(read_events(line, lambda _: MONDAY))


def test_a_comma_goes_on_with_the_same_equipment_and_kind() -> None:
    first, second = events('filler 07:00 state fault reason=jam note="a, b", 07:10-07:20 producing')
    head = {"kind": "state", "equipment": "filler", "source": "plc"}
    assert first == {**head, "at": "2026-03-02T06:00:00Z", "state": "fault", "reason": "jam", "note": "a, b"}
    span = {"at": "2026-03-02T06:10:00Z", "until": "2026-03-02T06:20:00Z"}
    assert second == {**head, **span, "state": "producing"}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("filler 07:00", "equipment, time, kind"),
        ("filler 07:00 stat producing", "did you mean 'state'"),
        ("filler 07:00 reason jam", "symptom"),
        ("filler 07:00 state producing fast", "one word too many"),
        ("filler 07:00 count god=5", "did you mean 'good'"),
        ("filler 07:00-08:00 alarm E1 on", "one time"),
        ("filler 07:00 state producing, fault", "After a comma write a time"),
        ('filler 07:00 state producing note="open', "quotation"),
    ],
)
def test_no_events(line: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        events(line)


@pytest.mark.parametrize(
    ("text", "came", "meets"),
    [
        ("40 min", Fraction(2400), True),
        ("40 min", Fraction(2401), False),
        ("0.6222", Fraction(560, 900), True),
        ("0.6223", Fraction(560, 900), False),
        ("560/900", Fraction(560, 900), True),
        ("560/900", Fraction(6222, 10000), False),
        ("1.5 h", Fraction(5400), True),
        ("-400", Fraction(-400), True),
    ],
)
def test_figures(text: str, came: Fraction, meets: bool) -> None:
    value = read_expectation(text).value
    assert value is not None
    assert value.is_met_by(came) is meets


@pytest.mark.parametrize("text", ["40 minutes", "a lot", "0.5 (lower 0.4)", "0.5 (low much)", "1,5"])
def test_no_figures(text: str) -> None:
    with pytest.raises(ValueError, match="rite"):
        read_expectation(text)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("07:00 run", "from, to, account"),
        ("07:00-08:00 running", "run"),
        ("07:00-08:00 run jam leak", "one word too many"),
        ("07:00-08:00 run ordr=A", "did you mean 'order'"),
    ],
)
def test_no_lines_of_the_ledger(line: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_line(line, MONDAY)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "some.yaml"
    path.write_text(text, "utf-8")
    return path


def test_every_problem_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    text = """\
scenario: Wrong in many ways
event: []
events:
  - filler 07:00 state producing
  - filler 7:00 state producing
expect:
  ledger: {filler: [07:00-08:00 running]}
  measures: {time_run: long}
  kpi: {}
"""
    path = written(tmp_path, text)
    with pytest.raises(ConfigError):
        read_scenario(path)
    assert [problem.partition(" ")[0] for problem in run_scenario(path)] == ["some.yaml:2:"]
    path = written(tmp_path, text.replace("event: []\n", ""))
    places = [problem.partition(" ")[0] for problem in run_scenario(path)]
    assert places == ["some.yaml:4:", "some.yaml:6:", "some.yaml:7:", "some.yaml:8:"]


def test_a_plant_that_does_not_check_is_told_by_the_line_of_the_scenario(tmp_path: Path) -> None:
    path = written(tmp_path, RUNNING + "plant:\n  settings: {micro_stop_limt: 60 s}\n")
    assert run_scenario(path) == [
        "some.yaml:4: unknown key 'micro_stop_limt' in 'settings'. "
        "did you mean 'micro_stop_limit'? [key-unknown]"
    ]


def test_what_differs_is_told_in_plain_words(tmp_path: Path) -> None:
    expect = """\
expect:
  ledger:
    filler:
      - 07:00-07:30 run
      - 07:30-08:00 setup
  measures: {time_run: 0.5 h}
  kpis: {oee: 0.5, availability: none}
"""
    assert run_scenario(written(tmp_path, RUNNING + expect)) == [
        "some.yaml:6: ledger of filler: expected 07:00-07:30 run, 07:30-08:00 setup, came 07:00-08:00 run",
        "some.yaml:8: time_run: expected 0.5 h, came 1 h",
        "some.yaml:9: oee: expected 0.5, came none, because needs count",
        "some.yaml:9: availability: expected none, came 1",
    ]


def test_events_that_are_refused_are_told(tmp_path: Path) -> None:
    text = RUNNING.replace("filler 08:00", "nowhere 08:00")
    (told,) = run_scenario(written(tmp_path, text))
    assert "an event was refused" in told
    assert "nowhere" in told
    assert run_scenario(written(tmp_path, text + "log: {accepted: 1, dead_lettered: 1}\n")) == []
    assert run_scenario(written(tmp_path, text + "log: {accepted: 2, dead_lettered: 1}\n")) == [
        "some.yaml:1: accepted: expected 2, came 1"
    ]


def test_updating_writes_what_came_and_keeps_the_rest(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        RUNNING
        + """\
expect:
  ledger:
    filler:
      # up to half past
      - 07:00-07:30 run
      - 07:30-08:00 setup
  measures:
    time_run: 30 min      # half an hour
    time_setup: 0 s
""",
    )
    assert update_scenario(path) == []
    assert path.read_text("utf-8").endswith(
        """\
    filler:
      # up to half past
      - 07:00-08:00 run
  measures:
    time_run: 60 min      # half an hour
    time_setup: 0 s
"""
    )
    assert run_scenario(path) == []
