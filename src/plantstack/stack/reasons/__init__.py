"""What is behind a number: lineage, bridge, loss tree, whose loss."""
