"""A plant's own KPIs laid over the shipped ones: the same grammar and checks, nothing shadowed by chance."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from plantstack.errors import ConfigError, Problem
from plantstack.kpis.check import check_catalog
from plantstack.kpis.kpi import Catalog, Kpi
from plantstack.kpis.load import read_kpis, shipped_catalog
from plantstack.plant.source import Block, Place, Report, content_text, from_content

_ID = re.compile(r"[a-z][a-z0-9_]{1,62}")
_KEPT = 16  # catalogues: those of the offsets somebody looks at


def catalog_with(own: Block) -> Catalog:
    """Return the catalogue of a plant: the shipped one, and its own KPIs over it.

    The same text gives the same object, so what is worked out of a catalogue is worked out once.

    Raises:
        ConfigError: with every problem of the plant's own KPIs.
    """
    if not own.nodes:
        return shipped_catalog()
    catalog = _kept(content_text(own))
    if catalog is None:
        raise ConfigError(check_own(own))
    return catalog


def check_own(own: Block) -> list[Problem]:
    """Every problem of a plant's own KPIs."""
    return _read(own)[1] if own.nodes else []


@lru_cache(maxsize=_KEPT)
def _kept(text: str) -> Catalog | None:
    """The catalogue with the KPIs of a canonical text; None where they have problems."""
    node = from_content(json.loads(text), Place("kpis.yaml"))
    catalog, problems = _read(node) if isinstance(node, Block) else (None, [])
    return None if problems else catalog


def _read(own: Block) -> tuple[Catalog, list[Problem]]:
    shipped, report = shipped_catalog(), Report()
    found = read_kpis(own, report)
    problems = [*report.problems, *_clashes(shipped, found)]
    kpis = {**shipped.kpis, **{name: replace(kpi, is_core=True) for name, kpi in found.items()}}
    catalog = replace(shipped, kpis=kpis)
    # of a formula that could not be read nothing more can be said
    return catalog, problems or check_catalog(catalog)


def _clashes(shipped: Catalog, own: Mapping[str, Kpi]) -> list[Problem]:
    """Ids that no formula could name, and those that hide a shipped KPI without saying so."""
    problems = []
    for kpi in own.values():
        where, known = f"{kpi.place} [{kpi.id}]", shipped.kpis.get(kpi.id)
        if not _ID.fullmatch(kpi.id):
            fix = "Use small letters, digits and '_', starting with a letter."
            problems.append(Problem("kpi-id", where, f"'{kpi.id}' cannot be named in a formula", fix))
        elif known is None and kpi.replaces:
            what = f"there is no shipped KPI '{kpi.id}' to replace"
            problems.append(Problem("kpi-replaces", where, what, "Take 'replaces' out."))
        elif known is not None:
            problems += _of_override(kpi, known, where)
    return problems


def _of_override(kpi: Kpi, known: Kpi, where: str) -> list[Problem]:
    wanted = f"'replaces: {known.version}' and 'version: {known.version + 1}'"
    if not kpi.replaces:
        what = f"a shipped KPI is called '{kpi.id}'"
        return [Problem("kpi-shadow", where, what, f"Choose another id, or write {wanted}.")]
    if kpi.replaces != known.version:
        what = f"replaces version {kpi.replaces}, the shipped one is version {known.version}"
        fix = f"See what changed in it, then write {wanted} or greater."
        return [Problem("kpi-replaces", where, what, fix)]
    if kpi.version <= kpi.replaces:
        what = f"version {kpi.version} is not above the one it replaces"
        return [Problem("kpi-replaces", where, what, f"Write {wanted}.")]
    return []
