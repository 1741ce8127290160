"""Targets: judged, proposed, checked, reviewed."""
