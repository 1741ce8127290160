"""`plantstack new connector` writes a package that works as it stands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from plantstack.errors import ConfigError
from plantstack.live.scaffold import write_connector


def test_a_new_connector_passes_its_own_test(tmp_path: Path) -> None:
    folder = tmp_path / "plantstack-press-log"
    written = write_connector(folder, "press-log")
    assert {path.relative_to(folder).as_posix() for path in written} == {
        "README.md",
        "pyproject.toml",
        "plantstack_press_log/__init__.py",
        "plantstack_press_log/connector.py",
        "tests/test_connector.py",
    }
    assert 'press-log = "plantstack_press_log.connector"' in (folder / "pyproject.toml").read_text()
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "1 passed" in told.stdout


@pytest.mark.parametrize(("kind", "code"), [("drop", "connector-known"), ("a b", "connector-name")])
def test_a_kind_needs_a_name_of_its_own(tmp_path: Path, kind: str, code: str) -> None:
    with pytest.raises(ConfigError) as caught:
        write_connector(tmp_path / "new", kind)
    assert caught.value.problems[0].code == code


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ConfigError, match="there is something in it"):
        write_connector(tmp_path, "press-log")
