"""A mapping file being written: columns, rules, and what is unsure as comments that begin with `# ?`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

UNSURE = "# ?"
BEGIN = "Drafted from what was seen. Lines with '# ?' are guesses: read each before you load."
Machines = Mapping[str, Sequence[str]]
"""The machines of the plant by id, and what else each is called."""
_QUESTION = re.compile(r"(?m)^(?:.*\s)?# \? .*$")
_SAFE = re.compile(r"[A-Za-zÄÖÜäöüß_/][A-Za-z0-9ÄÖÜäöüß_./ -]*[A-Za-z0-9ÄÖÜäöüß]")
_WORDS = ("true", "false", "yes", "no", "on", "off", "null", "y", "n")


def quoted(text: str) -> str:
    """A text as YAML, in quotes where it could be read as something else.

    >>> quoted("Presse 1"), quoted("off"), quoted("17"), quoted("a: b")
    ('Presse 1', '"off"', '"17"', '"a: b"')
    """
    if _SAFE.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)


def questions(text: str) -> int:
    r"""How many lines of a draft want an answer.

    >>> questions(f"# {BEGIN}\n# ? of which machine?\n  - x  # ? in which unit?\n")
    2
    """
    return len(_QUESTION.findall(text))


def id_of(text: str, taken: Sequence[str] = ()) -> str:
    """A short id made of a text.

    >>> id_of("Temp [°C]"), id_of("Temp [°C]", ["temp-c"]), id_of("17")
    ('temp-c', 'temp-c-2', 'x-17')
    """
    plain = text.lower()
    for letter, others in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("°", "")):
        plain = plain.replace(letter, others)
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "value"
    made = made if made[0].isalpha() else f"x-{made}"
    number, name = 1, made
    while name in taken:
        number += 1
        name = f"{made}-{number}"
    return name


def words_map(words: Mapping[str, str], otherwise: str) -> str:
    """A map of words, as YAML in one line."""
    said = ", ".join(f"{quoted(word)}: {quoted(to)}" for word, to in words.items())
    return f"{{{said}{', ' if said else ''}otherwise: {otherwise}}}"


@dataclass(slots=True)
class Draft:
    """The parts of a mapping.

    Attributes:
        source: who tells.
        file: the `file:` part, as YAML.
        zone: of local times; '' for none.
        head: comments above all.
        columns: name, and how it is read, as YAML.
        notes: of columns: what is unsure.
        every: what all events share.
        rules: entries of `events`, as YAML.
        asked: what may be a rule, as comments below the rules.
        more: further lines at the end.
    """

    source: str
    file: str
    zone: str = ""
    head: list[str] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    every: dict[str, str] = field(default_factory=dict)
    rules: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    more: list[str] = field(default_factory=list)

    def add(self, name: str, told: str, *unsure: str) -> str:
        """Add a column under a free name; return the name."""
        free = id_of(name, list(self.columns))
        self.columns[free] = told
        if unsure:
            self.notes[free] = list(unsure)
        return free

    def text(self) -> str:
        """The file."""
        lines = [f"# {line}" for line in self.head]
        lines += ["schema: 1", f"source: {quoted(self.source)}"]
        lines += [f"zone: {self.zone}"] if self.zone else []
        lines += [f"file: {self.file}", "columns:"]
        for name, told in self.columns.items():
            lines += [f"  {UNSURE} {note}" for note in self.notes.get(name, ())]
            lines.append(f"  {name}: {told}")
        shared = ", ".join(f"{name}: {value}" for name, value in self.every.items())
        lines += [f"every: {{{shared}}}"] if shared else []
        lines += ["events:", *(f"  {rule}" for rule in self.rules)] if self.rules else []
        for one in self.asked:
            first, *more = one.split("\n")
            lines += [f"  {UNSURE} {first}", *(f"  #   {line}" for line in more)]
        return "\n".join([*lines, *self.more, ""])
