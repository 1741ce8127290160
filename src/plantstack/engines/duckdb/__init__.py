"""DuckDB in process: the calculator of derivations and queries."""
