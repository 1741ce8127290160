"""What signals are like: learned, compared ever after, so that a changed meaning is seen."""
