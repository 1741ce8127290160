"""Tie-out of each site and period: one question of sums, one row a check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from plantstack.engines.contract import Grain, MeasureCell, MeasureQuery
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.intervals import rfc3339
from plantstack.kpis.kpi import Catalog
from plantstack.kpis.money import CASH
from plantstack.kpis.trusting.tieout import CHECKS, Tied, tie
from plantstack.stack.answers.asking import KpiTable
from plantstack.stack.reasons.lost import Lost

_LOSSES = "cash_losses"
_NAMES = tuple(
    dict.fromkeys(
        name
        for check in CHECKS
        for name in (check.built, check.booked, *(one for _, one, _ in check.explained))
        if name != _LOSSES
    )
)


@dataclass(frozen=True)
class Tying:
    """The tie-out of a scope and window.

    Attributes:
        engine: of the books.
        catalog: where leaves are declared.
        query: scope and window.
        grain: length of the periods.
        profile: how to count.
    """

    engine: DuckEngine
    catalog: Catalog
    query: MeasureQuery
    grain: Grain
    profile: str

    def table(self) -> KpiTable:
        """A row a site, period and check: both values, what is explained, what is not.

        Raises:
            QueryError: for a scope that does not exist.
        """
        asked = replace(self.query, measures=_NAMES, by=("site",), grain=self.grain)
        cells = self.engine.query(asked).cells
        losses = self._losses({cell.keys["site"] for cell in cells})
        rows = [row for cell in cells for row in self._rows(cell, losses)]
        books = self.engine.books
        as_of = {site: rfc3339(at) for site, at in sorted(books.as_of.items())}
        return KpiTable(rows, books.stamp.offset, as_of)

    def _rows(self, cell: MeasureCell, losses: Mapping[str, Fraction | str]) -> list[dict[str, Any]]:
        site = cell.keys["site"]
        known = {name: None if n is None else Fraction(n) for name, n in cell.sums.items()}
        reasons = dict(cell.reasons)
        if self.grain != "all":
            reasons[_LOSSES] = "losses in money are tied out over the whole window: --period all"
        elif isinstance(found := losses.get(site, "nothing is in the books here"), Fraction):
            known[_LOSSES] = found
        else:
            reasons[_LOSSES] = found
        currency = self.engine.books.plant.sites[site].currency
        return [_row(tie(check, known, reasons), cell, currency) for check in CHECKS]

    def _losses(self, sites: set[str]) -> dict[str, Fraction | str]:
        """Cash that losses cost each site, by the loss tree; or why it is not known."""
        found: dict[str, Fraction | str] = {}
        if self.grain != "all":
            return found
        lost = Lost(self.engine, self.catalog, replace(self.query, measures=()), self.profile)
        for site in sites & set(lost.sites):
            figures = [one for (_, kind), one in lost.money(site).items() if kind == CASH]
            missing = sorted({name for one in figures for name in one.missing})
            total = sum((one.low for one in figures), Fraction(0))
            found[site] = f"no price for {', '.join(missing[:3])}" if missing else total
        return found


def _row(tied: Tied, cell: MeasureCell, currency: str) -> dict[str, Any]:
    known = not tied.why_none
    return {
        "row": "tie",
        "site": cell.keys["site"],
        "period": {"from": rfc3339(cell.span.start), "to": rfc3339(cell.span.end), "label": cell.label},
        "check": tied.check.name,
        "unit": currency if tied.check.unit == "money" else tied.check.unit,
        "built": None if tied.built is None else float(tied.built),
        "booked": None if tied.booked is None else float(tied.booked),
        "difference": float(tied.difference) if known else None,
        "explained": [{"what": what, "amount": float(one)} for what, one in tied.explained.items()],
        "unexplained": float(tied.unexplained) if known else None,
        "share": None if tied.share is None else float(tied.share),
        "grade": tied.grade,
        "why_none": tied.why_none,
    }
