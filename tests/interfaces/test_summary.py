"""The commands summary and priorities, for people and for scripts, with and without a model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.interfaces.test_commands import plantstack
from tests.live.model_server import model_server, replied
from tests.stack.floor_questions.test_handover import EVENTS, LATER
from tests.stack.floor_questions.told import standing


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A plant with a shift behind it."""
    folder = tmp_path_factory.mktemp("summary")
    with standing(folder, EVENTS, LATER):
        pass
    yield folder / "plant"


def test_a_summary_is_sentences_with_their_facts(project: Path) -> None:
    said = plantstack("summary", project, "--scope", "line-1", "--shift", "2026-03-03.early", "--json")
    rows = [row for row in json.loads(said.out)["rows"] if row["row"] == "sentence"]
    assert said.code == 0
    assert rows[0]["safety"] and rows[0]["link"]["kind"] == "event"
    assert "Bottling line 1 made 43,200 of 46,500: 3,300 behind plan." in [row["told"] for row in rows]
    assert len({row["id"] for row in rows}) == len(rows)
    assert all(row["says"]["text"] and row["link"]["id"] for row in rows)


def test_people_read_it_in_their_language(project: Path) -> None:
    said = plantstack("summary", project, "--scope", "line-1", "--shift", "last", "--lang", "de")
    assert "Bottling line 1 fertigte 43.200 von 46.500: 3.300 hinter Plan." in said.out


def test_priorities_say_who_and_why(project: Path) -> None:
    said = plantstack("priorities", project, "--scope", "line-1", "--json")
    rows = json.loads(said.out)["rows"]
    assert said.code == 0
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    assert all(row["owner"] and row["told"] for row in rows)
    assert "call" in {row["kind"] for row in rows}


def test_what_cannot_be_asked_is_said(project: Path) -> None:
    assert plantstack("summary", project, "--lang", "fr").code == 2
    assert plantstack("summary", project, "--scope", "line-1", "--shift", "yesterday").code == 2
    assert "no language model is set up" in plantstack("summary", project, "--rephrased").err


def test_a_model_rephrases_and_what_it_adds_is_not_shown(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def says(asked: list[dict[str, str]]) -> str:
        return replied([one["sentence"].replace(" made ", " produced ") + " Hurrah." for one in asked[:-1]])

    (project / "llm").mkdir()
    with model_server(says) as heard:
        settings = f"schema: 1\nendpoint: {heard.url}\nkind: openai\nmodel: m\nkey: A_KEY\n"
        (project / "llm" / "llm.yaml").write_text(settings, "utf-8")
        asked = ("summary", project, "--scope", "line-1", "--shift", "last", "--rephrased", "--json")
        assert "A_KEY is not set" in plantstack(*asked[:-1]).err
        monkeypatch.setenv("A_KEY", "k")
        first = json.loads(plantstack(*asked).out)["rows"]
        heard.says = lambda asked: replied([one["sentence"].replace(" made ", " produced ") for one in asked])
        second = json.loads(plantstack(*asked).out)["rows"]
    assert not any(row.get("rephrased") for row in first)
    told = [row["told"] for row in second if row.get("rephrased") and row["told"] != row["generated"]]
    assert told == ["Bottling line 1 produced 43,200 of 46,500: 3,300 behind plan."]
