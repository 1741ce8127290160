"""What an entry may not say whatever it is told of: time that is still to come, and a shift that is none."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.live.browser import Browser, application
from tests.live.inside import Inside, inside
from tests.live.shift import said
from tests.live.test_entrance import came, somebody
from tests.live.test_entries_api import DOWN, END, NOW, SHIFT, Wire, entry, logged, tell

from plantstack.intervals import DAY, HOUR, MINUTE, rfc3339


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Inside]:
    with inside(tmp_path / "p", NOW, silence="12 h") as found:
        found.running.start()
        found.send(
            said("state", "filler", NOW - 4 * HOUR, "run", state="producing"),
            said("state", "filler", DOWN, "down", state="stopped"),
        )
        yield found


def spans(until: int) -> list[Wire]:
    span: Wire = {"machine": "filler", "from": rfc3339(DOWN), "until": rfc3339(until), "reason": "bottle-jam"}
    stop = {name: span[name] for name in ("machine", "from", "until")}
    part = {name: span[name] for name in ("from", "until", "reason")}
    return [
        entry("episode", "tap-0001", **span),
        entry("slow", "tap-0002", **span),
        entry("split", "tap-0003", machine="filler", parts=[part]),
        entry("reason", "tap-0004", stops=[stop], reason="bottle-jam"),
        entry("cause", "tap-0005", stops=[stop], reason="leak"),
    ]


def test_no_reason_reaches_beyond_now_but_as_far_as_clocks_differ(plant: Inside) -> None:
    rows = tell(plant, *spans(NOW + 6 * MINUTE))
    assert {(row["status"], row["code"]) for row in rows} == {("refused", "entry-ahead")}
    assert logged(plant, "reason") == []
    assert {row["status"] for row in tell(plant, *spans(NOW + 4 * MINUTE))} == {"accepted"}


@pytest.mark.parametrize(
    ("place", "span"),
    [
        ("line-1", {"from": rfc3339(END - 20 * DAY), "until": rfc3339(END)}),
        ("line-1", {"from": rfc3339(END - 3 * MINUTE), "until": rfc3339(END)}),
        ("filler", {"from": SHIFT["from"], "until": rfc3339(END - MINUTE)}),
    ],
)
def test_only_a_shift_is_signed_for(plant: Inside, place: str, span: dict[str, str]) -> None:
    plant.turned.pass_by(2 * HOUR)
    plant.fresh()
    (row,) = tell(plant, entry("handover", "tap-0010", END, equipment=place, phase="signed", **span))
    assert (row["status"], row["code"]) == ("refused", "entry-no-shift")
    (row,) = tell(plant, entry("handover", "tap-0011", END, equipment=place, phase="signed", **SHIFT))
    assert row["status"] == "accepted"


@pytest.mark.parametrize(
    ("path", "status"), [("reasons/preview", 404), ("reasons/preview?id=nope&label=x", 404)]
)
def test_a_form_for_a_reason_that_stands_nowhere_is_none(plant: Inside, path: str, status: int) -> None:
    app = application(plant)
    somebody(app.state.entrance, "ann", "admin")
    browser = Browser(app).signed_in(came(app.state.entrance, "ann").secret)
    assert browser.get(f"/config/{path}", headers={"accept": "text/html"}).status_code == status


def test_a_day_on_which_nobody_works_has_its_page(plant: Inside) -> None:
    answer = plant.request("GET", "/day/line-1/2026-02-28", headers={"accept": "text/html"})  # a Saturday
    while 'data-live="not-yet"' in answer.text:
        time.sleep(0.1)
        answer = plant.request("GET", "/day/line-1/2026-02-28", headers={"accept": "text/html"})
    assert answer.status_code == 200
    assert "Shift by shift" in answer.text
