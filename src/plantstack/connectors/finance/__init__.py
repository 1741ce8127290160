"""Figures of finance in a workbook: written for each site and period, read back as events."""
