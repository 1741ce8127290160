"""Doors to people and scripts; only here are clock and environment read."""
