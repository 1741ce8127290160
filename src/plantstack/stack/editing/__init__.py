"""Edits of plant files by people without an editor: what changes weekly, checked and shown first."""
