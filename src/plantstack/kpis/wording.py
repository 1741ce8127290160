"""Why there is no number, in the plant's words: what is missing, and what to record.

`why_none` is for programs and stays as the books write it: `needs count`, `no denominator: PBT is 0`. These
words are for people and may change.
"""

from __future__ import annotations

import re

from plantstack.kpis.kpi import Catalog, alternatives
from plantstack.measures.catalog import MEASURES

# By kind of event, class of pieces or fact of the plant files: what nobody ever said, and what to do.
RECORD = {
    "state": "nobody ever said what the machine does: record when it produces, stands or is in fault",
    "alive": "no source ever said that it was there: send a heartbeat",
    "count": "no piece was ever counted: record how many were made and how many of them are good",
    "count:scrap": "scrap was never recorded: record it, once a 0 if there is none, or total and good",
    "count:rework": "rework was never recorded: record pieces sent to rework, once a 0 if there are none",
    "count:startup_reject": "rejects while starting up were never recorded: record them, once a 0 if none",
    "count:first_pass": "nobody ever said what was good at the first pass: record first_pass with the counts",
    "alarm": "no alarm was ever recorded: send the machine's alarms",
    "order": "no order was ever recorded: record when each order starts and ends",
    "plan": "there is no plan: record the pieces planned by product, from when until when",
    "reason": "no reason was ever given: let people say why a machine stands",
    "reading": "no reading was ever recorded: send the values of the parameter",
    "setup_check": "no set-up was ever checked: record each checked parameter with its limits",
    "inspection": "nothing was ever inspected: record how many pieces were looked at and how many passed",
    "call": "nobody was ever called: record when help is asked for, arrives and is done",
    "work_order": "there is no work order: load the work orders of maintenance",
    "quality_event": "no quality event was ever recorded: record holds, releases, deviations and complaints",
    "labour": "no hours were ever recorded: record the hours paid and worked by crew",
    "attendance": "no heads were ever recorded: record heads present and needed by crew",
    "material": "nobody ever said whether material was staged: record it by order",
    "demand": "no demand was ever recorded: record what customers want, or that it is sold out",
    "energy": "no energy was ever metered: record the kWh of each meter",
    "delivery": "no delivery was ever recorded: load order lines with due date and shipping",
    "cost": "no cost was ever recorded: load the accounts of the site",
    "level": "no level was ever recorded: load stocks and other levels with their values",
    "finance": "no figure of finance was ever recorded: load the finance pack of the period",
    "safety": "no safety event was ever recorded: record near misses and injuries, without names",
    "project": "no project was ever recorded: record projects with what they should save",
    "action": "no action was ever recorded: record actions with owner and due date",
    "note": "no finding was ever answered: say of each whether it was useful or wrong",
    "target": "there is no target: agree one",
    "verdict": "nobody ever said whose loss it was: let those who contest it settle it",
    "plant:constraint": "no line names its constraint: write 'constraint' at the line in the plant files",
    "plant:route": "no line names the order of its machines: write 'flow' at the line in the plant files",
    "plant:planned_scrap": "no product names the scrap it allows for: write 'planned_scrap' at the product",
    "plant:crew": "no standard names its crew: write 'crew' at the standards in the plant files",
}

# How a figure that has a name comes in.
_TOLD_BY = {
    "cost": "book {name}, once a 0 if there is none (for a site the finance pack does it);"
    " what is booked for a whole site is not divided over its lines",
    "finance": "give {name} in the finance pack",
    "level": "tell {name} once, and whenever it changes",
}

_SOME_DAYS = re.compile(r"(.+), told of (\S+) to (\S+) only")
_NAMED = re.compile(r"needs (cost|finance|level) '(\w+)'(?: of (.+))?")
_NEEDS = re.compile(r"needs ([\w:]+(?: or [\w:]+)*)")
_NOTHING = re.compile(r"no denominator: (.+) is 0")
_UNKNOWN = re.compile(r"(\w+) is not known here")
_NAME = re.compile(r"[A-Za-z_]\w*")


def in_words(why: str, catalog: Catalog) -> str:
    """What a reason means to people, and what to record; one that says so already stays as it is.

    Args:
        why: as formulas, needs and engines give it.
        catalog: where named sums and KPIs are declared.
    """
    if words := named_figure(why):
        return words
    if found := _NEEDS.fullmatch(why):
        words = next((RECORD[one] for one in alternatives(found[1]) if one in RECORD), "")
    elif found := _NOTHING.fullmatch(why):
        words = _none_of(found[1], catalog)
    elif found := _UNKNOWN.fullmatch(why):
        words = f"not known here: {meaning_of(found[1], catalog)}" if meaning_of(found[1], catalog) else ""
    else:
        words = ""
    return words or why


def named_figure(why: str) -> str:
    """What a cost, figure or level means that nobody told, and how to tell it; '' for any other reason.

    >>> named_figure("needs finance 'cogs' of tulsa")
    'cost of goods sold of tulsa was never told here: give cogs in the finance pack'
    >>> named_figure("needs finance 'hours_payroll'")
    'hours paid, by payroll: never told here; give hours_payroll in the finance pack'
    """
    found = _NAMED.fullmatch(why)
    if not found:
        return ""
    kind, name, places = found.groups()
    what = MEASURES[name].meaning if name in MEASURES else name
    if not places:
        return f"{what}: never told here; {_TOLD_BY[kind].format(name=name)}"
    if days := _SOME_DAYS.fullmatch(places):
        return f"{what} of {days[1]} was told of {days[2]} to {days[3]} only: give {name} for the rest"
    return f"{what} of {places} was never told here: {_TOLD_BY[kind].format(name=name)}"


def meaning_of(name: str, catalog: Catalog) -> str:
    """What a measure, a named sum or a KPI is; '' for anything else."""
    if name in MEASURES:
        return MEASURES[name].meaning
    if name in catalog.sums:
        return catalog.sums[name].meaning
    return catalog.kpis[name].name if name in catalog.kpis else ""


def _none_of(formula: str, catalog: Catalog) -> str:
    told = [meaning_of(name, catalog) for name in dict.fromkeys(_NAME.findall(formula))]
    return f"in this period there is none of: {'; '.join(one for one in told if one)}" if any(told) else ""
