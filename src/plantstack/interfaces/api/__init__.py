"""The HTTP API: events in, the same answers as the command line out."""
