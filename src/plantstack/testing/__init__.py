"""Public tools for testing: scenarios of a plant, written in YAML, run through the same door as real data."""

from plantstack.testing.run import run_scenario
from plantstack.testing.scenario import read_scenario
from plantstack.testing.update import update_scenario

__all__ = ["read_scenario", "run_scenario", "update_scenario"]
