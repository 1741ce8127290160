"""How likely each machine is to fail before its next PM: its lives, its next PM, the risk between the two."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from statistics import median

from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.engines.duckdb.lives import LOOKED_BACK, MachineLife, Mark, lives_of
from plantstack.intervals import DAY, HOUR, rfc3339
from plantstack.kpis.formulas.formula import Undefined
from plantstack.kpis.models.hazard import Life, risk_ahead
from plantstack.kpis.models.modelled import Estimate, Modelled

_NAMED = 3


def risks(engine: DuckEngine, machines: Iterable[str], now: int) -> dict[str, Modelled]:
    """The risk of each machine at an instant, or why there is none."""
    asked = sorted(machines)
    known = lives_of(engine.books, asked, now)
    return {one: risk_of(known[one], now) if one in known else "has no books by then" for one in asked}


def greatest_risk(told: dict[str, Modelled]) -> Modelled:
    """Of several machines the one most at risk: whose PM is pulled forward is decided machine by machine."""
    found = {name: one for name, one in told.items() if isinstance(one, Estimate) and one.value is not None}
    left = sorted(set(told) - set(found))
    if len(told) == 1:
        return next(iter(told.values()))
    if not found:
        why = sorted({str(told[name]) for name in left})
        return f"of {len(left)} machines none has a risk: {'; '.join(why[:_NAMED])}"
    worst = max(found, key=lambda name: (found[name].value or Fraction(0), name))
    without = f"; {len(left)} of {len(told)} machines have none" if left else ""
    return replace(found[worst], basis=f"greatest of {len(found)}: {worst}, {found[worst].basis}{without}")


def risk_of(life: MachineLife, now: int) -> Modelled:
    """The risk of one machine between an instant and its next PM, or why there is none."""
    try:
        due, how = _next_due(life, now)
        told = risk_ahead(_lives(life.marks), _age(life.marks) / HOUR, _ahead(life, due, now) / HOUR)
    except Undefined as reason:
        return str(reason)
    return replace(told, basis=f"{told.basis}; {how}")


def _next_due(life: MachineLife, now: int) -> tuple[int, str]:
    """When the next PM is due, and how that is known: it is planned, or the usual interval goes on."""
    planned = [due for due, is_done in life.dues if due > now and not is_done]
    if planned:
        return planned[0], f"next PM due {rfc3339(planned[0])}"
    dues = [due for due, _ in life.dues]
    gaps = [after - before for before, after in pairwise(dues) if after > before]
    if not dues:
        raise Undefined("no PM of it was ever planned, so there is no next one")
    if not gaps:
        raise Undefined("only one PM of it is known: plan the next one")
    usual = int(median(gaps))
    due = dues[-1] + max(-(-(now + 1 - dues[-1]) // usual), 1) * usual
    return due, f"no next PM planned, expected {rfc3339(due)}, one in {usual / DAY:.0f} days"


def _lives(marks: Sequence[Mark]) -> list[Life]:
    """From renewal to renewal; before the first of them the age is not known, after the last it is cut."""
    turns = [one for one in marks if one.kind in ("failure", "pm")]
    ends = [*turns[1:], *(one for one in marks if one.kind == "now")]
    pairs = zip(turns, ends, strict=False)
    return [Life((end.ran - start.ran) / HOUR, end.kind == "failure") for start, end in pairs]


def _age(marks: Sequence[Mark]) -> int:
    """Running time since the last renewal."""
    last = max((one.ran for one in marks if one.kind in ("failure", "pm")), default=0)
    return next(one.ran for one in marks if one.kind == "now") - last


def _ahead(life: MachineLife, due: int, now: int) -> float:
    """Running time until the next PM, if the machine runs as it did of late."""
    ran = {one.kind: one.ran for one in life.marks if one.kind in ("now", "before")}
    over = min(LOOKED_BACK, now - life.begins_at)
    share = (ran["now"] - ran.get("before", 0)) / over
    if share <= 0:
        raise Undefined("it has not run for four weeks")
    return (due - now) * share
