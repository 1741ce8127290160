"""A simulated group of plants whose truth is known: for the demo, and to hold analyses against."""

from plantstack.demo.build import Demo, Progress, build_demo, history_of, truths
from plantstack.demo.simulate import History, simulate
from plantstack.demo.truth import Effect, Truth
from plantstack.demo.window import Window

__all__ = [
    "Demo",
    "Effect",
    "History",
    "Progress",
    "Truth",
    "Window",
    "build_demo",
    "history_of",
    "simulate",
    "truths",
]
