"""The reference data beside the checkout: skipped with a reason when absent, never in CI."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[3] / "shared"


def shared_file(name: str) -> Path:
    path = SHARED / name
    if not path.is_file():
        if os.environ.get("CI") == "true":
            pytest.fail(f"../shared/{name} is absent, and with CI=true nothing may be left out")
        pytest.skip(f"../shared/{name} is absent")
    return path
