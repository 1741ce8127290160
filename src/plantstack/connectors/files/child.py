"""Runs a parser of foreign bytes in a process of its own, with little memory and little time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from plantstack.connectors.files.progress import TICK_S
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


def parse_apart(
    parser: Parser,
    path: Path,
    name: str,
    words: Iterable[str],
    limits: Limits,
    look: Callable[[Path], None] = lambda output: None,
) -> Path:
    """Run a parser over a file; `look` may see now and then what it has written so far.

    Returns:
        The CSV it wrote, beside the file.

    Raises:
        EventError: with the parser's own reason, or that it broke its limits.
    """
    output = path.with_suffix(".cells")
    command = [sys.executable, "-I", "-X", "utf8", str(Path(__file__).with_name(parser.script)), str(path)]
    command += [str(limits.memory), str(limits.cpu_s), str(limits.output), *words]
    with (
        output.open("wb") as target,
        subprocess.Popen(command, stdout=target, stderr=subprocess.PIPE, env={}) as child,
    ):
        try:
            said = _waited(child, limits.wall_s, lambda: look(output))
        finally:
            child.kill()  # one that has ended does not mind
    if said is None:
        _refuse(parser, name, f"took longer than {limits.wall_s:g} s to read", "Export less at once.")
    if child.returncode == REASON:
        _refuse(parser, name, said.decode("utf-8", "replace"), "Export it again.")
    if child.returncode == NO_PARSER:
        fix = f"Install plantstack[{parser.extra}]."
        _refuse(parser, name, "cannot be read: the parser cannot be loaded", fix)
    if child.returncode:
        _refuse(parser, name, "cannot be read within the limits of memory and time", "Export less at once.")
    return output


def _waited(child: subprocess.Popen[bytes], wall_s: float, look: Callable[[], None]) -> bytes | None:
    """What a child said on its standard error until it ended; None when it took too long."""
    left = wall_s
    while left > 0:
        try:
            return child.communicate(timeout=min(TICK_S, left))[1]
        except subprocess.TimeoutExpired:
            left -= TICK_S
            look()
    return None


def _refuse(parser: Parser, name: str, what: str, fix: str) -> NoReturn:
    raise EventError(Problem(parser.code, name, what, fix))
