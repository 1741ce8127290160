"""The sites of the group: how their lines behave."""

from __future__ import annotations

from plantstack.demo.group.leipzig import LEIPZIG
from plantstack.demo.group.monterrey import MONTERREY
from plantstack.demo.group.pune import PUNE
from plantstack.demo.group.tulsa import TULSA
from plantstack.demo.habits import LineHabit

LINES: dict[str, tuple[LineHabit, ...]] = {
    "tulsa": TULSA,
    "pune": PUNE,
    "leipzig": LEIPZIG,
    "monterrey": MONTERREY,
}
"""Lines by site, in the order in which `--sites` takes them."""
