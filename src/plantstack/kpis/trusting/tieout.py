"""Tie-out: what the floor built against what finance booked, the difference explained or not; exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

Known = Mapping[str, Fraction | None]
"""Measure -> its sum; None where it is not known."""

_FAIR, _POOR = Fraction(2, 100), Fraction(10, 100)


@dataclass(frozen=True, slots=True)
class Check:
    """Two values that should be one.

    Attributes:
        name: what is tied out.
        built: measure of the floor.
        booked: measure of finance.
        unit: of both.
        explained: why the floor may say more: (what, measure, +1 or -1); what is not known explains nothing.
        together: measures of these that explain only where all of them are known, as what goes into stock
            says nothing without what comes out of it.
    """

    name: str
    built: str
    booked: str
    unit: str
    explained: tuple[tuple[str, str, int], ...] = ()
    together: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tied:
    """One check of one site and period.

    Attributes:
        built: as the floor says.
        booked: as finance says.
        explained: what -> how much of the difference.
        why_none: why there is nothing to compare.
    """

    check: Check
    built: Fraction | None
    booked: Fraction | None
    explained: Mapping[str, Fraction]
    why_none: str = ""

    @property
    def difference(self) -> Fraction:
        """Built less booked: what is explained and what is not add up to it."""
        return (self.built or Fraction(0)) - (self.booked or Fraction(0))

    @property
    def unexplained(self) -> Fraction:
        """What is left of the difference."""
        return self.difference - sum(self.explained.values(), Fraction(0))

    @property
    def share(self) -> Fraction | None:
        """What is not explained, of the greater of the two values."""
        whole = max(abs(self.built or Fraction(0)), abs(self.booked or Fraction(0)))
        return None if self.why_none or not whole else abs(self.unexplained) / whole

    @property
    def grade(self) -> str:
        """A up to 2 %, B up to 10 %, C above; U where there is nothing to compare."""
        if self.share is None:
            return "U"
        return "A" if self.share <= _FAIR else "B" if self.share <= _POOR else "C"


_RECOVERED = ("made good elsewhere", "qty_rework_recovered", -1)

CHECKS: Sequence[Check] = (
    Check("good units and receipts", "qty_good", "qty_received", "pc", (_RECOVERED,)),
    Check(
        "good units and shipments",
        "qty_good",
        "qty_shipped",
        "pc",
        (
            ("received into stock", "qty_received", 1),
            ("shipped from stock", "qty_shipped", -1),
            _RECOVERED,
        ),
        together=("qty_received", "qty_shipped"),
    ),
    Check("scrap and postings", "qty_scrap", "qty_scrap_posted", "pc"),
    Check("hours and payroll", "hours_labour_paid", "hours_payroll", "h"),
    Check(
        "work orders and maintenance cost",
        "cost_work_orders",
        "cost_maint",
        "money",
        (("contractors without an order", "cost_maint_contract", -1),),
    ),
    Check("losses and variance accounts", "cash_losses", "cost_variances", "money"),
)


def tie(check: Check, known: Known, reasons: Mapping[str, str]) -> Tied:
    """Hold the two values of a check against each other.

    Args:
        check: which two.
        known: sums of the site and period.
        reasons: measure -> why it is not known.
    """
    built, booked = known.get(check.built), known.get(check.booked)
    missing = [name for name in (check.built, check.booked) if known.get(name) is None]
    why = "; ".join(reasons.get(name) or f"{name} is not known here" for name in missing)
    silent = [name for _, name, _ in check.explained if known.get(name) is None]
    left_out = {*silent, *(check.together if set(silent) & set(check.together) else ())}
    explained = {
        what: (known.get(name) or Fraction(0)) * sign
        for what, name, sign in check.explained
        if name not in left_out and not why
    }
    return Tied(check, built, booked, {what: one for what, one in explained.items() if one}, why)


def untied(known: Known) -> Fraction | None:
    """Good pieces that no receipt and nothing else explains; None where finance said nothing."""
    tied = tie(CHECKS[0], known, {})
    return None if tied.why_none else abs(tied.unexplained)
