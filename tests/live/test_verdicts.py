"""Whose loss, said in an entry: rights, words, the loser of two, taken back in time, told once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from tests.live.browser import PASSWORD, Browser, application
from tests.live.inside import Inside, inside
from tests.live.shift import said
from tests.live.test_entrance import somebody
from tests.live.test_entries_api import ENTRIES, NOW, Wire, entry, logged, tell, token

from plantstack.events.people.accounts import Role
from plantstack.intervals import DAY, HOUR, MINUTE, SECOND, Interval, rfc3339
from plantstack.live.entrance import Entrance
from plantstack.stack.reasons.settling import OwnedStop, stops_to_settle

DOWN = NOW - 2 * HOUR
WHY = "the guide was set wrong"


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Inside]:
    """The filler stood for half an hour for a leak, which maintenance owns."""
    with inside(tmp_path / "p", NOW, silence="12 h") as found:
        found.running.start()
        found.send(
            *(
                said("state", one, NOW - 4 * HOUR, f"run {one}", state="producing")
                for one in ("filler", "capper")
            ),
            said("state", "filler", DOWN, "down", state="fault"),
            said("state", "filler", DOWN + HOUR // 2, "up", state="producing"),
            said("reason", "filler", DOWN, "why", role="symptom", reason="leak", source="tablet.p1"),
        )
        yield found


def verdict(id_: str, phase: str = "accept", tapped: int = NOW, **more: Any) -> Wire:
    contest = {"reason": "bottle-jam", "text": WHY} if phase == "contest" else {}
    about = {"machine": "filler", "at": rfc3339(DOWN + MINUTE), "owner": "maintenance", "phase": phase}
    return {**entry("verdict", id_, tapped), **about, **contest, **more}


def standing(plant: Inside) -> OwnedStop:
    plant.fresh()
    span = Interval(NOW - 4 * HOUR, NOW)
    (found,) = plant.running.ask(lambda stack: stops_to_settle(stack, ["filler"], span))
    return found


def test_an_owner_contests_and_the_page_knows_who_answers_next(plant: Inside) -> None:
    assert standing(plant).verdict is None
    (row,) = tell(plant, verdict("word-0001", "contest", text=f"  {WHY}\n"))
    assert (row["status"], row.get("notices")) == ("accepted", None)
    (event,) = logged(plant, "verdict")
    assert (event["equipment"], event["phase"], event["reason"]) == ("filler", "contest", "bottle-jam")
    stop = standing(plant)
    assert (stop.owner, stop.reason, stop.us, stop.is_settled) == ("maintenance", "leak", HOUR // 2, False)
    assert stop.verdict is not None
    assert (stop.verdict.next_owner, stop.verdict.text) == ("production", WHY)
    tell(plant, verdict("word-0002", tapped=NOW + SECOND))
    assert standing(plant).is_settled


def test_it_is_told_once_however_often_it_is_sent(plant: Inside) -> None:
    first, again = tell(plant, verdict("word-0001")), tell(plant, verdict("word-0001"))
    assert [first[0]["status"], again[0]["status"]] == ["accepted", "duplicate"]
    assert len(logged(plant, "verdict")) == 1


def test_taken_back_within_ten_seconds_nothing_was_said(plant: Inside) -> None:
    told = verdict("word-0001")
    tell(plant, told)
    (row,) = tell(plant, entry("undo", "back-0001", NOW + 5 * SECOND, of=told))
    assert row["status"] == "accepted"
    assert standing(plant).verdict is None


def test_of_two_words_the_loser_is_told_which_stands_and_of_which_tablet(plant: Inside) -> None:
    (late,) = tell(plant, verdict("word-late", "contest", NOW - MINUTE), device="tablet.p7")
    assert "stands" not in late
    (early,) = tell(plant, verdict("word-early", tapped=NOW - 2 * MINUTE), device="tablet.p3")
    assert early["status"] == "accepted"
    assert (early["stands"]["label"], early["stands"]["whose"]) == ("contested", "tablet p7")
    assert early["notices"][0]["code"] == "entry-outvoted"


@pytest.mark.parametrize(
    ("about", "code"),
    [
        ({"owner": "logistic"}, "entry-owner"),
        ({"reason": ""}, "entry-contest"),
        ({"text": "  "}, "entry-contest"),
        ({"reason": "mechanical"}, "entry-contest"),  # it is maintenance's own too
        ({"reason": "bottle-jma"}, "entry-reason"),
        ({"at": rfc3339(NOW - 40 * DAY)}, "entry-old"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(plant: Inside, about: Wire, code: str) -> None:
    (row,) = tell(plant, verdict("word-0001", "contest", **about))
    assert (row["status"], row["code"]) == ("refused", code)
    assert logged(plant, "verdict") == []


@pytest.mark.parametrize(
    ("about", "says"),
    [
        ({"at": rfc3339(NOW - 3 * HOUR)}, "did not stand"),
        ({"owner": "logistics"}, "stood for no reason that logistics owns"),
    ],
)
def test_a_word_about_no_loss_of_its_owner_is_kept_and_said_to_be_so(
    plant: Inside, about: Wire, says: str
) -> None:
    (row,) = tell(plant, verdict("word-0001", **about))
    assert row["status"] == "accepted"
    assert row["notices"][0]["code"] == "entry-no-claim"
    assert says in row["notices"][0]["what"]


@pytest.fixture
def app(plant: Inside) -> FastAPI:
    found = application(plant)
    somebody(found.state.entrance, "admin", "admin")
    return found


def came(app: FastAPI, entrance: Entrance, name: str, role: Role) -> Browser:
    somebody(entrance, name, role)
    return Browser(app).signed_in(entrance.sign_in(name, PASSWORD, "10.0.0.1").secret)


@pytest.mark.parametrize(
    ("role", "owner", "status"),
    [
        ("maintenance", "maintenance", "accepted"),
        ("maintenance", "production", "refused"),
        ("supervisor", "production", "accepted"),
        ("supervisor", "maintenance", "refused"),
        ("ci", "maintenance", "accepted"),
        ("ci", "production", "accepted"),
        ("operator", "production", "refused"),
        ("operator", "maintenance", "refused"),
    ],
)
def test_each_function_speaks_for_itself(app: FastAPI, role: Role, owner: str, status: str) -> None:
    entrance: Entrance = app.state.entrance
    browser = came(app, entrance, f"some-{role}", role)
    told = {"entries": [verdict("word-0001", owner=owner)]}
    (row,) = browser.post(ENTRIES, json=told).json()["rows"]
    assert row["status"] == status
    if status == "refused":
        assert row["code"] == "entry-right"


def test_nobody_speaks_beyond_his_part_of_the_plant(plant: Inside) -> None:
    keeper = token(plant, "keeper", "send", "line-10", "tablet.*")
    (row,) = tell(plant, verdict("word-0001"), device="tablet.p9", **keeper)
    assert row["status"] == "refused"


def test_the_reason_of_a_contest_names_nobody(app: FastAPI, plant: Inside) -> None:
    entrance: Entrance = app.state.entrance
    somebody(entrance, "Jane.Doe")
    browser = came(app, entrance, "keeper", "maintenance")
    told = verdict("word-0001", "contest", text="JANE.DOE had set the guide")
    (row,) = browser.post(ENTRIES, json={"entries": [told]}).json()["rows"]
    assert (row["status"], row["code"]) == ("refused", "entry-named")
    assert "jane" not in row["what"].lower()
    (row,) = browser.post(ENTRIES, json={"entries": [verdict("word-0002", "contest")]}).json()["rows"]
    assert row["status"] == "accepted"


@pytest.mark.parametrize(("role", "may"), [("maintenance", True), ("supervisor", False), ("exec", False)])
def test_programs_are_told_what_waits_and_whether_they_may_answer(
    app: FastAPI, plant: Inside, role: Role, may: bool
) -> None:
    plant.fresh()
    browser = came(app, app.state.entrance, f"some-{role}", role)
    (row,) = browser.get("/api/v1/claims").json()["rows"]
    assert (row["machine"], row["owner"], row["seconds"]) == ("filler", "maintenance", 1800.0)
    assert (row["status"], row["may_answer"]) == ("open", may)


def test_a_word_just_told_counts_in_what_waits(plant: Inside) -> None:
    plant.fresh()
    assert [row["status"] for row in plant.get("claims", scope="line-1")] == ["open"]
    tell(plant, verdict("word-0001", "contest"))
    plant.fresh()
    (row,) = plant.get("claims", scope="line-1")
    assert (row["status"], row["next_owner"], row["text"]) == ("contested", "production", WHY)
    tell(plant, verdict("word-0002", tapped=NOW + SECOND))
    plant.fresh()
    assert plant.get("claims", scope="line-1") == []
    assert [row["status"] for row in plant.get("claims", settled="true")] == ["accepted"]
