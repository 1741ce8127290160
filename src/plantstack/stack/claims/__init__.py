"""What may be claimed: readiness, tie-out, governed rates, changes tried before they are adopted."""
