"""What is no instant is none, and never another one; each with where it came from."""

from __future__ import annotations

import pytest

from plantstack.errors import QueryError
from plantstack.interfaces.times import instant, window

ZONES = ["Europe/Berlin"]


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-03/2026",  # was 20:26 of that day
        "2026-03-02+01:00",  # a day with its offset was one o'clock at night
        "2026-03-02-05:00",
        "2026-03-02x06:00",
        "20260302",
        "2026-W10-2",
    ],
)
def test_a_day_with_something_behind_it_is_no_hour(text: str) -> None:
    # found by asking over MCP for nonsense: an answer came, of another time
    for ask in (lambda: instant(text, ZONES), lambda: window(None, text, ZONES)):
        with pytest.raises(QueryError):
            ask()


def test_days_and_instants_as_people_write_them_are_read() -> None:
    assert instant("2026-03-02 06:00", ZONES) == instant("2026-03-02T05:00:00Z", ZONES)
    assert instant("2026-03-02", ZONES) == instant("2026-03-02T00:00+01:00", ZONES)
