"""Reasons that alarms stand for (R55, R56).

> R55: A halt has the reason of an alarm rule where no statement gives one: neither the state's own nor any
> reason, of a person or a machine, of whatever rank. The alarm is one that came on at the machine at most
> `within` before or after the halt begins, by a rule that holds there at its begin. Of several alarms the one
> the machine calls first_out goes first, then the first in the order of events; of several rules for it the
> one that fits best.
> R56: Of the halts a rule spoke for, those in which a person's reason stands on own seconds: overridden where
> any of them is another than the rule's, else confirmed; kept where there is none.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from tests.oracle.model import Row, Segment
from tests.oracle.window import Machine

NO_OWN = ("not_scheduled", "planned_down")


def rule_of_halt(machine: Machine, begins: int) -> Row | None:
    """What stands in for a statement: the alarm as if it had said the reason of its rule."""
    found: list[tuple[tuple[object, ...], Row]] = []
    for alarm in machine.said("alarm"):
        for rule in machine.plant.get("alarm_rule", []):
            if alarm["phase"] == "on" and _fits(machine, rule, alarm, begins):
                is_later = '"first_out":true' not in (alarm["body"] or "")
                place = (is_later, *machine.sources.order(alarm), rule["place"])
                found.append((place, {**alarm, "reason": rule["reason"], "rule": rule["code"]}))
    return min(found, key=lambda one: one[0])[1] if found else None


def _fits(machine: Machine, rule: Row, alarm: Row, begins: int) -> bool:
    return bool(
        rule["equipment"] == machine.name
        and fnmatchcase(alarm["code"], rule["code"])
        and abs(alarm["at"] - begins) <= rule["within_us"]
        and rule["from_at"] <= begins < rule["until_at"]
    )


def is_automatic(row: Row | None) -> bool:
    return row is not None and "rule" in row


def rule_spans(machine: Machine, segments: list[Segment]) -> list[Row]:
    """R56: one span a halt that a rule spoke for."""
    halts: dict[int, list[Segment]] = {}
    for one in segments:
        if one.halt is not None and one.rule is not None:
            halts.setdefault(one.halt, []).append(one)
    out = []
    for halt in halts.values():
        own = [one for one in halt if one.pre not in NO_OWN]
        rule = halt[0].rule
        if rule is None or not own:
            continue
        said = [one.symptom for one in own if one.symptom is not None and not is_automatic(one.symptom)]
        words = [row["reason"] for row in said if machine.sources.person(row["source"])]
        if not words and not any(is_automatic(one.symptom) for one in own):
            continue
        verdict = "kept" if not words else "confirmed" if set(words) == {rule["reason"]} else "overridden"
        out.append(
            {
                "kind": f"rule_{verdict}",
                "equipment": machine.name,
                "class": rule["rule"],
                "from_at": own[0].from_at,
                "until_at": own[-1].until_at,
                "closed": halt[-1].until_at < machine.as_of,
                "own_us": sum(one.length for one in own),
                "reason": rule["reason"],
            }
        )
    return out
