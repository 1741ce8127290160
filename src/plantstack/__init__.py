"""plantstack: one event log, one time ledger, five layers of KPIs."""

__version__ = "0.1.0"
