"""Lines as adapters write them (SHDR) -> one observation a line.

An adapter may tell several values in one line, and assets, commands and answers to a ping between them. A
condition has seven cells: time, key, level, code, severity, qualifier, text; nothing in the line itself says
that it is one, so level and qualifier must be words of the standard. A stamp may carry how long a statistic
was taken over, `2026-01-05T06:00:00Z@10.5`.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from plantstack.connectors.mapping.model import FileForm
from plantstack.errors import EventError, Problem

BAR, LEVELS, SIDES = b"|", (b"normal", b"warning", b"fault", b"unavailable"), (b"", b"high", b"low")
CONDITION = 7
_MULTILINE = b"--multiline--"


@dataclass(slots=True)
class Laid:
    """What became of the lines of a file.

    Attributes:
        origin: of each line that is there now, the line of the file; empty where nothing was changed.
        skipped: lines of the file that are no observations.
    """

    origin: array[int] = field(default_factory=lambda: array("Q"))
    skipped: array[int] = field(default_factory=lambda: array("Q"))

    def notes(self, name: str) -> tuple[Problem, ...]:
        """Say which lines were left out."""
        if not self.skipped:
            return ()
        first = ", ".join(f"{name}:{number}" for number in self.skipped[:3])
        more = ", ..." if len(self.skipped) > 3 else ""
        what = f"lines of assets and commands, which are no observations: {len(self.skipped)} ({first}{more})"
        return (Problem("rows-ignored", name, what),)


def lay_out(path: Path, name: str, form: FileForm) -> Laid:
    """Rewrite a file so that each line is one observation; one that is so already is left alone.

    Args:
        path: the file.
        name: as people know it.
        form: its heading and its comments stay as they are.

    Raises:
        EventError: when an asset over several lines has no end.
    """
    laid = Laid()
    with path.open("rb") as source:
        # Most files have no such line, and are long: what is cheap is looked at first.
        seldom = (line for line in source if line.count(BAR) > 3 or b"@" in line or line[:1] == b"*")
        if not any(_is_odd(line.rstrip(b"\n")) for line in seldom):
            return laid
    tidy = path.with_suffix(".tidy")
    with path.open("rb") as source, tidy.open("wb") as target:
        mark = form.comment.encode()
        for number, line in _observing(source, name, form.skip_rows, laid.skipped):
            is_plain = number <= form.skip_rows or (mark and line.startswith(mark))
            for piece in [line] if is_plain else pieces(line):
                laid.origin.append(number)
                target.write(piece + b"\n")
    tidy.replace(path)
    return laid


def pieces(line: bytes) -> Iterator[bytes]:
    """Yield the observations of a line.

    >>> list(pieces(b"2026-01-05T06:00:00Z@1.5|load|12|temp|40"))
    [b'2026-01-05T06:00:00Z|load|12', b'2026-01-05T06:00:00Z|temp|40']
    >>> list(pieces(b"2026-01-05T06:00:00Z|temp|FAULT|OTEMP|1|HIGH|Oil is hot"))
    [b'2026-01-05T06:00:00Z|temp|FAULT|OTEMP|1|HIGH|Oil is hot']
    """
    at, *cells = line.split(BAR)
    at = at.partition(b"@")[0]
    cells = _tidy(cells)
    if len(cells) < 4 or len(cells) % 2 or is_condition(cells):
        yield BAR.join([at, *cells])
        return
    for place in range(0, len(cells), 2):
        yield BAR.join([at, *cells[place : place + 2]])


def is_condition(cells: list[bytes]) -> bool:
    """Whether the cells behind the time are of a condition, and not pairs of keys and values.

    >>> is_condition([b"move", b"NORMAL", b"line", b"5", b"program", b"TAP"])
    False
    """
    level, code = cells[1].strip().lower(), cells[2].strip()
    if level not in LEVELS or (level == b"unavailable" and code):
        return False
    if len(cells) >= CONDITION - 1:
        return cells[4].strip().lower() in SIDES
    return not code


def _tidy(cells: list[bytes]) -> list[bytes]:
    """Without the last cell where pairs end with a bar."""
    return cells[:-1] if len(cells) > 4 and len(cells) % 2 and not cells[-1].strip() else cells


def _is_odd(line: bytes) -> bool:
    """Whether a line is perhaps not just one observation."""
    if line.count(BAR) < 4:
        return line.startswith(b"*") or b"@" in line[: line.find(BAR) + 2]
    rest = _tidy(line.split(BAR)[1:])
    return rest[0].startswith(b"@") or (len(rest) % 2 == 0 and not is_condition(rest))


def _observing(
    source: Iterable[bytes], name: str, heading: int, skipped: array[int]
) -> Iterator[tuple[int, bytes]]:
    """Yield the heading and the lines that observe something, with their numbers from 1."""
    end, begun = b"", 0
    for number, line in enumerate(source, 1):
        line = line.rstrip(b"\n")
        key = line.split(BAR, 2)[1:2]
        is_asset = bool(key) and key[0].startswith(b"@") and key[0].endswith(b"@")
        if number > heading and (end or is_asset or line.startswith(b"*")):
            skipped.append(number)
            if end and line.strip() == end:
                end = b""
            elif not end and is_asset and (mark := line.rpartition(BAR)[2].strip()).startswith(_MULTILINE):
                end, begun = mark, number
        else:
            yield number, line
    if end:
        what = f"an asset that begins in line {begun} has no end"
        raise EventError(Problem("file-damaged", name, what, "Export it again."))
