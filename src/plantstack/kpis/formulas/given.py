"""One formula on given measures: no plant, no log, no period but the one the numbers speak of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from plantstack.errors import Problem, QueryError, did_you_mean
from plantstack.kpis.cell import Cell
from plantstack.kpis.evaluate import KpiValue, evaluate
from plantstack.kpis.kpi import Catalog
from plantstack.measures.catalog import MEASURES

Given = int | float | Decimal | Fraction

# Beyond it and below its inverse a value could not be printed as a float.
_LEAST = Fraction(1, 10**30)

# A level is given as value x days; only its end is another number.
_KNOWN = (*MEASURES, *(f"end({name})" for name, measure in MEASURES.items() if measure.kind == "level"))

# Numbers given by hand know one machine: what is said of it stands for what is not.
STANDS_FOR = {"qty_counted": "qty_total", "time_changeover": "time_setup"}


def evaluate_given(
    kpi_id: str,
    measures: Mapping[str, Given],
    profile: str | None = None,
    *,
    catalog: Catalog | None = None,
) -> KpiValue:
    """Evaluate a KPI on the measures named; all others are 0.

    A level is given as value x days, and `time_calendar` is the length of the period.

    Raises:
        QueryError: for an unknown KPI, profile or measure, or something that is no number; all at once.

    >>> round(evaluate_given("availability", {"time_run": 22380, "time_breakdown": 2820}).value, 4)
    0.8881
    """
    problems = [problem for name, number in measures.items() for problem in _problems(name, number)]
    if problems:
        raise QueryError(problems)
    sums: dict[str, Fraction] = dict.fromkeys(_KNOWN, Fraction(0))
    sums |= {name: _exact(number) for name, number in measures.items()}
    sums |= {name: sums[other] for name, other in STANDS_FOR.items() if name not in measures}
    # numbers given by hand know no line: what is doubted of them is doubted of its output too
    twins = {name: name.replace("qty_", "qty_exit_") for name in sums}
    sums |= {twin: sums[name] for name, twin in twins.items() if twin in MEASURES and twin not in measures}
    return evaluate(kpi_id, Cell(sums, period_s=sums["time_calendar"]), profile=profile, catalog=catalog)


def left_out(names: Iterable[str], measures: Mapping[str, Given]) -> list[str]:
    """The sums that were neither given nor stood for, and so were taken as 0.

    >>> left_out(["time_changeover", "n_changeover"], {"time_setup": 60})
    ['n_changeover']
    """
    return [name for name in names if not {name, STANDS_FOR.get(name, name)} & set(measures)]


def _problems(name: str, number: object) -> list[Problem]:
    if name not in MEASURES and name not in _KNOWN:
        return [Problem("measure-unknown", name, f"there is no measure '{name}'", did_you_mean(name, _KNOWN))]
    if isinstance(number, bool) or not isinstance(number, int | float | Decimal | Fraction):
        return [Problem("measure-number", name, f"expected a number, came {number!r:.60}", "Write a number.")]
    try:
        is_sane = not number or (_has_sane_exponent(number) and _LEAST <= abs(_exact(number)) <= 1 / _LEAST)
    except (ValueError, OverflowError):
        is_sane = False
    if is_sane and not (name.startswith(("time_", "hours_", "n_")) and number < 0):
        return []
    what = f"{number!s:.40} is no sum of anything"
    return [Problem("measure-number", name, what, "Leave the measure out.")]


def _has_sane_exponent(number: Given) -> bool:
    """Whether a decimal can be written out at all: `1e999999999` would take for ever."""
    return not isinstance(number, Decimal) or abs(number.adjusted()) < 100


def _exact(number: Given) -> Fraction:
    """The decimal number that was written, not the binary one nearest to it.

    >>> _exact(0.1)
    Fraction(1, 10)
    """
    return Fraction(str(number)) if isinstance(number, float) else Fraction(number)
