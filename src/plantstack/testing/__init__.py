"""Public tools for testing: scenarios of a plant written in YAML, and what every connector must keep."""

from plantstack.testing.connectors import Source, check_connector
from plantstack.testing.run import run_scenario
from plantstack.testing.scenario import read_scenario
from plantstack.testing.update import update_scenario

__all__ = ["Source", "check_connector", "read_scenario", "run_scenario", "update_scenario"]
