"""The account of a segment: the first rule that applies (BOOKS 3; R12, R14 to R18).

> 1. declared set-up -> setup. An order or product change is also set-up until its first good piece [...]
>    but only inside planned operation outside breaks with a known state other than off; elsewhere only its
>    seconds in producing or setup count.
> 2. producing -> run. 3. calendar not scheduled -> not_scheduled.
> 4. planned stop within its allowance -> planned_down; beyond it -> planned_overrun
> 5. reason overlay -> the account of its leaf; never over unknown
> 6. no trustworthy state -> unknown
> 7. fault -> breakdown; starved, blocked, waiting -> waiting; idle with an order -> waiting
> 8. stopped, idle, off without an order where orders are used -> no_order. 9. other_stop.
"""

from __future__ import annotations

from tests.oracle.breaks import claim_by_reasons, claim_by_statements, use_lengths
from tests.oracle.halts import attach
from tests.oracle.model import (
    BREAKDOWN,
    NO_ORDER,
    NOT_SCHEDULED,
    OTHER_STOP,
    PLANNED_DOWN,
    PLANNED_OVERRUN,
    RUN,
    SETUP,
    UNKNOWN,
    WAITING,
    Identity,
    Row,
    Segment,
)
from tests.oracle.window import Machine


def account_for(machine: Machine, segments: list[Segment]) -> tuple[list[Segment], set[Identity]]:
    """Every account but micro_stop; also returns the reasons that met a halt."""
    claim_by_statements(machine, segments)
    for segment in segments:
        segment.pre = pre_account(segment)
    met = attach(machine, segments)
    claim_by_reasons(machine, segments)
    segments = use_lengths(segments)
    return _overlay(machine, segments), met


def pre_account(segment: Segment) -> str:
    """R14: rules 1 to 9 with every reason left out, claimed floating breaks in."""
    if _is_set_up(segment):
        return SETUP
    if segment.state == "producing":
        return RUN
    if not segment.in_planned_operation:
        return NOT_SCHEDULED
    if segment.in_fixed_break or segment.claims:
        return PLANNED_DOWN  # how much of a claim is overrun is settled later: neither is own
    if segment.state == "unknown":
        return UNKNOWN
    return _own_account(segment)


def _is_set_up(segment: Segment) -> bool:
    if segment.state == "setup":
        return True
    if segment.implied is None:
        return False
    if segment.state == "producing":
        return True
    in_operation = segment.in_planned_operation and not segment.in_fixed_break and not segment.claims
    return in_operation and segment.state not in ("unknown", "off")


def _own_account(segment: Segment) -> str:
    """Rules 7 to 9."""
    if segment.state == "fault":
        return BREAKDOWN
    if segment.state in ("starved", "blocked", "waiting"):
        return WAITING
    if segment.state == "idle" and segment.order_id:
        return WAITING
    if segment.state in ("stopped", "idle", "off") and not segment.order_id and segment.orders_used:
        return NO_ORDER
    return OTHER_STOP


def leaves(machine: Machine) -> dict[str, Row]:
    return {row["reason"]: row for row in machine.plant.get("reason", [])}


def _overlay(machine: Machine, segments: list[Segment]) -> list[Segment]:
    """Rule 5, and the allowance of a planned leaf: used in time order per halt and leaf (R16)."""
    used: dict[tuple[int | None, str], int] = {}
    out: list[Segment] = []
    for segment in segments:
        if segment.claims:
            out.append(segment)
            continue
        leaf = leaves(machine).get(segment.symptom["reason"]) if segment.symptom else None
        segment.account = leaf["account"] if leaf and leaf["account"] else segment.pre
        if leaf is None or leaf["account"] != PLANNED_DOWN:
            out.append(segment)
            continue
        key = (segment.halt, leaf["reason"])
        ends = segment.from_at + max(0, (leaf["allowance_us"] or 0) - used.get(key, 0))
        used[key] = used.get(key, 0) + segment.length
        for part in segment.split(ends):
            part.account = PLANNED_DOWN if part.from_at < ends else PLANNED_OVERRUN
            out.append(part)
    return out
