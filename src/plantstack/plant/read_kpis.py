"""The plant's own KPIs: `kpis.yaml` in the grammar of the shipped ones, kept as written.

What a formula means is decided in `plantstack.kpis`; here the file becomes part of what the plant files
say, so that a changed definition is a new configuration like any other.
"""

from __future__ import annotations

from plantstack.plant.fields import Fields
from plantstack.plant.report import Place
from plantstack.plant.tree import Block, Node

OWN_KPIS = "own_kpis"
KPI_FILE = "kpis.yaml"
KPI_SCHEMA = "plantstack-kpis/1"


def read_own_kpis(fields: Fields) -> Block:
    """Take the section as it stands; empty where a plant has no KPIs of its own."""
    return fields.section(OWN_KPIS).block


def as_section(file: str, block: Block) -> tuple[dict[str, Node], dict[str, Place]]:
    """The top of a file as sections of the plant: `kpis.yaml` as a whole is one section.

    >>> as_section("kpis.yaml", Block({}, Place("kpis.yaml")))[0]
    {'own_kpis': Block(nodes={}, place=Place(file='kpis.yaml', line=0), key_places={})}
    """
    if file != KPI_FILE:
        return block.nodes, block.key_places
    return {OWN_KPIS: block}, {OWN_KPIS: Place(file, 1)}
