"""Tie-out: what the floor built beside what finance booked, the difference explained or not."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from plantstack.interfaces.web.page import N_, Page, Visit
from plantstack.interfaces.web.periods import NAMES, period_of

Row = Mapping[str, Any]

CHECKS = {
    "good units and receipts": N_("good units and receipts"),
    "good units and shipments": N_("good units and shipments"),
    "scrap and postings": N_("scrap and postings"),
    "hours and payroll": N_("hours and payroll"),
    "work orders and maintenance cost": N_("work orders and maintenance cost"),
    "losses and variance accounts": N_("losses and variance accounts"),
}
EXPLAINED = {
    "made good elsewhere": N_("made good elsewhere"),
    "received into stock": N_("received into stock"),
    "shipped from stock": N_("shipped from stock"),
    "contractors without an order": N_("contractors without an order"),
}


def show(visit: Visit) -> Mapping[str, Any]:
    """The checks of each site that the reader is let near."""
    scope, period = visit.scope, period_of(visit, "13w")
    days = (period.first, period.last)
    studied = visit.study(("tieout", scope, days), lambda stack: stack.tieout(scope=scope, days=days))
    rows = studied.value.rows
    sites = {site: list(mine) for site, mine in groupby(rows, key=lambda row: row["site"])}
    off = [row for row in rows if row["grade"] == "C"]
    title = (
        visit.say(N_("Checks that do not tie out: %(n)s – %(place)s"), n=len(off), place=visit.name(scope))
        if off
        else visit.say(N_("Tie-out – %(place)s"), place=visit.name(scope))
    )
    return {
        "title": title,
        "sites": sites,
        "checks": CHECKS,
        "explained": EXPLAINED,
        "period": period,
        "periods": {name: text for name, text in NAMES.items() if name != "today"},
        "scope": scope,
        "studied": studied,
    }


PAGE = Page("/tieout", N_("Tie-out"), show, right="portfolio", place=65, every_s=300)
