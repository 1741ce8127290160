"""Machines that stand because of another one: who starves or blocks whom, and what that costs the line."""
