"""The group that goes on living: what lies ahead is told as time goes on, once, by whoever runs it."""

from __future__ import annotations

from pathlib import Path

import httpx
import numpy as np
import pytest
from tests.demo.told import UNTIL, column
from tests.web.demo import serving

from plantstack.demo import build_demo
from plantstack.demo.living.ahead import NAME, Ahead, about_of, is_demo, living
from plantstack.errors import ConfigError
from plantstack.intervals import HOUR, MINUTE
from plantstack.stack import Stack

STEP = 10 * MINUTE


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("living") / "group"
    build_demo(folder, until=UNTIL, days=2, sites=2, ahead=1)
    return folder


def test_it_is_told_once_also_over_a_stop_of_the_server(group: Path) -> None:
    with Ahead(group) as ahead:
        expected = ahead.between(UNTIL, UNTIL + 3 * STEP).table
    with Stack.open(group) as stack:
        before, letters = stack.log.last_offset(), len(stack.log.dead_letters())
    with serving(group, UNTIL + STEP) as site:
        first = site.running.offset - before
        assert 0 < first < len(expected)
        httpx.get(f"{site.url}/health").raise_for_status()
    with Stack.open(group) as stack:  # where it goes on next time
        assert UNTIL < int(stack.log.cursor(NAME) or 0) <= UNTIL + STEP
    with serving(group, UNTIL + 3 * STEP) as site:  # ten minutes in which nobody ran it
        assert site.running.offset - before == len(expected)
        assert site.running.health().status == "ok"
    with Stack.open(group) as stack:
        assert len(stack.log.dead_letters()) == letters
        told = stack.log.events().slice(before)
    pairs = zip(told["source"].to_pylist(), told["key"].to_pylist(), strict=True)
    again = zip(expected["source"].to_pylist(), expected["key"].to_pylist(), strict=True)
    assert sorted(pairs) == sorted(again)


def test_counters_go_on_where_the_past_ended(group: Path) -> None:
    with Stack.open(group) as stack:
        events = stack.log.events()
    kinds, machines = column(events, "kind"), column(events, "equipment")
    counts = events.filter((kinds == "count") & (machines == "tul-1-filler")).sort_by("at")
    begin, end = column(counts, "from_at"), column(counts, "at")
    near = np.flatnonzero((end > UNTIL - HOUR) & (end < UNTIL + STEP))
    assert (begin[near][1:] >= end[near][:-1]).all()
    numbers = [int(key.rpartition("-")[2]) for key in counts["key"].to_pylist()]
    assert numbers == list(range(len(numbers)))


def test_a_folder_without_a_group_has_nothing_to_tell(tmp_path: Path, group: Path) -> None:
    assert living(tmp_path) == [] and not is_demo(tmp_path)
    assert [one.name for one in living(group)] == ["demo group"]
    assert (about_of(group).days, about_of(group).sites) == (2, 2)
    (tmp_path / ".plantstack").mkdir()
    (tmp_path / ".plantstack" / "demo.parquet").write_bytes(b"PAR1 no PAR1")
    with pytest.raises(ConfigError, match="cannot be read"):
        about_of(tmp_path)
