"""The seeded mistakes still fit the code; whether tests notice them is `make mutants`."""

from __future__ import annotations

import pytest
from tests.mutants.run import PACKAGE, ROOT, Mutant, mutated, read_mutants

MUTANTS = read_mutants()


def test_there_are_about_thirty() -> None:
    assert len(MUTANTS) >= 30
    assert len({mutant.what for mutant in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.what)
def test_a_mistake_can_still_be_made(mutant: Mutant) -> None:
    text = (ROOT / PACKAGE / mutant.file).read_text("utf-8")
    assert mutated(text, mutant) != text
    assert all((ROOT / name).exists() for name in mutant.tests if name.startswith("tests/"))
