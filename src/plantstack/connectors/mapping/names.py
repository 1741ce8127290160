"""The equipment a mapping can name by itself, held against the plant before anything is loaded."""

from __future__ import annotations

from itertools import islice, product

from plantstack.connectors.mapping.cycles import Cycles
from plantstack.connectors.mapping.model import ERROR, IGNORE, Column, Mapping
from plantstack.connectors.mapping.read_signals import PIECES
from plantstack.connectors.mapping.template import Ref, Template
from plantstack.errors import did_you_mean
from plantstack.events.names import Names
from plantstack.plant.plant import Plant
from plantstack.plant.source import Place, Report

_MOST = 10_000  # names of one template


def check_equipment(mapping: Mapping, names: Names, report: Report) -> None:
    """Note every name a constant or a map gives that no equipment has or ever had.

    What stands in the files themselves is not known here; it is judged when they are loaded.
    """
    told: dict[str, Place] = {}
    rules = [rule for rule in (*mapping.rules, *mapping.inputs) if "equipment" in rule.fields]
    templates = [(rule.fields["equipment"], rule.place) for rule in rules]
    if mapping.orders and mapping.rules == ():
        templates.append((mapping.equipment, Place(f"{mapping.name}.yaml")))
    for template, place in templates:
        mapped = [mapping.columns[name] for name in template.names if name in mapping.columns]
        where = next((column.place for column in mapped if column.words), place)
        for name in _named(template, mapping):
            told.setdefault(name, where)
    known = [name for name in names if "/" not in name]
    for name, where in told.items():
        if name and name not in names:
            what = f"the plant has no equipment '{name}'"
            report.add("mapping-equipment", where, what, did_you_mean(name, names if "/" in name else known))


def check_cycles(mapping: Mapping, plant: Plant, report: Report) -> None:
    """Note every machine a signal names by itself and cannot measure pauses of: it has no standard cycle."""
    cycles = Cycles.of(plant) if any(signal.cycles for signal in mapping.signals) else Cycles()
    for signal in mapping.signals:
        rule = signal.inputs.get(PIECES)
        if rule is None or not signal.cycles or "equipment" not in rule.fields:
            continue
        for name in _named(rule.fields["equipment"], mapping):
            if name in plant.machines and not cycles.spans(name, None, 0):
                what = f"signal '{signal.name}' asks for a standard cycle of '{name}', which has none"
                fix = "Add one under 'standards' of the plant files, or write 'gap: 45 s'."
                report.add("mapping-cycle", signal.place, what, fix)


def _named(template: Template, mapping: Mapping) -> list[str]:
    """Every name a template can give, none where a part of it stands in the file."""
    parts = []
    for part in template.parts:
        given = _words(mapping.columns.get(part.name)) if isinstance(part, Ref) else [part]
        if not given:
            return []
        parts.append(given)
    return ["".join(words).strip() for words in islice(product(*parts), _MOST)]


def _words(column: Column | None) -> list[str]:
    if column is None:
        return []
    if column.words is None:
        return [column.constant] if column.constant else []
    words = dict.fromkeys([*column.words.to.values(), column.words.otherwise])
    return [word for word in words if word not in (IGNORE, ERROR)]
