"""False sentences of the words of a fact, in three languages, stay doubted; the facts themselves are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.insights.facts_to_say import FACTS
from tests.insights.shifts import reader

from plantstack.insights.verifying.verifier import basis, verify


def _sentences(name: str) -> list[list[str]]:
    """Lines of a language, a fact and a sentence."""
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    return [line.split(" ", 2) for line in lines if line and not line.startswith("#")]


FALSE, HONEST = _sentences("falsehoods.txt"), _sentences("honest.txt")


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_false_sentences_of_true_words_are_doubted(language: str) -> None:
    through = []
    for fact, sentence in [(fact, sentence) for told, fact, sentence in FALSE if told == language]:
        behind = basis(FACTS[fact], reader(language))
        clock = next((one.text for one in behind.tokens if one.kind == "clock"), "")
        day = next((one.text for one in behind.tokens if one.axis == "day"), "")
        said = sentence.replace("{c}", clock).replace("{d}", day)
        if not verify(said, behind):
            through.append(f"{said} << {behind.sentence}")
    assert through == []


def test_every_kind_of_fact_is_spoken_against() -> None:
    assert {fact for _, fact, _ in FALSE} == set(FACTS)
    assert len(FALSE) > 350


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_the_facts_themselves_are_not(language: str) -> None:
    for say in FACTS.values():
        behind = basis(say, reader(language))
        assert verify(behind.sentence + " ", behind) == ()


@pytest.mark.parametrize(("language", "fact", "sentence"), HONEST)
def test_honest_sentences_of_other_words_are_not(language: str, fact: str, sentence: str) -> None:
    behind = basis(FACTS[fact], reader(language))
    clock = next((one.text for one in behind.tokens if one.kind == "clock"), "")
    assert verify(sentence.replace("{c}", clock), behind) == ()
