"""The `events:` part of a mapping file: one rule, one kind of event a row may give."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from plantstack.connectors.mapping.model import Condition, Counter, Deadband, Placed, Rule, Test
from plantstack.connectors.mapping.template import Template, parse_template
from plantstack.connectors.mapping.values import constant_of
from plantstack.connectors.mapping.words import cells, is_block, patterns, rollover, template
from plantstack.errors import did_you_mean
from plantstack.events.fields import Field, Form
from plantstack.events.kinds import FIELDS, KINDS
from plantstack.events.schema import COUNT_CLASSES
from plantstack.intervals import SECOND
from plantstack.plant.source import Fields, amount, choice, decimal, duration, ident, rate, share, yes_no

_EXPECTED = {
    Form.NUMBER: "a number",
    Form.REAL: "a number",
    Form.WHOLE: "a whole number",
    Form.INSTANT: "an instant",
    Form.FLAG: "true or false",
}
# Common fields that an event rule cannot set: the file's mapping does.
_NOT_SET_BY_RULES = ("kind", "source", "supersedes", "x")


_JUDGED = ("state", "count", "reading")  # what a value of bad quality must not become


def read_rule(fields: Fields, every: dict[str, Template], quality: str, number: int) -> Rule:
    """Read one entry of `events:`; `every` holds the fields shared by all rules, `quality` names a column."""
    kind = fields.need("kind", choice(*KINDS))
    own = read_values(fields, kind)
    shared = {name: value for name, value in every.items() if name in FIELDS[kind]}
    if quality and kind == "reading":
        shared["quality"] = parse_template(f"{{{quality}}}")
    return Rule(
        name=fields.want("rule", ident, "") or f"{kind}-{number}",
        kind=kind,
        place=fields.place("kind"),
        fields=shared | own,
        free=_free(fields),
        supersedes=_supersedes(fields),
        when=read_conditions(fields, "when"),
        lasting=fields.want("lasting", template, None),
        is_end=fields.want("stamped", choice("start", "end"), "start") == "end",
        counter=_counter(fields),
        placed=_placed(fields),
        key_is_shared="key" in shared and "key" not in own,
        quality=quality if kind in _JUDGED else "",
        deadband=_deadband(fields, kind),
    )


def read_values(fields: Fields, kind: str) -> dict[str, Template]:
    """Read every field of the kind that is written."""
    own = {}
    for name in FIELDS[kind]:
        if name not in _NOT_SET_BY_RULES and (found := fields.want(name, template, None)) is not None:
            own[name] = found
            check_constant(fields, FIELDS[kind][name], found)
    return own


def check_constant(fields: Fields, field: Field, value: Template) -> None:
    """Note a constant that its field cannot take."""
    text = value.constant
    if text is None:
        return
    if field.choices and text not in field.choices:
        what = f"'{field.name}': expected one of {', '.join(field.choices)}, came '{text}'"
        fields.problem("value-wrong", what, did_you_mean(text, field.choices), key=field.name)
    try:
        constant_of(field.form, text)
    except ValueError as error:
        what = f"'{field.name}': expected {_EXPECTED[field.form]}, came '{text}'"
        fields.problem("value-wrong", what, str(error), key=field.name)


def read_conditions(fields: Fields, key: str) -> tuple[Condition, ...]:
    """Read `{column: value}`, `{column: [values]}` or `{column: {not: ..., above: ...}}`."""
    if not fields.has(key):
        return ()
    found: list[Condition] = []
    for name, node, _ in fields.entries(key, ident):
        if is_block(node):
            inner = Fields(node, f"condition on '{name}'", fields.report)
            found.extend(_tests(inner, name))
            inner.close("condition")
        else:
            found.append(Condition(name, Test.IS, cells.read(node, name, fields.report)))
    return tuple(found)


def _tests(fields: Fields, name: str) -> list[Condition]:
    found = []
    for test in (Test.IS, Test.NOT, Test.ABOVE, Test.BELOW, Test.MATCHES):
        if fields.has(test.value):
            is_number = test in (Test.ABOVE, Test.BELOW)
            values = (
                (str(fields.need(test.value, decimal)),)
                if is_number
                else fields.need(test.value, patterns if test is Test.MATCHES else cells)
            )
            found.append(Condition(name, test, values))
    for test in (Test.PRESENT, Test.ABSENT):
        if fields.want(test.value, yes_no, False):
            found.append(Condition(name, test))
    if not found:
        fields.problem(
            "mapping-condition", f"the condition on '{name}' says nothing", "Write 'present: true'."
        )
    return found


def _free(fields: Fields) -> dict[str, Template]:
    if not fields.has("x"):
        return {}
    return {name: template.read(node, name, fields.report) for name, node, _ in fields.entries("x", ident)}


def _supersedes(fields: Fields) -> tuple[Template, Template] | None:
    if not fields.has("supersedes"):
        return None
    inner = fields.section("supersedes")
    made = (inner.need("source", template), inner.need("key", template))
    inner.close("supersedes")
    return made


def _counter(fields: Fields) -> Counter | None:
    if not fields.has("counter"):
        return None
    inner = fields.section("counter")
    per_second = inner.want("max_rate", rate, None)
    made = Counter(
        cumulative=inner.need("counts", choice("cumulative", "delta")) == "cumulative",
        per=inner.want("per", template, None),
        rollover=inner.want("rollover", rollover, None),
        jitter=inner.want("jitter", amount, Decimal(1)),
        max_rate=None if per_second is None else Fraction(per_second) / SECOND,
        keep_zeros=inner.want("zeros", choice("keep", "drop"), "keep") == "keep",
    )
    if made.rollover is not None and made.max_rate is None:
        what = "'rollover' needs 'max_rate': without it a rollover cannot be told from a reset"
        inner.problem("mapping-counter", what, "Add 'max_rate: 120/min'.", key="rollover")
    inner.close("counter")
    return made


def _deadband(fields: Fields, kind: str) -> Deadband | None:
    if not fields.has("deadband"):
        return None
    inner = fields.section("deadband")
    by = inner.one_of("change", "share")
    width = inner.need(by, share if by == "share" else amount) if by else Decimal(0)
    made = Deadband(float(width), by == "share", inner.need("longest", duration))
    inner.close("deadband")
    if kind != "reading":
        what = f"a {kind} is told whenever it comes: 'deadband' is for readings"
        fields.problem("mapping-deadband", what, "Remove it.", key="deadband")
    return made


def _placed(fields: Fields) -> Placed | None:
    if not fields.has("placed"):
        return None
    inner = fields.section("placed")
    made = Placed(
        start=inner.need("start", template),
        end=inner.need("end", template),
        length=inner.need("length", template),
        per=inner.need("per", template),
    )
    inner.close("placed")
    return made


def check_rule(rule: Rule, fields: Fields) -> None:
    """Note what a rule lacks or says twice."""
    kind = KINDS[rule.kind]
    made_by_rule = {"at"} if rule.placed else set()
    if rule.lasting is not None or rule.placed:
        made_by_rule |= {"until", "from"}
    for field in FIELDS[rule.kind].values():
        if field.required and field.name not in rule.fields.keys() | made_by_rule | {"kind", "source"}:
            if field.name == "equipment" and kind.project_wide:
                continue
            what = f"rule '{rule.name}' needs '{field.name}'"
            fields.problem("mapping-field-missing", what, f"Add '{field.name}:' to it or to 'every'.")
    for group in kind.one_of:
        if not any(name in rule.fields for name in group):
            what = f"rule '{rule.name}' needs one of {', '.join(group)}"
            fields.problem("mapping-field-missing", what, f"Add '{group[0]}:'.")
    _check_made(rule, fields)


def _check_made(rule: Rule, fields: Fields) -> None:
    classes = [name for name in COUNT_CLASSES if name in rule.fields]
    if rule.counter and (rule.kind != "count" or any(not rule.fields[name].only for name in classes)):
        what = f"rule '{rule.name}': 'counter' needs kind count and each class as one column"
        fields.problem("mapping-counter", what, "Write 'good: \"{parts}\"'.", key="counter")
    if (rule.lasting or rule.placed) and not {"until", "from"} & FIELDS[rule.kind].keys():
        what = f"rule '{rule.name}': a {rule.kind} has no length"
        fields.problem("mapping-length", what, "Remove 'lasting' or 'placed'.")
    if rule.is_end and not rule.lasting:
        what = f"rule '{rule.name}': 'stamped' says where in its length the instant is, and it has none"
        fields.problem("mapping-length", what, "Add 'lasting', or remove 'stamped'.", key="stamped")
    if sum(part is not None for part in (rule.counter, rule.placed, rule.lasting)) > 1:
        what = f"rule '{rule.name}' mixes 'counter', 'placed' and 'lasting'"
        fields.problem("mapping-length", what, "Keep one of them.")
