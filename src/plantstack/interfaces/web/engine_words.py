"""What the engines say in sentences of their own: texts with places for values, said in another language.

A place named `n`, `least` or `days` takes a number, `share` and `limit` a percentage, any other whatever
stands there; what stands in `why`, `what` or `list` is itself looked up again, part by part.
"""

from __future__ import annotations

from collections.abc import Iterator

from plantstack.interfaces.web import entry_refusals, refusal_words
from plantstack.kpis.describing import WORDS
from plantstack.kpis.load import shipped_catalog
from plantstack.kpis.trusting.signals import MEANINGS
from plantstack.kpis.wording import RECORD
from plantstack.live.access import MAY, WHAT
from plantstack.live.agreement import NEVER, RECORDED
from plantstack.measures.catalog import MEASURES
from plantstack.stack.claims.readying import PERIODS

SHIFTS = ("early", "late", "night", "day", "morning", "evening", "first", "second", "third")
_WHOLE_SITE = (
    "once a 0 if there is none (for a site the finance pack does it);"
    " what is booked for a whole site is not divided over its lines"
)
_NO_RATE = "%(n)s shifts of %(product)s in %(days)s days show no rate, %(least)s would"
SENTENCES = (
    "watch",
    "not trusted",
    "exists for one line, or one machine outside lines, at a time: name one, or split by line",
    "no PM of it was ever planned, so there is no next one",
    "only one PM of it is known: plan the next one",
    "it has not run for four weeks",
    "nothing was heard that day",
    "the day is not over",
    "its capture method changed",
    "capture method",
    "hand",
    "signal",
    "paper",
    "nothing is in the books here",
    "losses in money are tied out over the whole window: --period all",
    "no failure with a known start of the life",
    "no order made any piece",
    "neither rework nor a quality event was ever told of an order",
    "exists for one site at a time: prices are those of a site",
    "exists from line up: one machine makes no product alone",
    "hours of labour lie where nothing is in the books of the machines",
    "has one limit only, so there is no width: ask for cpk",
    "has no limit",
    "no denominator: no machine was down",
    "no denominator: the length of the period is not known",
    "no denominator: a sum has no period",
    "no action was closed in this period",
    "withheld: few people",
    "not built from the floor",
    "(no product)",
    "crews are not told apart",
    "that the gauge is right is taken for granted",
    "inside the dead band",
    "no more than chance may do",
    "name the period with --from: the baseline is the time before it",
    "Let the tie-out compare it with what the floor made.",
)
TEMPLATES = (
    "not computable because %(why)s",
    _NO_RATE + ", and no standard is written for it",
    _NO_RATE,
    "%(n)s changeovers in %(days)s days show no time, %(least)s would",
    "%(n)s comparable shifts, %(least)s are needed to say how one ends",
    "%(n)s failures with a known start of the life, %(least)s are needed to say how long one lasts",
    "order %(order)s before it is not",
    "how much is left of order %(order)s is not known",
    "in this period there is none of: %(list)s",
    "not known here: %(what)s",
    "%(name)s of %(places)s was never told here: book %(same)s, " + _WHOLE_SITE,
    "%(name)s of %(places)s was never told here: give %(same)s in the finance pack",
    "%(name)s of %(places)s was told of %(day)s to %(last)s only: give %(same)s for the rest",
    "%(name)s of %(places)s was never told here: tell %(same)s once, and whenever it changes",
    "%(what)s: never told here; give %(same)s in the finance pack",
    "exists from %(lowest)s up, asked for a %(level)s",
    "money in %(currencies)s: choose one currency",
    "no price for %(priced)s",
    "%(fact)s of %(product)s at %(place)s",
    "no piece was judged for the first time at %(place)s",
    "a trend needs %(least)s weeks, there are %(n)s",
    "no shift of %(place)s is open at %(at)s",
    "nobody said what could be sold, or time is unknown: between %(low)s and %(high)s",
    "of %(n)s machines none has a risk: %(list)s",
    "%(what)s (%(share)s of the pieces, limit %(limit)s): %(names)s",
    "%(what)s (%(share)s of the time, limit %(limit)s): %(names)s",
    "%(n)s verdicts about %(machine)s meet no stop of a reason its owner owns; the first: %(owner)s, %(at)s",
    "a verdict about %(machine)s meets no stop of a reason its owner owns: %(owner)s, %(at)s",
    "%(machine)s was read by %(before)s until %(day)s, by %(now)s since; agree the target anew",
    "Read the parts of the period apart: %(parts)s",
    "Compare like with like: %(parts)s: that part of the difference is no trend.",
    "%(name)s is told since %(since)s only",
    "%(day)s at %(place)s",
    "Book %(same)s, once a 0 if there is none (for a site the finance pack does it).",
    "Give %(same)s in the finance pack.",
    "Tell %(same)s once, and whenever it changes.",
    "%(method)s since %(day)s",
    "%(machine)s was read by %(before)s before and by %(now)s now",
    "no books in the %(days)s days before",
    "none of the actions closed can be judged: %(list)s",
    "%(name)s: fewer than %(n)s whole weeks of its KPI before it",
    "%(name)s: fewer than %(n)s whole weeks of its KPI since",
    "only %(n)s good runs of this product are known",
    "%(share)s of the scrap has no reason",
    "%(share)s of the scrap was told for more than an hour at once and shared out",
    "%(n)s h ran without an ideal pace and stand as slower than it: %(names)s",
    "%(share)s %(what)s",
    "%(share)s %(what)s at %(names)s",
    *refusal_words.TEMPLATES,
    *entry_refusals.TEMPLATES,
)


def declared() -> Iterator[str]:
    """Every text that an engine or a table of rules may say, as it stands in the catalogues of languages."""
    yield from SHIFTS
    yield from SENTENCES
    yield from TEMPLATES
    yield from (*refusal_words.WHATS, *refusal_words.FIXES)
    yield from (*entry_refusals.WHATS, *entry_refusals.FIXES)
    yield from RECORD.values()
    yield from MEANINGS.values()
    yield from WORDS.values()
    yield from dict.fromkeys(PERIODS.values())
    yield from (one.meaning for one in shipped_catalog().sums.values())
    yield from (one.meaning for one in shipped_catalog().profiles.values())
    yield from (one.evidence.step for one in MEASURES.values() if one.evidence is not None)
    yield from (text for right in WHAT.items() for text in right)
    yield from MAY
    yield from (text for row in RECORDED for text in row)
    yield from NEVER


def steps() -> dict[str, str]:
    """What to do, cut from a sentence that says what is missing: 'Send a heartbeat.' -> that sentence."""
    found = {}
    for sentence in RECORD.values():
        step = sentence.partition(": ")[2].partition(";")[0]
        if step:
            found[f"{step[0].upper()}{step[1:]}."] = sentence
    return found
