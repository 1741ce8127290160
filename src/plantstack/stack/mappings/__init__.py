"""Mappings of a project: tested, looked into, drafted, and changed with what came kept and read again."""
