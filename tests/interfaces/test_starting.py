"""What a command loads before it answers: no web server, unless it is one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.interfaces.test_commands import plantstack

ROOT = Path(__file__).parents[2]
LOADED = "import sys; import plantstack.interfaces.cli; print(*({'fastapi', 'uvicorn'} & set(sys.modules)))"


def test_commands_start_without_a_web_server() -> None:
    told = subprocess.run(
        [sys.executable, "-c", LOADED],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == []


@pytest.mark.parametrize("words", [["--help"], ["serve", "--help"]])
def test_the_server_is_a_command_like_any_other(words: list[str]) -> None:
    told = plantstack(*words)
    assert told.code == 0
    assert "take events in" in " ".join(told.out.split())
