"""Targets: what a value is held against, and whether a plan reaches them."""
