"""The rule tables the steps stand on: states, accounts and the flags of a second or a piece.

Sources: ISO 22400-2 time elements (accounts), OPC 40001-1 and PackML (states); the order in which
rules are tried stands in steps/11_account.sql.
"""

from __future__ import annotations

from plantstack.events.schema import STATES

ACCOUNTS = (
    "run",
    "setup",
    "breakdown",
    "waiting",
    "other_stop",
    "micro_stop",
    "planned_overrun",
    "no_order",
    "unknown",
    "planned_down",
    "not_scheduled",
)

# One bit each in the integer `flags` of facts and ledger rows.
FLAGS = (
    "unseen",  # time: no trustworthy state while not scheduled or planned down
    "stopped_in_overtime",  # time: a fault while not scheduled
    "moved_out",  # time: made planned_down by a reason a person gave
    "assumed",  # time: read into silence by a mapping
    "typed",  # time, pieces: said by a person
    "open",  # time: of a stop that is still open
    "long_stop",  # time: of a stop at or above the micro-stop limit
    "uncoded",  # time: of a long stop, without a reason or with a catch-all one
    "at_unknown",  # time: of a micro-stop that touches unknown time
    "in_order",  # time: an order is current
    "starved",  # time: waiting for the machine before
    "blocked",  # time: waiting for the machine behind
    "at_constraint",  # time: at the declared constraint of a line
    "counted",  # time: unknown, under a count with `from`
    "over_gap",  # pieces: spread into unknown time
    "spread",  # pieces: spread over time
    "unjudged",  # pieces: of a count that does not say what is good
    "from",  # pieces: of a count with `from`
    "without_standard",  # pieces: no ideal cycle for machine and product
    "unattached",  # spans: a reason that meets no halt
    "placed",  # time: its length is known, its place in the day is not
    "ramp",  # time of account run, pieces: while a machine comes up to rate after a change
    "coded",  # time: it has a reason
    "contradicted",  # time: the reason says otherwise than the machine
    "late",  # time: its reason was told long after it was over
    "bulk",  # time: its reason was told together with many others
    "skewed",  # time: the clock of who told its state was off that day
    "without_standard_cycle",  # pieces: of their product on the machine; run: of none on it
    "automatic",  # time: its reason is that of an alarm rule; stops: most of it
)


def flag_bit(name: str) -> int:
    """The bit of a flag.

    >>> flag_bit("unseen"), flag_bit("moved_out")
    (1, 4)
    """
    return 1 << FLAGS.index(name)


def vocabulary_sql() -> tuple[str, ...]:
    """Statements that teach a connection the words of the steps: two types and `flag(name)`."""
    cases = " ".join(f"when '{name}' then {flag_bit(name)}" for name in FLAGS)
    return (
        f"create type state as enum {STATES}",
        f"create type account as enum {ACCOUNTS}",
        f"create macro flag(name) as (case name {cases} else error('no such flag: ' || name) end)",
    )
