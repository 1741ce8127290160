"""Whoever is kept to a part of a plant is told no number of the whole."""

from __future__ import annotations

from pathlib import Path

from tests.live.shift import plant

from plantstack.errors import Problem
from plantstack.interfaces.answer import Answer
from plantstack.interfaces.asked_by import reaching
from plantstack.live.access import Sender
from plantstack.stack import Stack

NOTES = [
    Problem("letters-open", "letters", "37 rows or messages could not be read", "See the letters."),
    Problem("not-ready", "line-1", "7 stops have no reason", "Code them."),
]


def test_how_much_of_the_project_could_not_be_read_is_for_who_sees_all_of_it(tmp_path: Path) -> None:
    with Stack.open(plant(tmp_path / "p")) as stack:
        whole, part = (
            reaching(stack.plant, Sender(scope=scope), Answer(notes=NOTES), 0) for scope in ("", "line-1")
        )
    assert list(whole.notes) == NOTES
    assert "37" not in part.notes[0].what and "could not be read" in part.notes[0].what
    assert part.notes[1] == NOTES[1]
