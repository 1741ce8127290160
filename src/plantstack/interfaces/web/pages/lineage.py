"""What is behind one number: formula, sums, parts, stops and events; each level adds up to the one above."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from starlette.exceptions import HTTPException

from plantstack.interfaces import questions, times
from plantstack.interfaces.answer import Answer
from plantstack.interfaces.questions import Versus, Window
from plantstack.interfaces.web.page import N_, Page, Visit
from plantstack.interfaces.web.periods import Period, period_of
from plantstack.interfaces.web.strips import ACCOUNTS, reason_label
from plantstack.intervals import Interval, rfc3339
from plantstack.kpis.describing import in_words, meaning_of, terms
from plantstack.kpis.kpi import Kpi
from plantstack.live.seeing import check_seen
from plantstack.stack.answers.using import catalog_of
from plantstack.stack.project import Stack
from plantstack.stack.targets.targeting import production_day

Row = Mapping[str, Any]
_USUAL = "oee"  # what is meant where no KPI is named
_PARTS = 40  # more are no help to anybody; the rest is in the CSV


@dataclass(slots=True)
class Node:
    """A sum and what it is made of, the greatest first.

    Attributes:
        row: of the sum: measure, meaning, unit, value, residual.
        parts: by machine, line or day.
        facts: the greatest facts behind it, each with its events.
        share: of the evidence against it, where it sets the trust of the number.
    """

    row: Row
    parts: list[Row] = field(default_factory=list)
    facts: list[Row] = field(default_factory=list)
    limit: Row | None = None


def show(visit: Visit) -> Mapping[str, Any]:
    """The lineage of a KPI in a scope and period."""
    kpi, scope, span = visit.params.get("kpi") or _USUAL, visit.scope, _span(visit)
    period = _days_of(visit, span) if span else _period(visit)
    check_seen(visit.sender, visit.running.plant, kpi)
    known = visit.query.get("as_known_at") or None
    told = (rfc3339(span.start), rfc3339(span.end)) if span else (period.first, period.last)
    window = Window(scope, *told, known)

    def asked(stack: Stack) -> tuple[Answer, Mapping[str, str], Kpi]:
        return questions.lineage(stack, window, kpi), stack.kpi_names(), _declared(stack, kpi)

    answer, names, declared = visit.study(("lineage", kpi, window), asked).value
    rows = answer.rows
    head = next((row for row in rows if row["row"] == "kpi"), None)
    return {
        "title": f"{visit.say(names[kpi])} – {visit.name(scope)}",
        "kpi": declared,
        "factor_of": partial(_factor_words, visit),
        "names": names,
        "head": head,
        **_worded(visit, declared),
        "nodes": nodes_of(rows, head),
        "entries": [row for row in rows if row["row"] == "entry"],
        "events": {row["offset"]: row for row in rows if row["row"] == "event" and "offset" in row},
        "since_reported": [row for row in rows if row["row"] == "since_reported"],
        "period": period,
        "span": span,
        "behind": f"?since={told[0]}&until={told[1]}" if span else f"/{period.first}..{period.last}",
        "scope": scope,
        "answer": answer,
        "most": _PARTS,
    }


def _worded(visit: Visit, kpi: Kpi) -> dict[str, Any]:
    """Words in place of ids: of the formula, of accounts, reasons, products and machines."""
    plant = visit.plant
    catalog, profile = catalog_of(plant), plant.profile.name
    formula = catalog.kpi_formula(kpi, profile) if kpi.id in catalog.kpis else None

    def account_of(account: str) -> str:
        known = ACCOUNTS.get(account) or COUNTED.get(account)
        return visit.say(known) if known else visit.told(account.replace("_", " "))

    def reason_of(reason: str) -> str:
        return reason_label(visit, reason) if reason else ""

    def name_of(told: str) -> str:
        if told in plant.equipment:
            return visit.name(told)
        known = plant.products.get(told)
        return (known.label or told) if known else reason_label(visit, told)

    def what_of(fact: Row) -> str:
        said = account_of(fact["what"]) if fact.get("what") else ""
        return ", ".join(one for one in (said, reason_of(fact.get("reason") or "")) if one)

    return {
        "formula_words": in_words(catalog, formula.node, visit.say) if formula else "",
        "terms": terms(catalog, kpi, profile) if formula else (),
        "account_of": account_of,
        "reason_of": reason_of,
        "product_of": name_of,
        "names_of": lambda told: ", ".join(name_of(one) for one in told),
        "what_of": what_of,
    }


def nodes_of(rows: Sequence[Row], head: Row | None) -> list[Node]:
    """The sums of a lineage with what stands below each; the one that sets the trust is marked."""
    nodes: dict[tuple[str, str], Node] = {}
    for row in rows:
        key = (row.get("window", ""), row.get("measure", ""))
        if row["row"] == "measure":
            nodes[key] = Node(row)
        elif row["row"] == "part" and key in nodes:
            nodes[key].parts.append(row)
        elif row["row"] == "fact" and key in nodes:
            nodes[key].facts.append(row)
    limits = {limit["base"]: limit for limit in reversed(head["trust"]["limits"])} if head else {}
    for node in nodes.values():
        node.parts.sort(key=lambda row: -abs(row["value"]))
        node.limit = limits.get(node.row["measure"])
    return list(nodes.values())


def show_bridge(visit: Visit) -> Mapping[str, Any]:
    """How a KPI came from another period or scope, factor by factor."""
    kpi, scope, period = visit.params.get("kpi") or _USUAL, visit.scope, _period(visit)
    check_seen(visit.sender, visit.running.plant, kpi)
    other = visit.query.get("versus_scope", "")
    before = period if other else period.before
    if visit.query.get("versus_from"):
        last = visit.query.get("versus_to") or visit.query["versus_from"]
        before = Period("", visit.query["versus_from"], last)
    window = Window(scope, period.first, period.last)
    versus = Versus(before.first, before.last, visit.near(other) if other else None)

    def asked(stack: Stack) -> tuple[Answer, Mapping[str, str], Kpi]:
        return questions.bridge(stack, window, versus, kpi), stack.kpi_names(), _declared(stack, kpi)

    answer, names, declared = visit.study(("bridge", kpi, window, versus), asked).value
    rows = answer.rows
    factors = [row for row in rows if row["row"] == "factor"]
    terms: dict[str, list[Row]] = {}
    for row in rows:
        if row["row"] == "term" and row["term"]:
            terms.setdefault(row["factor"], []).append(row)
    return {
        "title": f"{visit.say(names[kpi])} – {visit.name(scope)}",
        "kpi": declared,
        "factor_of": partial(_factor_words, visit),
        "names": names,
        "head": rows[0] if rows else None,
        "factors": factors,
        "terms": terms,
        "parts": _ranked(rows),
        "period": period,
        "before": before,
        "scope": scope,
        "other": versus.scope,
    }


COUNTED = {
    "good": N_("good pieces"),
    "rework": N_("Rework"),
    "startup_reject": N_("Rejects while starting up"),
    "first_pass": N_("good at the first pass"),
    "total": N_("all pieces"),
}
FACTORS = {
    "mix": N_("Mix"),
    "calendar": N_("Calendar"),
    "amount": N_("Amount"),
    "numerator": N_("What it counts"),
    "denominator": N_("What it is divided by"),
    "speed": N_("Slow running"),
    "reduced_capacity": N_("Lane or cavity shut"),
    "ramp": N_("Starting up"),
    "scrap": N_("Scrap"),
    "rework": N_("Rework"),
    "startup_reject": N_("Rejects while starting up"),
    "unjudged": N_("Not judged yet"),
}


def _factor_words(visit: Visit, name: str) -> str:
    """What people call a factor of a bridge, or a sum that it stands on."""
    plain = name.removeprefix("time_")
    known = FACTORS.get(name) or ACCOUNTS.get(plain) or meaning_of(catalog_of(visit.plant), name)
    told = visit.say(known) if known != name else visit.told(plain.replace("_", " "))
    return f"{told[:1].upper()}{told[1:]}"


def _declared(stack: Stack, kpi: str) -> Kpi:
    catalog = stack.catalog()
    if kpi not in catalog.kpis:
        raise HTTPException(404, f"there is no KPI '{kpi}'")
    return catalog.kpi(kpi)


def _ranked(rows: Sequence[Row]) -> list[tuple[str, float, Row]]:
    """Each part with what it moved and what moved it most, the greatest first."""
    by: dict[str, list[Row]] = {}
    for row in rows:
        if row["row"] == "part":
            by.setdefault(row["part"], []).append(row)
    worst = [
        (part, sum(one["effect"] for one in mine), max(mine, key=lambda one: abs(one["effect"])))
        for part, mine in by.items()
    ]
    return sorted(worst, key=lambda one: -abs(one[1]))


def _period(visit: Visit) -> Period:
    """The period in the path, as `2026-11-02..2026-11-08` or a name; else that of the query."""
    told = visit.params.get("period", "")
    first, dots, last = told.partition("..")
    if dots:
        return period_of(_asking(visit, {"from": first, "to": last}))
    return period_of(_asking(visit, {"period": told}) if told else visit)


def _span(visit: Visit) -> Interval | None:
    """The exact instants of an address, `since=2026-11-26T12:00:00Z&until=...`; None for days."""
    since, until = visit.query.get("since"), visit.query.get("until")
    if not since or not until:
        return None
    return times.window(since, until, [visit.zone]).span


def _days_of(visit: Visit, span: Interval) -> Period:
    """The production days that a span touches."""
    plant, scope = visit.plant, visit.scope
    site = plant.site_of(scope) if scope else next(iter(plant.sites.values()))
    first, last = (production_day(site, at).isoformat() for at in (span.start, span.end - 1))
    return Period("", first, last)


def _asking(visit: Visit, query: Mapping[str, str]) -> Visit:
    return replace(visit, query={**visit.query, **query})


PAGES = (
    Page("/lineage/{kpi}/{scope}/{period}", N_("Lineage"), show, every_s=60),
    Page("/lineage/{kpi}/{scope}", N_("Lineage"), show, every_s=60),
    Page("/lineage/{kpi}", N_("Lineage"), show, every_s=60),
    Page("/lineage", N_("Lineage"), show, every_s=60),
    Page("/bridge/{kpi}/{scope}/{period}", N_("Bridge"), show_bridge, every_s=60, template="bridge.html"),
    Page("/bridge/{kpi}/{scope}", N_("Bridge"), show_bridge, every_s=60, template="bridge.html"),
    Page("/bridge/{kpi}", N_("Bridge"), show_bridge, every_s=60, template="bridge.html"),
    Page("/bridge", N_("Bridge"), show_bridge, every_s=60, template="bridge.html"),
)
