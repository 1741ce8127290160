"""The reference pages, written from the declarations: `python -m plantstack.kpis.reference docs/reference`.

A test compares them with what is in the repository, so they cannot fall behind.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from plantstack.kpis.kpi import Catalog, Kpi
from plantstack.kpis.load import shipped_catalog
from plantstack.measures.catalog import MEASURES
from plantstack.measures.measure import Evidence, Measure, Sum

_NOTE = "<!-- written by plantstack.kpis.reference; do not edit -->"
_CHANGES = {
    "": "",
    "difference": "now - baseline",
    "reduction": "1 - now / baseline",
    "ratio": "now / baseline",
}
_LAYERS = {
    1: "Layer 1: operator execution",
    2: "Layer 2: supervisor and shift control",
    3: "Layer 3: maintenance and reliability",
    4: "Layer 4: continuous improvement",
    5: "Layer 5: strategy and finance",
}


def kpis_page(catalog: Catalog) -> str:
    """Every KPI, by layer, with the sums and profiles formulas use."""
    lines = [_NOTE, "# KPIs", ""]
    lines += [
        "Sums are added over the scope first and divided last. Values are in the base unit; where there is",
        "no denominator the value is null and `why_none` says so.",
        "",
    ]
    for layer, title in _LAYERS.items():
        lines += [f"## {title}", ""]
        for kpi in sorted(catalog.kpis.values(), key=lambda one: not one.is_core):
            lines += _kpi(kpi) if kpi.layer == layer else []
    return "\n".join([*lines, *_sums(catalog), ""])


def measures_page() -> str:
    """Every measure, by fact table."""
    lines = [
        _NOTE,
        "# Measures",
        "",
        "Only these are ever stored or added; every KPI is a formula over them.",
        "",
    ]
    titles = {
        "time": "Time: where every microsecond went",
        "pieces": "Pieces: made, judged, planned",
        "spans": "Spans: closed things, counted where they end",
        "levels": "Levels: stocks, kept as value x days",
        "": "Not filled yet: what needs which event kind",
    }
    for table, title in titles.items():
        rows = [_measure(one) for one in MEASURES.values() if (one.sum.table if one.sum else "") == table]
        lines += [f"## {title}", "", _row("measure", "unit", "kind", "meaning", "sum of", "filled by")]
        lines += [_row(*["---"] * 6), *rows, ""]
    return "\n".join([*lines, *_evidence(), ""])


def write_pages(folder: Path) -> None:
    """Write both pages into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kpis.md").write_text(kpis_page(shipped_catalog()), "utf-8")
    (folder / "measures.md").write_text(measures_page(), "utf-8")


def _row(*cells: object) -> str:
    return f"| {' | '.join(str(cell).replace('|', '&#124;') for cell in cells)} |"


def _kpi(kpi: Kpi) -> Iterable[str]:
    formulas = [
        f"{name}: `{formula.text}`" if name else f"`{formula.text}`" for name, formula in kpi.formulas.items()
    ]
    formulas += [f"without its denominator `{kpi.otherwise.text}`"] if kpi.otherwise else []
    formulas += [f"model `{kpi.model}`"] if kpi.model else []
    mix = " at the product mix of the baseline" if kpi.is_fixed_mix else ""
    formulas += [f"{_CHANGES[kpi.change]} of `{kpi.of}`{mix}"] if kpi.of else []
    better = {"up": "higher is better", "down": "lower is better", "band": "best inside a band"}[kpi.better]
    doubtful = f", above {kpi.ceiling} the data is doubtful" if kpi.ceiling else ""
    return [
        f"### {kpi.name} (`{kpi.id}`)",
        "",
        f"- formula: {'; '.join(formulas)}",
        f"- unit: {kpi.unit}, {better}{doubtful}",
        f"- decision: {kpi.decision} ({kpi.owner}, {kpi.cadence})",
        f"- {_shown(kpi)}",
        f"- off target: {kpi.playbook}",
        f"- stands on: {', '.join(kpi.uses)}; needs {', '.join(kpi.needs)}",
        f"- {_where(kpi)}; by {', '.join(kpi.by)}",
        "",
    ]


def _where(kpi: Kpi) -> str:
    """From which scope to which it exists."""
    return f"of one {kpi.highest}" if kpi.lowest == kpi.highest else f"from {kpi.lowest} up"


def _shown(kpi: Kpi) -> str:
    if kpi.beside:
        return f"shown beside `{kpi.beside}`"
    return "core" if kpi.is_core else "library: adopted with a line in `settings: kpis`"


def _sums(catalog: Catalog) -> Iterable[str]:
    yield from ("## Named sums", "", _row("name", "meaning", "formula"), _row(*["---"] * 3))
    for name, named in catalog.sums.items():
        yield _row(name, named.meaning, f"`{named.formula.text}`")
    yield from ("", "## Profiles", "", _row("profile", "meaning", "like", "changes"), _row(*["---"] * 4))
    for name, profile in catalog.profiles.items():
        changes = ", ".join(f"{key} = `{formula.text}`" for key, formula in profile.sums.items())
        yield _row(name, profile.meaning, profile.like or "the default", changes or "-")
    yield from ("", "## Loss tree", "", _row("leaf", "seconds"), _row(*["---"] * 2))
    for leaf, formula in catalog.losses.items():
        yield _row(leaf, f"`{formula.text}`")


def _measure(measure: Measure) -> str:
    kind = measure.kind if measure.adds == "add" else f"{measure.kind}, output"
    feeds = ", ".join(measure.feeds)
    return _row(f"`{measure.name}`", measure.unit, kind, measure.meaning, _sum(measure.sum), feeds)


def _sum(declared: Sum | None) -> str:
    if declared is None:
        return "-"
    filters = " and ".join(f"{column} {'/'.join(values)}" for column, values in declared.where)
    return f"{declared.column}" + (f" where {filters}" if filters else "")


def _evidence() -> Iterable[str]:
    head = ("measure", "share of", "B beyond", "C beyond", "null beyond", "next step", "minutes")
    yield from ("## Doubt", "", _row(*head), _row(*["---"] * len(head)))
    for measure in MEASURES.values():
        if measure.evidence is not None:
            yield _doubt(measure, measure.evidence)


def _doubt(measure: Measure, evidence: Evidence) -> str:
    shares = (evidence.fair_from, evidence.poor_from, evidence.null_above)
    written = ["-" if share is None else f"{float(share):.0%}" for share in shares]
    return _row(f"`{measure.name}`", evidence.base, *written, evidence.step, evidence.minutes)


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
