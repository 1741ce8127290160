"""`"{machine}"` is the column called machine, anything else is itself.

One rule for every value of an event rule: braces name a column, text outside them is a constant.
There is nothing to evaluate, so there is nothing to inject.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+")


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to a declared column."""

    name: str


@dataclass(frozen=True, slots=True)
class Template:
    """Constants and references in the order they are written.

    >>> parse_template("{area}/press-1").names
    ('area',)
    """

    parts: tuple[str | Ref, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns it needs."""
        return tuple(part.name for part in self.parts if isinstance(part, Ref))

    @property
    def only(self) -> str:
        """The column, when the template is nothing but one reference, else ''."""
        return self.names[0] if len(self.parts) == 1 and self.names else ""

    @property
    def constant(self) -> str | None:
        """The text, when the template has no reference, else None."""
        return None if self.names else "".join(str(part) for part in self.parts)


def parse_template(text: str) -> Template:
    """Split a text at its `{column}` references; `{{` and `}}` are plain braces.

    Raises:
        ValueError: when a brace is left open or names nothing.

    >>> parse_template("a{b}{{c}}").parts
    ('a', Ref(name='b'), '{c}')
    """
    parts: list[str | Ref] = []
    for piece in _PIECE.finditer(text):
        word, name = piece[0], piece[1]
        if name is not None:
            if not name.strip():
                raise ValueError("Name a column inside the braces: '{machine}'.")
            parts.append(Ref(name.strip()))
            continue
        if word in "{}":
            raise ValueError("Close every '{' with '}'; write '{{' for a plain brace.")
        plain = {"{{": "{", "}}": "}"}.get(word, word)
        if parts and isinstance(parts[-1], str):
            plain = str(parts.pop()) + plain
        parts.append(plain)
    return Template(tuple(parts))
