"""DIR/mappings/NAME.yaml -> Mapping: read strictly, all problems of the file at once."""

from __future__ import annotations

from pathlib import Path

from plantstack.connectors.mapping.cases import read_cases
from plantstack.connectors.mapping.check import check_mapping
from plantstack.connectors.mapping.model import (
    MAPPING_SCHEMA,
    Column,
    Condition,
    Mapping,
    Rule,
    Signal,
    Skew,
    Wide,
)
from plantstack.connectors.mapping.read_columns import (
    read_columns,
    read_file,
    read_join,
    read_wide,
    standard_columns,
)
from plantstack.connectors.mapping.read_rules import check_constant, check_rule, read_conditions, read_rule
from plantstack.connectors.mapping.read_signals import read_signal
from plantstack.connectors.mapping.sets import Values, each_of, read_sets
from plantstack.connectors.mapping.template import Template
from plantstack.connectors.mapping.topics import read_topics
from plantstack.connectors.mapping.words import is_block, template
from plantstack.events.kinds import COMMON
from plantstack.intervals import SECOND
from plantstack.plant.source import (
    Block,
    Fields,
    Place,
    Report,
    between,
    choice,
    duration,
    integer,
    parse_block,
    read_block,
    text,
    zone,
)

_SHARED = tuple(field.name for field in COMMON if field.name not in ("kind", "source", "supersedes", "x"))
_EMPTY = Block({}, Place(""))


def load_mapping(path: Path) -> Mapping:
    """Read one mapping file.

    Raises:
        ConfigError: with every problem of the file, each with its line.
    """
    report = Report()
    mapping = read_mapping(read_block(path, report), path.stem, report)
    report.raise_problems()
    return mapping


def parse_mapping(written: str, name: str = "mapping") -> Mapping:
    """Read a mapping from text; like `load_mapping`.

    Raises:
        ConfigError: with every problem of the text.
    """
    report = Report()
    mapping = read_mapping(parse_block(written.encode(), f"{name}.yaml", report), name, report)
    report.raise_problems()
    return mapping


def read_mapping(block: Block | None, name: str, report: Report) -> Mapping:
    """Read a parsed mapping; problems go to the report, and the value is of use only without any."""
    if block is None:
        return _read(Fields(_EMPTY, "mapping", Report()), name)
    fields = Fields(block, "mapping", report)
    number = fields.need("schema", between(integer, 1, 1000))
    if number > MAPPING_SCHEMA:
        what = f"this is a mapping of schema {number}; this version reads {MAPPING_SCHEMA}"
        fields.problem("mapping-schema", what, "Update plantstack.", key="schema")
    mapping = _read(fields, name)
    fields.close("mapping")
    check_mapping(mapping, fields)
    return mapping


def _read(fields: Fields, name: str) -> Mapping:
    file = fields.section("file")
    form = read_file(file)
    file.close("file")
    every = _every(fields)
    alive, gap = _alive(fields)
    stale = fields.want("stale_before", template, Template(()))
    twins = fields.want("identical_rows", choice("keep", "drop"), "")
    quality, sets = _quality(fields), read_sets(fields)
    return Mapping(
        name=name,
        source=fields.need("source", text),
        zone=fields.want("zone", zone, ""),
        file=form,
        columns=standard_columns(form.format) | _captured(fields),
        rules=_rules(fields, sets, every, quality),
        wide=_wide(fields),
        joins=tuple(fields.named("join", "join", read_join, declare=False).values()),
        orders=_orders(fields),
        absence_us=_absence(fields),
        alive=alive,
        alive_gap_us=gap,
        drop_twins=twins == "drop",
        keep_twins=twins == "keep",
        by_row=fields.want("identity", choice("content", "row"), "content") == "row",
        stale_before=stale.only,
        ignore=fields.each("ignore", "ignore", _ignored),
        equipment=_shared_equipment(every, sets),
        at=every.get("at", Template(())),
        signals=_signals(fields, sets, every, quality),
        quality=quality,
        skew=_skew(fields),
        tests=read_cases(fields),
    )


def _every(fields: Fields) -> dict[str, Template]:
    if not fields.has("every"):
        return {}
    inner = fields.section("every")
    found = {}
    for field in COMMON:
        if field.name in _SHARED and (value := inner.want(field.name, template, None)) is not None:
            check_constant(inner, field, value)
            found[field.name] = value
    inner.close("every")
    return found


def _quality(fields: Fields) -> str:
    """The column that says how far a value may be believed; '' for none."""
    found = fields.want("quality", template, None)
    if found is not None and not found.only:
        fields.problem(
            "mapping-template", "'quality' needs exactly one column", "Write '{quality}'.", key="quality"
        )
    return found.only if found else ""


def _skew(fields: Fields) -> Skew | None:
    if not fields.has("skew"):
        return None
    inner = fields.section("skew")
    made = Skew(
        inner.need("most", duration), inner.need("then", choice("received", "set_aside")) == "set_aside"
    )
    inner.close("skew")
    return made


def _captured(fields: Fields) -> dict[str, Column]:
    declared, captured = read_columns(fields), read_topics(fields)
    for name in declared.keys() & captured.keys():
        what = f"'{{{name}}}' of 'topics' is a column that 'columns' declares too"
        fields.problem("mapping-topic", what, "Give one of them another name.", key="topics")
    return declared | captured


def _shared_equipment(every: dict[str, Template], sets: tuple[Values, ...]) -> Template:
    """The equipment of every row; none where it is another one for each set."""
    shared = every.get("equipment", Template(()))
    return Template(()) if sets and set(shared.names) & sets[0].keys() else shared


def _signals(
    fields: Fields, sets: tuple[Values, ...], every: dict[str, Template], quality: str
) -> tuple[Signal, ...]:
    def read(inner: Fields, shared: dict[str, Template], number: int) -> Signal:
        return read_signal(inner, shared, quality, number)

    return each_of(fields, "signals", "method", sets, every, read)


def _rules(
    fields: Fields, sets: tuple[Values, ...], every: dict[str, Template], quality: str
) -> tuple[Rule, ...]:
    def read(inner: Fields, shared: dict[str, Template], number: int) -> Rule:
        rule = read_rule(inner, shared, quality, number)
        check_rule(rule, inner)
        return rule

    return each_of(fields, "events", "kind", sets, every, read)


def _wide(fields: Fields) -> Wide | None:
    if not fields.has("wide"):
        return None
    inner = fields.section("wide")
    made = read_wide(inner)
    inner.close("wide")
    return made


def _orders(fields: Fields) -> tuple[Template, Template | None] | None:
    if not fields.has("orders"):
        return None
    inner = fields.section("orders")
    made = (inner.need("order", template), inner.want("product", template, None))
    inner.close("orders")
    return made


def _absence(fields: Fields) -> int:
    if not fields.has("absence"):
        return 0
    inner = fields.section("absence")
    inner.need("state", choice("idle"))
    after = inner.need("after", duration)
    inner.close("absence")
    return after


def _alive(fields: Fields) -> tuple[str, int]:
    node = fields.node("alive")
    if node is None:
        return "", 0
    if not is_block(node):
        return fields.want("alive", choice("file"), ""), 0
    inner = fields.section("alive")
    gap = inner.need("gaps", duration)
    inner.close("alive")
    return "gaps", max(gap, SECOND)


def _ignored(fields: Fields) -> tuple[Condition, ...]:
    return read_conditions(fields, "rows")
