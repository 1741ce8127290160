"""Every analysis there is. Each is imported when it is asked: the numerics it stands on are heavy."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from plantstack.insights.contract import Analysis

MODULES: tuple[str, ...] = (
    "drift.analysis",
    "drift.relations",
    "flow.analysis",
    "patterns.analysis",
    "rates.analysis",
    "setups.analysis",
)
"""Below this package; each holds an `ANALYSIS`."""

KINDS: Mapping[str, tuple[str, ...]] = {
    "drift": ("drift", "drift_speed"),
    "relation": ("relation",),
    "flow": ("starved_constraint", "blocked_chain"),
    "scrap_pattern": ("scrap_pattern",),
    "rates": ("ideal_rate", "reduced_capacity"),
    "setup_error": ("setup_error", "wrong_nominal"),
}
"""Kinds of findings that an analysis tells apart, by its own kind."""


@cache
def analyses() -> tuple[Analysis, ...]:
    """Every analysis, in the order of their layers."""
    found = [import_module(f"plantstack.insights.{name}").ANALYSIS for name in MODULES]
    return tuple(sorted(found, key=lambda one: (one.layer, one.kind)))
