"""Whether a parameter, or the speed of a machine, leaves the level that its good runs had.

Kernels (`robust`, `monitor`, `budget`, `onset`, `space`) know numbers only; `analysis` asks them of facts.
"""
