"""The `for:` part of a mapping file: equal machines, told once, with what differs in a table.

A rule that names a parameter is read once for each set of the table, as if it were written so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from plantstack.connectors.mapping.template import Ref, Template
from plantstack.connectors.mapping.words import cell
from plantstack.plant.source import Block, Fields, Items, Node, Place, Report, Scalar, ident

T = TypeVar("T")
Values = dict[str, str]
Every = dict[str, Template]

MOST_SETS = 1000
_RANGE = re.compile(r"\{([0-9]+)\.\.([0-9]+)\}")
_NO_NAME = re.compile(r"[^A-Za-z0-9_.-]+")


def read_sets(fields: Fields) -> tuple[Values, ...]:
    """Read `for:`: a list of sets, or each parameter with the list of its values."""
    node = fields.node("for")
    if node is None:
        return ()
    if isinstance(node, Items):
        sets = fields.each("for", "set of parameters", _set)
    else:
        columns = {name: _values(child, name, fields) for name, child, _ in fields.entries("for", ident)}
        if len({len(values) for values in columns.values()}) > 1:
            sizes = ", ".join(f"{name}: {len(values)}" for name, values in columns.items())
            what, fix = f"parameters have different numbers of values ({sizes})", "Give each of them as many."
            fields.problem("mapping-for", what, fix, key="for")
            return ()
        sets = tuple(dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
    if not sets or len(sets) > MOST_SETS or len({tuple(one) for one in sets}) > 1:
        what = f"expected 1 to {MOST_SETS} sets of the same parameters, came {len(sets)}"
        fields.problem("mapping-for", what, "Name every parameter in every set.", key="for")
        return ()
    return sets


def _set(fields: Fields) -> Values:
    return {key: fields.need(key, cell) for key in fields.block.nodes}


def _values(node: Node, name: str, fields: Fields) -> list[str]:
    """The values of one parameter: a list, or `press-{1..40}`."""
    if isinstance(node, Items):
        return [cell.read(child, name, fields.report) for child in node.nodes]
    written = cell.read(node, name, fields.report)
    found = _RANGE.search(written)
    if found is None:
        what = (
            f"'{name}': expected a list, or a text with a range such as 'press-{{1..40}}', came '{written}'"
        )
        fields.problem("mapping-for", what, "Write one value per machine.", key="for")
        return []
    first, last = int(found[1]), min(int(found[2]), int(found[1]) + MOST_SETS)
    width = len(found[1])
    return [f"{written[: found.start()]}{n:0{width}}{written[found.end() :]}" for n in range(first, last + 1)]


class _Of(Report):
    """Problems of one set; each says which."""

    def __init__(self, whole: Report, label: str) -> None:
        super().__init__()
        self.whole, self.label = whole, label
        self.asked, self.places = whole.asked, whole.places

    def add(self, code: str, place: Place, what: str, fix: str = "") -> None:
        """Note a problem with its set."""
        self.whole.add(code, place, f"{what} (for {self.label})", fix)


def each_of(
    fields: Fields,
    key: str,
    by: str,
    sets: tuple[Values, ...],
    every: Every,
    read: Callable[[Fields, Every, int], T],
) -> tuple[T, ...]:
    """Read a list of rules, those that name a parameter once for each set.

    Args:
        fields: of the mapping.
        key: of the list.
        by: key of a rule by which rules without a name are numbered.
        sets: of parameters.
        every: what all rules share.
        read: reads one rule, with what it shares and its number.
    """
    numbers: Counter[str] = Counter()
    names = set(sets[0]) if sets else set()
    is_shared = any(names & set(one.names) for one in every.values())

    def rule(inner: Fields) -> list[T]:
        kind = str(getattr(inner.block.nodes.get(by), "text", ""))
        numbers[kind] += 1
        if not (is_shared or names & _mentioned(inner.block)):
            return [read(inner, every, numbers[kind])]
        inner.node("rule")
        made = []
        for values, suffix in zip(sets, _suffixes(sets), strict=True):
            block = _named(inner.block, values, f"{kind}-{numbers[kind]}", suffix)
            label = ", ".join(f"{name}: {value}" for name, value in values.items())
            one = Fields(block, inner.what, _Of(inner.report, label))
            shared = {name: _bound(template, values) for name, template in every.items()}
            made.append(read(one, shared, numbers[kind]))
            one.close()
        for name in inner.block.nodes:  # each set has told what is unknown
            inner.node(name)
        return made

    what = "event rule" if by == "kind" else "signal"
    return tuple(one for made in fields.each(key, what, rule) for one in made)


def _named(block: Block, values: Values, default: str, suffix: str) -> Block:
    """A rule of one set, with a name of its own."""
    written = block.nodes.get("rule")
    name = str(getattr(written, "text", default))
    made = _filled(block, values)
    assert isinstance(made, Block)
    if written is not None and set(values) & _mentioned(written):
        return made
    label = Scalar(f"{name}.{suffix}"[:64], block.place, is_plain=True)
    return replace(made, nodes={**made.nodes, "rule": label})


def _suffixes(sets: tuple[Values, ...]) -> list[str]:
    """What tells the sets apart in names: their first parameter, or all of them where it does not."""
    firsts = [next(iter(one.values()), "") for one in sets]
    told = firsts if len(set(firsts)) == len(firsts) else ["-".join(one.values()) for one in sets]
    return [_NO_NAME.sub("-", one).strip("-") for one in told]


def _pattern(names: set[str]) -> re.Pattern[str]:
    return re.compile(r"(?<!\{)\{(" + "|".join(map(re.escape, sorted(names))) + r")\}(?!\})")


def _filled(node: Node, values: Values) -> Node:
    if isinstance(node, Scalar):
        return replace(node, text=_pattern(set(values)).sub(lambda found: values[found[1]], node.text))
    if isinstance(node, Items):
        return replace(node, nodes=tuple(_filled(child, values) for child in node.nodes))
    return replace(node, nodes={name: _filled(child, values) for name, child in node.nodes.items()})


def _mentioned(node: Node) -> set[str]:
    """Names in braces anywhere in a tree."""
    if isinstance(node, Scalar):
        return set(re.findall(r"\{([A-Za-z0-9_.-]+)\}", node.text))
    children = node.nodes if isinstance(node, Items) else node.nodes.values()
    return set().union(*map(_mentioned, children))


def _bound(template: Template, values: Values) -> Template:
    return Template(
        tuple(values.get(part.name, part) if isinstance(part, Ref) else part for part in template.parts)
    )
