"""Every snippet of the README and the guides runs as it stands, top to bottom, in an empty folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = (
    "README.md",
    "docs/guide/commands.md",
    "docs/guide/forward.md",
    "docs/guide/keeping.md",
    "docs/guide/letters.md",
    "docs/guide/reports.md",
    "docs/guide/mappings-change.md",
    "docs/guide/serving.md",
    "docs/guide/explaining.md",
    "docs/guide/finance.md",
)
FENCED = re.compile(r"^```(sh|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def snippets(page: str) -> list[tuple[str, str]]:
    return [(kind, text) for kind, text in FENCED.findall((ROOT / page).read_text("utf-8"))]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_works_when_pasted(page: str, tmp_path: Path) -> None:
    found = snippets(page)
    assert found
    commands = tmp_path / "bin"
    commands.mkdir()
    script = commands / "plantstack"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m plantstack "$@"\n')
    script.chmod(0o755)
    path = f"{commands}:{os.environ['PATH']}"
    for kind, text in found:
        run = ["bash", "-euo", "pipefail", "-c", text] if kind == "sh" else [sys.executable, "-c", text]
        told = subprocess.run(
            run,
            cwd=tmp_path,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert told.returncode == 0, f"{text}\n{told.stdout}\n{told.stderr}"
        assert "crashed" not in told.stderr


@pytest.mark.parametrize("page", [*PAGES, "ARCHITECTURE.md"])
def test_every_link_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / page).read_text("utf-8"))
    missing = [
        link for link in links if "://" not in link and not (ROOT / page).parent.joinpath(link).exists()
    ]
    assert missing == []
