"""What is committed names no machine: no registry host, no path of whoever wrote it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
# Put together from parts, so that this file does not name what it looks for.
HOSTS = ("pypi" + ".org", "python" + "hosted.org", "registry.npm" + "js.org", "deb." + "debian.org")
PLACES = re.compile("|".join(f"(?<![\\w.])/{top}/\\w" for top in ("work", "root", "Users", "home/[a-z]+")))


def committed() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    told = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [ROOT / name for name in told.stdout.split("\0") if name]


def texts() -> dict[str, str]:
    found = {}
    for path in committed():
        if path.is_file():
            raw = path.read_bytes()
            if b"\0" not in raw:
                found[str(path.relative_to(ROOT))] = raw.decode(errors="replace")
    return found


def test_no_committed_file_names_a_registry_host_or_a_place_of_a_machine() -> None:
    named = [f"{name}: {host}" for name, text in texts().items() for host in HOSTS if host in text]
    named += [f"{name}: {hit.group()}" for name, text in texts().items() for hit in PLACES.finditer(text)]
    assert named == []


def test_every_locked_package_is_pinned_and_hashed() -> None:
    blocks = re.findall(r"^([a-z0-9].*?)(?=^[a-z0-9]|\Z)", LOCK.read_text(), re.M | re.S)
    assert blocks
    assert [b.split()[0] for b in blocks if "==" not in b.split("\n")[0] or "--hash=sha256:" not in b] == []


def test_the_lock_holds_the_build_backend_and_names_no_place() -> None:
    text = LOCK.read_text()
    assert re.search(r"^hatchling==", text, re.M)
    assert "://" not in text
    assert "file:" not in text
