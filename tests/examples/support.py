"""What the tests of the example projects share: a project of its own, its data, and its README."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest

from plantstack.intervals import SECOND
from plantstack.stack import Stack
from plantstack.stack.files.loading import Loaded

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
NOW = 1_793_491_200 * SECOND  # long after all of the data: 2026-11-01


def data(name: str) -> Path:
    """The folder of a data set; skipped when absent, a failure when CI asks for all."""
    path = SHARED / name
    if not path.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"../shared/data/{name} is absent, and with CI=true nothing may be left out")
        pytest.skip(f"../shared/data/{name} is absent")
    return path


def project(name: str, folder: Path) -> Path:
    """A copy of an example project."""
    return Path(shutil.copytree(ROOT / "examples" / name, folder / name))


def load(folder: Path, mapping: str, *files: Path) -> list[Loaded]:
    """Load files into a project."""
    with Stack.open(folder, write=True) as stack:
        return stack.load(files, now=NOW, mapping=mapping)


def events(folder: Path, kind: str) -> list[dict[str, Any]]:
    """All events of a kind."""
    with Stack.open(folder) as stack:
        every = stack.log.events()
    rows: list[dict[str, Any]] = every.filter(pc.equal(every.column("kind"), kind)).to_pylist()
    return rows


def minutes(folder: Path, kpi: str, **question: Any) -> dict[str, float]:
    """A KPI of time in minutes, by the one axis asked for ('' where none is), without its zeros."""
    (axis,) = question.get("by", [""])
    with Stack.open(folder) as stack:
        rows = stack.kpis([kpi], **question).rows
    return {row["scope"].get(axis, ""): row["value"] / 60 for row in rows if row["value"]}


def value(folder: Path, kpi: str, **question: Any) -> dict[str, Any]:
    """The one row of a KPI."""
    with Stack.open(folder) as stack:
        (row,) = stack.kpis([kpi], **question).rows
    return dict(row)


def tour(name: str) -> str:
    """The commands of an example's README."""
    text = (ROOT / "examples" / name / "README.md").read_text()
    (commands,) = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return str(commands)


def run_tour(name: str, place: Path, where: Path) -> Iterator[tuple[str, int, str]]:
    """Paste a README's commands one by one, with the data where we have it: command, exit code, output."""
    (place / "examples").symlink_to(ROOT / "examples")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "DATA": str(where), "PATH": path, "COLUMNS": "160"}
    for command in tour(name).splitlines():
        if command.startswith("DATA=") or not command.strip():
            continue
        done = subprocess.run(
            ["bash", "-c", command], cwd=place, env=environment, capture_output=True, text=True, check=False
        )
        yield command, done.returncode, done.stdout + done.stderr
