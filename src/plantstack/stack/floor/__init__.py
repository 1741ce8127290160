"""The questions of the floor: what happens now, and what it needs from whom; data, no text and no clock."""
