"""The one table of what each kind of event may, must and must not say.

Decoding, validation, the CSV headers and the reference page are all read from here, so a kind or a
field is added in exactly one place. `column` is where a field lives in the event table; a field
without one is kept in `body`, as canonical JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from plantstack.events.schema import COUNT_CLASSES, STATES


class Form(Enum):
    """How a field is written and what it becomes."""

    TEXT = "text"
    NUMBER = "number"  # exact decimal, six places where it has a column
    REAL = "real"  # a measured value, float64
    WHOLE = "whole number"
    INSTANT = "instant"  # RFC 3339 with offset
    FLAG = "true or false"
    FREE = "object"  # free JSON object


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind, as it is called on the wire."""

    name: str
    form: Form
    column: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    least: int | None = None  # smallest number allowed
    says: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of event: its own fields beside the common ones."""

    name: str
    fields: tuple[Field, ...]
    says: str
    one_of: tuple[tuple[str, ...], ...] = ()  # of each group at least one field must be there
    together: tuple[tuple[str, str], ...] = ()  # both or neither
    site_wide: bool = False  # may leave the equipment empty


def _text(
    name: str, column: str = "", *, must: bool = False, of: tuple[str, ...] = (), says: str = ""
) -> Field:
    return Field(name, Form.TEXT, column, must, of, says=says)


def _count(name: str, column: str = "", *, must: bool = False, says: str = "") -> Field:
    return Field(name, Form.NUMBER, column, must, least=0, says=says)


def _number(name: str, *, must: bool = False, says: str = "") -> Field:
    return Field(name, Form.NUMBER, "", must, says=says)


def _real(name: str, *, must: bool = False, says: str = "") -> Field:
    return Field(name, Form.REAL, name, must, says=says)


def _when(name: str, column: str = "", *, must: bool = False, says: str = "") -> Field:
    return Field(name, Form.INSTANT, column, must, says=says)


def _from(*, must: bool = False, says: str = "start of the span") -> Field:
    return _when("from", "from_at", must=must, says=says)


def _until(*, must: bool = False, says: str = "end of the span, not part of it") -> Field:
    return _when("until", "until_at", must=must, says=says)


def _flag(name: str, column: str = "", *, must: bool = False, says: str = "") -> Field:
    return Field(name, Form.FLAG, column, must, says=says)


COMMON: tuple[Field, ...] = (
    _text("kind", "kind", must=True, says="which of the kinds below"),
    _text("equipment", "equipment", must=True, says="permanent id, or any path valid at `at`"),
    _when("at", "at", must=True, says="when it happened"),
    _text("source", "source", must=True, says="who tells, e.g. `mqtt.filler` or `tablet.7`"),
    _text("key", "key", says="the source's own name of this event; made from the content when absent"),
    Field("sequence", Form.WHOLE, "sequence", says="the source's own order among equal instants"),
    _when("told_at", "told_at", says="when the sender made the statement; `at` when absent"),
    _text("by", "by", says="role or pseudonym of who said it"),
    Field("supersedes", Form.FREE, says="`{source, key}` of the event this one corrects"),
    _flag("void", "void", says="true: the superseded event is retracted without a replacement"),
    _text("note", says="free text for people"),
    _text("order", "order_id", says="production order; '' is no order"),
    _text("product", "product", says="product; '' is no product"),
    Field("x", Form.FREE, says="free object the core never reads"),
)

_COUNTS = tuple(
    _count(name, name, says="pieces since the last count of this source") for name in COUNT_CLASSES
)

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "state",
            (
                _text("state", "state", must=True, of=STATES, says="what the machine is doing from `at` on"),
                _until(says="the statement ends here; without it, it holds to the next state"),
                _text("reason", "reason", says="reason leaf, for exactly this statement's time"),
                _text("native", says="the source's own word"),
                _text("method", "method", says="how the state was derived"),
            ),
            "What a machine is doing.",
        ),
        Kind(
            "alive",
            (_from(must=True), _until(must=True)),
            "The source could have told us in [from, until); a gap is the absence of it.",
        ),
        Kind(
            "count",
            (
                *_COUNTS,
                _from(says="the pieces were made in [from, at)"),
                _text("reason", "reason", says="scrap or rework reason leaf"),
                _text("unit", "unit", says="unit of the numbers; pieces when absent"),
            ),
            "Pieces made.",
            one_of=(COUNT_CLASSES,),
        ),
        Kind(
            "alarm",
            (
                _text("code", "code", must=True, says="the machine's own code"),
                _text("text", says="the machine's own words"),
                _text("severity", "severity", says="as the machine grades it"),
                _text("phase", "phase", must=True, of=("on", "off")),
                _flag("first_out", says="the first alarm of its burst"),
            ),
            "An alarm came or went.",
        ),
        Kind(
            "order",
            (
                _text("phase", "phase", must=True, of=("start", "end")),
                _count("qty", "qty", says="pieces ordered"),
                _when("due_at", says="when it is due"),
            ),
            "A production order starts or ends on a machine; `order` is required.",
        ),
        Kind(
            "plan",
            (
                _count("qty", "qty", must=True, says="pieces planned in the slot"),
                _from(must=True),
                _until(must=True),
            ),
            "Pieces planned in a slot; `product` is required and `at` is when the plan was made.",
        ),
        Kind(
            "reason",
            (
                _text("role", "role", must=True, of=("symptom", "cause")),
                _text("reason", "reason", must=True, says="reason leaf"),
                _from(says="covers only [from, until) of the halts it meets"),
                _until(),
            ),
            "Why a machine stood still; without from and until it covers the halt that contains `at`.",
            together=(("from", "until"),),
        ),
        Kind(
            "reading",
            (
                _text("parameter", "parameter", must=True),
                _real("value", says="required unless quality is bad"),
                _text("unit", "unit"),
                _text("quality", "quality", of=("good", "uncertain", "bad")),
            ),
            "A measured process value; without a key its identity is source, equipment, parameter and `at`.",
        ),
        Kind(
            "setup_check",
            (
                _text("parameter", "parameter", must=True),
                _real("value"),
                _real("low", says="least allowed value"),
                _real("high", says="greatest allowed value"),
                _flag("ok", "ok", says="judged by the sender"),
            ),
            "A setting compared with its limits at set-up.",
            one_of=(("value", "ok"),),
        ),
        Kind(
            "call",
            (
                _text("call", must=True, says="id of the call, the same in all its phases"),
                _text(
                    "phase",
                    "phase",
                    must=True,
                    of=("asked", "taken", "arrived", "diagnosed", "waiting", "fixed", "accepted"),
                ),
                _text("for", of=("maintenance", "material", "quality", "lead"), says="who is called"),
            ),
            "Somebody is called to a machine, and what became of it.",
        ),
        Kind(
            "work_order",
            (
                _text("number", must=True),
                _text("phase", "phase", must=True, says="as the maintenance system names it"),
                _text("type", of=("PM", "CBM", "CM", "other")),
                _text("mode", says="failure mode"),
                _text("component"),
                _count("hours"),
                _count("cost"),
                _when("due_at"),
            ),
            "A maintenance work order.",
        ),
        Kind(
            "inspection",
            (
                _count("n", "n", must=True, says="pieces looked at"),
                _count("ok", "n_ok", must=True, says="pieces found good"),
                _count("defects", "defects"),
                _count("opportunities", "opportunities"),
                _text("parameter", "parameter"),
            ),
            "Pieces judged by an inspection.",
        ),
        Kind(
            "quality_event",
            (
                _text("type", must=True, of=("hold", "release", "deviation", "complaint")),
                _count("qty", "qty"),
                _text("lot"),
                _when("made_from", says="the pieces were made in [made_from, made_until)"),
                _when("made_until"),
            ),
            "A hold, release, deviation or complaint.",
            together=(("made_from", "made_until"),),
        ),
        Kind(
            "labour",
            (
                _text("crew"),
                _count("hours_paid"),
                _count("hours_worked"),
                _from(),
                _until(),
            ),
            "Hours of a crew, never of a person.",
            one_of=(("hours_paid", "hours_worked"),),
        ),
        Kind(
            "attendance",
            (
                _text("crew"),
                _count("heads_present"),
                _count("heads_needed"),
                _from(),
                _until(),
            ),
            "Heads of a crew, counts only.",
            one_of=(("heads_present", "heads_needed"),),
        ),
        Kind(
            "material",
            (_flag("staged", must=True, says="the material of `order` stands at the machine"),),
            "Material of an order is staged or not; `order` is required.",
        ),
        Kind(
            "demand",
            (
                _text("family", says="product family, where no product is named"),
                _from(must=True),
                _until(must=True),
                _count("qty", "qty"),
                _flag("sold_out", says="every piece made would be sold"),
            ),
            "What could be sold in a span.",
            one_of=(("product", "family"), ("qty", "sold_out")),
        ),
        Kind(
            "energy",
            (
                _text("meter", must=True),
                _count("kwh", must=True),
                _from(says="used in [from, at)"),
            ),
            "Energy used.",
        ),
        Kind(
            "delivery",
            (
                _text("line", must=True, says="order line"),
                _when("due_at", must=True),
                _when("shipped_at"),
                _flag("in_full"),
                _flag("on_time"),
            ),
            "An order line that was due; `order` is required.",
        ),
        Kind(
            "cost",
            (_text("account", must=True), _number("amount", must=True), _from(), _until()),
            "An amount booked to a cost account, in site currency.",
        ),
        Kind(
            "level",
            (_text("name", must=True), _number("value", must=True)),
            "A level that holds until the next one: stock, backlog, receivables.",
        ),
        Kind(
            "finance",
            (_text("name", must=True), _number("value", must=True), _from(must=True), _until(must=True)),
            "A period figure given by finance.",
        ),
        Kind(
            "safety",
            (_text("type", must=True, of=("near_miss", "unsafe", "first_aid", "recordable")),),
            "A safety observation or incident; `by` may be left out.",
        ),
        Kind(
            "project",
            (
                _text("project", must=True, says="id of the project, the same in all its phases"),
                _text("phase", "phase", must=True),
                _text("kpi"),
                _text("owner"),
                _text("text"),
                _number("cost_once"),
                _number("saving_per_year"),
                _from(),
                _until(),
            ),
            "An improvement project and what became of it.",
            site_wide=True,
        ),
        Kind(
            "action",
            (
                _text("action", must=True, says="id of the action, the same in all its phases"),
                _text("phase", "phase", must=True),
                _text("finding"),
                _text("kpi"),
                _text("owner"),
                _text("text"),
                _text("answer"),
                _when("due_at"),
                _when("expires_at"),
            ),
            "What somebody will do, did, or declined to do.",
            site_wide=True,
        ),
        Kind(
            "target",
            (
                _text("kpi", must=True),
                _number("value"),
                _number("low"),
                _number("high"),
                _text("owner"),
                _from(must=True),
                _until(),
            ),
            "A target agreed for a KPI.",
            one_of=(("value", "low", "high"),),
            site_wide=True,
        ),
        Kind(
            "note",
            (_text("text"),),
            "Something worth writing down.",
            one_of=(("note", "text"),),
            site_wide=True,
        ),
        Kind(
            "config",
            (
                _text("content", must=True, says="canonical content of the plant files, without secrets"),
                _text("sha256", must=True, says="hash of the content"),
            ),
            "The plant files as they were when a writing command saw them.",
            site_wide=True,
        ),
        Kind(
            "close",
            (
                _text("grain", must=True, of=("shift", "day", "period")),
                _from(must=True),
                _until(must=True),
                Field("upto", Form.WHOLE, says="greatest offset the frozen values have seen", least=0),
            ),
            "The values of a page are frozen and reported.",
        ),
        Kind(
            "reopen",
            (_text("grain", of=("shift", "day", "period")), _from(must=True), _until(must=True)),
            "Late events of a closed page may enter.",
        ),
    )
}

NEEDS_ORDER = ("order", "material", "delivery")  # kinds whose common `order` must be given
NEEDS_PRODUCT = ("plan",)

_COMMON_NAMES = {field.name: field for field in COMMON}
FIELDS: dict[str, dict[str, Field]] = {
    name: _COMMON_NAMES | {field.name: field for field in kind.fields} for name, kind in KINDS.items()
}


def column_of(kind: str, name: str) -> str:
    """Return the event column of a wire field, or '' where it lives in the body."""
    return FIELDS[kind][name].column
