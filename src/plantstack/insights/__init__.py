"""Sums and facts -> findings: what deserves somebody's attention now, and what to do about it.

One file or folder answers one question (`contract.Analysis`). An analysis is pure: it is handed the facts
that were known at an instant (`facts.Facts`) and gives back findings, or what it could not judge and why.
"""
