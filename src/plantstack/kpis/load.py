"""YAML files -> `Catalog`. The shipped files come through the same door as those of a plant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TypeVar

from plantstack.errors import ConfigError, FormulaError, Problem
from plantstack.kpis.check import check_catalog
from plantstack.kpis.formulas.formula import Formula
from plantstack.kpis.formulas.grammar import names_of
from plantstack.kpis.kpi import (
    EVERY_PROFILE,
    EVERYWHERE,
    SCOPES,
    Catalog,
    ChangeKind,
    Kpi,
    KpiType,
    NamedSum,
    Profile,
)
from plantstack.measures.catalog import MEASURES
from plantstack.measures.measure import REASON_AXES
from plantstack.plant.source import (
    Block,
    Fields,
    Report,
    between,
    choice,
    decimal,
    ident,
    integer,
    list_of,
    read_block,
    text,
    yes_no,
)

SHIPPED = Path(__file__).parent / "catalog"
LIBRARY = Path(__file__).parent / "library"
_BLANK = Formula.read("0", "")
_SCHEMAS = choice("plantstack-kpis/1", "plantstack-sums/1")
_CADENCES = choice("live", "hour", "shift", "order", "day", "week", "month", "quarter", "year")
_TYPES: dict[str, KpiType] = {"ratio": "ratio", "change": "change", "list": "list", "model": "model"}
_CHANGES: dict[str, ChangeKind] = {"difference": "difference", "reduction": "reduction", "ratio": "ratio"}
_WITHOUT_FORMULA = ("model", "change")
_NAMES = list_of(ident)
_LAYERS = between(integer, 1, 5)
_VERSIONS = 1_000_000

T = TypeVar("T")


@dataclass
class _Found:
    kpis: dict[str, Kpi] = field(default_factory=dict)
    sums: dict[str, NamedSum] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    losses: dict[str, Formula] = field(default_factory=dict)
    unknown_read_as: dict[str, Mapping[str, Formula]] = field(default_factory=dict)


@cache
def shipped_catalog() -> Catalog:
    """Return the catalogue that comes with plantstack, core and library, checked."""
    return load_catalog(shipped_files())


def shipped_files() -> list[Path]:
    """The files of core and library, the core first."""
    return [*sorted(SHIPPED.glob("*.yaml")), *sorted(LIBRARY.glob("*.yaml"))]


def load_catalog(files: Iterable[Path]) -> Catalog:
    """Read and check KPI files.

    Raises:
        ConfigError: with every problem of every file.
    """
    catalog, problems = read_catalog(files)
    problems += check_catalog(catalog)
    if problems:
        raise ConfigError(problems)
    return catalog


def read_catalog(files: Iterable[Path]) -> tuple[Catalog, list[Problem]]:
    """Read KPI files; what cannot be read is a problem, the rest stands."""
    report, found = Report(), _Found()
    for path in files:
        block = read_block(path, report)
        if block is not None:
            _read_file(block, found, report, is_core=path.parent != LIBRARY)
    return Catalog(found.kpis, found.sums, found.profiles, found.losses, found.unknown_read_as), (
        report.problems
    )


def read_kpis(block: Block, report: Report) -> dict[str, Kpi]:
    """Read the KPIs of one file; problems go to the report."""
    found = _Found()
    fields = Fields(block, "a file of KPIs", report)
    fields.need("schema", choice("plantstack-kpis/1"))
    _read_kpis(fields, found, is_core=True)
    return found.kpis


def _read_kpis(fields: Fields, found: _Found, *, is_core: bool) -> None:
    """A layer stands once at the top, or with each KPI."""
    layer = fields.want("layer", _LAYERS, 0)
    for name, kpi in _each(fields, "kpis", "kpi"):
        own = kpi.want("layer", _LAYERS, layer) if layer else kpi.need("layer", _LAYERS)
        found.kpis[name] = replace(_read_kpi(name, own, kpi), is_core=is_core)
        kpi.close("kpi")
    fields.close()


def _read_file(block: Block, found: _Found, report: Report, *, is_core: bool) -> None:
    fields = Fields(block, "a catalogue file", report)
    if fields.need("schema", _SCHEMAS) == "plantstack-kpis/1":
        return _read_kpis(fields, found, is_core=is_core)
    for name, entry in _each(fields, "sums", "sum"):
        found.sums[name] = NamedSum(
            name, entry.need("meaning", text), _formula(entry, "formula"), entry.place()
        )
        entry.close("sum")
    for name, entry in _each(fields, "profiles", "profile"):
        found.profiles[name] = _read_profile(name, entry)
        entry.close("profile")
    found.losses |= _formulas(fields, "losses")
    for name, entry in _each(fields, "unknown_read_as", "reading"):
        found.unknown_read_as[name] = {key: _formula(entry, key) for key in entry.block.nodes}
    return fields.close()


def _each(fields: Fields, key: str, kind: str) -> Iterable[tuple[str, Fields]]:
    """The entries under a key in the order of writing, each name declared once over all files."""
    for name, node, place in fields.entries(key):
        fields.report.declare(kind, name, place)
        if isinstance(node, Block):
            yield name, Fields(Block(node.nodes, place, node.key_places), f"{kind} '{name}'", fields.report)
        else:
            fields.problem("value-wrong", f"{kind} '{name}' needs further keys below it", key=key)


def _read_profile(name: str, entry: Fields) -> Profile:
    return Profile(
        name,
        entry.need("meaning", text),
        entry.want("like", ident, ""),
        _formulas(entry, "sums"),
        entry.place(),
    )


def _read_kpi(kpi_id: str, layer: int, entry: Fields) -> Kpi:
    type_name = entry.want("type", choice(*_TYPES), "ratio")
    ceiling = entry.want("ceiling", decimal, None)
    formulas = {} if type_name in _WITHOUT_FORMULA else _by_profile(entry, "formula")
    return Kpi(
        id=kpi_id,
        name=entry.need("name", text),
        layer=layer,
        type=_TYPES[type_name],
        formulas=formulas,
        otherwise=_formula(entry, "otherwise") if entry.has("otherwise") else None,
        model=entry.need("model", ident) if type_name == "model" else "",
        unit=entry.need("unit", text),
        better=entry.need("better", choice("up", "down", "band")),
        decision=entry.need("decision", text),
        owner=entry.need("owner", text),
        cadence=entry.need("cadence", _CADENCES),
        playbook=entry.need("playbook", text),
        uses=entry.need("uses", _NAMES),
        needs=entry.need("needs", list_of(text)),
        by=_with_roll_ups(entry.want("by", _NAMES, EVERYWHERE), formulas.values()),
        lowest=entry.want("lowest", choice(*SCOPES), SCOPES[0]),
        highest=entry.want("highest", choice(*SCOPES), SCOPES[-1]),
        ceiling=None if ceiling is None else Fraction(ceiling),
        is_ranged=entry.want("range", yes_no, True),
        version=entry.want("version", between(integer, 1, _VERSIONS), 1),
        place=entry.place(),
        of=entry.need("of", ident) if type_name == "change" else "",
        change=_CHANGES.get(entry.need("as", choice(*_CHANGES)), "") if type_name == "change" else "",
        is_fixed_mix=entry.want("fixed_mix", yes_no, False),
        replaces=entry.want("replaces", integer, 0),
        beside=entry.want("beside", ident, ""),
    )


def _with_roll_ups(by: tuple[str, ...], formulas: Iterable[Formula]) -> tuple[str, ...]:
    """What can be split by reason can be by its group and owner; times, stops and failures by cause too."""
    more = [axis for axis in REASON_AXES if axis not in by] if REASON_AXES[0] in by else []
    stood_on = [MEASURES[name] for one in formulas for name in names_of(one.node) if name in MEASURES]
    have_causes = bool(stood_on) and all(measure.has_cause for measure in stood_on)
    return (*by, *(axis for axis in more if axis != "cause" or have_causes))


def _by_profile(entry: Fields, key: str) -> dict[str, Formula]:
    if isinstance(entry.node(key), Block):
        return _formulas(entry, key)
    return {EVERY_PROFILE: _formula(entry, key)}


def _formulas(fields: Fields, key: str) -> dict[str, Formula]:
    if not fields.has(key):
        return {}
    section = fields.section(key)
    return {name: _formula(section, name) for name in section.block.nodes}


def _formula(fields: Fields, key: str) -> Formula:
    written = fields.need(key, text)
    if not written:
        return _BLANK
    try:
        return Formula.read(written, f"{fields.place(key)} [{fields.what}]")
    except FormulaError as error:
        for problem in error.problems:
            fields.problem(problem.code, f"{fields.what}: {problem.what}", problem.fix, key=key)
        return _BLANK
