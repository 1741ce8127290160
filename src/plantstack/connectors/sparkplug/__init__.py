"""Sparkplug B: births, data and deaths of edge nodes, read as a host application."""
