"""A page printed to PDF by the Chromium of this machine: a child process with little time and no network."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from plantstack.errors import ConfigError, Problem

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
WALL_S = 60.0
_CPU_S, _MOST_BYTES = 60, 256 << 20
_WORDS = (
    *("--headless", "--disable-gpu", "--disable-extensions", "--disable-background-networking"),
    *("--no-first-run", "--no-default-browser-check", "--disable-sync", "--disable-dev-shm-usage"),
    *("--no-pdf-header-footer", "--proxy-server=127.0.0.1:9"),  # nothing listens there: it loads nothing
)
_FIX = (
    "Install Chromium (Debian: apt-get install chromium), or name one in PLANTSTACK_CHROMIUM;"
    " or write FILE.html and print that from any browser."
)


def printed(text: str, wall_s: float = WALL_S) -> bytes:
    """Print a page.

    Args:
        text: one HTML file that needs nothing else.
        wall_s: how long it may take.

    Returns:
        The PDF.

    Raises:
        ConfigError: where there is no Chromium, or it could not print it in time.
    """
    browser = _browser()
    with tempfile.TemporaryDirectory(prefix="plantstack-paper-") as name:
        folder = Path(name)
        page, paper = folder / "page.html", folder / "page.pdf"
        page.write_text(text, "utf-8")
        words = [*_WORDS, f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={paper}", page.as_uri()]
        if os.geteuid() == 0:  # Chromium does not start for root without it
            words.insert(0, "--no-sandbox")
        _run([browser, *words], folder, wall_s)
        if not paper.is_file() or not paper.stat().st_size:
            raise _failed(f"{browser} wrote nothing")
        return paper.read_bytes()


def _browser() -> str:
    named = os.environ.get("PLANTSTACK_CHROMIUM", "")
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        what = (
            f"there is no Chromium at {named}" if named else "PDF is printed by Chromium, and there is none"
        )
        raise ConfigError(Problem("report-browser", "-o", what, _FIX))
    return found


def _run(command: list[str], folder: Path, wall_s: float) -> None:
    """Run it in a group of its own, within limits; whatever it began ends with it."""
    env = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "TMPDIR": str(folder)}
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        command, stdin=quiet, stdout=quiet, stderr=quiet, env=env, cwd=folder, start_new_session=True
    ) as child:
        _limit(child.pid)
        try:
            child.wait(wall_s)
        except subprocess.TimeoutExpired:
            raise _failed(f"{command[0]} took longer than {wall_s:g} s") from None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
    if child.returncode:
        raise _failed(f"{command[0]} ended with {child.returncode}")


def _limit(pid: int) -> None:
    """What a child may use; those it starts inherit it. Elsewhere than on Linux only its time is limited."""
    if sys.platform == "linux":
        with suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (_MOST_BYTES, _MOST_BYTES))
            resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))


def _failed(what: str) -> ConfigError:
    return ConfigError(
        Problem("report-browser", "-o", what, "Write FILE.html and print that from a browser.")
    )
