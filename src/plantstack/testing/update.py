"""Write what came into a scenario file, in place of what was expected. For people who look at the diff."""

from __future__ import annotations

from difflib import SequenceMatcher
from pathlib import Path

from plantstack.testing.run import Difference, Lines, differences


def update_scenario(path: Path) -> list[str]:
    """Replace expected ledger lines and figures that differ by what came.

    Comments stay where they are, so a comment that says how a figure was worked out may become wrong.

    Returns:
        What still differs and has to be written by hand.

    Raises:
        PlantstackError: when the file cannot be read.
    """
    lines = path.read_text("utf-8").splitlines()
    left = []
    for one in sorted(differences(path), key=lambda one: -one.line):
        if not (one.wanted and _replace(lines, one, one.wanted)):
            left.append(one.what)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return left


def _replace(lines: list[str], one: Difference, wanted: Lines) -> bool:
    if wanted.are_items:
        return _replace_items(lines, one, wanted)
    (old,), (new,), line = wanted.texts, one.instead, wanted.first - 1
    if lines[line].count(old) != 1:
        return False
    lines[line] = lines[line].replace(old, new)
    return True


def _replace_items(lines: list[str], one: Difference, wanted: Lines) -> bool:
    """Replace the items that differ; the others keep their lines and the comments above them."""
    chunks: list[list[str]] = [[]]
    for line in lines[wanted.first - 1 : wanted.last]:
        chunks[-1].append(line)
        if line.lstrip().startswith("- "):
            chunks.append([])
    chunks.pop()
    if len(chunks) != len(wanted.texts):
        return False
    indent = lines[wanted.first - 1].partition("-")[0]
    made: list[str] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, wanted.texts, one.instead, False).get_opcodes():
        if tag == "equal":
            made += [line for chunk in chunks[i1:i2] for line in chunk]
        else:
            made += [f"{indent}- {text}" for text in one.instead[j1:j2]]
    lines[wanted.first - 1 : wanted.last] = made
    return True
