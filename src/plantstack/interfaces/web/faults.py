"""What is wrong with what was typed on `/config`, in the plant's words and beside the field it is about.

The checker of the plant files speaks to whoever writes files: file, line, key. Here the same problem is told
to whoever filled a form: what was expected, an example, what he wrote. Files and lines are for admins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from plantstack.errors import Problem
from plantstack.interfaces.web.page import N_, Visit
from plantstack.stack.answers.using import catalog_of

_VALUE = re.compile(r"'(\w+)': expected .+?, came (?:'(.*)'|nothing)", re.S)
_WRONG = N_("expected %(what)s, for example %(example)s; you wrote “%(came)s”")
_EMPTY = N_("expected %(what)s, for example %(example)s; it is empty")
_DAY = (N_("a day"), "2026-12-01")
_LENGTH = (N_("a length of time"), "15 min")
_PACE = (N_("a pace"), "600/min")
_NUMBER = N_("a number")
# What a field expects, and an example.
_EXPECTED = {
    "from": _DAY,
    "until": _DAY,
    "date": _DAY,
    "dead_band": (N_("a share"), "2 %"),
    "ideal": _PACE,
    "standard": _PACE,
    "crew": (N_("a whole number"), "2"),
    "id": (N_("a short name of letters, digits and -"), "tray-jam"),
    "allowance": _LENGTH,
    "length": _LENGTH,
    "at": (N_("a time of day"), "10:00"),
    "currency": (N_("a currency"), "EUR"),
}
# Other problems a form can have: the field they are about ('' none), and what is said.
_SAID = {
    "target-value": (
        "value",
        N_("give a target, or “at least” and “at most” or one of the two, the lower one first"),
    ),
    "target-direction": (
        "value",
        N_("for this KPI the target lies on the other side; use “at least” or “at most”"),
    ),
    "target-total": ("per", N_("a total needs the period it is meant for; choose one")),
    "target-scope": ("at", N_("this KPI does not exist so deep in the plant; choose what this stands in")),
    "target-product": ("product", N_("this KPI is not split by product; choose “any”")),
    "target-currency": ("currency", N_("several sites with several currencies: say in which one")),
    "kpi-unknown": ("kpi", N_("there is no such KPI; choose one from the list")),
    "kpi-adopted": ("kpi", N_("this KPI is of the core and shown anyway")),
    "edit-known": ("id", N_("there is a reason of this id already; take another one")),
    "reason-allowance": (
        "allowance",
        N_("only a planned stop has an allowance; leave it out or choose that account"),
    ),
    "break-outside": ("", N_("a break does not end inside its shift; move it or make it shorter")),
    "edit-nothing": ("", N_("nothing would change; change a value first")),
    "edit-stray": ("", N_("the plant files were changed by hand; take those changes in first")),
}
_NO_PLACE = N_("there is no such place in this plant; choose one from the list")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a form.

    Attributes:
        field: its name; '' where it is about none.
        text: in the reader's language.
        place: where the checker found it, for administrators; '' where there is nothing to look at.
    """

    field: str
    text: str
    place: str = ""


def faults_of(
    visit: Visit, section: str, typed: Mapping[str, str], problems: Iterable[Problem]
) -> list[Fault]:
    """Tell problems to whoever filled a form; each once, those beside a field first."""
    found = dict.fromkeys(_fault(visit, section, typed, one) for one in problems)
    return sorted(found, key=lambda one: not one.field)


def _fault(visit: Visit, section: str, typed: Mapping[str, str], problem: Problem) -> Fault:
    place = f"{problem.where} [{problem.code}]"
    if problem.code == "form-missing":
        return Fault(problem.where, visit.say(problem.what))
    if problem.code == "target-unit":
        field = next((one for one in ("value", "low", "high") if typed.get(one)), "value")
        told = _value(visit, section, typed, field, typed.get(field))
        return Fault(*told, place) if told else Fault(field, problem.what, place)
    value = _VALUE.match(problem.what) if problem.code.startswith("value-") else None
    if value:
        told = _value(visit, section, typed, value[1], value[2])
        if told is not None:
            return Fault(*told, place)
    if problem.code == "name-unknown" and problem.what.startswith(("'at'", "'machines'")):
        return Fault("at" if section == "targets" else "machine", visit.say(_NO_PLACE), place)
    if problem.code in _SAID:
        field, text = _SAID[problem.code]
        return Fault(field, visit.say(text), place)
    return Fault("", ". ".join(one for one in (problem.what, problem.fix) if one), place)


def _value(
    visit: Visit, section: str, typed: Mapping[str, str], key: str, came: str | None
) -> tuple[str, str] | None:
    """The field of a value that is none, and what is said of it; None where nobody typed it here."""
    field = "id" if (section, key) == ("reasons", "reasons") else key
    what, example = _expected(visit, section, typed, field)
    if not what:
        return None
    said = visit.say(_WRONG if came else _EMPTY, what=visit.say(what), example=example, came=came or "")
    return field if field in typed else "", said


def _expected(visit: Visit, section: str, typed: Mapping[str, str], field: str) -> tuple[str, str]:
    if section != "targets" or field not in ("value", "low", "high"):
        return _EXPECTED.get(field, ("", ""))
    kpi = catalog_of(visit.running.plant).kpis.get(typed.get("kpi", ""))
    unit = kpi.unit if kpi else ""
    return (N_("a share"), "85 %") if unit == "1" else _LENGTH if unit == "s" else (_NUMBER, "85")
