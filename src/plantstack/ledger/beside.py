"""Facts beside the pages: calls, quality, people, material, and whatever else no machine's ledger holds.

Each family of facts is one `.sql` file over the table `said`, the standing events of its kinds. The rows
are spans like those of the pages: counted once, where they end, at a machine, line, area, site or the group.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

# Kinds of events these facts are made of.
SAID_KINDS = (
    *("call", "work_order", "quality_event", "labour", "attendance", "material"),
    *("cost", "finance", "level", "energy", "delivery", "safety", "project", "action", "verdict"),
)

# Plant tables that only these facts read.
BESIDE_TABLES = ("setting", "crew_role", "standard_crew", "place_calendar")

# Kinds of spans that the steps of the ledger and orders.sql make; every other kind is made here.
PAGE_KINDS = frozenset(
    (
        *("stop", "changeover", "failure", "check", "reason", "plan_slot", "plan_part"),
        *("order", "order_due", "order_busy", "order_run", "order_start"),
    )
)

# What is made together. Of what is said: first that, then each kind of it, then what was to be divided over
# time, and the cell of every row. Of the finished books: the changeovers of lines, and whose their stops are.
FAMILIES = {
    "said": (
        *("beside", "work", "calls", "quality", "people", "material"),
        *("money", "energy", "trade", "improvement"),
        *("divided", "quality_parts", "people_parts", "money_parts", "energy_parts", "idle"),
        *("levels", "beside_cells", "people_days", "earned", "repeats", "slots"),
    ),
    "line": ("line_changeovers",),
    "cause": ("cause_runs", "cause_links", "cause_verdicts", "cause"),
    "verdict": ("cause_verdicts",),  # of those, what is asked for while people wait for an answer
}
_CAUSE = (
    *("line_loss", "exit_loss", "line_loss_contested", "exit_loss_contested"),
    *("stop_verdict", "stop_contested"),
)
_FAMILY = {"line_changeover": "line"} | dict.fromkeys(_CAUSE, "cause")

# A span beside the pages; the columns it shares with theirs mean the same.
BESIDE_SPAN = """
kind varchar, equipment varchar, class varchar, from_at bigint, until_at bigint, counted_at bigint,
is_closed boolean, own_us bigint, wall_us bigint, std_us bigint, qty decimal(38, 6), amount decimal(18, 4),
flags integer, reason varchar, product_from varchar, product_to varchar, order_id varchar, product varchar,
shift varchar, crew varchar, day varchar, hour_from bigint
"""

# What spans beside the pages have more than those of the pages.
BESIDE_ONLY = "counted_at bigint, amount decimal(18, 4)"


def family_of(kind: str) -> str:
    """The family that makes a kind of span which no page holds.

    >>> family_of("line_changeover"), family_of("line_loss"), family_of("call")
    ('line', 'cause', 'said')
    """
    return _FAMILY.get(kind, "said")


@cache
def beside_scripts(family: str) -> tuple[str, ...]:
    """Return the SQL of a family in the order in which it runs."""
    folder = files("plantstack.ledger")
    return tuple(folder.joinpath(f"{name}.sql").read_text("utf-8") for name in FAMILIES[family])
