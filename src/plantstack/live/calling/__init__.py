"""Calls for help reach somebody: who is told, how, what became of it, and who is told after that."""
