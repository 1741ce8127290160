"""What a mapping file says, as values; nothing here reads or runs anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from plantstack.connectors.mapping.cases import Case
from plantstack.connectors.mapping.template import Template
from plantstack.plant.source import Place

MAPPING_SCHEMA = 1
RECEIVED = "received"  # the column of the instant of receipt

# Words of a state map that are no value.
IGNORE = "ignore"
ERROR = "error"


class Read(Enum):
    """What the text of a column becomes."""

    TEXT = "text"
    NUMBER = "number"  # exact, six places
    REAL = "real"  # a measured value, float64
    TIME = "time"
    CLOCK = "clock"  # time of day, or hours since midnight
    DURATION = "duration"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Words:
    """A map from the source's words to ours."""

    to: dict[str, str]
    otherwise: str = ERROR  # error, ignore, or the word that stands for all others


@dataclass(frozen=True, slots=True)
class Column:
    """One named value of a row: where it stands and how it is read."""

    name: str
    place: Place
    header: str = ""  # as the file calls it
    clock_header: str = ""  # a second header with the time of day
    group: str = ""  # a named group of the file's name
    constant: str | None = None
    of: str = ""  # the joined sheet that has the header
    formats: tuple[str, ...] = ()
    zone: str = ""
    unit_us: int = 0  # of a duration written as a number; 0 = H:MM:SS
    factor: Decimal | None = None
    words: Words | None = None
    missing: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()  # RE2 of one group: the value is the part of the cell the first that fits has
    after: str = ""  # a time of day before this column's belongs to the next day


class Test(Enum):
    """How a condition looks at a value."""

    IS = "is"
    NOT = "not"
    MATCHES = "matches"
    ABOVE = "above"
    BELOW = "below"
    PRESENT = "present"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold for a rule to speak about a row."""

    column: str
    test: Test
    values: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether it looks at a number, which a cell may fail to be."""
        return self.test in (Test.ABOVE, Test.BELOW)


@dataclass(frozen=True, slots=True)
class Counter:
    """How the number of a counter becomes pieces made since the last sample."""

    cumulative: bool
    per: Template | None = None  # beside the equipment, what makes a series
    rollover: Decimal | None = None
    jitter: Decimal = Decimal(1)
    max_rate: Fraction | None = None  # pieces per microsecond
    keep_zeros: bool = True


@dataclass(frozen=True, slots=True)
class Placed:
    """Durations without a clock, laid back to back at the end of a parent interval."""

    start: Template
    end: Template
    length: Template
    per: Template  # what the parent is known by


@dataclass(frozen=True, slots=True)
class Deadband:
    """How little a reading must change to be told, and after which pause it is told anyway."""

    width: float
    is_share: bool  # of the value told last
    longest_us: int


@dataclass(frozen=True, slots=True)
class Skew:
    """How far a source's clock may be off the instant of receipt, and what becomes of a row beyond."""

    most_us: int
    is_set_aside: bool  # else the instant of receipt is taken


@dataclass(frozen=True, slots=True)
class Rule:
    """One event a row may give."""

    name: str
    kind: str
    place: Place
    fields: dict[str, Template]
    free: dict[str, Template] = field(default_factory=dict)  # `x`
    supersedes: tuple[Template, Template] | None = None
    when: tuple[Condition, ...] = ()
    lasting: Template | None = None
    is_end: bool = False  # of something lasting, `at` is the end
    counter: Counter | None = None
    placed: Placed | None = None
    known_by: str = ""  # field without which an event cannot be told from another, and is none
    key_is_shared: bool = False  # the key comes from 'every'; each rule's share is named after the rule
    quality: str = ""  # column: of bad quality a state is unknown, and a count is none
    deadband: Deadband | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """A state that no row says: it is read off pulses, a level, or a run bit beside pieces.

    Attributes:
        name: of the rule; part of the keys.
        method: as the states say it.
        place: in the mapping file.
        inputs: what is looked at, as rules that give no event: `pieces`, `level`, `bit`.
        counts: how pieces are told: '' each row is one, `delta`, or `cumulative`.
        gap_us: so long without a piece is a stop; 0 where it is so many cycles.
        cycles: of the machine in the plant files.
        upper: value above which it is in a state, that state, and how long it must last.
        lower: the same, below.
    """

    name: str
    method: str
    place: Place
    inputs: dict[str, Rule]
    counts: str = ""
    gap_us: int = 0
    cycles: Fraction = Fraction(0)
    upper: tuple[float, str, int] = (0.0, "", 0)
    lower: tuple[float, str, int] = (0.0, "", 0)


@dataclass(frozen=True, slots=True)
class FileForm:
    """How the bytes of a file are laid out."""

    format: str
    name: str = ""  # RE2 with named groups, matched against the file's name
    encoding: str = ""
    delimiter: str = ","
    quote: str = '"'
    comment: str = ""
    decimal: str = "."
    thousands: str = ""
    skip_rows: int = 0
    header_rows: int = 1
    sheets: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wide:
    """Columns that are really rows: one row each, its header in `name`, its cell in `value`."""

    keep: tuple[str, ...]
    name: str
    value: str
    keep_blank: bool = False


@dataclass(frozen=True, slots=True)
class Join:
    """Another sheet of the same workbook, one row of it for each row here."""

    name: str
    place: Place
    sheet: str
    header_rows: int
    on: tuple[tuple[str, str], ...]  # (header here, header there)


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping file, read and checked."""

    name: str
    source: str
    zone: str
    file: FileForm
    columns: dict[str, Column]
    rules: tuple[Rule, ...]
    wide: Wide | None = None
    joins: tuple[Join, ...] = ()
    orders: tuple[Template, Template | None] | None = None
    absence_us: int = 0  # 0: absence of rows says nothing
    alive: str = ""  # '', 'file' or 'gaps'
    alive_gap_us: int = 0
    drop_twins: bool = False
    keep_twins: bool = False  # that equal rows are several is said, and not only so where nothing is said
    by_row: bool = False  # an event is known by its place in the file, not by what it says
    stale_before: str = ""
    ignore: tuple[tuple[Condition, ...], ...] = ()
    equipment: Template = field(default_factory=lambda: Template(()))
    at: Template = field(default_factory=lambda: Template(()))
    signals: tuple[Signal, ...] = ()
    quality: str = ""  # column that says how far a value may be believed
    skew: Skew | None = None
    tests: tuple[Case, ...] = ()  # change nothing of what it says

    @property
    def clocks(self) -> frozenset[str]:
        """The columns that say when something was, held against the instant of receipt."""
        rules = (*self.rules, *self.inputs)
        named = [rule.fields["at"].only for rule in rules if "at" in rule.fields]
        return frozenset({self.at.only, *named} - {"", RECEIVED}) if self.skewed else frozenset()

    @property
    def skewed(self) -> Skew | None:
        """What is done about clocks that are off; None where no row says when it was received."""
        return self.skew if RECEIVED in self.columns else None

    @property
    def inputs(self) -> tuple[Rule, ...]:
        """What signals look at, as rules that give no event."""
        return tuple(rule for signal in self.signals for rule in signal.inputs.values())
