"""What a command loads before it answers: no web server, unless it is one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from tests.interfaces.test_commands import plantstack
from typer.core import TyperGroup

from plantstack.interfaces.cli import app
from plantstack.interfaces.panels import PANEL_OF

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


def test_every_command_stands_in_one_panel_of_the_help() -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    assert [name for name in group.list_commands(typer.Context(group)) if name not in PANEL_OF] == []


def test_a_word_that_begins_several_commands_lists_them() -> None:
    asked = plantstack("map", "--help")
    assert asked.code == 0 and "plantstack map learn" in asked.out and "Draft a mapping" in asked.out
    for words, said in ((["map"], "'map' wants a second word"), (["letters", "shw"], "'letters shw'")):
        told = plantstack(*words)
        assert told.code == 2 and said in told.err
        assert all(name in told.err for name in PANEL_OF if name.startswith(f"{words[0]} "))
    assert "See also: connections doubts" in " ".join(plantstack("connections", "--help").out.split())
