"""A sentence as names, instants, numbers with their units, and words with their sense."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from plantstack.insights.verifying.lexicon import Lexicon

CURRENCIES = {"€": "EUR", "$": "USD", "£": "GBP", "US$": "USD"}
_SPACES = str.maketrans({"\u202f": " ", "\u00a0": " ", "\u2009": " ", "−": "-", "–": "-", "’": "'"})
_TOKEN = re.compile(
    r"(?P<clock>(?<![\d:])\d{1,2}:\d{2}(?!\d|:\d))"
    r"|(?P<number>(?<![\w.,])[+-]?\d+(?:[.,]\d+)*)"
    r"|(?P<sign>US\$|[€$£%×])"
    r"|(?P<word>[^\W\d_]+(?:['-][^\W\d_]+)*)"
    r"|(?P<mark>[:;.!?,()])"
    r"|(?P<other>\S)"
)
Kind = Literal["name", "clock", "number", "word", "mark", "other"]


@dataclass(frozen=True, slots=True)
class Token:
    """One part of a sentence.

    Attributes:
        text: in lower case, of names as they were given.
        value: of a number, in the base of its dimension; `step` is half of its last digit that counts.
        dimension: of a number: `count`, `time`, `share`, `times`, a currency, or a unit as it is written.
        senses: of a word or phrase; None where the language does not know it.
        axis: of a name.
    """

    kind: Kind
    text: str
    value: float = 0.0
    step: float = 0.0
    dimension: str = "count"
    senses: tuple[str, ...] | None = ()
    axis: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What a sentence may name.

    Attributes:
        names: literal texts, with what each is.
        units: that parameters of the facts have.
        currencies: codes.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    units: frozenset[str] = frozenset()
    currencies: frozenset[str] = frozenset()


def read(text: str, known: Known, words: Lexicon) -> list[Token]:
    """Read a sentence; names first, the longest first, so that their digits are no numbers."""
    plain = text.translate(_SPACES)
    names = {name.translate(_SPACES): axis for name, axis in known.names.items() if name.strip()}
    units = sorted((one.translate(_SPACES) for one in known.units), key=len, reverse=True)
    found: list[Token] = []
    for part, axis in _parted(plain, names):
        if axis is not None:
            found.append(Token("name", part, axis=axis))
        else:
            found.extend(_tokens(part, units, known.currencies, words))
    return _phrased(_joined(found), words)


def _parted(text: str, names: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    """The text cut into names and what stands between them."""
    if not names:
        yield text, None
        return
    ordered = sorted(names, key=lambda one: (-len(one), one))
    folded = {name.casefold(): name for name in reversed(ordered)}
    some = "|".join(re.escape(name) for name in ordered)
    done = 0
    for match in re.finditer(rf"(?<!\w)(?:{some})(?!\w)", text, re.IGNORECASE):
        yield text[done : match.start()], None
        name = folded[match.group().casefold()]
        yield name, names[name]
        done = match.end()
    yield text[done:], None


def _tokens(text: str, units: Sequence[str], currencies: frozenset[str], words: Lexicon) -> Iterator[Token]:
    at = 0
    while match := _TOKEN.search(text, at):
        at = match.end()
        told = match.group()
        if match.lastgroup == "number":
            token, at = _number(told, text, at, units, words)
            yield token
        elif match.lastgroup == "word":
            yield _word(told, currencies, words)
        elif match.lastgroup == "sign":
            yield Token("other", CURRENCIES.get(told, told), dimension="sign")
        elif match.lastgroup == "clock":
            yield Token("clock", told.zfill(5))
        else:
            yield Token("mark" if match.lastgroup == "mark" else "other", told)


def _word(told: str, currencies: frozenset[str], words: Lexicon) -> Token:
    if told in currencies or told in CURRENCIES.values():
        return Token("other", told, dimension="sign")
    lower = told.lower()
    if lower in words.numbers:
        return Token("number", lower, float(words.numbers[lower]))
    return Token("word", lower, senses=None)


def _number(told: str, text: str, at: int, units: Sequence[str], words: Lexicon) -> tuple[Token, int]:
    """A number with the unit that stands behind it; one that is not written as the language does is none."""
    value = _value(told, words)
    if value is None:
        return Token("other", told), at
    amount, step = value
    rest = text[at:]
    gap = len(rest) - len(rest.lstrip(" "))
    behind = rest.lstrip(" ")
    for unit in units:
        if behind.startswith(unit) and not behind[len(unit) : len(unit) + 1].isalnum():
            return Token("number", told, amount, step, unit), at + gap + len(unit)
    match = re.match(r"[^\W\d_]+|[%×]", behind)
    if match is not None and match.group().lower() in words.units:
        dimension, factor = words.units[match.group().lower()]
        return Token("number", told, amount * factor, step * factor, dimension), at + gap + match.end()
    return Token("number", told, amount, step), at


def _value(told: str, words: Lexicon) -> tuple[float, float] | None:
    whole, point, digits = told.lstrip("+-").partition(words.point)
    groups = whole.split(words.group)
    is_grouped = len(groups[0]) <= 3 and all(len(one) == 3 for one in groups[1:])
    if (len(groups) > 1 and not is_grouped) or (point and not digits.isdigit()):
        return None
    if not all(one.isdigit() for one in groups):
        return None
    value = float("".join(groups) + ("." + digits if digits else ""))
    return (-value if told.startswith("-") else value), 0.5 * 10.0 ** -len(digits)


def _joined(tokens: Sequence[Token]) -> list[Token]:
    """Amounts with their currency, and `1 h 30 min` as one number."""
    found: list[Token] = []
    waiting: Token | None = None
    for one in tokens:
        last = found[-1] if found else None
        if one.dimension == "sign" and one.text in CURRENCIES.values():
            if last is not None and last.kind == "number" and last.dimension == "count":
                found[-1] = replace(last, dimension=one.text)
            else:
                waiting = one
            continue
        if waiting is not None:
            if one.kind == "number" and one.dimension == "count":
                one = replace(one, dimension=waiting.text)
            else:
                found.append(waiting)
            waiting = None
        if last is not None and _is_time(last) and _is_time(one) and one.step < last.step:
            found[-1] = replace(last, value=last.value + one.value, step=one.step)
            continue
        found.append(one)
    return [*found, *([waiting] if waiting is not None else [])]


def _is_time(one: Token) -> bool:
    return one.kind == "number" and one.dimension == "time"


def _phrased(tokens: Sequence[Token], words: Lexicon) -> list[Token]:
    """Words with their senses; a phrase is one token."""
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        if tokens[at].kind != "word":
            found.append(tokens[at])
            at += 1
            continue
        for length in range(words.longest, 0, -1):
            part = tokens[at : at + length]
            phrase = tuple(one.text for one in part)
            if len(part) == length and phrase in words.senses and all(one.kind == "word" for one in part):
                found.append(Token("word", " ".join(phrase), senses=words.senses[phrase]))
                at += length
                break
        else:
            found.append(tokens[at])
            at += 1
    return found
