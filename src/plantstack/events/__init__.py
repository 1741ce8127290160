"""What HAPPENED: the events, their wire, and the append-only log that loses nothing it acknowledged."""
