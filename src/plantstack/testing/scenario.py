"""A scenario file, read strictly: a plant, events, and what the books must say about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Generic, TypeVar

from plantstack.intervals import Interval
from plantstack.plant.build import build_plant
from plantstack.plant.plant import Plant
from plantstack.plant.source import (
    Block,
    Fields,
    Items,
    Node,
    Place,
    Reader,
    Report,
    Scalar,
    Word,
    content_text,
    day,
    integer,
    list_of,
    map_of,
    parse_block,
    prose,
    read_block,
    text,
)
from plantstack.testing.event_lines import Event, read_events
from plantstack.testing.figures import Expectation, read_expectation
from plantstack.testing.ledger_lines import LedgerLine, read_line, with_all_columns
from plantstack.testing.times import Times

BASE = "base.yaml"
MONDAY = date(2026, 3, 2)
OUTCOMES = ("accepted", "duplicates", "conflicts", "dead_lettered")

T = TypeVar("T")
Cells = dict[str, Expectation]
"""Name of a cell of the answer, '' where there is only one -> what is expected of it."""


@dataclass(frozen=True, slots=True)
class Books:
    """The expected ledger of one machine, and the lines of the file it stands in."""

    lines: tuple[LedgerLine, ...]
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class View:
    """What is expected of one scope and period."""

    of: str = ""
    by: tuple[str, ...] = ()
    grain: str = "all"
    days: tuple[str | None, str | None] = (None, None)
    span: Interval | None = None
    profile: str | None = None
    structure: str = "as-was"
    now: int | None = None
    currency: str = ""
    ledger: dict[str, Books] = field(default_factory=dict)
    measures: dict[str, Cells] = field(default_factory=dict)
    kpis: dict[str, Cells] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Load:
    """Events that come in together.

    Attributes:
        received: when they come; None: with the last of them.
        outcome: expected receipt, as far as it is written.
    """

    received: int | None
    events: tuple[Event, ...]
    outcome: dict[str, int]
    views: tuple[View, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario file.

    Attributes:
        rules: the rules it is a golden example of.
        plant_text: the plant as JSON, which is YAML too.
    """

    path: Path
    title: str
    rules: tuple[str, ...]
    plant: Plant
    plant_text: str
    loads: tuple[Load, ...]
    times: Callable[[str], Times]


def read_scenario(path: Path) -> Scenario:
    """Read one scenario file.

    Raises:
        ConfigError: with every problem of the file, each with its line.
    """
    report = Report()
    block = read_block(path, report)
    top = Fields(block or Block({}, Place(path.name, 1)), "a scenario", report)
    title = top.need("scenario", prose)
    rules = top.want("rule", _one_or_more(text), ())
    first_day = top.want("day", day, MONDAY)
    plant_block = _plant_block(top.section("plant").block, report)
    _every_key(top)
    plant = build_plant(plant_block, report)
    report.raise_problems()
    times = _times_of(plant, first_day)
    loads = _read_loads(top, _Words(plant, times), report)
    report.raise_problems()
    return Scenario(path, title, rules, plant, content_text(plant_block), loads, times)


def _every_key(top: Fields) -> None:
    for key in ("loads", "events", "expect", "log"):
        top.has(key)
    top.close()


def _plant_block(written: Block, report: Report) -> Block:
    """The base plant with the sections of the scenario in place of its own."""
    data = files("plantstack.testing").joinpath(BASE).read_bytes()
    base = parse_block(data, BASE, report) or Block({}, written.place)
    return Block({**base.nodes, **written.nodes}, written.place, {**base.key_places, **written.key_places})


def _times_of(plant: Plant, first_day: date) -> Callable[[str], Times]:
    first_site = next(iter(plant.sites.values()))
    places = {name: Times(first_day, plant.site_of(name).zone) for name in plant.equipment}

    def times(equipment: str) -> Times:
        found = plant.resolve(equipment.partition(":")[0].rpartition("/")[2], 0)
        return places.get(found or "", Times(first_day, first_site.zone))

    return times


@dataclass(frozen=True)
class _Words:
    """Readers of single lines, which need to know what times mean."""

    plant: Plant
    times: Callable[[str], Times]

    def instant(self) -> Reader[int]:
        return Word("a time such as '07:00' or '+1d 06:00'", 0, self.times("").instant)

    def span(self, of: str) -> Reader[Interval]:
        return Word("a span such as '07:00-07:40'", Interval(0, 1), self.times(of).span)

    def day(self, of: str) -> Reader[str]:
        return Word("a day such as 'Tue', '+1d' or '2026-03-03'", "", self.times(of).iso_day)

    def events(self) -> Reader[tuple[Event, ...]]:
        return Word("an event", (), lambda line: tuple(read_events(line, self.times)))

    def ledger(self, machine: str) -> Reader[LedgerLine]:
        times = self.times(machine)
        return Word(
            "a line of the ledger",
            LedgerLine(Interval(0, 1), ()),
            lambda line: read_line(line, times),
        )


def _read_loads(top: Fields, words: _Words, report: Report) -> tuple[Load, ...]:
    if top.one_of("loads", "events") == "loads":
        loads = top.each("loads", "load", lambda fields: _read_load(fields, words))
        last = _views(top, words)
        return (*loads[:-1], replace(loads[-1], views=loads[-1].views + last)) if loads else ()
    return (_read_load(top, words),)


def _read_load(fields: Fields, words: _Words) -> Load:
    received = fields.want("received", words.instant(), None) if fields.what == "load" else None
    read = fields.need("events", list_of(words.events()))
    log = fields.section("log")
    outcome = {name: log.want(name, integer, 0) for name in OUTCOMES if log.has(name)}
    for name in OUTCOMES:
        log.has(name)
    log.close()
    events = tuple(event for line in read for event in line)
    return Load(received, events, outcome, _views(fields, words), fields.place())


def _views(fields: Fields, words: _Words) -> tuple[View, ...]:
    node = fields.node("expect")
    if node is None:
        return ()
    made = []
    for one in node.nodes if isinstance(node, Items) else (node,):
        view = Fields(one, "'expect'", fields.report) if isinstance(one, Block) else None
        if view is None:
            fields.problem("value-wrong", "'expect': expected 'ledger', 'measures' or 'kpis' below it")
            continue
        made.append(_view(view, words))
        view.close()
    return tuple(made)


def _view(fields: Fields, words: _Words) -> View:
    of = fields.want("of", text, "")
    days = fields.want("days", _one_or_more(words.day(of)), ())
    ledger = {
        name: _Ledger(words.ledger(name)).read(node, name, fields.report)
        for name, node, _ in fields.entries("ledger", text)
    }
    return View(
        of=of,
        by=fields.want("by", _one_or_more(text), ()),
        grain=fields.want("grain", text, "all"),
        days=(days[0], days[-1]) if days else (None, None),
        span=fields.want("span", words.span(of), None),
        profile=fields.want("profile", text, None),
        structure=fields.want("structure", text, "as-was"),
        now=fields.want("now", words.instant(), None),
        currency=fields.want("currency", text, ""),
        ledger=ledger,
        measures=fields.want("measures", map_of(text, _CellsReader()), {}),
        kpis=fields.want("kpis", map_of(text, _CellsReader()), {}),
    )


@dataclass(frozen=True)
class _Ledger:
    """Reads the list of lines of one machine."""

    line: Reader[LedgerLine]

    def read(self, node: Node, key: str, report: Report) -> Books:
        found = list_of(self.line).read(node, key, report)
        last = node.nodes[-1].place.line if isinstance(node, Items) and node.nodes else node.place.line
        return Books(tuple(with_all_columns(found)), node.place.line, last)


@dataclass(frozen=True)
class _CellsReader:
    """Reads one expectation, or one for each cell of a split."""

    expects: str = "a figure such as '40 min', or one for each cell"

    @property
    def blank(self) -> Cells:
        return {}

    def read(self, node: Node, key: str, report: Report) -> Cells:
        if isinstance(node, Block):
            return {name: self._one(child, name, report) for name, child in node.nodes.items()}
        return {"": self._one(node, key, report)}

    def _one(self, node: Node, key: str, report: Report) -> Expectation:
        blank = Expectation("", None)
        found = Word("a figure such as '40 min'", blank, read_expectation).read(node, key, report)
        return replace(found, line=node.place.line)


@dataclass(frozen=True)
class _OneOrMore(Generic[T]):
    item: Reader[T]

    @property
    def expects(self) -> str:
        return f"{self.item.expects}, or a list of them"

    @property
    def blank(self) -> tuple[T, ...]:
        return ()

    def read(self, node: Node, key: str, report: Report) -> tuple[T, ...]:
        if isinstance(node, Scalar):
            return (self.item.read(node, key, report),)
        return list_of(self.item).read(node, key, report)


def _one_or_more(item: Reader[T]) -> Reader[tuple[T, ...]]:
    return _OneOrMore(item)
