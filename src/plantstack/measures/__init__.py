"""Ledger -> sums: one declaration a measure, summed by an engine."""
