"""The mapping language: how the rows of a foreign file become events.

`read` turns a mapping file into a `Mapping`, `run` turns a sheet and a mapping into events. Every
step in between is SQL over whole columns; what a mapping or a file says is only ever a parameter.
"""
