"""Rewordings that were written down by text and language, and how many of them are doubted.

Each is filled with made-up facts some twenty times and counts as much as any other, however often its text is
said in a shift. `unseen looked` and `unseen apart` are the halves of the unseen ones that may be looked at,
and that are only counted: `python -m bench.insights.text_written NAME [looked|apart] [show]`.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.insights.text import said
from bench.insights.text_reword import otherwise
from bench.insights.text_shifts import LANGUAGES, MACHINES, ZONES, reader, shift_of
from plantstack.insights.saying import Figure, Name, Say, Value
from plantstack.insights.telling.render import value_of
from plantstack.insights.telling.rows import COST, FELL, KPI, LOST, ROSE, TARGET
from plantstack.insights.telling.words import LEAVES, MONEY, word
from plantstack.insights.verifying.doubts import Doubt
from plantstack.insights.verifying.verifier import basis, verify

FOLDER = Path(__file__).parent / "rewordings"
FILLS = 20
CLASSES: Mapping[str, str] = {
    "results": "made|pieces are not known|behind plan|Scrap on|scrapped",
    "losses": "lost %\\(time\\)s[,:]|reason yet|Changeovers",
    "what is so": "has been|Safety:|on hold at|People missing|is not staged",
    "to do": "^(Move|Find|Stage|Get|Answer|Bring|Plan|Watch|Decide|See)",
    "why": "sets the pace|more people|order is running|begins at",
    "KPIs and money": "kpi|leaf",
}


@dataclass(frozen=True, slots=True)
class Written:
    """One rewording: the text it is of, its language, and itself with places to fill."""

    text: str
    language: str
    sentence: str

    @property
    def group(self) -> str:
        """What its text is about."""
        texts = [name for name, some in CLASSES.items() if re.search(some, self.text)]
        if "to do" in texts:
            return "to do"
        return "KPIs and money" if "KPIs and money" in texts else texts[0]

    @property
    def half(self) -> str:
        """`looked`: it may be looked at when words and rules are mended; `apart`: it is only counted."""
        return "apart" if hashlib.sha256(self.sentence.encode()).digest()[0] % 2 else "looked"


@dataclass(frozen=True, slots=True)
class Tried:
    """One filled rewording, the generated sentence, and what is doubted."""

    sentence: str
    generated: str
    doubts: Sequence[Doubt]


def written(name: str) -> list[Written]:
    """The rewordings of a file: `= text`, then lines of a language and a sentence."""
    found, text = [], ""
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        sign, _, rest = line.partition(" ")
        if sign == "=":
            text = rest
        elif sign in LANGUAGES:
            found.append(Written(text, sign, re.sub(r"\{(\w+)\}", r"%(\1)s", rest)))
    return found


def tried(some: Sequence[Written], fills: int = FILLS, seed: int = 5) -> Mapping[Written, Sequence[Tried]]:
    """Fill each rewording so many times, and hold it to its facts."""
    chance, found = Random(seed), defaultdict[Written, list[Tried]](list)
    by_text: Mapping[str, list[Written]] = defaultdict(list)
    for one in some:
        by_text[one.text].append(one)
    waiting = set(by_text)
    while waiting:
        for say in (*said(shift_of(chance)), *asked(chance)):
            for one in by_text[say.text] if say.text in waiting else ():
                found[one].append(_try(one, say, chance))
            if say.text in waiting and len(found[by_text[say.text][0]]) >= fills:
                waiting.remove(say.text)
    return found


def _try(one: Written, say: Say, chance: Random) -> Tried:
    told_to = reader(one.language, chance.choice(ZONES))
    told = {name: value_of(value, told_to) for name, value in say.values.items()}
    for name, value in say.values.items():
        if isinstance(value, Figure) and chance.random() < 0.25:
            told[name] = otherwise(value, told_to, chance) or told[name]
    behind = basis(say, told_to)
    sentence = one.sentence % told
    return Tried(sentence, behind.sentence, verify(sentence, behind))


def asked(chance: Random) -> Iterator[Say]:
    """Sentences of rows, as they are told to whoever asks."""
    values: dict[str, Value] = {
        "kpi": Name(chance.choice(("OEE", "Availability", "Scrap rate")), "kpi"),
        "place": Name(chance.choice(MACHINES), "equipment"),
        "leaf": word(chance.choice(list(LEAVES.values()))),
        "class": word(chance.choice(list(MONEY.values()))),
        "then": Name("26 Feb 2026", "context"),
        "period": Name("2 Mar 2026", "context"),
        "time": Figure(chance.uniform(600, 20000), "duration", "s"),
    }
    for text, low, high in ((ROSE, "before", "now"), (FELL, "now", "before")):
        lower = chance.uniform(0.1, 0.6)
        sides = {low: Figure(lower, "share"), high: Figure(lower + chance.uniform(0.05, 0.3), "share")}
        yield Say(text, values | sides)
    share = Figure(chance.uniform(0.3, 0.95), "share")
    cost = chance.uniform(20, 4000)
    ends = {"low": Figure(round(cost), "money", "EUR"), "high": Figure(round(cost * 1.7), "money", "EUR")}
    for text, more in ((KPI, {"value": share}), (TARGET, {"target": share}), (LOST, {}), (COST, ends)):
        places = re.findall(r"%\((\w+)\)s", text)
        given = values | more
        yield Say(text, {name: given[name] for name in places})


def rates(found: Mapping[Written, Sequence[Tried]]) -> Mapping[tuple[str, str], tuple[float, int]]:
    """Share that is doubted and rewordings, by class and language; '' is all of them."""
    shares = defaultdict[tuple[str, str], list[float]](list)
    for one, rows in found.items():
        share = sum(bool(row.doubts) for row in rows) / len(rows)
        for key in ((one.group, one.language), (one.group, ""), ("", one.language), ("", "")):
            shares[key].append(share)
    return {key: (sum(some) / len(some), len(some)) for key, some in shares.items()}


def main(name: str, half: str, is_shown: bool) -> None:
    """Print the shares; the sentences only where they may be looked at."""
    found = tried([one for one in written(name) if half in ("", one.half)])
    for one, rows in found.items() if is_shown else ():
        bad = [row for row in rows if row.doubts]
        if bad:
            why = Counter("; ".join(f"{two.kind}: {two.what}" for two in row.doubts) for row in bad)
            print(f"{one.language} {len(bad)}/{len(rows)} {bad[0].sentence} << {bad[0].generated}")
            print(f"     {why.most_common(1)[0][0]}")
    table = rates(found)
    for group in (*CLASSES, ""):
        cells = [table.get((group, language), (0.0, 0)) for language in (*LANGUAGES, "")]
        print(f"{group or 'all':16}" + "".join(f"{share:9.1%} of {n:3}" for share, n in cells))


if __name__ == "__main__":
    halves = [one for one in sys.argv[2:] if one in ("looked", "apart")]
    main(sys.argv[1], halves[0] if halves else "", "show" in sys.argv)
