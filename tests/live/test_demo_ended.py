"""A demo group whose simulation has ended: every page says since when nothing new happens."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.live.inside import inside

from plantstack.demo.living.ahead import About
from plantstack.events.batch import RAW
from plantstack.intervals import DAY, HOUR

NOW = 1_772_474_400_000_000  # 2026-03-02 18:00 UTC, noon at the plant


@pytest.mark.parametrize(("since", "is_over"), [(HOUR, True), (-HOUR, False)])
def test_pages_say_when_it_ended_and_nothing_before(tmp_path: Path, since: int, is_over: bool) -> None:
    with inside(tmp_path / "p", NOW) as plant:
        about = About(seed=1, sites=1, days=2, until=NOW - DAY, end=NOW - since)
        table = RAW.empty_table().append_column("heard", pa.array([], pa.int64()))
        told = {b"plantstack-demo": json.dumps(asdict(about)).encode()}
        beside = plant.running.folder / ".plantstack"
        beside.mkdir(exist_ok=True)
        pq.write_table(table.replace_schema_metadata(told), beside / "demo.parquet")
        plant.fresh()
        page = plant.request("GET", "/board/line-1").text
        assert ("What was simulated ended on Mon 2 Mar at" in page) is is_over
