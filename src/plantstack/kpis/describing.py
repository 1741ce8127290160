"""A KPI described for people: its formula in symbols and in words, what its names mean, who stands on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from plantstack.kpis.formulas.formula import Formula
from plantstack.kpis.formulas.grammar import Call, Negative, Node, Number, Operation, names_of
from plantstack.kpis.kpi import Catalog, Kpi
from plantstack.measures.catalog import MEASURES

_SIGNS = {"*": "×", "/": "÷", "-": "−", "+": "+"}
WORDS = {"*": "times", "/": "divided by", "-": "less", "+": "plus"}
_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2}


@dataclass(frozen=True, slots=True)
class Term:
    """A name that a formula uses.

    Attributes:
        name: as the formula writes it.
        kind: `measure`, `sum` or `kpi`.
        meaning: in words.
        unit: of a measure or KPI; '' of a sum.
        formula: what a sum or KPI is made of, in symbols; '' of a measure.
    """

    name: str
    kind: str
    meaning: str
    unit: str
    formula: str


def symbols(node: Node) -> str:
    """Write a formula with the signs people know.

    >>> from plantstack.kpis.load import shipped_catalog
    >>> formula = shipped_catalog().kpi_formula(shipped_catalog().kpi("oee"), "six-loss")
    >>> symbols(formula.node)
    'time_ideal_good ÷ PPT'
    """
    return _written(node, _SIGNS, str)


def in_words(catalog: Catalog, node: Node, say: Callable[[str], str] = str) -> str:
    """Write a formula in words, each name by what it means.

    Args:
        catalog: where its names are declared.
        node: the formula.
        say: puts a word or a meaning into the language of the reader.

    >>> from plantstack.kpis.load import shipped_catalog
    >>> formula = shipped_catalog().kpi_formula(shipped_catalog().kpi("mtbf"), "six-loss")
    >>> in_words(shipped_catalog(), formula.node).partition(" divided by ")[1]
    ' divided by '
    """
    signs = {sign: say(word) for sign, word in WORDS.items()}
    return _written(node, signs, lambda name: f"“{say(meaning_of(catalog, name))}”")


def meaning_of(catalog: Catalog, name: str) -> str:
    """What a name of a formula means."""
    if name in catalog.sums:
        return catalog.sums[name].meaning
    if name in catalog.kpis:
        return catalog.kpis[name].name
    return MEASURES[name].meaning if name in MEASURES else name


def _written(node: Node, signs: Mapping[str, str], named: Callable[[str], str]) -> str:
    if isinstance(node, Operation):
        left, right = _written(node.left, signs, named), _written(node.right, signs, named)
        if _binds(node.left) < _BINDING[node.sign]:
            left = f"({left})"
        if _binds(node.right) < _BINDING[node.sign] + (node.sign in "-/"):
            right = f"({right})"
        return f"{left} {signs[node.sign]} {right}"
    if isinstance(node, Negative):
        return f"−{_written(node.of, signs, named)}"
    if isinstance(node, Call):
        return f"{node.function}({', '.join(_written(one, signs, named) for one in node.arguments)})"
    if isinstance(node, Number):
        return str(node.value)
    return named(node.name)


def _binds(node: Node) -> int:
    return _BINDING[node.sign] if isinstance(node, Operation) else 9


def terms(catalog: Catalog, kpi: Kpi, profile: str) -> list[Term]:
    """Every name behind a KPI, down to what is measured, each once, from the top."""
    found: dict[str, Term] = {}
    formula = catalog.kpi_formula(kpi, profile)
    waiting = list(names_of(formula.node)) if formula else list(kpi.uses)
    while waiting:
        name = waiting.pop(0)
        if name in found:
            continue
        behind = catalog.formula_behind(name, profile)
        found[name] = _term(catalog, name, behind)
        waiting += list(names_of(behind.node)) if behind else []
    return list(found.values())


def _term(catalog: Catalog, name: str, behind: Formula | None) -> Term:
    kind = "sum" if name in catalog.sums else "kpi" if name in catalog.kpis else "measure"
    unit = catalog.kpis[name].unit if kind == "kpi" else ""
    unit = MEASURES[name].unit if kind == "measure" and name in MEASURES else unit
    return Term(name, kind, meaning_of(catalog, name), unit, symbols(behind.node) if behind else "")


def stands_on(catalog: Catalog, kpi_id: str) -> Iterator[Kpi]:
    """The KPIs in whose formula a KPI stands, that compare it with itself, or that lead to it."""
    for kpi in catalog.kpis.values():
        named = {name for formula in kpi.formulas.values() for name in names_of(formula.node)}
        if kpi.id != kpi_id and kpi_id in {*named, kpi.of, *kpi.uses}:
            yield kpi
