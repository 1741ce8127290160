"""Paper is no signal with errors: methods are named, a change of them limits trust and is no trend."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest

from plantstack.intervals import DAY, rfc3339
from plantstack.kpis.trusting.methods import CHANGED, Methods, Reading, method_break, with_methods
from plantstack.kpis.trusting.trust import Trust
from plantstack.stack import Stack

MANUAL = Methods((Reading("mill", "manual", "", 30), Reading("lathe", "signal", "", 30)))
MIXED = Methods(
    (
        Reading("mill", "manual", "", 3),
        Reading("mill", "signal", "2026-03-05", 27),
        Reading("lathe", "signal", "", 30),
    )
)
SIGNAL = Methods((Reading("mill", "signal", "", 30), Reading("lathe", "signal", "", 30)))


def test_methods_are_named_and_one_method_limits_nothing() -> None:
    trust = with_methods(Trust("A", 1.0), MANUAL)
    assert (trust.grade, trust.methods, trust.limits) == ("A", ("manual", "signal"), ())


def test_a_change_inside_the_period_is_a_limit_with_its_share() -> None:
    trust = with_methods(Trust("A", 1.0), MIXED)
    assert trust.grade == "B"  # 3 of 60 were read otherwise than at the end
    (limit,) = trust.limits
    assert (limit.measure, limit.share, limit.named) == (CHANGED, 0.05, ("mill",))
    assert "signal since 2026-03-05" in limit.step


def test_a_worse_grade_below_stays_and_the_change_is_still_named() -> None:
    trust = with_methods(Trust("C", 0.5), MIXED)
    assert (trust.grade, trust.score, trust.limits[-1].measure) == ("C", 0.5, CHANGED)


def test_a_change_since_the_baseline_limits_a_change() -> None:
    trust = with_methods(Trust("A", 1.0), SIGNAL, MANUAL)
    assert (trust.grade, trust.limits[0].share) == ("C", 0.5)
    assert with_methods(Trust("A", 1.0), SIGNAL, SIGNAL).limits == ()


def test_a_break_names_the_machines_and_only_those_that_changed() -> None:
    assert method_break(MANUAL, SIGNAL).startswith("mill was read by hand before and by signal now")
    assert "lathe" not in method_break(MANUAL, SIGNAL)
    assert method_break(SIGNAL, SIGNAL) == method_break(Methods(), SIGNAL) == ""
    assert Methods().share == Fraction(0)


@pytest.mark.parametrize(
    ("days", "methods", "grade"),
    [
        (("2026-03-02", "2026-03-03"), ["manual"], "A"),
        (("2026-03-04", "2026-03-05"), ["signal"], "A"),
        (("2026-03-02", "2026-03-05"), ["manual", "signal"], "C"),
    ],
)
def test_a_row_says_how_it_was_captured(
    tmp_path: Path, days: tuple[str, str], methods: list[str], grade: str
) -> None:
    Stack.init(tmp_path / "p")
    files = tmp_path / "p" / "plant.yaml"
    text = files.read_text("utf-8")
    assert "  filler:\n" in text
    capture = "    capture: [{is: manual}, {is: signal, from: 2026-03-04}]\n"
    text = re.sub(
        r"(  filler:\n(?:    (?!capture).*\n)*?)(    capture:.*\n)?", r"\1" + capture, text, count=1
    )
    files.write_text(text, "utf-8")
    events = tmp_path / "events.ndjson"
    start = 1_772_539_200_000_000 - DAY
    told = (
        (start + n * DAY + part, state) for n in range(5) for part, state in ((0, "producing"), (1, "off"))
    )
    events.write_text(
        "".join(
            f'{{"kind": "state", "equipment": "filler", "at": "{rfc3339(at)}", "state": "{state}",'
            f' "source": "plc", "key": "{number}"}}\n'
            for number, (at, state) in enumerate(told)
        ),
        "utf-8",
    )
    with Stack.open(tmp_path / "p", write=True) as stack:
        stack.load([events], now=start + 40 * DAY)
        stack.derive()
        (row,) = stack.kpis(["utilization_schedule"], scope="filler", days=days).rows
        (machine_free,) = stack.kpis(["pm_compliance"], scope="filler", days=days).rows
    assert list(row["trust"]["methods"]) == methods
    change = [limit for limit in row["trust"]["limits"] if limit["measure"] == CHANGED]
    assert [limit["grade"] for limit in change] == ([grade] if len(methods) > 1 else [])
    assert list(machine_free["trust"]["methods"]) == []
