"""The steps of the derivation, in order: events and plant tables in, ledger and facts out.

Each step is one `.sql` file that creates temporary tables; a later step reads what earlier ones made.
The rules they apply stand in the books, named at each statement.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from plantstack.ledger.outputs import PAGED
from plantstack.ledger.rules import vocabulary_sql

# Tables a derivation starts from, beside the plant tables.
LOGGED = "logged"  # events of the scope, with offsets
GONE = "gone"  # offsets that do not stand: replaced, retracted, lost a conflict, waiting
SCOPE = "scope"  # machines and lanes to derive, with their windows
CARRY = "carry"  # what the opening page starts from
CUT_AT = "cut_at"  # instants that start an hour cell of their own, for questions about exact spans
PLAN_VERSION = "plan_version"  # every version of a plan, with the moment it was replaced

# Kinds of events the steps read; every other kind leaves the books as they are.
LEDGER_KINDS = (
    "state",
    "alive",
    "count",
    "alarm",
    "order",
    "plan",
    "reason",
    "setup_check",
    "inspection",
)

# Plant tables the steps read (plantstack.plant.tables).
PLANT_TABLES = (
    "machine",
    "day",
    "tile",
    "machine_calendar",
    "floating",
    "orders_used",
    "reason",
    "alarm_rule",
    "standard",
    "unit_factor",
    "product",
    "product_class",
    "changeover",
    "changeover_default",
    "line",
    "lane",
    "source_rule",
)

# In the comment of a statement: it yields nothing where these tables have no rows, and need not be run then.
NOTHING_WITHOUT = re.compile(r"^-- Nothing without: (\w+(?:, \w+)*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Step:
    """One named piece of SQL."""

    name: str
    sql: str


@cache
def ledger_steps() -> tuple[Step, ...]:
    """Return all steps in the order in which they run."""
    folder = files("plantstack.ledger").joinpath("steps")
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda e: e.name)
    return tuple(Step(entry.name.removesuffix(".sql"), entry.read_text("utf-8")) for entry in found)


@cache
def derivation_hash() -> str:
    """Return a short hash of everything that decides what a derivation yields.

    Pages carry it, so an upgrade of the rules re-derives exactly what it touches.
    """
    text = "\n".join([*vocabulary_sql(), *(step.sql for step in ledger_steps()), *PAGED.values()])
    return hashlib.sha256(text.encode()).hexdigest()[:16]
