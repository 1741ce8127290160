"""How much everybody tells is not told to whoever has a part of the plant, on no page and over no answer."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.live.browser import Browser, application
from tests.live.inside import Inside, inside
from tests.live.shift import said
from tests.live.test_entrance import a_tablet, came, somebody
from tests.live.test_entries_api import DOWN, END, ENTRIES, NOW, SHIFT, entry, reason

from plantstack.interfaces.web.hub import Hub
from plantstack.intervals import HOUR
from plantstack.live.access import MAY, Sender

OFFSET = 3_000  # a number of events that stands nowhere by chance
ADDRESSES = (
    *("/op/filler", "/handover/line-1?shift=2026-03-02.early", "/config/history", "/ci", "/", "/plan/line-1"),
    *("/api/v1/config/history", "/api/v1/floor/handover?at=2026-03-02T18:00:00Z", "/api/v1/kpis?id=oee"),
    *("/report/line-1/2026-03-02.early", "/losses/line-1", "/findings/line-1", "/readiness/line-1", "/home"),
)


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Inside]:
    with inside(tmp_path / "p", NOW, silence="12 h") as found:
        found.running.start()
        many = [said("count", "labeller", NOW - 4 * HOUR + n, f"c {n}", good=1) for n in range(OFFSET)]
        found.send(*many, said("state", "filler", DOWN, "down", state="stopped"))
        found.turned.pass_by(END - NOW)
        found.fresh()
        yield found


def told_of(text: str) -> list[str]:
    """Numbers that count all events; an own event keeps its number, under which it is looked at."""
    bare = text.replace('"frozen": {"offset": 3003', "")
    return re.findall(r".{0,40}(?<![\d.])3,?0\d\d(?!\d|\.\d).{0,20}", bare)


def read(browser: Browser, address: str) -> str:
    """What stands on a page once it is worked out."""
    while 'data-live="not-yet"' in (text := browser.get(address, headers={"accept": "text/html"}).text):
        time.sleep(0.1)
    return text


def test_a_part_of_the_plant_is_told_instants_where_the_whole_is_told_offsets(plant: Inside) -> None:
    app = application(plant)
    entrance = app.state.entrance
    somebody(entrance, "chief", "admin")
    for name, scope in (("part", "line-1"), ("all", "")):
        somebody(entrance, name, "supervisor", scope)
    part = Browser(app).signed_in(came(entrance, "part").secret)
    whole = Browser(app).signed_in(came(entrance, "all").secret)
    tablet = Browser(app).paired(a_tablet(entrance, "filler")[1])
    sign = entry("handover", "tap-0001", END, equipment="line-1", phase="signed", **SHIFT)
    rows = [part.post(ENTRIES, json={"entries": [sign]}).json()]
    rows += [one.post(ENTRIES, json={"entries": []}).json() for one in (tablet, whole)]
    assert rows[0]["rows"][0]["status"] == "accepted"
    assert [one["offset"] > 10**15 for one in rows] == [True, True, False]
    assert all(one["upto"] > 10**15 for one in rows)
    plant.fresh()
    for who in (part, tablet):
        for address in ADDRESSES:
            assert told_of(read(who, address)) == [], address
    assert all(told_of(read(whole, address)) for address in ("/ci", ADDRESSES[1]))


@pytest.mark.parametrize("scope", ["line-1", ""])
def test_a_page_says_by_an_instant_whether_it_holds_what_was_just_told(plant: Inside, scope: str) -> None:
    async def upto(hub: Hub) -> int:
        found = hub.topic("/op/filler", Sender(may=MAY["operator"], scope=scope), "en")
        assert found is not None
        while found.made is None:
            await asyncio.sleep(0.01)
        return found.upto

    app = application(plant)
    before = asyncio.run(upto(Hub(plant.running)))
    told = plant.request("POST", ENTRIES, json={"entries": [reason("tap-0002", at=END)]}).json()
    assert before < told["upto"], "what was made before does not hold it"
    plant.fresh()
    assert asyncio.run(upto(Hub(plant.running))) >= told["upto"]
    assert app is not None
    keeper = plant.running.keeper
    assert keeper.due_at(plant.running.offset) == keeper.standing.read_at, "nobody waits for what is there"
