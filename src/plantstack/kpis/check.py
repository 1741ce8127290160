"""Every problem of a catalogue at once: names, layers, cycles, units, people."""

from __future__ import annotations

from collections.abc import Iterator

from plantstack.errors import FormulaError, Problem, did_you_mean
from plantstack.events.kinds import KINDS
from plantstack.kpis.formulas.formula import BAND_FUNCTIONS, PERIOD, Formula, UnitOf
from plantstack.kpis.formulas.grammar import Call, Negative, Node, Operation, names_of
from plantstack.kpis.formulas.scale import conversion, parse_kpi_unit
from plantstack.kpis.kpi import AXES, Catalog, Kpi, alternatives
from plantstack.measures.catalog import MEASURES
from plantstack.measures.measure import COUNT_FACTS, PLANT_FACTS
from plantstack.units import Unit, parse_unit

PERSONAL_AXES = frozenset({"person", "people", "operator", "employee", "worker", "user", "by", "badge"})
MAX_REFERENCES = 30
_SECONDS = parse_unit("s")


def check_catalog(catalog: Catalog) -> list[Problem]:
    """Return every problem; formulas are weighed only once all names are known and acyclic."""
    problems = [*_clashes(catalog), *_profiles(catalog), *_unknown_names(catalog), *_cycles(catalog)]
    for kpi in catalog.kpis.values():
        problems += [*_declared(kpi), *_band_functions(kpi)]
    if not problems:
        for kpi in catalog.kpis.values():
            problems += [*_layers(catalog, kpi), *_needs(catalog, kpi), *_unit_problems(catalog, kpi)]
        problems += _shared_units(catalog)
    return problems


def _at(kpi: Kpi) -> str:
    return f"{kpi.place} [{kpi.id}]"


def _clashes(catalog: Catalog) -> Iterator[Problem]:
    for kpi in catalog.kpis.values():
        for what, known in (("measure", MEASURES), ("named sum", catalog.sums)):
            if kpi.id in known:
                fix = "Choose another id."
                yield Problem("kpi-name-taken", _at(kpi), f"'{kpi.id}' is the name of a {what}", fix)
    for name, named in catalog.sums.items():
        if name in MEASURES:
            yield Problem("kpi-name-taken", str(named.place), f"'{name}' is the name of a measure")


def _profiles(catalog: Catalog) -> Iterator[Problem]:
    known = catalog.profiles
    for profile in known.values():
        if profile.like and profile.like not in known:
            fix = did_you_mean(profile.like, known)
            yield Problem("profile-unknown", str(profile.place), f"unknown profile '{profile.like}'", fix)
        for name in profile.sums:
            if name not in catalog.sums:
                fix = did_you_mean(name, catalog.sums)
                yield Problem("kpi-unknown-name", str(profile.place), f"unknown named sum '{name}'", fix)
    for kpi in catalog.kpis.values():
        for name in kpi.formulas:
            if name and name not in known:
                what = f"formula of the unknown profile '{name}'"
                yield Problem("profile-unknown", _at(kpi), what, did_you_mean(name, known))


def _all_formulas(catalog: Catalog) -> Iterator[tuple[str, Formula, bool]]:
    """Where, what, and whether KPIs may be named in it."""
    for kpi in catalog.kpis.values():
        for formula in (*kpi.formulas.values(), *((kpi.otherwise,) if kpi.otherwise else ())):
            yield _at(kpi), formula, True
    for named in catalog.sums.values():
        yield f"{named.place} [{named.name}]", named.formula, False
    for profile in catalog.profiles.values():
        for formula in profile.sums.values():
            yield f"{profile.place} [{profile.name}]", formula, False
    for leaf, formula in catalog.losses.items():
        yield f"losses [{leaf}]", formula, False


def _unknown_names(catalog: Catalog) -> Iterator[Problem]:
    sums = {**MEASURES, **catalog.sums, PERIOD: None}
    for where, formula, allows_kpis in _all_formulas(catalog):
        known = {**sums, **catalog.kpis} if allows_kpis else sums
        for name in dict.fromkeys(names_of(formula.node)):
            if name not in known:
                what = f"formula uses unknown name '{name}'"
                yield Problem("kpi-unknown-name", where, what, did_you_mean(name, known))
    for kpi in catalog.kpis.values():
        if kpi.of and kpi.of not in catalog.kpis:
            fix = did_you_mean(kpi.of, catalog.kpis)
            yield Problem("kpi-unknown-name", _at(kpi), f"'of' names the unknown KPI '{kpi.of}'", fix)
        if kpi.beside and not (kpi.beside in catalog.kpis and catalog.kpis[kpi.beside].is_core):
            what = f"'beside' names '{kpi.beside}', which is no core KPI"
            yield Problem("kpi-unknown-name", _at(kpi), what, did_you_mean(kpi.beside, catalog.kpis))
        for name in kpi.uses:
            if name not in MEASURES and name not in catalog.kpis:
                fix = did_you_mean(name, {**MEASURES, **catalog.kpis})
                yield Problem("kpi-unknown-name", _at(kpi), f"'uses' names the unknown '{name}'", fix)
    for reading, changes in catalog.unknown_read_as.items():
        written = [name for formula in changes.values() for name in names_of(formula.node)]
        for name in dict.fromkeys((*changes, *written)):
            if name not in MEASURES:
                where = f"unknown_read_as [{reading}]"
                fix = did_you_mean(name, MEASURES)
                yield Problem("kpi-unknown-name", where, f"'{name}' is no measure", fix)


def _edges(catalog: Catalog) -> dict[str, set[str]]:
    edges: dict[str, set[str]] = {}
    for kpi in catalog.kpis.values():
        for formula in (*kpi.formulas.values(), *((kpi.otherwise,) if kpi.otherwise else ())):
            edges.setdefault(kpi.id, set()).update(names_of(formula.node))
        if kpi.of:
            edges.setdefault(kpi.id, set()).add(kpi.of)
    for named in catalog.sums.values():
        edges.setdefault(named.name, set()).update(names_of(named.formula.node))
    for profile in catalog.profiles.values():
        for name, formula in profile.sums.items():
            edges.setdefault(name, set()).update(names_of(formula.node))
        edges[f"profile {profile.name}"] = {f"profile {profile.like}"}
    return edges


def _cycles(catalog: Catalog) -> Iterator[Problem]:
    """Names that no order of evaluation can reach: what is left after taking leaves away."""
    left = _edges(catalog)
    for _ in range(MAX_REFERENCES):
        for name in [name for name, uses in left.items() if not uses & left.keys()]:
            del left[name]
    for name in sorted(left):
        around = ", ".join(sorted(left[name] & left.keys()))
        where = _at(catalog.kpis[name]) if name in catalog.kpis else name
        yield Problem(
            "kpi-cycle",
            where,
            f"'{name}' stands on itself, or on a chain without end, through {around}",
            "Break it.",
        )


def _declared(kpi: Kpi) -> Iterator[Problem]:
    for axis in kpi.by:
        if axis in PERSONAL_AXES:
            fix = "Split by crew at the finest; people are never ranked."
            yield Problem("kpi-individual", _at(kpi), f"a KPI of an individual ('{axis}')", fix)
        elif axis not in AXES:
            yield Problem("kpi-unknown-split", _at(kpi), f"unknown split '{axis}'", did_you_mean(axis, AXES))
    known = (*KINDS, *COUNT_FACTS, *PLANT_FACTS)
    for kind in (kind for need in kpi.needs for kind in alternatives(need)):
        if kind not in known:
            what = f"'needs' names the unknown event kind '{kind}'"
            yield Problem("kpi-unknown-kind", _at(kpi), what, did_you_mean(kind, known))


def _band_functions(kpi: Kpi) -> Iterator[Problem]:
    for formula in (*kpi.formulas.values(), *((kpi.otherwise,) if kpi.otherwise else ())):
        if any(call in BAND_FUNCTIONS for call in _calls(formula.node)):
            what = "min() and max() in a formula do not add up"
            fix = "Declare a measure with its grain; bands belong to the display."
            yield Problem("kpi-band-function", _at(kpi), what, fix)


def _calls(node: Node) -> Iterator[str]:
    match node:
        case Call(function, arguments):
            yield function
            for argument in arguments:
                yield from _calls(argument)
        case Negative(inner):
            yield from _calls(inner)
        case Operation(_, left, right, _):
            yield from _calls(left)
            yield from _calls(right)
        case _:
            return


def _measures_behind(catalog: Catalog, formula: Formula, profile: str) -> Iterator[str]:
    for name in names_of(formula.node):
        behind = catalog.formula_behind(name, profile)
        if behind is None:
            yield name
        elif name not in catalog.kpis:
            yield from _measures_behind(catalog, behind, profile)


def _layers(catalog: Catalog, kpi: Kpi) -> Iterator[Problem]:
    names = {*kpi.uses, *([kpi.of] if kpi.of else [])}
    for profile in catalog.profiles:
        formula = catalog.kpi_formula(kpi, profile)
        if formula is not None:
            names |= set(names_of(formula.node)) | set(_measures_behind(catalog, formula, profile))
    for name in sorted(names):
        layer = catalog.kpis[name].layer if name in catalog.kpis else 0
        layer = MEASURES[name].layer if name in MEASURES else layer
        if layer > kpi.layer:
            what = f"'{name}' belongs to layer {layer}, above layer {kpi.layer}"
            fix = "A KPI stands on its own or lower layers; move one of them."
            yield Problem("kpi-layer", _at(kpi), what, fix)


def _needs(catalog: Catalog, kpi: Kpi) -> Iterator[Problem]:
    formula = catalog.kpi_formula(kpi, catalog.default_profile)
    for name in dict.fromkeys(names_of(formula.node)) if formula else ():
        needs = {kind for need in kpi.needs for kind in alternatives(need)}
        # 'count' stands for each of its classes
        fed = (
            {word for feed in MEASURES[name].feeds for word in (feed, feed.partition(":")[0])}
            if name in MEASURES
            else needs
        )
        if not fed & needs:
            feeds = " or ".join(MEASURES[name].feeds)
            yield Problem("kpi-needs", _at(kpi), f"'{name}' is filled by {feeds}", f"Add {feeds} to 'needs'.")


def _unit_problems(catalog: Catalog, kpi: Kpi) -> Iterator[Problem]:
    try:
        printed = parse_kpi_unit(kpi.unit)
    except ValueError as error:
        yield Problem("kpi-unit", _at(kpi), str(error))
        return
    if kpi.of:
        wanted = catalog.kpis[kpi.of].unit if kpi.change == "difference" else "1"
        if kpi.unit != wanted:
            fix = "Correct the unit."
            yield Problem("kpi-unit", _at(kpi), f"a {kpi.change} of {kpi.of} is in {wanted}", fix)
    for profile in catalog.profiles:
        for formula in (catalog.kpi_formula(kpi, profile), kpi.otherwise):
            if formula is None:
                continue
            try:
                unit = unit_of_formula(catalog, formula, profile, _at(kpi))
            except FormulaError as error:
                yield from error.problems
                return
            if conversion(unit, printed) is None:
                what = f"the formula works out to {unit}, declared is {kpi.unit}"
                yield Problem("kpi-unit", _at(kpi), what, "Correct the unit or the formula.")
                return


def _shared_units(catalog: Catalog) -> Iterator[Problem]:
    groups = {"losses": {"": catalog.losses}, "unknown_read_as": catalog.unknown_read_as}
    for group, entries in groups.items():
        for reading, formulas in entries.items():
            for name, formula in formulas.items():
                where = " ".join(word for word in (group, reading, f"[{name}]") if word)
                try:
                    unit = unit_of_formula(catalog, formula, catalog.default_profile, where)
                except FormulaError as error:
                    yield from error.problems
                    continue
                if unit != _SECONDS:
                    yield Problem("kpi-unit", where, f"works out to {unit}, not to s")


def unit_of_formula(catalog: Catalog, formula: Formula, profile: str, where: str) -> Unit:
    """Work out the unit of a formula whose names are all known and acyclic.

    Raises:
        FormulaError: when its units do not fit together.
    """

    def unit(name: str) -> Unit:
        behind = catalog.formula_behind(name, profile)
        if behind is not None:
            return UnitOf(unit, is_level, f"{where} {name}")(behind.node)
        return _SECONDS if name == PERIOD else MEASURES[name].base_unit

    def is_level(name: str) -> bool:
        return name in MEASURES and MEASURES[name].kind == "level"

    return UnitOf(unit, is_level, where)(formula.node)
