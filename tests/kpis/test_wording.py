"""Why there is no number, in the plant's words; the words for programs stay what they are."""

from __future__ import annotations

import pytest

from plantstack.kpis.cell import Cell
from plantstack.kpis.evaluate import evaluate
from plantstack.kpis.formulas.given import evaluate_given
from plantstack.kpis.kpi import alternatives
from plantstack.kpis.load import shipped_catalog
from plantstack.kpis.wording import RECORD, in_words
from plantstack.measures.catalog import MEASURES


def test_everything_a_kpi_or_measure_needs_says_what_to_record() -> None:
    kpis = shipped_catalog().kpis.values()
    needed = {kind for kpi in kpis for need in kpi.needs for kind in alternatives(need)}
    needed |= {feed for measure in MEASURES.values() for feed in measure.feeds}
    assert sorted(needed - set(RECORD)) == []


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("needs count", RECORD["count"]),
        ("needs count:first_pass or inspection", RECORD["count:first_pass"]),
        ("needs call or work_order", RECORD["call"]),
        ("no denominator: PPT is 0", "in this period there is none of: planned production time"),
        (
            "no denominator: (time_run + time_micro_stop) is 0",
            "in this period there is none of: producing, at any speed and quality; closed stops shorter",
        ),
        (
            "needs cost 'labour' of lyon, pune",
            "labour of lyon, pune was never told here: book labour, once a 0",
        ),
        (
            "needs level 'inventory_value' of lyon",
            "inventory_value of lyon was never told here: tell inventory_",
        ),
        ("qty_good is not known here", "not known here: pieces, on the pass on which they were judged good"),
    ],
)
def test_what_names_the_machinery_is_said_in_the_words_of_the_plant(why: str, words: str) -> None:
    told = in_words(why, shipped_catalog())
    assert told.startswith(words)
    assert not {"PPT", "time_run", "qty_good"} & set(told.replace(",", " ").split())


@pytest.mark.parametrize(
    "why", ["", "exists from line up, asked for a machine", "name the period with --from"]
)
def test_what_is_plain_already_stays(why: str) -> None:
    assert in_words(why, shipped_catalog()) == why


def test_a_row_carries_both() -> None:
    row = evaluate("scrap_rate", Cell({}, kinds=frozenset({"count"}))).as_row()
    assert (row["why_none"], row["why_plain"]) == ("needs count:scrap", RECORD["count:scrap"])
    assert evaluate_given("availability", {"time_run": 1}).as_row()["why_plain"] == ""
