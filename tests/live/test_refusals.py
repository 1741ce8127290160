"""What a server refuses to start on: one line, and the exit code of the guide."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from tests.interfaces.test_commands import plantstack
from tests.live.shift import plant

NOBODY = 65534
# As another user nothing can be imported from where root's interpreter is: everything is loaded before.
AS_NOBODY = """
import os, sys
from pathlib import Path
from plantstack.interfaces import cli, serve
from plantstack.plant.load import load_plant
load_plant(Path(sys.argv[1]))
if os.geteuid() == 0:
    os.setgid({nobody}); os.setuid({nobody})
sys.argv = ["plantstack", "serve", sys.argv[1], "--port", "0"]
cli.main()
"""


def test_F07_a_log_of_somebody_else_is_refused(tmp_path: Path) -> None:
    if os.geteuid():
        pytest.skip("only root can give a directory away")
    project = plant(tmp_path / "p")
    assert plantstack("rebuild", project).code == 0
    for path in (project / "log", *(project / "log").iterdir()):
        os.chown(path, NOBODY, NOBODY)
    told = plantstack("serve", project, "--port", "0")
    assert (told.code, told.out, len(told.err.splitlines())) == (1, "", 1)
    assert "[log-foreign-owner]" in told.err


def test_F07_a_read_only_log_is_refused() -> None:
    with tempfile.TemporaryDirectory() as name:
        project = plant(Path(name) / "p")
        Path(name).chmod(0o755)
        (project / "log").mkdir(exist_ok=True)
        for path in (project, *project.rglob("*")):
            if os.geteuid() == 0:
                os.chown(path, NOBODY, NOBODY)
        (project / "log").chmod(0o500)
        command = [sys.executable, "-c", AS_NOBODY.format(nobody=NOBODY), str(project)]
        told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        (project / "log").chmod(0o700)
    assert (told.returncode, told.stdout, len(told.stderr.splitlines())) == (1, "", 1), told.stderr
    assert "[log-read-only]" in told.stderr
