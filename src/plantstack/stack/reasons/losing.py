"""The loss tree of a scope and window: calendar to good pieces to money, adding up (BOOKS 12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any

from plantstack.engines.contract import Exact, MeasureQuery
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.engines.duckdb.homes import check_scope
from plantstack.engines.duckdb.money import check_currency, currency_of
from plantstack.errors import Problem
from plantstack.intervals import DAY, rfc3339
from plantstack.kpis.kpi import Catalog
from plantstack.kpis.losses import GOOD, GROUPS, OUTSIDE
from plantstack.kpis.money import CLASSES, Figure
from plantstack.measures.of_causes import CONTESTED
from plantstack.plant.fiscal import fiscal_periods
from plantstack.plant.localtime import local_day
from plantstack.stack.answers.asking import KpiTable
from plantstack.stack.claims.readying import Readying
from plantstack.stack.reasons.lost import Lost

Row = dict[str, Any]

_YEAR = 365
_FEW = Fraction(2, 100)  # of planned busy time, as of every doubt
_UNPACED = "no machine here sets the pace of what is sold"
_CLAIM = 4  # what a loss costs is a claim of the layer that decides what to improve


def losses(engine: DuckEngine, catalog: Catalog, query: MeasureQuery, profile: str) -> KpiTable:
    """The loss tree, its money only where the layer that speaks of it is ready (BOOKS 11).

    Raises:
        QueryError: for a scope, profile or currency that does not exist.
    """
    found, note = losing(engine, catalog, query, profile)
    table = found.table()
    told = [replace(note, what=f"money per loss is not claimed: {note.what}")] if note else []
    return replace(table, notes=[*table.notes, *told])


def losing(
    engine: DuckEngine, catalog: Catalog, query: MeasureQuery, profile: str
) -> tuple[Losing, Problem | None]:
    """The losses, and what keeps their money from being claimed; None: nothing does.

    Raises:
        QueryError: for a scope or profile that does not exist.
    """
    catalog.chain(profile)
    note = Readying(engine, catalog).note(query.scope, _CLAIM)
    return Losing(engine, catalog, query, profile, blocked=note.what if note else ""), note


@dataclass(frozen=True)
class Losing(Lost):
    """The losses of one scope and window, as rows.

    Attributes:
        blocked: why money may not be claimed; '' when it may. Hours and pieces are always shown.
    """

    blocked: str = ""

    def table(self) -> KpiTable:
        """The tree as rows: `node`, `leaf`, `money`, and a `check` that it adds up.

        Raises:
            QueryError: for a scope or currency that does not exist.
        """
        books = self.engine.books
        check_currency(books.plant, self.query.currency)
        as_of = {site: rfc3339(at) for site, at in sorted(books.as_of.items())}
        rows = self._rows() if self.stretches else []
        return KpiTable(rows, books.stamp.offset, as_of, self._without_ideal())

    def _without_ideal(self) -> list[Problem]:
        """What ran without an ideal pace: all of it stands in `speed`; nobody knows whether it was slow."""
        ran = [(one.machine, one.leaves["speed"]) for one in self.stretches if not one.cycle]
        hours = sum((seconds for _, seconds in ran), Fraction(0)) / 3600
        names = ", ".join(sorted({machine for machine, seconds in ran if seconds > 0}))
        if not names or hours * 3600 <= _FEW * self.tree.planned:
            return []
        what = f"{float(hours):.1f} h ran without an ideal pace and stand as slower than it: {names}"
        return [Problem("ideal-missing", "speed", what, "Enter the ideal cycle of the product.")]

    # -- rows ------------------------------------------------------------------------------------

    def _rows(self) -> list[Row]:
        tree, planned = self.tree, self.tree.planned
        level, scope = check_scope(self.engine.books.plant, self.query.scope)
        spans = self.engine.books.plant.spans.get(scope, ())
        place = {"path": spans[-1].path if spans else self.engine.books.plant.enterprise, "level": level}
        head = {"scope": place, "period": {"from": rfc3339(self.span.start), "to": rfc3339(self.span.end)}}
        unpaced = self.pricing.unpaced(self.machines)
        why = f"no constraint declared for {', '.join(unpaced)}" if unpaced else tree.why_none or _UNPACED
        rows: list[Row] = [{"row": "node", "node": "calendar", **head, **_amount(tree.calendar, None, None)}]
        for leaf, group in GROUPS.items():
            if group == "calendar":
                rows.append(self._leaf(leaf, group, None, why))
        rows.append({"row": "node", "node": "planned busy", **head, **_amount(planned, planned, None)})
        rows += [
            self._leaf(leaf, group, planned, why) for leaf, group in GROUPS.items() if group != "calendar"
        ]
        good = tree.pieces.get(GOOD, Fraction(0)) if self._is_paced else None
        rows.append({"row": "node", "node": "good", **head, **_amount(tree.seconds[GOOD], planned, good)})
        rows += [*self._money(), self._demand()]
        pieces = list(tree.pieces.values()) if self._is_paced else [None]
        rows.append(
            {
                "row": "check",
                "sum": _plain(sum(tree.seconds.values(), Fraction(0))),
                "residual": _plain(tree.residual),
                "gap": _plain(planned - tree.seconds[GOOD]),
                "pieces": None if None in pieces else _plain(sum((one or 0 for one in pieces), Fraction(0))),
            }
        )
        return rows

    def _leaf(self, leaf: str, group: str, planned: Fraction | None, why: str) -> Row:
        seconds = self.tree.seconds.get(leaf, Fraction(0))
        is_counted = group != "calendar" and self._is_paced
        pieces = self.tree.pieces.get(leaf, Fraction(0)) if is_counted else None
        told = {"why_none": why or self.tree.why_none} if pieces is None and group != "calendar" else {}
        contested = {"contested": _plain(self._contested.get(leaf, Fraction(0)))}
        amounts = _amount(seconds, planned, pieces)
        return {"row": "leaf", "leaf": leaf, "group": group, **amounts, **contested, **told}

    @cached_property
    def _is_paced(self) -> bool:
        """Whether pieces are counted anywhere here: where nothing sets a pace they are not known."""
        return bool(self.pricing.roles(self.machines).pacing)

    @cached_property
    def _contested(self) -> dict[str, Fraction]:
        """Seconds of each leaf that the owner of their reason contests; they stay in the leaf."""
        if not any("verdict" in cell.recorded for _, cells in self._cells for cell in cells):
            return {}
        query = replace(self.query, measures=tuple(CONTESTED.values()), currency="")
        cells = self.engine.query(query).cells
        return {
            leaf: sum((Fraction(cell.sums[name] or 0) for cell in cells), Fraction(0))
            for leaf, name in CONTESTED.items()
        }

    def _money(self) -> list[Row]:
        """Money by leaf and class; of several sites in one currency, or with the reason why not."""
        currency, mixed = currency_of(self.engine.books.plant, self.sites, self.query.currency)
        why = self.blocked or mixed
        found: dict[tuple[str, str], list[tuple[str, Figure]]] = {}
        for site in self.sites:
            for key, figure in self.money(site).items():
                found.setdefault(key, []).append((site, figure))
        order = list(GROUPS), list(CLASSES)
        ranked = sorted(found.items(), key=lambda one: (order[0].index(one[0][0]), order[1].index(one[0][1])))
        return [
            {"row": "money", "leaf": leaf, "class": kind, "currency": currency, **self._figure(figures, why)}
            for (leaf, kind), figures in ranked
        ]

    def _figure(self, figures: Sequence[tuple[str, Figure]], why: str) -> Row:
        """One figure over sites; where a price is missing, only the least is known."""
        missing = sorted({name for _, one in figures for name in one.missing})
        lacks = f"no price for {', '.join(missing[:3])}" if missing else ""
        row: Row = {"price_sets": sorted({name for _, one in figures for name in one.price_sets})}
        for side in ("low", "high"):
            amounts = [(site, one.low if side == "low" else one.high) for site, one in figures]
            is_known = not why and not (missing and side == "high")
            total = sum((amount for _, amount in amounts), Fraction(0))
            left = sum((amount * self._left(site) for site, amount in amounts), Fraction(0))
            row[side] = float(total) if is_known else None
            row[f"run_rate_{side}"] = float(total * _YEAR / self._days) if is_known else None
            row[f"in_year_{side}"] = float(left / self._days) if is_known else None
        return {**row, "why_none": why or lacks}

    def _demand(self) -> Row:
        """Lost hours where the pace is set, by what could have been done with them."""
        hours: dict[str, Fraction] = {}
        could = self.demand
        pacing = self.pricing.roles(self.machines).pacing
        for one in self.stretches:
            if (one.machine, one.window) in pacing:
                lost = sum((n for leaf, n in one.leaves.items() if leaf not in (*OUTSIDE, GOOD)), Fraction(0))
                key = could[one.machine, one.product, one.window]
                hours[key] = hours.get(key, Fraction(0)) + lost / 3600
        return {"row": "demand", "hours": {key: float(number) for key, number in hours.items()}}

    @cached_property
    def _days(self) -> Fraction:
        """The length of the window in days."""
        lengths = [max(cell.length or cell.span.length for cell in cells) for _, cells in self._cells]
        return Fraction(sum(lengths), DAY) or Fraction(1)

    def _left(self, site: str) -> int:
        """Days of the site's fiscal year that come after the window."""
        one = self.engine.books.plant.sites[site]
        last = local_day(one.zone, self.span.end - 1)
        periods = fiscal_periods(one.fiscal, last, last + timedelta(days=400))
        year = next((p.year for p in periods if p.from_day <= last < p.until_day), "")
        end = max((p.until_day for p in periods if p.year == year), default=last)
        return max((end - last).days - 1, 0)


def _amount(seconds: Fraction, planned: Fraction | None, pieces: Fraction | None) -> Row:
    share = float(seconds / planned) if planned else None
    return {"seconds": _plain(seconds), "share": share, "pieces": None if pieces is None else float(pieces)}


def _plain(number: Exact) -> int | float:
    exact = Fraction(number)
    return int(exact) if exact.denominator == 1 else float(exact)
