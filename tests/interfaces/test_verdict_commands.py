"""The commands `claims` and `verdict`: what waits for its owner's word, and the way it is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.interfaces.test_commands import Said, plantstack
from tests.live.inside import Inside, Turned
from tests.live.shift import clock, plant, said

from plantstack.intervals import DAY, HOUR, MINUTE, from_us, rfc3339
from plantstack.live.running import Running


def noon() -> int:
    """Noon at the plant on the last weekday: entries are told of what was lately."""
    at = clock() // DAY * DAY + 18 * HOUR
    while at > clock() or from_us(at).weekday() > 4:
        at -= DAY
    return at


NOW = noon()
DOWN = NOW - 2 * HOUR


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The filler stood for half an hour for a leak, which maintenance owns; the server is not running."""
    folder = plant(tmp_path / "p", silence="12 h")
    running = Running(folder, lambda: NOW)
    try:
        floor = Inside(running, Turned(NOW))
        why = {"role": "symptom", "reason": "leak", "source": "tablet.p1"}
        sent = floor.send(
            said("state", "filler", NOW - 4 * HOUR, "run", state="producing"),
            said("state", "filler", DOWN, "down", state="fault"),
            said("state", "filler", DOWN + HOUR // 2, "up", state="producing"),
            said("state", "capper", NOW, "capper", state="producing"),  # how far the books reach
            said("reason", "filler", DOWN, "why", **why),
        )
        assert {row["status"] for row in sent} == {"accepted"}
    finally:
        running.close()
    return folder


def listed(project: Path, *more: str) -> list[tuple[str, str]]:
    return [(row["owner"], row["status"]) for row in plantstack("claims", project, *more, "--json").rows]


def tell(project: Path, word: str, *more: str, at: int = DOWN) -> Said:
    return plantstack("verdict", project, word, "filler", rfc3339(at), *more, "--json")


def test_a_loss_is_listed_contested_accepted_and_taken_back(project: Path) -> None:
    (row,) = plantstack("claims", project, "--scope", "line-1", "--json").rows
    assert (row["machine"], row["reason"], row["seconds"], row["status"]) == (
        "filler",
        "leak",
        1800.0,
        "open",
    )
    assert row["from"] == rfc3339(DOWN)
    told = tell(project, "contest", "--reason", "bottle-jam", "--text", "the guide was set wrong")
    assert (told.code, told.rows[0]["status"], told.rows[0]["next_owner"]) == (0, "contested", "production")
    assert "bottle" in plantstack("claims", project).out.lower()
    assert tell(project, "accept", at=DOWN + MINUTE).rows[0]["status"] == "accepted"
    assert listed(project) == []
    assert listed(project, "--settled") == [("maintenance", "accepted")]
    assert tell(project, "undo").rows[0]["status"] == "contested", "what was said before stands again"
    assert plantstack("rebuild", project, "--verify").code == 0


def test_what_cannot_be_said_leaves_a_sentence_and_no_event(project: Path) -> None:
    for words, code, where in (
        (("accept", "--role", "supervisor"), 1, "entry-right"),
        (("contest", "--reason", "bottle-jam"), 1, "entry-contest"),
        (("accept", "--owner", "production"), 2, "verdict-none"),
        (("undo",), 2, "verdict-undo"),
    ):
        told = tell(project, *words)
        assert (told.code, told.answer["problems"][0]["code"]) == (code, where), words
    assert tell(project, "accept", at=NOW - 3 * HOUR).answer["problems"][0]["code"] == "verdict-none"
    assert listed(project) == [("maintenance", "open")]
    assert tell(project, "accept", "--role", "maintenance").rows[0]["status"] == "accepted"


def test_scope_and_window_are_those_of_other_questions(project: Path) -> None:
    assert listed(project, "--scope", "line-10") == []
    assert listed(project, "--from", "2020-01-01", "--to", "2020-01-02") == []
    assert listed(project, "--from", rfc3339(DOWN), "--to", rfc3339(NOW)) == [("maintenance", "open")]
    assert plantstack("claims", project, "--scope", "nowhere").code == 2
