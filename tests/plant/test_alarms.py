"""Alarm rules as the steps read them: written out for every machine, the best fitting one first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.plant.everything import SMALL, at, days, small, write

from plantstack.intervals import SECOND
from plantstack.plant.load import check_plant, load_plant
from plantstack.plant.structure import FAR_FUTURE, FAR_PAST
from plantstack.plant.tables import plant_tables

MORE = """\
reasons:
  jam: {owner: production, account: other_stop}
  leak: {owner: maintenance, account: breakdown}
areas:
  hall: {under: tulsa}
lines:
  line-1: {under: tulsa}
  line-2: {under: hall}
machine_classes: {fast: {}}
machines:
  press: {under: line-1, kind: cyclic, class: fast}
  saw: {placed: [{under: line-1, until: 2026-03-01}, {under: line-2, from: 2026-03-01}], kind: cyclic}
alarm_reasons:
"""
PLANT = "\n".join(SMALL.splitlines()[:5]) + "\n" + MORE


def rows(folder: Path, *rules: str) -> list[dict[str, Any]]:
    write(folder, plant=PLANT + "".join(f"  - {{{rule}, reason: jam}}\n" for rule in rules))
    tables = plant_tables(load_plant(folder), days("2026-01-01", 100))
    return sorted(tables["alarm_rule"].to_pylist(), key=lambda row: (row["equipment"], row["place"]))


def test_what_fits_best_goes_first(tmp_path: Path) -> None:
    found = rows(
        tmp_path,
        'code: "*"',
        'code: "E*"',
        'code: "E1*"',
        "code: E12",
        "code: E12, at: [tulsa]",
        'code: "E*", at: [line-1]',
        'code: "*", classes: [fast]',
        'code: "?12", at: [press]',
    )
    press = [row["code"] for row in found if row["equipment"] == "press"]
    # the machine's own, its class's, its line's, its site's; for all the whole code, then the longest pattern
    assert press == ["?12", "*", "E*", "E12", "E12", "E1*", "E*", "*"]


def test_a_rule_follows_the_machine_and_holds_on_its_days(tmp_path: Path) -> None:
    found = rows(
        tmp_path,
        "code: E1, at: [hall], within: 5 s",
        "code: E2, at: [saw], from: 2026-02-01, until: 2026-04-01",
    )
    told = {(row["equipment"], row["code"], row["from_at"], row["until_at"]) for row in found}
    moved = at("2026-03-01")
    assert told == {
        ("saw", "E1", moved, FAR_FUTURE),
        ("saw", "E2", at("2026-02-01"), moved),
        ("saw", "E2", moved, at("2026-04-01")),
    }
    assert {row["within_us"] for row in found} == {5 * SECOND, 30 * SECOND}


def test_rules_of_different_weight_or_days_are_no_overlap(tmp_path: Path) -> None:
    found = rows(
        tmp_path,
        "code: E1",
        "code: E1, at: [press]",
        "code: E1, classes: [fast]",
        "code: E2, until: 2026-02-01",
        "code: E2, from: 2026-02-01",
        "code: E3, at: [press]",
        "code: E3, at: [saw]",
    )
    assert check_plant(tmp_path) == [] and FAR_PAST in {row["from_at"] for row in found}


def test_without_rules_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    assert plant_tables(small(tmp_path), days("2026-01-01", 1))["alarm_rule"].num_rows == 0
