"""Addresses that nobody means are refused in words: no page and no stream crashes on them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.live.inside import Inside, inside

NOW = 1_772_474_400_000_000  # 2026-03-02 18:00 UTC


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    with inside(tmp_path_factory.mktemp("odd") / "p", NOW, silence="12 h") as found:
        found.running.start()
        yield found


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/?layer=", 200),
        ("/?layer=12", 200),
        ("/live?page=//[", 404),
        ("/live?page=https://other.example/", 404),
        ("/ci?from=0001-01-01", 400),
        ("/ci?from=0001-06-01&to=0001-06-05&compare=year", 400),
        ("/bridge/oee/line-1/0001-01-01..0001-01-02", 400),
        ("/lineage/oee/line-1/9999-12-31..9999-12-31", 400),
        ("/portfolio?week=0001-W01", 400),
        ("/portfolio?week=2026-W99", 400),
        ("/line/line-1?period=century", 400),
        ("/op/nowhere", 404),
        ("/op/filler+nowhere", 404),
        ("/lineage/nothing/line-1/today", 400),
        ("/api/v1/insights?as_of=0001-01-01T00:00:00Z", 400),
        ("/api/v1/insights?as_of=9999-12-31T23:59:59-14:00", 400),
        ("/api/v1/kpis?from=0001-01-01&to=9999-12-31", 400),
        ("/api/v1/losses?from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59-14:00", 400),
        ("/andon/line-1?distance=-1&screen=99999", 200),
    ],
)
def test_it_is_answered_in_words(plant: Inside, address: str, status: int) -> None:
    answer = plant.request("GET", address, headers={"accept": "text/html"})
    assert answer.status_code == status, answer.text[:500]
    assert "Traceback" not in answer.text
