"""Do the KPIs give what published examples print? Reads any file of the worked-examples schema.

An example brings inputs, expected results, and `eval` blocks that put it into base measures; each
block must hold to a relative 1e-9 through the same function the command line uses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path

from plantstack.errors import ConfigError, PlantstackError, Problem
from plantstack.kpis.formulas.arithmetic import Input, work_out
from plantstack.kpis.formulas.given import evaluate_given
from plantstack.kpis.kpi import Catalog
from plantstack.plant.source import Block, Items, Node, Place, Report, Scalar, read_block

TOLERANCE = Fraction(1, 10**9)


@dataclass(frozen=True, slots=True)
class EvalBlock:
    """One claim: this KPI of these measures is that number."""

    where: str
    kpi: str
    profile: str | None
    measures: Mapping[str, Fraction]
    expected: Fraction | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one claim; `problem` says why it does not hold."""

    block: EvalBlock
    value: float | None
    problem: str = ""

    @property
    def holds(self) -> bool:
        """Whether the value is the expected one."""
        return not self.problem


def read_eval_blocks(path: Path) -> list[EvalBlock]:
    """Read every eval block of a file.

    Raises:
        ConfigError: when the file is not of the schema.
        FormulaError: for arithmetic that is none.
    """
    report = Report()
    top = read_block(path, report)
    report.raise_problems()
    examples = top.nodes.get("examples") if top else None
    if not isinstance(examples, Items):
        raise ConfigError(Problem("examples-missing", path.name, "expected a list under 'examples'"))
    return [block for example in examples.nodes for block in _blocks(_mapping(example))]


def check_examples(path: Path, catalog: Catalog | None = None) -> list[Outcome]:
    """Evaluate every eval block of a file; what does not hold says so in its outcome."""
    return [_check(block, catalog) for block in read_eval_blocks(path)]


def _check(block: EvalBlock, catalog: Catalog | None) -> Outcome:
    try:
        found = evaluate_given(block.kpi, block.measures, block.profile, catalog=catalog)
    except PlantstackError as error:
        return Outcome(block, None, str(error))
    value, expected = found.exact, block.expected
    if value is None or expected is None:
        problem = "" if value is expected else f"expected {_shown(expected)}, came {found.why_none or value}"
        return Outcome(block, found.value, problem)
    # An expected 0 leaves nothing to be relative to.
    close = abs(value - expected) <= TOLERANCE * (abs(expected) or 1)
    return Outcome(block, found.value, "" if close else f"expected {_shown(expected)}, came {_shown(value)}")


def _shown(number: Fraction | None) -> str:
    return "null" if number is None else repr(float(number))


def _blocks(example: Block) -> Iterator[EvalBlock]:
    name = _text(example, "id")
    inputs = {key: _input(node) for key, node in _mapping(example.nodes.get("inputs")).nodes.items()}
    results = {
        key: _number(exact)
        for key, node in _mapping(example.nodes.get("expected")).nodes.items()
        if isinstance(exact := _mapping(node).nodes.get("exact"), Scalar) and not exact.is_nothing
    }
    blocks = example.nodes.get("eval")
    for position, node in enumerate(blocks.nodes if isinstance(blocks, Items) else ()):
        block = _mapping(node)
        kpi = _text(block, "kpi")
        where = f"{name} eval {position + 1} ({kpi})"
        measures = {
            key: work_out(_text(_mapping(block.nodes["measures"]), key), inputs, f"{where} {key}")
            for key in _mapping(block.nodes.get("measures")).nodes
        }
        profile = _text(block, "profile") or None
        yield EvalBlock(where, kpi, profile, measures, _expected(block, {**inputs, **results}, where))


def _expected(block: Block, known: Mapping[str, Input], where: str) -> Fraction | None:
    text = _text(block, "expect")
    return work_out(text, known, f"{where} expect") if text else None


def _input(node: Node) -> Input:
    return tuple(_number(item) for item in node.nodes) if isinstance(node, Items) else _number(node)


def _number(node: Node) -> Fraction:
    if isinstance(node, Scalar):
        try:
            number = Decimal(node.text)
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite() and abs(number.adjusted()) < 100:
            return Fraction(number)
    what = f"expected a number, came {node.text!r:.60}" if isinstance(node, Scalar) else "expected a number"
    raise ConfigError(Problem("examples-number", str(node.place), what))


def _mapping(node: Node | None) -> Block:
    if node is None:
        return Block({}, Place(""))
    if isinstance(node, Block):
        return node
    raise ConfigError(Problem("examples-shape", str(node.place), "expected 'key: value' lines"))


def _text(block: Block, key: str) -> str:
    node = block.nodes.get(key)
    return node.text if isinstance(node, Scalar) and not node.is_nothing else ""
