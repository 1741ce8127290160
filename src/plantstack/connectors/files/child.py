"""Runs a parser of foreign bytes in a process of its own, with little memory and little time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from plantstack.errors import EventError, Problem

REASON, NO_PARSER = 3, 4  # exit codes of our own children; anything else is a crash or a limit


@dataclass(frozen=True, slots=True)
class Limits:
    """What the child process may use."""

    memory: int = 1 << 30
    cpu_s: int = 60
    wall_s: float = 90.0
    output: int = 1 << 30


@dataclass(frozen=True, slots=True)
class Parser:
    """A script beside this module that turns one file into CSV on its standard output."""

    script: str
    code: str  # of the problems
    extra: str  # what to install when it cannot start


def parse_apart(parser: Parser, path: Path, name: str, words: Iterable[str], limits: Limits) -> Path:
    """Run a parser over a file.

    Returns:
        The CSV it wrote, beside the file.

    Raises:
        EventError: with the parser's own reason, or that it broke its limits.
    """
    output = path.with_suffix(".cells")
    command = [sys.executable, "-I", "-X", "utf8", str(Path(__file__).with_name(parser.script)), str(path)]
    command += [str(limits.memory), str(limits.cpu_s), str(limits.output), *words]
    with output.open("wb") as target:
        try:
            done = subprocess.run(
                command, stdout=target, stderr=subprocess.PIPE, timeout=limits.wall_s, env={}, check=False
            )
        except subprocess.TimeoutExpired:
            _refuse(parser, name, f"took longer than {limits.wall_s:g} s to read", "Export less at once.")
    if done.returncode == REASON:
        _refuse(parser, name, done.stderr.decode("utf-8", "replace"), "Export it again.")
    if done.returncode == NO_PARSER:
        fix = f"Install plantstack[{parser.extra}]."
        _refuse(parser, name, "cannot be read: the parser cannot be loaded", fix)
    if done.returncode:
        _refuse(parser, name, "cannot be read within the limits of memory and time", "Export less at once.")
    return output


def _refuse(parser: Parser, name: str, what: str, fix: str) -> NoReturn:
    raise EventError(Problem(parser.code, name, what, fix))
