"""The one option of these tests: write what came into the files, for people who look at the diff."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-scenarios",
        action="store_true",
        help="replace expected lines and figures of tests/scenarios/*.yaml by what came; read the diff",
    )
