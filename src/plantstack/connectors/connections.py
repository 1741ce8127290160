"""DIR/connectors/NAME.yaml -> Connection: what is read from outside while the plant runs.

Every file names the kind of connector, what belongs to that kind, and the mapping that makes events of what
it reads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from plantstack.connectors.contract import Connector
from plantstack.connectors.mapping.live import live_problems
from plantstack.connectors.mapping.model import Mapping
from plantstack.connectors.mapping.read import load_mapping
from plantstack.connectors.raw import Keep, read_keep
from plantstack.connectors.registry import OF_FILES, OURS, connector_of, needs_mapping
from plantstack.errors import ConfigError, PlantstackError, Problem
from plantstack.intervals import DAY
from plantstack.plant.source import Fields, Report, between, duration, ident, integer, read_block, text

FOLDER = "connectors"
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Connection:
    """A source, and how it is read.

    Attributes:
        name: of its file; cursors and dead letters are kept under it.
        kind: of connector.
        connector: what reads it.
        mapping: how what it reads becomes events; None: it is told in our own words.
        raw: how much of what comes is kept as it came.
        learn: time with values until it is known what a signal is like, microseconds.
    """

    name: str
    kind: str
    connector: Connector
    mapping: Mapping | None = None
    raw: Keep = field(default_factory=Keep)
    learn: int = DAY


@dataclass(frozen=True, slots=True)
class Source:
    """The file of a connection, whatever is wrong with it.

    Attributes:
        name: of the file.
        connection: None where even its source is not known; where its mapping cannot be used, without one.
        problems: that keep it from running.
    """

    name: str
    connection: Connection | None
    problems: tuple[Problem, ...] = ()


def read_connections(project: Path) -> tuple[list[Connection], list[Problem]]:
    """Read every connection of a project, and every problem of every file; the good ones can be run."""
    read = [_whole(path, project) for path in sorted((project / FOLDER).glob("*.yaml"))]
    found = [connection for connection, _ in read if connection is not None]
    return found, [problem for _, problems in read for problem in problems]


def read_sources(project: Path) -> list[Source]:
    """Read every connection of a project to be tried or browsed, also before there is a mapping of it."""
    found = []
    for path in sorted((project / FOLDER).glob("*.yaml")):
        connection, problems = _whole(path, project)
        if connection is None:
            connection, _ = _whole(path, project, is_mapped=False)
        found.append(Source(path.stem, connection, tuple(problems)))
    return found


def _whole(path: Path, project: Path, *, is_mapped: bool = True) -> tuple[Connection | None, list[Problem]]:
    report = Report()
    try:
        one = _read(path, project, report, is_mapped=is_mapped)
    except PlantstackError as error:
        return None, [*report.problems, *error.problems]
    return (None if report.problems else one), list(report.problems)


def _read(path: Path, project: Path, report: Report, *, is_mapped: bool) -> Connection | None:
    block = read_block(path, report)
    if block is None:
        return None
    fields = Fields(block, "connection", report)
    fields.need("schema", between(integer, 1, SCHEMA))
    kind = fields.need("kind", ident)
    told = fields.want("mapping", text, "")
    mapping = told if is_mapped else ""
    rules = project / "mappings" / f"{mapping}.yaml"
    if mapping and not rules.is_file():
        what = f"there is no mapping '{mapping}'"
        fix = (
            "Name one of the folder 'mappings', without its ending, or draft it with 'plantstack map learn'."
        )
        fields.problem("mapping-missing", what, fix, key="mapping")
    if report.problems:
        return None
    try:
        connector = connector_of(kind, fields, project)
    except PlantstackError as error:
        for problem in error.problems:
            fields.problem(problem.code, problem.what, problem.fix, key="kind")
        return None
    raw = read_keep(fields)
    learn = fields.want("learn", duration, DAY)
    fields.close("connection")
    if is_mapped and not report.problems and not told and needs_mapping(kind):
        what = f"'{kind}' yields messages, and no mapping says what they mean"
        fix = "Add 'mapping' with one of the folder 'mappings'; 'plantstack map learn' drafts one."
        fields.problem("mapping-missing", what, fix, key="kind")
    found = load_mapping(rules) if mapping else None
    if found and kind in OURS and kind not in OF_FILES and (problems := live_problems(found)):
        raise ConfigError(problems)
    return Connection(path.stem, kind, connector, found, raw, learn)
