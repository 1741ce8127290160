"""A KPI of the library adopted over the network: who may, what it would show, who did it, and left again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.live.browser import PASSWORD, Browser, application
from tests.live.inside import Inside, inside
from tests.live.shift import shift
from tests.live.test_entrance import somebody

from plantstack.events.people.accounts import Role
from plantstack.intervals import DAY

NOW = 1_772_474_400_000_000  # 2026-03-02 18:00 UTC
CONFIG = "/api/v1/config"
NEE = {"what": "adoption", "kpi": "nee"}


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Inside]:
    with inside(tmp_path / "p", NOW) as found:
        found.send(*shift(NOW - DAY))
        found.fresh()
        yield found


def somebody_of(plant: Inside, role: Role, scope: str = "") -> Browser:
    app = application(plant)
    entrance = app.state.entrance
    somebody(entrance, "chief", "admin")
    somebody(entrance, f"some-{role}", role, scope)
    return Browser(app).signed_in(entrance.sign_in(f"some-{role}", PASSWORD, "10.0.0.1").secret)


def ask(browser: Browser, path: str = "", **edit: Any) -> Any:
    return browser.post(f"{CONFIG}{path}", json={"edit": NEE | edit})


def test_it_is_previewed_adopted_remembered_and_left(plant: Inside) -> None:
    browser = somebody_of(plant, "ci")
    (row,) = ask(browser, "/preview").json()["rows"]
    assert row["diff"] == ["+  kpis: [nee]"]
    told = row["adopted"]
    assert (told["kpi"], {one["kind"]: one["is_recorded"] for one in told["needs"]}["state"]) == ("nee", True)
    (shown,) = told["rows"]
    assert shown["value"] is not None or shown["why_none"]
    assert ask(browser).status_code == 200
    assert "nee" in plant.running.plant.profile.kpis
    assert [one["kpi"] for one in browser.get(f"{CONFIG}/kpis").json()["rows"]] == ["nee"]
    newest, *_ = browser.get(f"{CONFIG}/history").json()["rows"]
    assert newest["by"]
    assert (newest["changes"][0]["section"], newest["changes"][0]["after"]) == ("settings", ["nee"])
    assert ask(browser, is_adopted=False).status_code == 200
    assert plant.running.plant.profile.kpis == ()


def test_of_two_who_adopt_the_same_one_is_told(plant: Inside) -> None:
    browser = somebody_of(plant, "admin")
    assert ask(browser, version="").status_code == 200
    answer = ask(browser, version="")
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (409, "edit-conflict")


@pytest.mark.parametrize(
    ("role", "scope", "kpi"),
    [
        ("supervisor", "", "nee"),
        ("planner", "", "nee"),
        ("ci", "line-1", "nee"),
        ("ci", "", "roce"),  # a figure of finance: its preview would show it
    ],
)
def test_who_may_not_is_refused_and_nothing_is_written(
    plant: Inside, role: Role, scope: str, kpi: str
) -> None:
    browser = somebody_of(plant, role, scope)
    assert ask(browser, "/preview", kpi=kpi).status_code == 403
    assert ask(browser, kpi=kpi).status_code == 403
    assert plant.running.plant.profile.kpis == ()


@pytest.mark.parametrize(("kpi", "code"), [("nee_2", "kpi-unknown"), ("oee", "kpi-adopted")])
def test_what_is_none_or_of_the_core_is_refused_in_a_sentence(plant: Inside, kpi: str, code: str) -> None:
    answer = ask(somebody_of(plant, "ci"), kpi=kpi)
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (400, code)
