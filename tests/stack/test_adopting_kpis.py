"""Adopting a KPI of the library writes one word into the plant files, and takes it out again."""

from __future__ import annotations

import pytest

from plantstack.errors import QueryError
from plantstack.stack.editing.edits import AdoptionEdit
from plantstack.stack.editing.writing import Texts, written

WRITTEN = [
    # none, an empty one, other settings, a list on one line, one over several lines with comments
    ("lines: {}\n", "lines: {}\nsettings:\n  kpis: [nee]\n"),
    ("settings: {}\nlines: {}\n", "settings: {kpis: [nee]}\nlines: {}\n"),
    (
        "settings:\n  grade_a: 2 %   # agreed\nlines: {}\n",
        "settings:\n  grade_a: 2 %   # agreed\n  kpis: [nee]\nlines: {}\n",
    ),
    ("settings:\n  kpis: [cp]   # of May\n", "settings:\n  kpis: [cp, nee]   # of May\n"),
    ("settings:\n  kpis: []\n", "settings:\n  kpis: [nee]\n"),
    (
        "settings:\n  kpis:\n    - cp   # quality\n    - cpk\nlines: {}\n",
        "settings:\n  kpis:\n    - cp   # quality\n    - cpk\n    - nee\nlines: {}\n",
    ),
]
LEFT = [
    ("settings:\n  kpis: [cp, nee]   # of May\n", "settings:\n  kpis: [cp]   # of May\n"),
    ("settings:\n  kpis: [nee, cp]\n", "settings:\n  kpis: [cp]\n"),
    ("settings:\n  grade_a: 2 %\n  kpis: [nee]\nlines: {}\n", "settings:\n  grade_a: 2 %\nlines: {}\n"),
    ("settings:\n  kpis: [nee]\nlines: {}\n", "settings:\n  kpis: []\nlines: {}\n"),
    ("settings:\n  kpis:\n    - cp\n    - nee   # why not\n", "settings:\n  kpis:\n    - cp\n"),
]


def made(before: str, *, is_adopted: bool) -> str:
    return written(Texts({"plant.yaml": before}), AdoptionEdit(kpi="nee", is_adopted=is_adopted)).after


@pytest.mark.parametrize(("before", "after"), WRITTEN)
def test_adopting_adds_a_word_and_touches_nothing_else(before: str, after: str) -> None:
    assert made(before, is_adopted=True) == after
    with pytest.raises(QueryError, match="nothing would change"):
        made(after, is_adopted=True)


@pytest.mark.parametrize(("before", "after"), LEFT)
def test_leaving_takes_it_out_and_touches_nothing_else(before: str, after: str) -> None:
    assert made(before, is_adopted=False) == after
    with pytest.raises(QueryError, match="nothing would change"):
        made(after, is_adopted=False)
