"""Files -> tables of text cells that a mapping can read; whatever the format, the same table."""
