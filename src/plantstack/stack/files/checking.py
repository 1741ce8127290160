"""The mappings and connections of a project: each by itself, and against the plant it speaks about."""

from __future__ import annotations

from pathlib import Path

from plantstack.connectors.connections import read_connections
from plantstack.connectors.mapping.names import check_cycles, check_equipment
from plantstack.connectors.mapping.proof import run_tests
from plantstack.connectors.mapping.read import load_mapping
from plantstack.errors import ConfigError, PlantstackError, Problem
from plantstack.plant.plant import Plant
from plantstack.plant.source import Report
from plantstack.stack.files.call_plan import check_call_plan
from plantstack.stack.files.llm_settings import check_llm
from plantstack.stack.files.naming import names_of
from plantstack.stack.files.planning import over_budget


def check_mappings(folder: Path, plant: Plant | None) -> list[Problem]:
    """Return every problem of every mapping, connection and plan of calls, and what mappings' tests find.

    Args:
        folder: of the project.
        plant: whose equipment they may name; None while the plant files cannot be read.
    """
    report = Report()
    problems: list[Problem] = []
    for path in sorted((folder / "mappings").glob("*.yaml")):
        try:
            mapping = load_mapping(path)
        except PlantstackError as error:
            problems.extend(error.problems)
            continue
        problems.extend(run_tests(mapping, plant))
        if plant is not None:
            check_equipment(mapping, names_of(plant), report)
            check_cycles(mapping, plant, report)
    connections, wrong = read_connections(folder)
    calls = check_call_plan(folder, plant)
    return [*problems, *report.problems, *wrong, *over_budget(connections), *calls, *check_llm(folder)]


def mapping_file(folder: Path, name: str) -> Path:
    """The file of a mapping: named as a path, or as one of the folder `mappings` of a project.

    Raises:
        ConfigError: when there is none.
    """
    tried = [Path(name), folder / name, folder / "mappings" / f"{name}.yaml"]
    path = next((path for path in tried if path.is_file()), None)
    if path is None:
        fix = "Name a file, or one of the folder 'mappings' without its ending."
        raise ConfigError(Problem("mapping-missing", name, "there is no such mapping", fix))
    return path
