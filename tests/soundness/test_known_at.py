"""What was asked as known at an instant stays the answer for ever; each with where it came from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.live.inside import inside
from tests.stack.floor import START, load, plant, written
from tests.stack.test_finding_facts import NOW, SHIFT, answer, said

from plantstack.interfaces.asked_findings import insights, score_rows
from plantstack.intervals import HOUR, MINUTE, rfc3339
from plantstack.stack import Stack
from plantstack.stack.finding.facts import facts_of
from plantstack.stack.floor.sight import Then

BACK = {"source": "plc", "key": "c1"}
LATER = (
    said(
        "reading", 42, "r9", parameter="pressure", value=9.9, unit="bar"
    ),  # kept on a device, told by nobody
    said("count", 30, "c1b", **{"from": rfc3339(START)}, total=900, supersedes=BACK),
    said("reading", 40, "r1v", parameter="pressure", void=True, supersedes={"source": "plc", "key": "r1"}),
    said("order", 20, "o9", phase="start", order="Z", product="water-500"),
    said("state", 25, "s9", state="fault"),
    answer(100, "a9", "1" * 12, "wrong"),
)


@pytest.fixture
def told(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A project, and the offset at which it was asked before anything came late."""
    folder = plant(tmp_path / "p")
    load(folder, written(tmp_path, "one.ndjson", SHIFT), now=NOW)
    with Stack.open(folder) as stack:
        offset = stack.standing()[0]
    yield folder, offset


def facts(folder: Path, then: Then | None) -> dict[str, list[dict[str, Any]]]:
    with Stack.open(folder) as stack:
        whole = facts_of(stack, "", START + 3 * HOUR, then=then)
    return {name: table.to_pylist() for name, table in whole.tables.items()}


def test_facts_known_at_an_offset_are_those_of_then_whatever_comes_late(told: tuple[Path, int]) -> None:
    # found by late events: what was corrected since stood corrected at every instant that was asked about
    folder, offset = told
    before = facts(folder, None)
    load(folder, written(folder.parent, "two.ndjson", LATER), now=NOW + HOUR)
    assert facts(folder, Then(offset)) == before
    assert facts(folder, None) != before


def test_findings_known_at_an_instant_are_asked_with_the_words_of_kpis(told: tuple[Path, int]) -> None:
    folder, offset = told
    with Stack.open(folder) as stack:
        before = insights(stack)
    load(folder, written(folder.parent, "two.ndjson", LATER), now=NOW + HOUR)
    with Stack.open(folder) as stack:
        by_offset, by_instant = insights(stack, known_at=str(offset)), insights(stack, known_at=rfc3339(NOW))
        assert by_offset.rows == by_instant.rows == before.rows != []
        assert (by_offset.offset, by_offset.as_of) == (offset, before.as_of)
        assert insights(stack, known_at=str(offset), as_of=rfc3339(START + 90 * MINUTE)).rows
        assert score_rows(stack, known_at=str(offset)).offset == offset
        assert insights(stack).offset == stack.standing()[0] != offset  # and all that is known as before


def test_a_server_answers_as_known_then_and_goes_on_with_what_is_known_now(tmp_path: Path) -> None:
    now = START + 6 * HOUR
    with inside(tmp_path / "p", now) as live:
        live.send(*({**one, "source": "plc"} for one in SHIFT))
        live.fresh()
        first, offset = live.get("insights"), str(live.running.offset)
        live.send(said("reading", 359, "r0", parameter="heat", value=1.0, unit="degC"))
        live.fresh()
        assert live.get("insights", as_known_at=offset, as_of=rfc3339(now)) == first != []
        assert live.get("kpis", id="good_parts") and live.get("insights")  # on the books of now


def test_the_pace_of_an_entry_that_goes_on_is_that_of_what_was_counted(tmp_path: Path) -> None:
    # found by holding a stream against finished books: asked later, an entry that ran on had a sixth of its
    # pace; and what nobody had counted yet was taken for nothing
    folder = plant(tmp_path / "p")
    runs = [
        said("order", 0, "o", phase="start", order="A", product="cola-330"),
        said("state", 0, "s", state="producing"),
        *(
            said("count", 30 * n, f"c{n}", **{"from": rfc3339(START + (30 * n - 30) * MINUTE)}, total=9000)
            for n in range(1, 13)
        ),
        said("state", 360, "t", state="stopped"),
    ]
    early, late = [one for one in runs if one["at"] <= rfc3339(START + 70 * MINUTE)], START + 70 * MINUTE
    load(folder, written(tmp_path, "one.ndjson", early), now=late)
    with Stack.open(folder) as stack:
        stack.keep(late)
        then = facts_of(stack, "filler", late)
        (live,) = then.table("time").to_pylist()
        rate = then.places["filler"].rate["cola-330"]
    assert live["speed"] == pytest.approx(18000 / rate)
    load(folder, written(tmp_path, "two.ndjson", runs), now=NOW)
    with Stack.open(folder) as stack:
        assert facts_of(stack, "filler", late).table("time").to_pylist() == [live]
        whole = facts_of(stack, "filler", START + 6 * HOUR)
    assert whole.known(late).table("time")["speed"].to_pylist() == [None]  # it knows what came after
