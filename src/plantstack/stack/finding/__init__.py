"""Findings of a project: the facts its books hold, the analyses asked, and what people answered."""
