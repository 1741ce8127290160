"""From one value to another: factors that add up to the difference."""
