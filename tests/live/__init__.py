"""What runs while the plant runs."""
