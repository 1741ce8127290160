"""Set-ups that differ from those of good runs, and nominals that no run ever met."""
