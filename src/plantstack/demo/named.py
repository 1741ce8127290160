"""Which kinds of findings name what is planted: a back-test of the demo group is held against it."""

from __future__ import annotations

from collections.abc import Mapping

NAMED_BY: Mapping[str, frozenset[str]] = {
    "drift": frozenset({"drift", "drift_speed", "relation", "scrap_pattern"}),
    "failing_bearing": frozenset({"drift", "relation"}),
    "setup_error": frozenset({"setup_error", "scrap_pattern"}),
    "scrap_pattern": frozenset({"scrap_pattern", "setup_error", "drift"}),
    "starved_constraint": frozenset({"starved_constraint"}),
    "blocked_chain": frozenset({"blocked_chain"}),
    "reduced_capacity": frozenset({"reduced_capacity", "drift_speed"}),
    "ideal_rate": frozenset({"ideal_rate"}),
    "capture_change": frozenset({"starved_constraint", "blocked_chain", "drift_speed", "drift"}),
    "wrong_setting": frozenset({"setup_error", "drift"}),
    "slow_spell": frozenset({"drift_speed"}),
}
"""By the sort of a truth. What is about records (late, twice, silent, unposted) is named by trust, doctor and
letters, and what was improved by its action: no finding speaks of those."""
