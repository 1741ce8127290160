"""A sentence as names, instants, numbers with their units, and words with their sense."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, product
from typing import Literal

from plantstack.insights.verifying.lexicon import Lexicon

CURRENCIES = {"€": "EUR", "$": "USD", "£": "GBP", "US$": "USD"}
_SPACES = str.maketrans({"\u202f": " ", "\u00a0": " ", "\u2009": " ", "−": "-", "–": "-", "’": "'", "—": "-"})
_QUOTES = '"“”„«»‘'
_HALF = re.compile(r"(?<![\d:])(1[0-2]|0?[1-9]):([0-5]\d) ?([ap])\.?m\b\.?", re.IGNORECASE)
_TOKEN = re.compile(
    r"(?P<clock>(?<![\d:])\d{1,2}:\d{2}(?!\d|:\d))"
    r"|(?P<number>(?<![\w.,])[+-]?\d+(?:[.,]\d+)*)"
    r"|(?P<sign>US\$|[€$£%×])"
    r"|(?P<owner>'s(?!\w))"
    r"|(?P<word>[^\W\d_]+(?:['-][^\W\d_]+)*)"
    r"|(?P<mark>[:;.!?,()])"
    r"|(?P<other>\S)"
)
_DOUBTFUL = 5  # words of several senses that are tried; of more the usual ones stand
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
        others: senses that a word may have instead.
    """

    kind: Kind
    text: str
    value: float = 0.0
    step: float = 0.0
    dimension: str = "count"
    senses: tuple[str, ...] | None = ()
    axis: str = ""
    others: tuple[tuple[str, ...], ...] = ()


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
    plain = _HALF.sub(_whole_day, text.translate(_SPACES))
    names = {name.translate(_SPACES): axis for name, axis in known.names.items() if name.strip()}
    units = sorted((one.translate(_SPACES) for one in known.units), key=len, reverse=True)
    found: list[Token] = []
    for part, axis in _parted(plain, names):
        if axis is not None:
            found.append(Token("name", part, axis=axis))
        else:
            found.extend(_tokens(part, units, known.currencies, words))
    return _phrased(_whole(_joined(list(_plain(found, plain)), words), words), words)


def _whole_day(match: re.Match[str]) -> str:
    """8:04 p.m. as 20:04."""
    hour = int(match[1]) % 12 + (12 if match[3].lower() == "p" else 0)
    return f"{hour:02d}:{match[2]}"


def _plain(tokens: Sequence[Token], text: str) -> Iterator[Token]:
    """Without quotation marks around names, and with a dash between words as a comma."""
    for before, one, after in zip((None, *tokens), tokens, (*tokens[1:], None), strict=False):
        beside = [other.kind for other in (before, after) if other is not None]
        if one.kind == "other" and one.text in _QUOTES and "name" in beside:
            continue
        is_apart = one.text == "-" and " - " in text and (before is None or before.kind != "other")
        yield Token("mark", ",") if one.kind == "other" and is_apart else one


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
        elif match.lastgroup == "owner":
            yield Token("word", "'s")
        elif match.lastgroup == "sign":
            yield Token("other", CURRENCIES.get(told, told), dimension="sign")
        elif match.lastgroup == "clock":
            yield Token("clock", told.zfill(5))
            at += len(text[at:]) - len(re.sub(r"^ ?(?:h|hrs?|hours|Uhr)\b\.?(?! ?\d)", "", text[at:]))
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


def _joined(tokens: Sequence[Token], words: Lexicon) -> list[Token]:
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
        if len(found) > 1 and found[-1].text in words.joining and _is_rest(found[-2], one):
            found.pop()  # "1 hour and 30 minutes"
            last = found[-1]
        if last is not None and _is_time(last) and _is_time(one) and one.step < last.step:
            found[-1] = replace(last, value=last.value + one.value, step=one.step)
            continue
        found.append(one)
    return [*found, *([waiting] if waiting is not None else [])]


def _is_rest(one: Token, other: Token) -> bool:
    """Whether a length of time goes on with smaller units."""
    return _is_time(one) and _is_time(other) and other.step < one.step and other.value < 2 * one.step


def _is_time(one: Token) -> bool:
    return one.kind == "number" and one.dimension == "time"


def senses_of(tokens: Sequence[Token]) -> Counter[str]:
    """How often each sense is said."""
    return Counter(sense for one in tokens for sense in one.senses or ())


def clauses(tokens: Sequence[Token], is_end: Callable[[Token], bool]) -> list[Sequence[Token]]:
    """The tokens between those that end a clause."""
    ends = [at for at, one in enumerate(tokens) if is_end(one)]
    return [tokens[start + 1 : end] for start, end in pairwise([-1, *ends, len(tokens)])]


def left_of(tokens: Sequence[Token], at: int, most: int, words: Lexicon) -> list[Token]:
    """Of so many tokens before a place those that are no articles."""
    return [one for one in tokens[max(0, at - most) : at] if one.text not in words.articles]


def readings(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The same tokens with every sense that their words may have, the usual ones first."""
    places = [at for at, one in enumerate(tokens) if one.others][:_DOUBTFUL]
    for chosen in product(*(((tokens[at].senses), *tokens[at].others) for at in places)):
        told = list(tokens)
        for at, senses in zip(places, chosen, strict=True):
            told[at] = replace(told[at], senses=senses)
        yield told


def _whole(tokens: Sequence[Token], words: Lexicon) -> list[Token]:
    """Verbs that stand in two parts, the second at the end of the clause ("nahm ... zu"), as one."""
    found = list(tokens)
    ends = [
        at for at, one in enumerate((*tokens, Token("mark", "."))) if one.kind == "mark" and one.text != "("
    ]
    for end in reversed(ends):
        part = found[end - 1] if 0 < end <= len(found) else None
        if part is None or part.text not in words.particles:
            continue
        start = max((at + 1 for at in ends if at < end), default=0)
        verb = next((at for at in range(start, end - 1) if (found[at].text, part.text) in words.senses), None)
        if verb is None or verb == end - 2:
            continue
        if any("not" in words.senses.get((one.text,), ()) for one in found[verb:end]):
            found.insert(end - 2, found.pop(verb))  # what is negated stands behind the "not"
        else:
            found.insert(verb + 1, found.pop(end - 1))
    return found


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
            known = words.known(phrase) if all(one.kind == "word" for one in part) else None
            if len(part) == length and known is not None:
                others = words.others.get(known, ())
                found.append(Token("word", " ".join(known), senses=words.senses[known], others=others))
                at += length
                break
        else:
            made_of = words.compound(tokens[at].text)
            found.append(replace(tokens[at], senses=made_of) if made_of is not None else tokens[at])
            at += 1
    return found
