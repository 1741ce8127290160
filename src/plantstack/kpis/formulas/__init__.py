"""Formulas: written, checked, worked out in exact numbers."""
