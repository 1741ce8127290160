"""Sums -> the declared stack: a KPI is a YAML entry, a formula over measures."""
