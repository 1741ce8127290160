"""A tour of a project in the terminal: from the group down to one event, and who decides what on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from plantstack.interfaces import tour_losses, tour_shift
from plantstack.interfaces.figures import bar, figure, missing
from plantstack.interfaces.tour_shift import Row
from plantstack.plant.localtime import offset_at
from plantstack.stack import Stack

WIDTH = 100
_BESIDE_STRIP = 20  # margin, name and share beside the strip of a machine
_BESIDE_TREE = 65  # labels and figures beside a bar of the loss tree
_LAYERS = (
    ("execution", "operators, leads", "correct during the shift, not after"),
    ("control", "supervisors, planners", "move labour, escalate, call for help"),
    ("reliability", "maintenance", "plan and predict, not put out fires"),
    ("improvement", "lean, operations", "what to improve, and did it hold"),
    ("strategy", "executives, owners", "which plant gets capital"),
)


@dataclass
class Tour:
    """What the stops of a tour look at.

    Attributes:
        stack: the project, opened.
        console: where it is shown.
    """

    stack: Stack
    console: Console

    @cached_property
    def line(self) -> str:
        """The worst line by the OEE of its constraint, or the worst machine where there are no lines."""
        axis = "line" if self.stack.plant.lines else "machine"
        wanted = "line_oee" if axis == "line" else "oee"
        rows = [row for row in self.stack.kpis([wanted], by=[axis]).rows if row["value"] is not None]
        return str(min(rows, key=lambda row: row["value"])["scope"][axis]) if rows else ""

    @cached_property
    def longest(self) -> str:
        """The line with the most machines, or the worst machine where there are no lines."""
        lines = self.stack.plant.lines.values()
        return max(lines, key=lambda one: len(one.flow)).id if lines else self.line

    @cached_property
    def shift(self) -> tour_shift.OneShift | None:
        """The last whole shift of the longest line."""
        machine = self.pace_maker(self.longest)
        return tour_shift.last_shift(self.stack, machine) if machine else None

    @cached_property
    def told(self) -> list[Row]:
        """Each KPI once: for the whole group, or for the worst line where it has a value only there."""
        found = {row["kpi"]: row for row in self.stack.kpis().rows}
        for row in self.stack.kpis(scope=self.line).rows if self.line else ():
            if found[row["kpi"]]["value"] is None:
                found[row["kpi"]] = row
        return list(found.values())

    def pace_maker(self, name: str) -> str:
        """The machine that sets the pace of a line; a machine sets its own."""
        line = self.stack.plant.lines.get(name)
        if line is None:
            return name
        return line.constraint[-1][1] if line.constraint else line.flow[-1]


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of the tour: its title, who decides what here, and what is shown."""

    title: str
    decides: str
    show: Callable[[Tour], RenderableType | None]


def show_tour(stack: Stack, console: Console) -> None:
    """Lead through a project, one stop after the other; readable without colours on 100 columns.

    Args:
        stack: a project with events in its log.
        console: where to print; wider ones are not filled.
    """
    console.width = min(console.width, WIDTH)
    if not stack.log.last_offset():
        console.print("There is nothing in the books yet. Load events with 'plantstack load'.")
        return
    tour, number = Tour(stack, console), 0
    for stop in STOPS:
        shown = stop.show(tour)
        if shown is None:
            continue
        number += 1
        console.print()
        console.rule(f"[bold]{number}  {stop.title}[/bold]", align="left", style="dim")
        if stop.decides:
            console.print(stop.decides)
        console.print(Padding(shown, (1, 0, 0, 2)))


def _table(*titles: str, right: tuple[str, ...] = ()) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for title in titles:
        table.add_column(title, justify="right" if title in right else "left", overflow="fold")
    return table


def _group(tour: Tour) -> RenderableType:
    table = _table(
        "site", "clock", "money", "lines", "machines", "year", "captured by", right=("lines", "machines")
    )
    plant = tour.stack.plant
    _, reached = tour.stack.standing()
    for site in plant.sites.values():
        mine = [one for one in plant.machines.values() if plant.site_of(one.id).id == site.id]
        lines = [one for one in plant.lines if plant.site_of(one).id == site.id]
        ways = sorted({way for one in mine for _, way in one.capture})
        clock = f"{site.zone} {_offset(tour, site.id)}"
        counts = (str(len(lines)), str(len(mine)))
        label = escape(site.label or site.id)
        table.add_row(label, clock, site.currency, *counts, site.fiscal.pattern, ", ".join(ways))
    until = min(reached.values()).replace("T", " ").removesuffix("Z")[:16] if reached else "never"
    offset = tour.stack.log.last_offset()
    table.caption = f"{plant.label or plant.enterprise}: {offset:,} events, up to {until} UTC"
    table.caption_justify = "left"
    return table


def _offset(tour: Tour, site: str) -> str:
    """Hours ahead of UTC at the end of the books: '+05:30'."""
    books = tour.stack.engine().books.as_of
    zone = tour.stack.plant.sites[site].zone
    minutes = offset_at(zone, books.get(site, 0)) // 60_000_000
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _layers(tour: Tour) -> RenderableType:
    table = _table("", "layer", "who", "the decision it is for", "KPIs with a value")
    for number, (name, who, decision) in enumerate(_LAYERS, 1):
        rows = [row for row in tour.told if row["layer"] == number]
        told = sum(row["value"] is not None for row in rows)
        table.add_row(
            str(number), name, who, decision, f"{told:2d} of {len(rows):2d}  {bar(told / len(rows), 10)}"
        )
    return table


def _shift(tour: Tour) -> RenderableType | None:
    if tour.shift is None:
        return None
    machine, room = tour.pace_maker(tour.longest), tour.console.width - _BESIDE_STRIP
    return tour_shift.strip(tour.stack, tour.longest, machine, tour.shift, room)


def _sites(tour: Tour) -> RenderableType:
    table = _table("site", "OEE", "", "range", "trust", "the cheapest next step", right=("OEE",))
    rows = tour.stack.kpis(["oee"], by=["site"]).rows
    for row in sorted(rows, key=lambda one: one["value"] or 0, reverse=True):
        label = tour.stack.plant.sites[row["scope"]["site"]].label or row["scope"]["site"]
        if row["value"] is None:
            table.add_row(escape(label), "–", "", "", "", escape(f"not computable, because {missing(row)}"))
            continue
        span = f"{figure(row['low'], '1')} to {figure(row['high'], '1')}" if row["low"] != row["high"] else ""
        drawn, grade = bar(row["value"], 16), row["trust"]["grade"]
        table.add_row(escape(label), figure(row["value"], "1"), drawn, span, grade, _step(row))
    return table


def _step(row: Row) -> str:
    limits: Any = row["trust"]["limits"]
    if not limits or row["trust"]["grade"] == "A":
        return ""
    return f"{limits[0]['step']} ({limits[0]['minutes']} min)"


def _tree(tour: Tour) -> RenderableType | None:
    if not tour.line:
        return None
    return tour_losses.tree(tour.stack, tour.pace_maker(tour.line), tour.console.width - _BESIDE_TREE)


def _top(tour: Tour) -> RenderableType | None:
    return tour_losses.top(tour.stack, tour.pace_maker(tour.line)) if tour.line else None


def _lineage(tour: Tour) -> RenderableType | None:
    if tour.shift is None:
        return None
    return tour_shift.lineage(tour.stack, tour.pace_maker(tour.longest), tour.shift)


def _missing(tour: Tour) -> RenderableType | None:
    """Machines whose OEE cannot be computed, and the first KPI of each layer that waits for something."""
    table = _table("KPI", "of", "not computable, because")
    names = tour.stack.kpi_names()
    rows = [row for row in tour.stack.kpis(["oee"], by=["machine"]).rows if row["value"] is None]
    for layer in range(1, 6):
        rows += [row for row in tour.told if row["layer"] == layer and row["value"] is None][:1]
    for row in rows[:6]:
        of = row["scope"].get("machine") or row["scope"]["path"].rpartition("/")[2]
        table.add_row(escape(names[row["kpi"]]), escape(of), escape(missing(row)))
    return table if rows else None


def _next(tour: Tour) -> RenderableType:
    folder, shift = tour.stack.folder, tour.shift
    window = f" --from {shift.day} --to {shift.day}" if shift else ""
    machine = tour.pace_maker(tour.longest)
    told = Table.grid()
    for command in (
        f"plantstack kpi {folder} oee,line_oee --by line --grain week",
        f"plantstack explain {folder} oee --scope {machine}{window}",
        f"plantstack ledger {folder} --machine {machine}{window}",
    ):
        told.add_row(escape(command))
    return told


STOPS = (
    Stop("The group", "The owners decide which plant gets capital: first of all, what is there?", _group),
    Stop(
        "Five layers",
        "Each layer is for other people and another decision; one log feeds all five.",
        _layers,
    ),
    Stop(
        "One shift",
        "Operators and the shift lead decide now what to clear first, and whom to call.",
        _shift,
    ),
    Stop(
        "OEE of the sites",
        "The plant manager decides which line gets help. How far to trust a number comes with it.",
        _sites,
    ),
    Stop(
        "Where the hours went",
        "Operations decide which loss is worth a project: the worst line by its constraint, in hours.",
        _tree,
    ),
    Stop(
        "Top losses",
        "The supervisor decides which one loss is attacked; each reason has one function that owns it.",
        _top,
    ),
    Stop(
        "Down to the event",
        "Nobody has to believe a number: it can be followed down to what was told.",
        _lineage,
    ),
    Stop(
        "What is not known",
        "A number that cannot be computed says why; whoever enters what is missing decides that.",
        _missing,
    ),
    Stop("Three commands to try next", "", _next),
)
