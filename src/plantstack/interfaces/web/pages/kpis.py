"""What every number means: definition, the decision it is for, what to do, where it is used, since when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException

from plantstack.interfaces import changing
from plantstack.interfaces.web import formats
from plantstack.interfaces.web.layers import DECISIONS, LAYERS, WHO
from plantstack.interfaces.web.page import N_, Page, Visit
from plantstack.kpis.describing import in_words, stands_on, symbols, terms
from plantstack.kpis.kpi import Catalog, Kpi
from plantstack.kpis.targets.targets import Target
from plantstack.plant.plant import Plant
from plantstack.stack.answers.using import catalog_of
from plantstack.stack.targets.targeting import targets_of

CHANGES = {
    "difference": N_("%(kpi)s now, less the same in its baseline"),
    "reduction": N_("by how much %(kpi)s is less than in its baseline, as a share"),
    "ratio": N_("%(kpi)s now, divided by the same in its baseline"),
}
BETTER = {"up": N_("higher is better"), "down": N_("lower is better"), "band": N_("best inside a band")}
STANDING = {
    "core": N_("core"),
    "own": N_("the plant's own"),
    "adopted": N_("adopted"),
    "beside": N_("shown beside %(kpi)s"),
    "library": N_("library, not adopted"),
}
_SECTIONS = ("own_kpis", "settings", "targets")


def standing_of(kpi: Kpi, plant: Plant, own: Mapping[str, Any]) -> str:
    """Which of `STANDING` a KPI has at a plant."""
    if kpi.id in own:
        return "own"
    if kpi.is_core:
        return "core"
    if kpi.id in plant.profile.kpis:
        return "adopted"
    return "beside" if kpi.beside else "library"


def show(visit: Visit) -> Mapping[str, Any]:
    """Every KPI by layer: what is shown first, the library behind it."""
    plant, word = visit.running.plant, visit.query.get("q", "").strip().lower()
    catalog, own = catalog_of(plant), _own(visit)
    found = [
        (kpi, standing_of(kpi, plant, own))
        for kpi in catalog.kpis.values()
        if word in f"{kpi.id} {kpi.name} {visit.say(kpi.name)} {kpi.decision}".lower()
    ]
    return {
        "title": visit.say(N_("KPIs")),
        "found": {layer: [one for one in found if one[0].layer == layer] for layer in LAYERS},
        "layers": LAYERS,
        "who": WHO,
        "decisions": DECISIONS,
        "words": STANDING,
        "q": word,
    }


def show_one(visit: Visit) -> Mapping[str, Any]:
    """One KPI, all of it."""
    plant = visit.running.plant
    catalog, name = catalog_of(plant), visit.params["id"]
    if name not in catalog.kpis:
        raise HTTPException(404, f"there is no KPI '{name}'")
    kpi, profile = catalog.kpi(name), plant.profile.name
    formula = catalog.kpi_formula(kpi, profile)
    return {
        "title": visit.say(kpi.name),
        "kpi": kpi,
        "kpis_known": catalog.kpis,
        "symbols": symbols(formula.node) if formula else "",
        "in_words": in_words(catalog, formula.node, visit.say) if formula else "",
        "otherwise": symbols(kpi.otherwise.node) if kpi.otherwise else "",
        "change": CHANGES.get(kpi.change, ""),
        "terms": terms(catalog, kpi, profile),
        "profile": catalog.profiles[profile],
        "others": _other_profiles(catalog, kpi, profile),
        "better": BETTER[kpi.better],
        "standing": standing_of(kpi, plant, _own(visit)),
        "words": STANDING,
        "layer": LAYERS[kpi.layer],
        "used": sorted(stands_on(catalog, name), key=lambda one: (one.layer, one.name)),
        "targets": [
            row for row in changing.rows(visit.running, visit.sender, "targets") if row["kpi"] == name
        ],
        "told": _told_targets(visit, kpi),
        "history": _history(visit, name),
        "may": "configure" in visit.sender.may,
        "may_adopt": {"configure", "improve"} <= set(visit.sender.may) and not visit.sender.scope,
    }


def _told_targets(visit: Visit, kpi: Kpi) -> list[tuple[Target, str]]:
    """Targets that events told, that hold now or later, of what the reader may see; each as it is read."""
    if not visit.may_see(kpi.id):
        return []
    plant, now = visit.plant, visit.now
    found = visit.ask(lambda stack: targets_of(stack.engine(scope=None), stack.catalog()))
    told = [
        one
        for one in found
        if one.kpi == kpi.id
        and one.span is not None
        and (one.span[1] is None or one.span[1] > now)
        and visit.sender.is_near(plant, one.scope, now)
    ]
    told.sort(key=lambda one: (one.scope, one.product, one.per, one.said))
    return [(one, _limits_text(visit, kpi, one)) for one in told]


def _limits_text(visit: Visit, kpi: Kpi, target: Target) -> str:
    """What is met, in the unit of the KPI; of a band both ends."""
    limits, unit = target.limits, {"unit": kpi.unit, "currency": target.currency}
    ends = (limits.low, limits.high) if kpi.better == "band" else (limits.shown,)
    told = (
        " ".join(formats.kpi({**unit, "value": float(end)}, visit.language))
        for end in ends
        if end is not None
    )
    return " … ".join(told)


def _own(visit: Visit) -> Mapping[str, Any]:
    """The plant's own KPIs, as its files write them."""
    own = changing.content_of(visit.running).get("own_kpis", {})
    found: Mapping[str, Any] = own.get("kpis", {}) if isinstance(own, dict) else {}
    return found


def _other_profiles(catalog: Catalog, kpi: Kpi, profile: str) -> list[tuple[str, str]]:
    """Profiles that count it in another way, each with its formula."""
    own = catalog.kpi_formula(kpi, profile)
    found = ((name, catalog.kpi_formula(kpi, name)) for name in catalog.profiles)
    return [(name, symbols(one.node)) for name, one in found if one is not None and one is not own]


def _history(visit: Visit, name: str) -> list[dict[str, Any]]:
    """What was changed of a KPI in the plant files: its definition, its adoption, its targets."""
    found = []
    for edition in changing.history(visit.running, visit.sender, limit=200):
        mine = [one for one in edition["changes"] if one["section"] in _SECTIONS and _names(one, name)]
        if mine:
            found.append({**edition, "changes": mine})
    return found


def _names(change: Mapping[str, Any], name: str) -> bool:
    """Whether a change is of a KPI: it names it in its path, or in a list of KPIs."""
    words = {word for part in change["path"] for word in part.split(", ")}
    lists = [told for told in (change["before"], change["after"]) if isinstance(told, list)]
    return name in words or ("kpis" in words and sum(name in one for one in lists) == 1)


PAGES = (
    Page("/kpis", N_("KPIs"), show, place=75, every_s=0),
    Page("/kpis/{id}", N_("KPIs"), show_one, every_s=0, template="kpi.html"),
)
