"""How many findings were true, by what people answered: `condition_alert_precision`."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

from plantstack.engines.duckdb.books import Books
from plantstack.intervals import Interval
from plantstack.kpis.models.modelled import Modelled
from plantstack.stack.finding.answers import TRUE, given, standing

_NONE = "nobody said of a finding whether it was true"


def confirmed(books: Books, places: Collection[str], span: Interval) -> Modelled:
    """The share of the findings called true or wrong in a span that were true, by the last answer to each.

    Args:
        books: that hold the answers.
        places: ids of equipment they are about; with '' all of them.
        span: in which they were given.
    """
    told = [
        one.word
        for one in standing(given(books, span.end)).values()
        if one.at >= span.start and ("" in places or one.equipment in places)
    ]
    true, wrong = sum(word in TRUE for word in told), told.count("wrong")
    return Fraction(true, true + wrong) if true + wrong else _NONE
