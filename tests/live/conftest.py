"""Parts that take seconds to start: one for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.live.opcua_mother import Mother


@pytest.fixture(scope="session")
def mother() -> Iterator[Mother]:
    """The process that forks OPC UA servers."""
    found = Mother()
    yield found
    found.end()
