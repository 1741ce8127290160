"""Whatever a page shows, a program can ask: every page has its routes, by the same questions."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

import pytest
from tests.live.inside import Inside, Turned
from tests.live.shift import plant, shift

from plantstack.interfaces.web.finding import all_pages
from plantstack.intervals import DAY
from plantstack.live.running import Running

END = 1_772_560_800_000_000  # noon of a Tuesday at the plant; yesterday was a workday too
API = "/api/v1"
TWINS: dict[str, tuple[str, ...]] = {
    "ask": ("ask",),
    "board": ("floor/board", "floor/letters", "summary"),
    "ci": ("losses", "losses/causes", "losses/series", "losses/stops"),
    "config": ("config/{section}", "config/history", "config/preview", "config"),
    "day": ("floor/day",),
    "event": ("explain",),  # its rows `event` are the events behind a number
    "findings": ("insights",),
    "handover": ("floor/handover", "floor/detail", "summary"),
    "home": ("home", "priorities"),
    "kpis": ("definitions", "config/history"),
    "line": ("floor/detail",),
    "lineage": ("explain",),
    "losses": ("causes", "claims"),
    "maint": ("floor/board", "calls", "kpis"),
    "op": ("floor/station", "floor/reasons", "entries"),
    "plan": ("floor/plan",),
    "portfolio": ("portfolio",),
    "readiness": ("readiness",),
    "said": ("floor/answered",),
    "search": ("floor/search",),
    "tieout": ("tieout",),
}
OWN = {
    "me": "what is kept of the person who is signed in; it is there as a file, /me/data",
    "people": "accounts and tablets are given by hand, at the page or by the command `people`",
    "tour": "links to other pages",
}
"""Pages that show nothing of the plant."""


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    """A plant of which a shift is over since yesterday."""
    running = Running(plant(tmp_path_factory.mktemp("twins") / "p"), lambda: END)
    try:
        found = Inside(running, Turned(END))
        assert {row["status"] for row in found.send(*shift(END - DAY))} == {"accepted"}
        running.start()
        found.fresh()
        yield found
    finally:
        running.close()


def test_every_page_has_what_it_shows_for_programs_too(floor: Inside) -> None:
    described = set(floor.app.openapi()["paths"])
    known = {found.name for found in all_pages()}
    assert known - set(OWN) == set(TWINS)
    assert [path for paths in TWINS.values() for path in paths if f"{API}/{path}" not in described] == []


def test_home_gives_every_layer_and_what_is_off_below(floor: Inside) -> None:
    rows = floor.get("home", scope="line-1")
    assert {row["layer"] for row in rows if row["row"] == "layer"} == {1, 2, 3, 4, 5}
    known = [row for row in rows if row["value"]]
    assert known
    for row in known[:3]:
        span = {"from": row["period"]["from"], "to": row["period"]["to"]}
        (asked,) = floor.get("kpis", id=row["kpi"], scope="line-1", **span)
        assert asked["value"] == pytest.approx(row["value"])


def test_the_causes_of_a_loss_and_its_stops_add_up_to_it(floor: Inside) -> None:
    span = {"from": "2020-01-01", "to": "2199-12-31"}
    asked = {"loss": "breakdown", "scope": "line-1", **span}
    (cause,) = floor.get("losses/causes", **asked)
    stops = floor.get("losses/stops", **asked)
    (leaf,) = [
        row
        for row in floor.get("losses", scope="line-1", **span)
        if row["row"] == "leaf" and row["leaf"] == "breakdown"
    ]
    assert sum(one["seconds"] for one in stops) == pytest.approx(leaf["seconds"])
    assert cause["seconds"] == pytest.approx(leaf["seconds"])
    (line,) = floor.get("losses/series", **asked)
    assert sum(one or 0.0 for one in line["values"]) == pytest.approx(leaf["seconds"])


def test_a_day_a_portfolio_and_a_tieout_are_given(floor: Inside) -> None:
    (day,) = floor.get("floor/day", scope="line-1", day="yesterday")
    figures = {one["kpi"]: one for one in day["lines"][0]["figures"]}
    asked = floor.get("kpis", id="good_parts", scope="line-1", **{"from": day["day"], "to": day["day"]})
    assert figures["good_parts"]["value"] == asked[0]["value"]
    rows = floor.get("portfolio", weeks="4")
    assert [row["row"] for row in rows[:2]] == ["portfolio", "plant"]
    assert {row["site"] for row in floor.get("tieout")} == {"tulsa"}
    assert floor.get("causes", line="line-1")[0]["row"] == "total"


def test_a_number_is_held_against_another_day(floor: Inside) -> None:
    rows = floor.get(
        "explain", id="good_parts", scope="filler", **{"from": "2026-01-01"}, versus_scope="capper"
    )
    assert {"bridge", "factor"} & {row["row"] for row in rows}


def test_kpis_are_given_as_rows_for_a_spreadsheet(floor: Inside) -> None:
    asked = {"layer": "1", "by": "machine"}
    answer = floor.request("GET", f"{API}/kpis", params=asked | {"format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    found = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    rows = floor.get("kpis", **asked)
    assert [one["kpi"] for one in found] == [row["kpi"] for row in rows]
    assert [one["value"] for one in found] == [
        "" if row["value"] is None else str(row["value"]) for row in rows
    ]
    assert [one["trust"] for one in found] == [row["trust"]["grade"] for row in rows]
    assert {one["machine"] for one in found} == {row["scope"]["machine"] for row in rows}


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("losses/stops", {"loss": "breakdown", "from": "2026-02-30", "to": "2026-03-01"}),
        ("losses/stops", {"loss": "breakdown", "from": "2026-03-02", "to": "2026-03-01"}),
        ("losses/stops", {"loss": "jam", "from": "2026-03-01", "to": "2026-03-01"}),
        ("portfolio", {"week": "2026-W99"}),
        ("portfolio", {"currency": "QQQ"}),
        ("floor/day", {"day": "someday"}),
        ("floor/day", {"scope": "line-9"}),
        ("home", {"scope": "line-9"}),
        ("definitions", {"id": "oe"}),
        ("causes", {"line": "filler"}),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(floor: Inside, path: str, asked: dict[str, str]) -> None:
    answer = floor.request("GET", f"{API}/{path}", params=asked)
    assert answer.status_code == 400, answer.text
    assert answer.json()["problems"][0]["what"]
