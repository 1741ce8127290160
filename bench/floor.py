"""The plant the benches run on: two sites, lines of four machines, shifts, products, reasons."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from plantstack.intervals import DAY, HOUR, SECOND, Interval

EVENTS_A_MACHINE_DAY = 10_000_000 / 200 / 90
MACHINES, DAYS = 200, 90
START = 1_767_592_800 * SECOND  # Monday 2026-01-05 06:00 UTC; ninety days cross a change of the clock
LINE = 4
PRODUCTS = tuple(f"p-{n:02}" for n in range(1, 13))

_HEAD = """plantstack: 1
project: {project}
sites:
  tulsa: {{zone: America/Chicago, currency: USD, day_start: "06:00", calendar: two-shifts, orders: used}}
  linz: {{zone: Europe/Vienna, currency: EUR, day_start: "06:00", calendar: three-shifts}}
machine_classes:
  fast: {{micro_stop_limit: 60 s}}
sources:
  - {{match: "tablet*", rank: 100, person: true}}
settings: {{silence_limit: 1 h}}
calendars:
  two-shifts:
    shifts:
      early:
        from: 06:00
        until: 14:00
        breaks:
          - {{reason: pause, at: 09:00, length: 15 min}}
          - {{reason: lunch, between: [11:00, 13:00], length: 30 min}}
      late:
        from: 14:00
        until: 22:00
        breaks:
          - {{reason: pause, at: 16:30, length: 15 min}}
          - {{reason: lunch, between: [18:00, 20:00], length: 30 min}}
    weeks:
      - {{mon-fri: {{early: A, late: B}}, sat: {{early: A}}}}
      - {{mon-fri: {{early: B, late: A}}, sat: {{early: B}}}}
    first_week: 2026-01-05
  three-shifts:
    shifts:
      early: {{from: "06:00", until: "14:00", breaks: [{{reason: pause, at: "10:00", length: 20 min}}]}}
      late: {{from: "14:00", until: "22:00", breaks: [{{reason: pause, at: "18:00", length: 20 min}}]}}
      night: {{from: "22:00", until: "06:00", breaks: [{{reason: pause, at: "02:00", length: 20 min}}]}}
    week: {{mon-fri: [early, late, night], sat: [early]}}
reasons:
  planned:
    owner: production
    account: planned_down
    reasons:
      pause: {{allowance: 15 min}}
      lunch: {{allowance: 30 min}}
      cleaning: {{allowance: 20 min}}
  technical: {{owner: maintenance, account: breakdown, reasons: {{mechanical: M, electrical: E, leak: L}}}}
  small: {{owner: production, account: other_stop, reasons: {{jam: J, adjustment: A}}}}
  supply: {{owner: logistics, account: waiting, reasons: {{no-material: N, no-operator: O}}}}
  other: {{owner: production, account: other_stop, catch_all: true}}
scrap_reasons:
  dented: {{owner: production}}
  short: {{owner: quality}}
"""


@dataclass(frozen=True)
class Floor:
    """How large the plant is, and how long it is watched.

    Attributes:
        machines: how many, a multiple of four.
        days: how many days are generated.
        seed: of everything drawn at random.
        thin: how many times fewer events a machine and day has.
    """

    machines: int = MACHINES
    days: int = DAYS
    seed: int = 7
    thin: int = 1

    @classmethod
    def of(cls, events: int) -> Floor:
        """Choose machines and days for about so many events, as dense as the full size."""
        machines = min(MACHINES, max(LINE, LINE * round(MACHINES * events / 10_000_000 / LINE)))
        return cls(machines, max(2, min(DAYS, round(events / machines / EVENTS_A_MACHINE_DAY))))

    @classmethod
    def year_of(cls, events: int) -> Floor:
        """Choose a whole year, with a quarter of the events a day, for questions about a year."""
        machines = cls.of(events).machines
        return cls(machines, min(365, max(14, round(events / machines / 100))), thin=4)

    @property
    def window(self) -> Interval:
        return Interval(START, START + self.days * DAY)

    @property
    def now(self) -> int:
        """When everything is received: an hour after it is over."""
        return self.window.end + HOUR

    @property
    def names(self) -> list[str]:
        return [f"m{n:04}" for n in range(self.machines)]

    def line_of(self, machine: int) -> str:
        return f"l{machine // LINE:03}"

    def is_packer(self, machine: int) -> bool:
        """The last machine of a line counts cases."""
        return machine % LINE == LINE - 1

    def is_sheet(self, machine: int) -> bool:
        """One machine in forty is counted on a two-hourly sheet, by hand."""
        return machine % 40 == 17

    def lanes(self, machine: int) -> int:
        return 4 if machine % 20 == 6 else 1

    def has_deltas(self, machine: int) -> bool:
        """Every other machine sends differences of a counter, which say from when they count."""
        return machine % 2 == 0

    def site_of(self, machine: int) -> str:
        return "tulsa" if machine // LINE % 2 == 0 else "linz"


def write_plant(folder: Path, floor: Floor) -> None:
    """Write the plant files of a project."""
    lines = [f"l{n:03}" for n in range(floor.machines // LINE)]
    text = [_HEAD.format(project=f"bench-{floor.machines}-{floor.days}-{floor.thin}")]
    text.append("areas: {hall-t: {under: tulsa}, hall-l: {under: linz}}\nlines:\n")
    for n, line in enumerate(lines):
        mine = floor.names[n * LINE : (n + 1) * LINE]
        hall = "hall-t" if floor.site_of(n * LINE) == "tulsa" else "hall-l"
        flow = ", ".join(mine)
        text.append(f"  {line}: {{under: {hall}, flow: [{flow}], constraint: {mine[0]}, exit: {mine[-1]}}}\n")
    text.append("machines:\n")
    text.extend(_machine(floor, n, name) for n, name in enumerate(floor.names))
    text.append("products:\n")
    text.extend(f"  {name}: {{family: f{n % 3}, class: c{n % 4}}}\n" for n, name in enumerate(PRODUCTS))
    text.append(f"units:\n  - {{unit: case, pieces: 12, products: [{', '.join(PRODUCTS[::2])}]}}\n")
    text.append("  - {unit: case, pieces: 24}\nstandards:\n")
    for n, name in enumerate(PRODUCTS):
        seconds = f"{1 + n / 10:.1f} s"
        text.append(f"  - {{machines: [{', '.join(floor.names)}], products: [{name}], ideal: {seconds}}}\n")
    text.append(f"  - {{machines: [{', '.join(floor.names)}], ideal: 1.5 s, standard: 2 s}}\n")
    text.append("changeovers:\n")
    text.extend(
        f"  {line}: {{default: 20 min, matrix: {{c1: {{c2: 35 min, any: 15 min}}}}}}\n" for line in lines
    )
    (folder / "plant.yaml").write_text("".join(text), "utf-8")


def _machine(floor: Floor, number: int, name: str) -> str:
    more = ", class: fast" if number % 3 == 0 else ""
    more += ", good: by_exception" if number % 5 == 3 else ""
    more += f", parallel: {floor.lanes(number)}" if floor.lanes(number) > 1 else ""
    return f"  {name}: {{under: {floor.line_of(number)}, kind: cyclic{more}}}\n"
