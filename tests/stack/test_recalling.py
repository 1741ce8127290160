"""How rare a finding was that is over is looked up in what was known then, never taken from an answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.insights.test_running import finding
from tests.stack.floor import START, load, plant, written
from tests.stack.test_finding_facts import NOW, SHIFT, answer, here

from plantstack.insights.contract import Outcome
from plantstack.insights.finding import Subject
from plantstack.intervals import MINUTE
from plantstack.stack import Stack
from plantstack.stack.finding import recalling
from plantstack.stack.finding.answers import _number, given, hidden_by, standing
from plantstack.stack.finding.recalling import as_it_was
from plantstack.stack.floor.sight import look


@pytest.mark.parametrize("severity", [10**400, True, None, "9"])
def test_a_number_that_cannot_be_counted_is_passed_over(severity: Any) -> None:
    """Older logs may hold one: it would keep every finding from being shown, for good."""
    assert _number(severity) is None


def test_how_rare_it_was_is_looked_up_where_a_finding_stands_no_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Called wrong with a forged severity, a finding that is over would keep its subject quiet."""
    over, now_there = here(began=1, severity=3.0), here(began=2, severity=9.0)
    elsewhere = replace(finding(NOW, began=3, severity=9.0), subject=Subject("packer"))
    folder = plant(tmp_path / "p")
    told = [
        answer(200, "a1", over.id, "wrong", severity=1e6),
        answer(201, "a2", "f" * 12, "wrong", severity=1e6),  # never stood
        answer(202, "a3", elsewhere.id, "wrong", severity=1e6),  # stands, and at another machine
    ]
    load(folder, written(tmp_path, "one.ndjson", [*SHIFT, *told]), now=NOW)
    asked: list[tuple[str, int]] = []

    def study(_stack: Stack, site: str, at: int, _known: str, _then: object) -> Outcome:
        asked.append((site, at))
        return Outcome([over])

    monkeypatch.setattr(recalling, "study_of", study)
    with Stack.open(folder) as stack:
        all_ = given(stack.engine(scope=None).books, NOW)
        sight, found = look(stack, "", NOW), [now_there, elsewhere]
        was = as_it_was(stack, sight, all_, found, NOW, "told")
        as_it_was(stack, sight, all_, found, NOW, "told")  # what lies behind is worked out once
    assert [one.severity for one in was] == [3.0, 0.0, 0.0]
    assert hidden_by(now_there, standing(was), was, NOW) is None
    assert [at for _, at in asked] == [START + minute * MINUTE for minute in (200, 201, 202)]
    assert hidden_by(replace(now_there, severity=5.0), standing(was), was, NOW) == was[0]
