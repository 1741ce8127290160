"""The one table of what each kind of event may, must and must not say.

Decoding, validation, the CSV headers and the reference page are all read from here, so a kind or a
field is added in exactly one place. `column` is where a field lives in the event table; a field
without one is kept in `body`, as canonical JSON.
"""

from __future__ import annotations

from plantstack.events.fields import Field, Form, Kind, amount, flag, number, real, start, text, until, when
from plantstack.events.schema import COUNT_CLASSES, STATES

COMMON: tuple[Field, ...] = (
    text("kind", "kind", must=True, says="which of the kinds below"),
    text("equipment", "equipment", must=True, says="permanent id, or any path valid at `at`"),
    when("at", "at", must=True, says="when it happened"),
    text("source", "source", must=True, says="who tells, e.g. `mqtt.filler` or `tablet.7`"),
    text("key", "key", says="the source's own name of this event; made from the content when absent"),
    Field("sequence", Form.WHOLE, "sequence", says="the source's own order among equal instants"),
    when("told_at", "told_at", says="when the sender made the statement; `at` when absent"),
    text("by", "by", says="role or pseudonym of who said it"),
    Field("supersedes", Form.FREE, says="`{source, key}` of the event this one corrects"),
    flag("void", "void", says="true: the superseded event is retracted without a replacement"),
    text("note", says="free text for people"),
    text("order", "order_id", says="production order; '' is no order"),
    text("product", "product", says="product; '' is no product"),
    Field("x", Form.FREE, says="free object the core never reads"),
)

_COUNTS = tuple(
    amount(name, name, says="pieces since the last count of this source") for name in COUNT_CLASSES
)

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "state",
            (
                text("state", "state", must=True, of=STATES, says="what the machine is doing from `at` on"),
                until(says="the statement ends here; without it, it holds to the next state"),
                text("reason", "reason", says="reason leaf, for exactly this statement's time"),
                text("native", says="the source's own word"),
                text("method", "method", says="how the state was derived"),
            ),
            "What a machine is doing.",
        ),
        Kind(
            "alive",
            (start(must=True), until(must=True)),
            "The source could have told us in [from, until); a gap is the absence of it.",
        ),
        Kind(
            "count",
            (
                *_COUNTS,
                start(says="the pieces were made in [from, at)"),
                text("reason", "reason", says="scrap or rework reason leaf"),
                text("unit", "unit", says="unit of the numbers; pieces when absent"),
            ),
            "Pieces made.",
            one_of=(COUNT_CLASSES,),
        ),
        Kind(
            "alarm",
            (
                text("code", "code", must=True, says="the machine's own code"),
                text("text", says="the machine's own words"),
                text("severity", "severity", says="as the machine grades it"),
                text("phase", "phase", must=True, of=("on", "off")),
                flag("first_out", says="the first alarm of its burst"),
            ),
            "An alarm came or went.",
        ),
        Kind(
            "order",
            (
                text("phase", "phase", must=True, of=("start", "end")),
                amount("qty", "qty", says="pieces ordered"),
                when("due_at", says="when it is due"),
            ),
            "A production order starts or ends on a machine; `order` is required.",
        ),
        Kind(
            "plan",
            (
                amount("qty", "qty", must=True, says="pieces planned in the slot"),
                start(must=True),
                until(must=True),
            ),
            "Pieces planned in a slot; `product` is required and `at` is when the plan was made.",
        ),
        Kind(
            "reason",
            (
                text("role", "role", must=True, of=("symptom", "cause")),
                text("reason", "reason", must=True, says="reason leaf"),
                start(says="covers only [from, until) of the halts it meets"),
                until(),
            ),
            "Why a machine stood still; without from and until it covers the halt that contains `at`.",
            together=(("from", "until"),),
        ),
        Kind(
            "reading",
            (
                text("parameter", "parameter", must=True),
                real("value", says="required unless quality is bad"),
                text("unit", "unit"),
                text("quality", "quality", of=("good", "uncertain", "bad")),
            ),
            "A measured process value; without a key its identity is source, equipment, parameter and `at`.",
        ),
        Kind(
            "setup_check",
            (
                text("parameter", "parameter", must=True),
                real("value"),
                real("low", says="least allowed value"),
                real("high", says="greatest allowed value"),
                flag("ok", "ok", says="judged by the sender"),
            ),
            "A setting compared with its limits at set-up.",
            one_of=(("value", "ok"),),
        ),
        Kind(
            "call",
            (
                text("call", must=True, says="id of the call, the same in all its phases"),
                text(
                    "phase",
                    "phase",
                    must=True,
                    of=("asked", "taken", "arrived", "diagnosed", "waiting", "fixed", "accepted"),
                ),
                text(
                    "for",
                    of=("maintenance", "material", "quality", "lead"),
                    says="who is called; maintenance when absent",
                ),
            ),
            "Somebody is called to a machine, and what became of it.",
        ),
        Kind(
            "work_order",
            (
                text("number", must=True),
                text("phase", "phase", must=True, says="as the maintenance system names it"),
                text("type", of=("PM", "CBM", "CM", "other")),
                text("mode", says="failure mode"),
                text("component"),
                amount("hours"),
                amount("cost"),
                when("due_at"),
            ),
            "A maintenance work order.",
        ),
        Kind(
            "inspection",
            (
                amount("n", "n", must=True, says="pieces looked at"),
                amount("ok", "n_ok", must=True, says="pieces found good"),
                amount("defects", "defects"),
                amount("opportunities", "opportunities"),
                text("parameter", "parameter"),
            ),
            "Pieces judged by an inspection.",
        ),
        Kind(
            "quality_event",
            (
                text("type", must=True, of=("hold", "release", "deviation", "complaint")),
                amount("qty", "qty"),
                text("lot"),
                when("made_from", says="the pieces were made in [made_from, made_until)"),
                when("made_until"),
            ),
            "A hold, release, deviation or complaint.",
            together=(("made_from", "made_until"),),
        ),
        Kind(
            "labour",
            (
                text("crew"),
                amount("hours_paid"),
                amount("hours_worked"),
                start(),
                until(),
            ),
            "Hours of a crew, never of a person.",
            one_of=(("hours_paid", "hours_worked"),),
        ),
        Kind(
            "attendance",
            (
                text("crew"),
                amount("heads_present"),
                amount("heads_needed"),
                start(),
                until(),
            ),
            "Heads of a crew, counts only.",
            one_of=(("heads_present", "heads_needed"),),
        ),
        Kind(
            "material",
            (flag("staged", must=True, says="the material of `order` stands at the machine"),),
            "Material of an order is staged or not; `order` is required.",
        ),
        Kind(
            "demand",
            (
                text("family", says="product family, where no product is named"),
                start(must=True),
                until(must=True),
                amount("qty", "qty"),
                flag("sold_out", says="every piece made would be sold"),
            ),
            "What could be sold in a span.",
            one_of=(("product", "family"), ("qty", "sold_out")),
        ),
        Kind(
            "energy",
            (
                text("meter", must=True),
                amount("kwh", must=True),
                start(says="used in [from, at)"),
            ),
            "Energy used.",
        ),
        Kind(
            "delivery",
            (
                text("line", must=True, says="order line"),
                when("due_at", must=True),
                when("shipped_at"),
                flag("in_full"),
                flag("on_time"),
            ),
            "An order line that was due; `order` is required.",
        ),
        Kind(
            "cost",
            (text("account", must=True), number("amount", must=True), start(), until()),
            "An amount booked to a cost account, in site currency.",
        ),
        Kind(
            "level",
            (text("name", must=True), number("value", must=True)),
            "A level that holds until the next one: stock, backlog, receivables.",
        ),
        Kind(
            "finance",
            (text("name", must=True), number("value", must=True), start(must=True), until(must=True)),
            "A period figure given by finance.",
        ),
        Kind(
            "safety",
            (text("type", must=True, of=("near_miss", "unsafe", "first_aid", "recordable")),),
            "A safety observation or incident; `by` may be left out.",
        ),
        Kind(
            "project",
            (
                text("project", must=True, says="id of the project, the same in all its phases"),
                text("phase", "phase", must=True),
                text("kpi"),
                text("owner"),
                text("text"),
                number("cost_once"),
                number("saving_per_year"),
                start(),
                until(),
            ),
            "An improvement project and what became of it.",
            project_wide=True,
        ),
        Kind(
            "action",
            (
                text("action", must=True, says="id of the action, the same in all its phases"),
                text("phase", "phase", must=True),
                text("finding"),
                text("kpi"),
                text("owner"),
                text("text"),
                text("answer"),
                when("due_at"),
                when("expires_at"),
            ),
            "What somebody will do, did, or declined to do.",
            project_wide=True,
        ),
        Kind(
            "verdict",
            (
                text("phase", "phase", must=True, of=("accept", "contest")),
                text("owner", must=True, says="the function that speaks, and that owns the reason"),
                text("reason", "reason", says="of a contest: the leaf it should be instead"),
                text("text", says="why, in words"),
            ),
            "The owner of a reason accepts or contests that the stop around `at` is its loss.",
        ),
        Kind(
            "target",
            (
                text("kpi", must=True),
                number("value"),
                number("low"),
                number("high"),
                text(
                    "per",
                    of=("hour", "shift", "day", "week", "month", "period", "quarter", "year"),
                    says="the length of period a total is meant for",
                ),
                text("owner"),
                start(must=True),
                until(),
            ),
            "A target agreed for a KPI.",
            one_of=(("value", "low", "high"),),
            project_wide=True,
        ),
        Kind(
            "note",
            (text("text"),),
            "Something worth writing down.",
            one_of=(("note", "text"),),
            project_wide=True,
        ),
        Kind(
            "config",
            (
                text("content", must=True, says="canonical content of the plant files, without secrets"),
                text("sha256", must=True, says="hash of the content"),
            ),
            "The plant files as they were when a writing command saw them.",
            project_wide=True,
        ),
        Kind(
            "close",
            (
                text("grain", must=True, of=("shift", "day", "period")),
                start(must=True),
                until(must=True),
                Field("upto", Form.WHOLE, says="greatest offset the frozen values have seen", least=0),
            ),
            "The values of a page are frozen and reported.",
        ),
        Kind(
            "reopen",
            (text("grain", of=("shift", "day", "period")), start(must=True), until(must=True)),
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
