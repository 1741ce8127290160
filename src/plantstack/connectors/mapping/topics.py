"""`topics: hall/{machine}/{what}`: levels of a topic as columns, by name.

They are read from the column `topic` alone, so files of recorded messages give the same as a broker.
"""

from __future__ import annotations

import re

from plantstack.connectors.mapping.model import Column
from plantstack.connectors.mapping.words import topics
from plantstack.plant.source import Fields

HEADER = "topic"
_PIECE = re.compile(r"\{([A-Za-z0-9_][A-Za-z0-9_.-]*)\}|([+#])|([^{}+#]+)|[{}]")


def read_topics(fields: Fields) -> dict[str, Column]:
    """The columns that `topics:` captures; several patterns may capture the same names."""
    found: dict[str, list[str]] = {}
    for written in fields.want("topics", topics, ()):
        names = [piece[1] for piece in _PIECE.finditer(written) if piece[1]]
        for name in dict.fromkeys(names):
            found.setdefault(name, []).append(_expression(written, name))
    place = fields.place("topics")
    return {name: Column(name, place, header=HEADER, parts=tuple(parts)) for name, parts in found.items()}


def _expression(written: str, name: str) -> str:
    """The pattern of a topic as a regular expression (RE2) whose one group is a name.

    >>> _expression("hall/{machine}/#", "machine")
    '^hall/([^/]+)/.*$'
    """
    made = ["^"]
    has_group = False
    for piece in _PIECE.finditer(written):
        if piece[1]:
            is_it = piece[1] == name and not has_group
            has_group = has_group or is_it
            made.append("([^/]+)" if is_it else "[^/]+")
        elif piece[2]:
            made.append("[^/]+" if piece[2] == "+" else ".*")
        else:
            made.append(re.sub(r"([.^$*?()\[\]|\\])", r"\\\1", piece[0]))
    return "".join([*made, "$"])
