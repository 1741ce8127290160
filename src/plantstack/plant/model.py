"""The plant as it stands in the files: frozen, checked, sorted by name.

Dates are production days of the site; minutes are local wall-clock minutes after midnight; lengths
are microseconds. `None` as `from_day` means "as far back as we know", as `until_day` "until now".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias, TypeVar

from plantstack.intervals import HOUR, SECOND

T = TypeVar("T")

Dated: TypeAlias = tuple[tuple[date | None, T], ...]

LEVELS = ("site", "area", "line", "machine")
KINDS = ("cyclic", "continuous", "batch", "manual", "job")
ALWAYS = "always"
DAY_MINUTES = 24 * 60


def value_on(dated: Dated[T], day: date) -> T | None:
    """The value that holds on a day.

    >>> value_on(((None, "a"), (date(2026, 1, 1), "b")), date(2025, 6, 1))
    'a'
    """
    held = [value for start, value in dated if start is None or start <= day]
    return held[-1] if held else None


@dataclass(frozen=True, slots=True)
class Placement:
    """Where equipment stands, from a day until a day (half-open)."""

    under: str
    from_day: date | None = None
    until_day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """What every site, area, line and machine has."""

    id: str
    level: str
    label: str = ""
    placed: tuple[Placement, ...] = ()
    calendar: Dated[str] = ()
    orders: Dated[str] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """One declared fiscal period: first day, day after the last, and its names."""

    label: str
    from_day: date
    until_day: date
    quarter: str
    year: str


@dataclass(frozen=True, slots=True)
class Fiscal:
    """How a site's years fall into periods and quarters."""

    pattern: str = "gregorian"
    year_starts: int = 1
    year_ends: str = ""
    week_53: str = "last"
    periods: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site(Equipment):
    """A site: one zone, one currency, one start of the production day."""

    zone: str
    currency: str
    day_start: int
    fiscal: Fiscal = Fiscal()
    silence_limit: int | None = None
    closed: tuple[date, ...] = ()
    owner: Dated[str] = ()
    reporting_unit: Dated[str] = ()


@dataclass(frozen=True, slots=True)
class Buffer:
    """Room for pieces between two neighbours of a line."""

    after: str
    capacity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Equipment):
    """A line: its machines in flow order, its exit and its constraint."""

    flow: tuple[str, ...] = ()
    buffers: tuple[Buffer, ...] = ()
    exit: Dated[str] = ()
    constraint: Dated[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine(Equipment):
    """A work unit: the smallest thing with a state and counts of its own."""

    kind: str
    machine_class: str = ""
    parallel: int = 1
    good_by_exception: bool = False
    ramp: int = 0
    silence_limit: int | None = None
    is_supervised: bool = False  # `silence_limit: none`: silence is watched elsewhere
    capture: Dated[str] = ()


@dataclass(frozen=True, slots=True)
class Break:
    """A break of a shift: fixed at `start`, or floating anywhere between `start` and `end`."""

    reason: str
    start: int
    end: int
    length: int
    is_floating: bool


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift from one local minute to another, counted from the midnight of the date it starts."""

    name: str
    start: int
    until: int
    breaks: tuple[Break, ...] = ()


Roster: TypeAlias = tuple[tuple[str, str], ...]  # (shift, crew) of one day


@dataclass(frozen=True, slots=True)
class Pattern:
    """Days that repeat: `days[(day - first_day) % len(days)]`, valid from a day on."""

    from_day: date | None
    first_day: date
    days: tuple[Roster, ...]
    shifts: dict[str, Shift]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Patterns by validity, and single days that differ: in their shifts, or in the breaks of a shift."""

    id: str
    patterns: tuple[Pattern, ...]
    exceptions: dict[date, Roster] = field(default_factory=dict)
    breaks: dict[date, dict[str, tuple[Break, ...]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Product:
    """A product: its label, family, changeover class, and the share of pieces its plan writes off."""

    id: str
    label: str = ""
    family: str = ""
    changeover_class: str = ""
    planned_scrap: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """So many seconds for so many pieces (or units), exactly as written."""

    seconds: Decimal
    pieces: Decimal
    unit: str = ""
    is_rate: bool = False


@dataclass(frozen=True, slots=True)
class Standard:
    """Ideal and standard pace of machines for products, with validity and evidence."""

    machines: tuple[str, ...]
    products: tuple[str, ...]
    ideal: Pace
    standard: Pace | None
    from_day: date | None
    until_day: date | None
    crew: int
    evidence: str
    author: str


@dataclass(frozen=True, slots=True)
class PackUnit:
    """How many pieces one unit is; empty machines or products mean all."""

    unit: str
    pieces: Decimal
    machines: tuple[str, ...] = ()
    products: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changeovers:
    """Standard times of changes at one piece of equipment and everything below it."""

    scope: str
    matrix: dict[tuple[str, str], int]  # (from class, to class), '*' for any
    products: dict[str, int]


@dataclass(frozen=True, slots=True)
class Reason:
    """A leaf of the reason tree: one account, one owning function.

    It is offered to people until a day; what was said with it stays said, and later taps count as ever.
    """

    id: str
    label: str
    kind: str  # stop | scrap
    account: str
    owner: str
    allowance: int | None
    catch_all: bool
    group_path: str
    until_day: date | None = None
    translations: tuple[tuple[str, str], ...] = ()  # (language, text)
    kind_label: str = ""  # of the topmost group it stands in; '' where the files give it none
    kind_translations: tuple[tuple[str, str], ...] = ()

    def text(self, language: str) -> str:
        """What people of a language read; the label where nobody translated it."""
        return dict(self.translations).get(language, self.label)

    def kind_text(self, language: str) -> str:
        """The topmost group as people of a language read it; '' where the files say nothing of it."""
        return dict(self.kind_translations).get(language, self.kind_label)

    def is_offered(self, day: date) -> bool:
        """Whether people may still choose it on a day."""
        return self.until_day is None or day < self.until_day


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """What an alarm at the start of a halt stands for; no places and no classes mean every machine."""

    code: str  # whole, or a pattern with *, ? and [...]
    reason: str
    at: tuple[str, ...]
    classes: tuple[str, ...]
    within: int
    from_day: date | None
    until_day: date | None
    evidence: str
    author: str

    @property
    def is_pattern(self) -> bool:
        """Whether it speaks of more codes than one."""
        return any(letter in self.code for letter in "*?[")


@dataclass(frozen=True, slots=True)
class SetupSpec:
    """The centreline of one parameter on machines for products."""

    parameter: str
    machines: tuple[str, ...]
    products: tuple[str, ...]
    target: Decimal | None
    low: Decimal | None
    high: Decimal | None
    unit: str
    from_day: date | None
    evidence: str
    author: str


@dataclass(frozen=True, slots=True)
class SourceRule:
    """What is known about event sources whose name matches a pattern."""

    match: str
    rank: int = 10
    is_person: bool = False
    silence_limit: int | None = None
    is_supervised: bool = False


@dataclass(frozen=True, slots=True)
class MachineClass:
    """Limits shared by machines of one class; None takes the plant's."""

    id: str
    micro_stop_limit: int | None = None
    failure_limit: int | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """The settings that must be explicit, in words."""

    name: str = "six-loss"
    micro_stop_limit: int = 120 * SECOND
    failure_limit: int = 300 * SECOND
    silence_limit: int = HOUR
    orders: str = "not_used"
    performance_cap: Decimal | None = None
    repeat_window: int = 30 * 24 * HOUR
    pm_tolerance: Decimal = Decimal("0.1")
    call_target: int = 15 * 60 * SECOND
    craft_crews: tuple[str, ...] = ("maintenance",)
    improvement_crews: tuple[str, ...] = ("improvement",)
    kpis: tuple[str, ...] = ()
    attainment_tolerance: Decimal = Decimal(0)
    attainment_grace: int = 0
    order_promise: str = "original_commit_date"
    baseline_window: int = 84 * 24 * HOUR
    sustain_checks: tuple[int, ...] = (90, 180)
    discount_rate: Decimal | None = None
    project_life: int | None = None  # years a saving lasts
    grade_a: Decimal = Decimal("0.02")
    grade_b: Decimal = Decimal("0.1")
    false_alarms: Decimal = Decimal("0.5")  # accepted of one machine in one week


def pace_seconds(pace: Pace) -> Fraction:
    """Seconds per piece (or unit) of a pace.

    >>> pace_seconds(Pace(Decimal(60), Decimal(600), is_rate=True))
    Fraction(1, 10)
    """
    return Fraction(pace.seconds) / Fraction(pace.pieces)
