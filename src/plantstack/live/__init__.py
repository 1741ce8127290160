"""What runs while the plant runs: one writer, open books that stay fresh, connectors that are kept going."""
