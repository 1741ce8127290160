"""Who may ask in his own words, how often, on which page, and what it says where no model is set up."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.interfaces.test_commands import plantstack
from tests.live.asking import ASK, RUN, asked_of, floor, saying
from tests.live.browser import Browser, application
from tests.live.inside import Inside
from tests.live.test_entrance import came, somebody

from plantstack.intervals import MINUTE, SECOND
from plantstack.live.asking.allowance import Allowance, TooOften


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    with floor(tmp_path_factory.mktemp("asking") / "p") as found:
        yield found


@pytest.fixture(autouse=True)
def unlimited(plant: Inside) -> None:
    """Each test asks as if nobody had asked before."""
    plant.app.state.allowance = Allowance()


def asked(plant: Inside, question: str = "How long did it run?") -> tuple[int, Any]:
    answer = plant.request("POST", "/api/v1/ask", json={"question": question})
    return answer.status_code, answer.json()


def test_only_a_page_of_ours_asks_for_somebody_and_each_has_his_own_allowance(tmp_path: Path) -> None:
    with floor(tmp_path / "p") as plant, asked_of(plant.running.folder, saying(f"{RUN} [f1]")) as talked:
        app = application(plant)
        app.state.allowance = Allowance(times=1)
        entrance = app.state.entrance
        browsers = []
        for name in ("root", "zsuzsa"):
            somebody(entrance, name, "admin" if name == "root" else "operator")
            browsers.append(Browser(app).signed_in(came(entrance, name).secret))
        _, ann = browsers
        assert ann.fill("/ask", question="?", csrf="").status_code == 403
        ann.sends = {"origin": "http://evil.example"}
        assert ann.fill("/ask", question="?").status_code == 403
        assert ann.post("/api/v1/ask", json={"question": "?"}).status_code == 403
        ann.sends = {"origin": "http://127.0.0.1"}
        assert Browser(app).fill("/ask", question="?").status_code == 401
        assert talked.asked == []
        assert [one.fill("/ask", question="?").status_code for one in browsers] == [200, 200]
        assert ann.fill("/ask", question="?").status_code == 429
        assert "zsuzsa" not in json.dumps(talked.asked[-1].body)


def test_nobody_asks_without_end() -> None:
    allowance = Allowance(times=2, within=10 * MINUTE, at_once=1)
    with allowance.of("ann", 0), pytest.raises(TooOften, match="still"), allowance.of("ann", 0):
        pass
    with allowance.of("bob", 0), pytest.raises(TooOften, match="others"), allowance.of("ann", 0):
        pass
    with allowance.of("ann", MINUTE):
        pass
    with pytest.raises(TooOften) as refused, allowance.of("ann", 2 * MINUTE):
        pass
    assert refused.value.wait_s == 8 * 60
    with allowance.of("ann", 10 * MINUTE + SECOND):
        pass


def test_who_asks_too_often_is_told_when_to_come_again(plant: Inside) -> None:
    plant.app.state.allowance = Allowance(times=1)
    with asked_of(plant.running.folder, saying("[f1]")):
        assert asked(plant)[0] == 200
        answer = plant.request("POST", "/api/v1/ask", json={"question": "?"})
        page = plant.request("POST", "/ask", data={"question": "my question"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "600")
    assert page.status_code == 429 and "600 seconds" in page.text and "my question" in page.text


def test_a_page_answers_without_a_script(plant: Inside) -> None:
    lie = "Stop time of Bottling line 1, 2 Mar 08:00 – 12:00: 15 min, because of the crew. [f2]"
    with asked_of(plant.running.folder, saying(f"{RUN} [f1]", lie, "Nobody knows <b>why</b>.")):
        empty, page = plant.request("GET", "/ask"), plant.request("POST", "/ask", data={"question": "<em>"})
    assert '<form class="card ask" method="post" action="/ask">' in empty.text
    assert '<a href="/ask" aria-current="page">' in empty.text
    text = re.sub(r"\s+", " ", page.text.replace("\u202f", " "))
    assert page.status_code == 200 and RUN in text and "because of the crew" not in text
    assert "the fact itself: the model said more than it" in text and "1 sentence is left out" in text
    assert 'href="/lineage/run_time/line-1?since=' in text and 'id="fact-f2"' in text
    assert (
        "<em>" not in text and "&lt;em&gt;" in text and not re.search(r"\sstyle=|<script(?![^>]*src)", text)
    )


def test_without_a_model_the_address_says_how_to_name_one(plant: Inside) -> None:
    page, home = plant.request("GET", "/ask"), plant.request("GET", "/kpis")
    assert "llm/llm.yaml" in page.text and "<textarea" not in page.text
    assert 'href="/ask"' not in home.text
    status, told = asked(plant)
    assert (status, told["problems"][0]["code"]) == (400, "llm-none")
    with asked_of(plant.running.folder, saying()):
        assert 'href="/ask"' in plant.request("GET", "/kpis").text
        file = plant.running.folder / "llm" / "llm.yaml"
        file.write_text(file.read_text() + "key: NO_SUCH_KEY\n")
        assert "NO_SUCH_KEY is not set" in plant.request("GET", "/ask").text
        file.write_text("schema: 1\n")
        assert "<textarea" not in plant.request("GET", "/ask").text


@pytest.mark.parametrize("text", ["", "   ", "x" * 501])
def test_what_is_no_question_is_not_asked(plant: Inside, text: str) -> None:
    with asked_of(plant.running.folder, saying()) as talked:
        assert asked(plant, text)[0] == 400
        assert plant.request("POST", "/ask", data={"question": text}).status_code == 400
    assert talked.asked == []


def test_the_command_asks_with_the_rights_of_a_role(plant: Inside) -> None:
    wanted = (ASK, ("kpis", {"ids": "roce"}))
    command = ("ask", plant.running.folder, "How long?", "--role", "operator")
    with asked_of(plant.running.folder, saying(f"{RUN} [f1]", calls=wanted)) as talked:
        told = plantstack(*command)
        as_json = plantstack(*command, "--json", "--lang", "de")
        assert plantstack(*command, "--lang", "fr").code == 2
    assert told.code == 0 and RUN in told.out.replace("\u202f", " ") and "trust A" in told.out
    assert talked.asked[1].results[1]["problems"][0]["code"] == "not-allowed"
    rows = json.loads(as_json.out)["rows"]
    assert rows[0]["told"].startswith("Laufzeit von Bottling line 1")
    assert "no language model is set up" in plantstack(*command).err
