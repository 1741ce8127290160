"""Summaries in fluent words on the hand-over and over the API: asked once, marked, never beyond the facts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.live.asking import asked_of, floor
from tests.live.inside import Inside
from tests.live.talking_model import Asked, Reply, Script

from plantstack.intervals import MINUTE
from plantstack.live.rephrasing.fluent import Fluent

HANDOVER = {"words": "fluent"}
_SPARE = re.compile(r"<template.*?</template>", re.DOTALL)  # shown later, if at all


def saying(change: Any) -> Script:
    """A model that says every sentence as a function of it."""

    def says(told: Asked) -> Reply:
        rows = [{"n": one["n"], "text": change(one["sentence"])} for one in told.question]
        return Reply(json.dumps({"sentences": rows}))

    return says


def other(sentence: str) -> str:
    return sentence.replace(" made ", " produced ").replace(" lost ", " has lost ")


def worse(sentence: str) -> str:
    return f"{other(sentence)} That is a disaster."


@pytest.fixture
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    with floor(tmp_path_factory.mktemp("fluent") / "p") as found:
        yield found


def rows(plant: Inside, **asked: Any) -> list[dict[str, Any]]:
    found = plant.get("summary", scope="line-1", **asked)
    return [row for row in found if row["row"] == "sentence"]


def page(plant: Inside, path: str = "/handover/line-1", **asked: str) -> str:
    """A page, once what takes long is there."""
    plant.get("summary", scope="line-1")
    for _ in range(200):
        text = _SPARE.sub("", plant.request("GET", path, params=asked).text)
        if "being worked out" not in text and "is being asked" not in text:
            return re.sub(r"\s+", " ", text.replace("\u202f", " "))
    raise TimeoutError(text)


def test_a_program_is_told_each_sentence_with_the_one_it_stands_for(plant: Inside) -> None:
    plain = rows(plant)
    with asked_of(plant.running.folder, saying(other)) as talked:
        told = rows(plant, rephrased="1")
        assert rows(plant, rephrased="1") == told
    assert len(talked.asked) == 1  # the same sentences are asked once
    assert [one["generated"] for one in told] == [one["told"] for one in plain]
    assert [one["id"] for one in told] == [one["id"] for one in plain]
    assert {one["rephrased"] for one in told} == {True} and {one["why_generated"] for one in told} == {""}
    assert any(one["told"] != one["generated"] for one in told)
    assert "rephrased" not in plain[0]


def test_what_says_more_falls_back_and_says_why(plant: Inside) -> None:
    with asked_of(plant.running.folder, saying(worse)):
        told = rows(plant, rephrased="1")
    assert [one["told"] for one in told] == [one["generated"] for one in told]
    assert all("word" in one["why_generated"] and not one["rephrased"] for one in told)


def test_a_model_that_says_nothing_is_asked_again_after_a_while(plant: Inside) -> None:
    with asked_of(plant.running.folder, lambda told: Reply("no", status=500)) as talked:
        for _ in range(2):
            told = rows(plant, rephrased="1")
            assert {one["why_generated"] for one in told} == {"the model refuses it (500)"}
        assert len(talked.asked) == 1
        at = plant.running.clock() + 6 * MINUTE
        plant.running.fluent = Fluent(plant.running.folder, lambda: at)
        rows(plant, rephrased="1")
        assert len(talked.asked) == 2


def test_without_a_model_there_is_no_switch_and_a_program_is_told_so(plant: Inside) -> None:
    answer = plant.request("GET", "/api/v1/summary", params={"scope": "line-1", "rephrased": "1"})
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (400, "llm-none")
    assert "in fluent words" not in page(plant) and "in fluent words" not in page(plant, **HANDOVER)


def test_the_hand_over_has_a_switch_and_never_waits(plant: Inside) -> None:
    """Each sentence in other words has its checked fact beside it; how many fell back is said."""
    some = [0]

    def half(sentence: str) -> str:
        some[0] += 1
        return worse(sentence) if some[0] % 2 else other(sentence)

    with asked_of(plant.running.folder, saying(half)) as talked:
        assert 'href="/handover/line-1?words=fluent"' in page(plant)
        assert talked.asked == []
        first = plant.request("GET", "/handover/line-1", params=HANDOVER).text
        assert "is being asked" in first or "held to the facts" in first
        text = page(plant, **HANDOVER)
    assert "openai/m and held to the facts" in text and "disaster" not in text
    assert "the checked fact" in text
    assert re.search(r"\d of \d sentences (is|are) shown as generated", text)
    assert 'href="/handover/line-1"' in text and "as generated" in text
    assert len(talked.asked) == 1


def test_the_board_has_the_same_switch_where_a_model_is_set_up(plant: Inside) -> None:
    assert "in fluent words" not in page(plant, "/board/line-1", **HANDOVER)
    with asked_of(plant.running.folder, saying(other)) as talked:
        assert 'href="/board/line-1?words=fluent"' in page(plant, "/board/line-1")
        assert talked.asked == []
        text = page(plant, "/board/line-1", **HANDOVER)
        page(plant, **HANDOVER)
    assert "openai/m and held to the facts" in text and "the checked fact" in text
    assert 'href="/board/line-1"' in text and "as generated" in text
    assert len(talked.asked) == 1  # the hand-over says the same sentences


def test_an_endpoint_that_is_down_leaves_the_generated_sentences(plant: Inside) -> None:
    with asked_of(plant.running.folder, lambda told: Reply("no", status=503)):
        text = page(plant, **HANDOVER)
    assert "the model refuses it (503). The generated sentences stand." in text


def test_a_key_that_is_not_there_is_said(plant: Inside) -> None:
    with asked_of(plant.running.folder, saying(other)):
        file = plant.running.folder / "llm" / "llm.yaml"
        file.write_text(file.read_text() + "key: NO_SUCH_KEY\n")
        assert "NO_SUCH_KEY is not set" in page(plant, **HANDOVER)
