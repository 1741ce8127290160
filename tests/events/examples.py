"""One good event of every kind: own fields only, as the guide prints them."""

from __future__ import annotations

from typing import Any

COMMON: dict[str, Any] = {
    "equipment": "m1",
    "at": "2026-03-01T06:00:00Z",
    "source": "plc.filler",
    "key": "41-7",
}
SPAN = {"from": "2026-03-01T05:00:00Z", "until": "2026-03-01T06:00:00Z"}

EXAMPLES: dict[str, dict[str, Any]] = {
    "state": {
        "state": "stopped",
        "until": "2026-03-01T06:05:00Z",
        "reason": "jam",
        "native": "HELD",
        "method": "signal",
    },
    "alive": SPAN,
    "count": {
        "total": 120,
        "good": 118,
        "scrap": 2,
        "from": "2026-03-01T05:59:00Z",
        "reason": "dented",
        "unit": "pc",
    },
    "alarm": {"code": "E-102", "text": "Guard open", "severity": "high", "phase": "on", "first_out": True},
    "order": {
        "order": "4711",
        "phase": "start",
        "product": "cola-05",
        "qty": 12000,
        "due_at": "2026-03-02T06:00:00Z",
    },
    "plan": {"product": "cola-05", "qty": 800, **SPAN, "order": "4711"},
    "reason": {"role": "symptom", "reason": "jam", **SPAN},
    "reading": {"parameter": "temperature", "value": 71.3, "unit": "degC", "quality": "good"},
    "setup_check": {"parameter": "torque", "value": 2.1, "low": 2.0, "high": 2.4},
    "call": {"call": "c-9", "phase": "asked", "for": "maintenance"},
    "work_order": {
        "number": "WO-88",
        "phase": "done",
        "type": "CM",
        "mode": "seal worn",
        "component": "valve 3",
        "hours": "1.5",
        "cost": "220.40",
        "due_at": "2026-03-03T06:00:00Z",
    },
    "inspection": {"n": 50, "ok": 49, "defects": 1, "opportunities": 200, "parameter": "label"},
    "quality_event": {
        "type": "hold",
        "qty": 600,
        "lot": "L-7",
        "made_from": "2026-03-01T04:00:00Z",
        "made_until": "2026-03-01T05:00:00Z",
    },
    "labour": {"crew": "A", "hours_paid": 48, "hours_worked": 44, **SPAN},
    "attendance": {"crew": "A", "heads_present": 5, "heads_needed": 6, **SPAN},
    "material": {"order": "4711", "staged": True},
    "demand": {"family": "cola", "sold_out": True, **SPAN},
    "energy": {"meter": "main", "kwh": "41.25", "from": "2026-03-01T05:00:00Z"},
    "delivery": {
        "order": "S-100",
        "line": "10",
        "due_at": "2026-03-01T04:00:00Z",
        "shipped_at": "2026-03-01T03:00:00Z",
        "in_full": True,
        "on_time": True,
    },
    "cost": {"account": "labour", "amount": "-12.50", **SPAN},
    "level": {"name": "inventory_value", "value": "1250000.00"},
    "finance": {"name": "cogs", "value": "310000", **SPAN},
    "safety": {"type": "near_miss", "note": "forklift"},
    "project": {
        "project": "smed-2",
        "phase": "started",
        "kpi": "setup_ratio",
        "owner": "ci lead",
        "text": "Change parts on a trolley",
        "cost_once": 4000,
        "saving_per_year": 52000,
        **SPAN,
    },
    "action": {
        "action": "a-3",
        "phase": "accepted",
        "finding": "f-9",
        "kpi": "oee",
        "owner": "shift lead",
        "text": "Replace the seal",
        "answer": "yes",
        "due_at": "2026-03-02T06:00:00Z",
        "expires_at": "2026-03-09T06:00:00Z",
    },
    "verdict": {"phase": "contest", "owner": "maintenance", "reason": "jam", "text": "Guide set wrong"},
    "target": {
        "kpi": "oee",
        "value": "0.65",
        "low": "0.6",
        "high": "0.7",
        "per": "week",
        "owner": "plant manager",
        **SPAN,
    },
    "note": {"text": "Sensor swapped"},
    "config": {"content": '{"plant":"acme"}', "sha256": "ab" * 32},
    "close": {"grain": "shift", **SPAN, "upto": 4711},
    "reopen": {"grain": "shift", **SPAN},
}


def example(kind: str, **more: Any) -> dict[str, Any]:
    """Return the example of a kind with the common fields."""
    return {"kind": kind} | COMMON | EXAMPLES[kind] | more
