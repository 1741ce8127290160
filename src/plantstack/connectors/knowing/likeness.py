"""What a signal was like over a time: types, range, steps, pace, words, share of bad quality."""

from __future__ import annotations

import math

import msgspec

from plantstack.connectors.knowing.sketch import Sketch

TRUTH, NUMBER, TEXT = "true or false", "number", "text"
MOST_WORDS = 32
_LONGEST_WORD = 40

Value = bool | int | float | str | None


class Likeness(msgspec.Struct, omit_defaults=True):
    """A signal over a time.

    Attributes:
        n: values, the bad ones too.
        bad: of bad quality, or none at all.
        types: how many of each type.
        level: the numbers as they came.
        steps: by how much they rose.
        falls: how often they fell.
        gaps: seconds from value to value.
        words: texts, up to `MOST_WORDS`.
        is_open: there were more, so they are names, orders, instants: no set of words.
        new_word: after how many values the last new word came.
        first: instant of the first value, microseconds UTC.
        last: of the last.
        longest: the longest gap, seconds.
        hours: in how many hours, or what stands for one, there were values.
    """

    n: int = 0
    bad: int = 0
    types: dict[str, int] = msgspec.field(default_factory=dict)
    level: Sketch = msgspec.field(default_factory=Sketch)
    steps: Sketch = msgspec.field(default_factory=Sketch)
    falls: int = 0
    gaps: Sketch = msgspec.field(default_factory=Sketch)
    words: dict[str, int] = msgspec.field(default_factory=dict)
    is_open: bool = False
    new_word: int = 0
    first: int = 0
    last: int = 0
    longest: float = 0.0
    hours: int = 0

    def see(self, value: Value, is_bad: bool) -> float | None:
        """Count a value; return it as a number where it is one."""
        self.n += 1
        if is_bad or value is None or value == "":
            self.bad += 1
            return None
        if isinstance(value, str):
            number = number_in(value)
            if number is None:
                self._count(TEXT)
                self._word(value[:_LONGEST_WORD])
                return None
        elif isinstance(value, bool):
            self._count(TRUTH)
            self._word(str(value).lower())
            return None
        else:
            number = float(value)
        if not math.isfinite(number):
            self.bad += 1
            return None
        self._count(NUMBER)
        self.level.see(number)
        return number

    def rose(self, by: float) -> None:
        """Count the step from the number before."""
        if by > 0:
            self.steps.see(by)
        elif by < 0:
            self.falls += 1

    def waited(self, seconds: float) -> None:
        """Count the time from the value before."""
        if seconds > 0:
            self.gaps.see(seconds)
            self.longest = max(self.longest, seconds)

    def join(self, other: Likeness) -> None:
        """Take a later time in."""
        for word, count in other.words.items():
            self._word(word, count)
        for name, count in other.types.items():
            self.types[name] = self.types.get(name, 0) + count
        self.n += other.n
        self.bad += other.bad
        self.level.join(other.level)
        self.steps.join(other.steps)
        self.gaps.join(other.gaps)
        self.falls += other.falls
        self.longest = max(self.longest, other.longest)
        self.hours += other.hours
        self.first = self.first or other.first
        self.last = other.last
        self.is_open = self.is_open or other.is_open

    @property
    def main_type(self) -> str:
        """Of which type most values are; '' of none."""
        return max(self.types, key=lambda name: self.types[name], default="")

    @property
    def is_counter(self) -> bool:
        """Whether it counts up: then its steps tell what it is like, and not where it stands."""
        rises = self.steps.n
        return rises >= 10 and self.falls <= 0.02 * rises and self.level.n_kinds > 1

    @property
    def numbers(self) -> Sketch:
        """What tells what its numbers are like."""
        return self.steps if self.is_counter else self.level

    @property
    def is_steady(self) -> bool:
        """Whether values come at a pace of their own, and not only with a change."""
        return self.gaps.n >= 10 and self.gaps.quantile(0.9) <= 2 * self.gaps.quantile(0.1)

    @property
    def has_words(self) -> bool:
        """Whether its words are a set that was complete half way through."""
        return len(self.words) >= 2 and not self.is_open and 2 * self.new_word <= self.n

    def _count(self, name: str) -> None:
        self.types[name] = self.types.get(name, 0) + 1

    def _word(self, word: str, count: int = 1) -> None:
        if word in self.words:
            self.words[word] += count
        elif len(self.words) < MOST_WORDS:
            self.words[word] = count
            self.new_word = self.n
        else:
            self.is_open = True


def number_in(text: str) -> float | None:
    """The number that a text is; None for words.

    >>> number_in("12.5"), number_in("RUN"), number_in("nan")
    (12.5, None, None)
    """
    if not (text[:1].isdigit() or text[:1] in "+-."):
        return None
    try:
        return float(text)
    except ValueError:
        return None
